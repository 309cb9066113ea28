//! Every token before every verifier.

use super::{Issuers, Kind, report::Report};

/// Offers tokens of every kind to the verifiers of these kinds, and returns in how many cases. `accepts` says whether the verifier
/// of a kind accepts a token.
///
/// # Panics
///
/// Where a verifier accepts what is not right in everything and of its own kind, or refuses what is.
pub fn assert_none(
    issuers: &Issuers,
    verifiers: &[Kind],
    mut accepts: impl FnMut(Kind, &str) -> bool,
) -> usize {
    let mut report = Report::default();
    for offered in Kind::ALL {
        for offer in issuers.all_offers(offered) {
            for kind in verifiers {
                let is_accepted = accepts(*kind, &offer.token);
                report.case(is_accepted, offer.is == Some(*kind), |verb| {
                    format!("the {kind:?} verifier {verb} {}", offer.name)
                });
            }
        }
    }
    report.finish()
}
