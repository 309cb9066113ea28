//! The checks of the emulator's tokens one by one, beyond the first that fails.

use super::{EmulatorVerifier, unsigned};
use crate::{
    explain::{Asked, Explanation, Kind, Steps},
    verify::explain::form,
};

impl EmulatorVerifier {
    /// Checks a token, and says why it is accepted or refused: for people, not for calls, since it tells more than a caller should
    /// learn.
    pub fn explain(&self, token: &str) -> Explanation {
        let verdict = self.verify(token);
        let mut steps = Steps::default();
        let parts = form(&mut steps, token).ok();
        match &parts {
            Some(parts) => {
                let says = |()| "it is unsigned and says so, as the emulator's are".to_owned();
                steps.add("unsigned", unsigned(parts).map(says));
            }
            None => steps.skip(&["unsigned"], "there is no header to read"),
        }
        let payload = parts.map(|parts| parts.payload);
        self.users.explain(&mut steps, payload.as_deref());
        let asked = Asked::new(Kind::EmulatorToken, self.project_id());
        Explanation::new(token, &asked, verdict, steps)
    }
}
