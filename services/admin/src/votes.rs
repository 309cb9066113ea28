//! The votes, which another service keeps: this one asks it, as itself.

use std::{error::Error as _, time::Duration};

use callgate::{ERROR_DOMAIN, outgoing::Channel};
use callgate_api::votes::v1::{ResetVotesRequest, vote_service_client::VoteServiceClient};
use tonic::{Code, ConnectError, Status};
use tonic_types::StatusExt;

use crate::{
    audit::Done,
    refusal::{ChangeError, Keeper},
};

/// Removing the votes waits for those being cast, some seconds at most.
const TIMEOUT: Duration = Duration::from_secs(10);

/// Removes all votes.
pub(crate) async fn reset(mut votes: VoteServiceClient<Channel>) -> Result<Done<i64>, ChangeError> {
    let response = tokio::time::timeout(TIMEOUT, votes.reset_votes(ResetVotesRequest {})).await;
    let slow = |_| ChangeError::Unknown(format!("the votes did not answer within {TIMEOUT:?}"));
    let response = response.map_err(slow)?.map_err(|status| sort(&status))?;
    let removed = response.into_inner().removed;
    Ok(Done {
        answer: removed,
        details: format!("votes removed: {removed}"),
    })
}

/// Whether the votes were reached, and whether they may have done it.
fn sort(status: &Status) -> ChangeError {
    // The message may hold whatever the other side likes: only the code is kept, and a gate's reason.
    let reason = reason(status);
    let words = match &reason {
        Some(reason) => format!("{:?}, {reason}", status.code()),
        None => format!("{:?}", status.code()),
    };
    match status.code() {
        Code::Unauthenticated
        | Code::PermissionDenied
        | Code::Unimplemented
        | Code::InvalidArgument
        | Code::NotFound
        | Code::FailedPrecondition => ChangeError::Refused(Keeper::Votes, words),
        // A gate answered, theirs or our own way out, before any handler did.
        Code::Unavailable if reason.is_some() => ChangeError::Away(Keeper::Votes, words),
        Code::Unavailable if is_unconnected(status) => {
            ChangeError::Away(Keeper::Votes, "no connection".to_owned())
        }
        _ => ChangeError::Unknown(format!("the votes answered {words}")),
    }
}

/// The reason code that a gate gives.
fn reason(status: &Status) -> Option<String> {
    // Of the details nothing else: reading a hostile RetryInfo overflows in prost's own conversion.
    let info = status.get_details_error_info()?;
    let is_code = |b: u8| b.is_ascii_uppercase() || b == b'_';
    let fits = info.domain == ERROR_DOMAIN
        && (1..=64).contains(&info.reason.len())
        && info.reason.bytes().all(is_code);
    fits.then_some(info.reason)
}

/// Whether there was not even a connection to ask over.
fn is_unconnected(status: &Status) -> bool {
    let mut source = status.source();
    while let Some(error) = source {
        if error.is::<ConnectError>() {
            return true;
        }
        source = error.source();
    }
    false
}

#[cfg(test)]
mod tests {
    use std::collections::HashMap;

    use tonic_types::ErrorDetails;

    use super::*;

    fn with_reason(code: Code, reason: &str, domain: &str) -> Status {
        let details = ErrorDetails::with_error_info(reason, domain, HashMap::new());
        Status::with_error_details(code, "", details)
    }

    #[test]
    fn what_a_handler_never_saw_is_not_done() {
        let refused = sort(&with_reason(
            Code::PermissionDenied,
            "SERVICE_NOT_ALLOWED",
            ERROR_DOMAIN,
        ));
        assert_eq!(
            refused,
            ChangeError::Refused(
                Keeper::Votes,
                "PermissionDenied, SERVICE_NOT_ALLOWED".to_owned()
            )
        );
        let away = sort(&with_reason(
            Code::Unavailable,
            "KEYS_UNAVAILABLE",
            ERROR_DOMAIN,
        ));
        assert!(matches!(away, ChangeError::Away(..)), "{away:?}");
    }

    #[test]
    fn details_that_no_honest_server_sends_are_not_read() {
        // google.rpc.Status with a RetryInfo whose delay has the least seconds that there are.
        let mut delay = vec![0x08];
        delay.extend([0x80; 9]);
        delay.push(0x01);
        let retry = [&[0x0a, 11][..], &delay].concat();
        let url = b"type.googleapis.com/google.rpc.RetryInfo";
        let any = [&[0x0a, 40][..], url, &[0x12, 13], &retry].concat();
        let details = [&[0x1a, 57][..], &any].concat();
        let status = Status::with_details(Code::Unavailable, "", details.into());
        assert!(matches!(sort(&status), ChangeError::Unknown(_)));
    }

    #[test]
    fn what_a_handler_may_have_begun_is_unknown() {
        for status in [
            Status::unavailable("the votes cannot be reached"),
            Status::internal("broken"),
            Status::unknown(""),
            Status::cancelled(""),
            Status::deadline_exceeded(""),
            with_reason(Code::Unavailable, "KEYS_UNAVAILABLE", "elsewhere"),
            with_reason(Code::Unavailable, "free text", ERROR_DOMAIN),
        ] {
            let sorted = sort(&status);
            assert!(matches!(sorted, ChangeError::Unknown(_)), "{status:?}");
            assert!(!sorted.to_string().contains("broken"), "{sorted}");
        }
    }
}
