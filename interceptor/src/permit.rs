//! The proof that the gate let a call through, and how generated adapters take it (G3).
//!
//! The gate puts a [`Permit`] into the request's extensions. It names the method it was given for, so that a permit for one
//! method opens no other. Only this crate can make one.

use tonic::{Request, Status};

use crate::{caller::EndUser, policy::Method};

/// The gate let this caller through, to this method.
#[derive(Clone, Debug)]
pub(crate) struct Permit {
    pub(crate) method: &'static Method,
    pub(crate) caller: Caller,
}

/// Whoever makes the call.
#[derive(Clone, Debug)]
pub(crate) enum Caller {
    /// The method is public, or its caller may be absent and is.
    Unknown,
    EndUser(EndUser),
}

/// Takes the permit of a call to `method` off the request.
fn take<T>(request: &mut Request<T>, method: &'static Method) -> Result<Caller, Status> {
    match request.extensions_mut().remove::<Permit>() {
        Some(permit) if std::ptr::eq(permit.method, method) || permit.method == method => {
            Ok(permit.caller)
        }
        Some(permit) => {
            tracing::error!(
                method = method.path,
                permit = permit.method.path,
                "the gate's permit is for another method"
            );
            Err(Status::internal("the gate's permit is for another method"))
        }
        None => {
            tracing::error!(method = method.path, "the gate is not installed");
            Err(Status::internal("the gate is not installed"))
        }
    }
}

/// The caller of a method whose rule is `end_user`.
pub fn end_user<T>(request: &mut Request<T>, method: &'static Method) -> Result<EndUser, Status> {
    match take(request, method)? {
        Caller::EndUser(user) => Ok(user),
        Caller::Unknown => Err(Status::internal("the gate let an unknown caller through")),
    }
}

/// The caller of a method whose rule is `end_user` with `may_be_absent`.
pub fn optional_end_user<T>(
    request: &mut Request<T>,
    method: &'static Method,
) -> Result<Option<EndUser>, Status> {
    match take(request, method)? {
        Caller::EndUser(user) => Ok(Some(user)),
        Caller::Unknown => Ok(None),
    }
}
