//! The checks of a Firebase ID token one by one, beyond the first that fails.

use super::FirebaseVerifier;
use crate::{
    explain::{Asked, Explanation, Kind, Steps},
    token::Algorithm,
    verify::explain::signed_by,
};

impl FirebaseVerifier {
    /// Verifies a token, waiting for keys where they have to be fetched, and says why it is accepted or refused: for people,
    /// not for calls, since it tells more than a caller should learn.
    pub async fn explain(&self, token: &str) -> Explanation {
        let verdict = self.verify(token).await;
        let mut steps = Steps::default();
        let refusal = verdict.as_ref().err();
        let payload = signed_by(&mut steps, token, Algorithm::Rs256, self.keys(), refusal);
        self.users.explain(&mut steps, payload.as_deref());
        let asked = Asked::new(Kind::FirebaseIdToken, self.project_id());
        Explanation::new(token, &asked, verdict, steps)
    }
}
