//! The proof that the gate let a call through, and how generated adapters take it (G3).
//!
//! The gate puts a [`Permit`] into the request's extensions. It names the method it was given for, so that a permit for one
//! method opens no other. Only this crate can make one.

use tonic::{Extensions, Request, Status};

use crate::{
    caller::{Caller, EndUser, InternalUser, OnBehalfOf, ServiceAccount},
    policy::Method,
};

/// The gate let this caller through, to this method.
#[derive(Clone, Debug)]
pub(crate) struct Permit {
    pub(crate) method: &'static Method,
    pub(crate) caller: Caller,
}

/// The caller of a method that more than one kind may call. The generated adapter makes the method's own enum of it.
pub fn caller<T>(request: &mut Request<T>, method: &'static Method) -> Result<Caller, Status> {
    match request.extensions_mut().remove::<Permit>() {
        Some(permit) if std::ptr::eq(permit.method, method) || permit.method == method => {
            Ok(permit.caller)
        }
        Some(permit) => Err(for_another(&permit, method)),
        None => Err(no_gate(method)),
    }
}

/// The caller of a method whose rule is `end_user`.
pub fn end_user<T>(request: &mut Request<T>, method: &'static Method) -> Result<EndUser, Status> {
    match caller(request, method)? {
        Caller::EndUser(user) => Ok(user),
        other => Err(unexpected(&other)),
    }
}

/// The caller of a method whose rule is `end_user` with `may_be_absent`.
pub fn optional_end_user<T>(
    request: &mut Request<T>,
    method: &'static Method,
) -> Result<Option<EndUser>, Status> {
    match caller(request, method)? {
        Caller::EndUser(user) => Ok(Some(user)),
        Caller::Unknown => Ok(None),
        other => Err(unexpected(&other)),
    }
}

/// The caller of a method whose rule is `internal_user`.
pub fn internal_user<T>(
    request: &mut Request<T>,
    method: &'static Method,
) -> Result<InternalUser, Status> {
    match caller(request, method)? {
        Caller::InternalUser(user) => Ok(user),
        other => Err(unexpected(&other)),
    }
}

/// The caller of a method whose rule is `service_account`.
pub fn service_account<T>(
    request: &mut Request<T>,
    method: &'static Method,
) -> Result<ServiceAccount, Status> {
    match caller(request, method)? {
        Caller::ServiceAccount(service) => Ok(service),
        other => Err(unexpected(&other)),
    }
}

/// The caller of a method whose rule is `service_account` with `on_behalf_of`.
pub fn on_behalf_of<T>(
    request: &mut Request<T>,
    method: &'static Method,
) -> Result<OnBehalfOf, Status> {
    match caller(request, method)? {
        Caller::OnBehalfOf(both) => Ok(both),
        other => Err(unexpected(&other)),
    }
}

/// What an adapter answers to a caller whom the rule does not name. The gate lets none through.
pub fn unexpected(caller: &Caller) -> Status {
    tracing::error!(
        caller = caller.kind(),
        "the gate let another kind of caller through than the rule names"
    );
    Status::internal("the gate let another kind of caller through than the rule names")
}

/// Who makes a call to this method. The permit stays where it is: what is behind [`Caller::of`].
pub(crate) fn look(extensions: &Extensions, method: &Method) -> Result<Caller, Status> {
    match extensions.get::<Permit>() {
        Some(permit) if std::ptr::eq(permit.method, method) || permit.method == method => {
            Ok(permit.caller.clone())
        }
        Some(permit) => Err(for_another(permit, method)),
        // The gate gives no permit for what is open to everyone.
        None if method.rule.callers().is_none() => Ok(Caller::Unknown),
        None => Err(no_gate(method)),
    }
}

fn for_another(permit: &Permit, method: &Method) -> Status {
    tracing::error!(
        method = method.path,
        permit = permit.method.path,
        "the gate's permit is for another method"
    );
    Status::internal("the gate's permit is for another method")
}

fn no_gate(method: &Method) -> Status {
    tracing::error!(method = method.path, "the gate is not installed");
    Status::internal("the gate is not installed")
}
