//! Chance, the same at each run.

/// Xorshift64*.
pub(crate) struct Random(u64);

impl Random {
    pub(crate) fn new() -> Self {
        Self(0x9e37_79b9_7f4a_7c15)
    }

    /// From 0 to below 1.
    pub(crate) fn unit(&mut self) -> f64 {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        let bits = self.0.wrapping_mul(0x2545_f491_4f6c_dd1d) >> 32;
        f64::from(u32::try_from(bits).unwrap_or_default()) / f64::from(u32::MAX).mul_add(1.0, 1.0)
    }

    /// One of so many.
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        clippy::cast_precision_loss,
        reason = "below the number that it is a part of"
    )]
    pub(crate) fn index(&mut self, count: usize) -> usize {
        (self.unit() * count as f64) as usize
    }

    /// How long until the next of what comes so often, and by chance.
    pub(crate) fn until_next(&mut self, per_s: f64) -> f64 {
        -(1.0 - self.unit()).ln() / per_s
    }
}
