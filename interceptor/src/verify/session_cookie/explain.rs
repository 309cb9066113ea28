//! The checks of a session cookie one by one, beyond the first that fails.

use super::SessionCookieVerifier;
use crate::{
    explain::{Asked, Explanation, Kind, Steps},
    token::Algorithm,
    verify::explain::signed_by,
};

impl SessionCookieVerifier {
    /// Verifies a cookie, waiting for keys where they have to be fetched, and says why it is accepted or refused: for people,
    /// not for calls, since it tells more than a caller should learn.
    pub async fn explain(&self, cookie: &str) -> Explanation {
        let verdict = self.verify(cookie).await;
        let mut steps = Steps::default();
        let refusal = verdict.as_ref().err();
        let payload = signed_by(&mut steps, cookie, Algorithm::Rs256, self.keys(), refusal);
        self.users.explain(&mut steps, payload.as_deref());
        let asked = Asked::new(Kind::SessionCookie, self.project_id());
        Explanation::new(cookie, &asked, verdict, steps)
    }
}
