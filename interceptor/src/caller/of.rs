//! Asking who calls, in handlers that are not gated by their type.

use tonic::{Extensions, Status};

use super::Caller;
use crate::{permit, policy::Method};

impl Caller {
    /// Who makes this call, as the gate has verified: for handlers of tonic's own traits, and for whatever else stands behind the
    /// gate. Those that `callgate-build` generates are handed their caller and need not ask.
    ///
    /// It wants the extensions of the request as the gate has left them, and the method that the handler is for. What else is in
    /// the extensions does not count: only the gate can say who calls. It may be asked more than once.
    ///
    /// ```
    /// use callgate::{Caller, EndUserRule, Method, Rule};
    /// use tonic::{Code, Request, Response, Status};
    ///
    /// static GREET: Method = Method {
    ///     path: "/greeter.v1.GreeterService/Greet",
    ///     client_streaming: false,
    ///     server_streaming: false,
    ///     rule: Rule::end_user(EndUserRule::SIGNED_IN),
    /// };
    ///
    /// fn greet(request: &Request<()>) -> Result<Response<String>, Status> {
    ///     let caller = Caller::of(request.extensions(), &GREET)?;
    ///     let user = caller.end_user().ok_or_else(|| Status::internal("the rule admits end users only"))?;
    ///     Ok(Response::new(format!("Hello {}", user.id().uid)))
    /// }
    ///
    /// // The gate is not there, so nobody is greeted.
    /// assert_eq!(greet(&Request::new(())).unwrap_err().code(), Code::Internal);
    /// ```
    ///
    /// Where `callgate-build` compiles the protos, there is a function for each method that does this, with the type that the
    /// method's rule promises: `greeter_service_gate::caller::greet(request.extensions())?`.
    ///
    /// # Errors
    ///
    /// INTERNAL, to be answered as it is, where the gate is not installed, and where it let the call through to another method or by
    /// another rule (G3). A public method has no caller to be verified: it is [`Caller::Unknown`], gate or not.
    pub fn of(extensions: &Extensions, method: &Method) -> Result<Self, Status> {
        permit::look(extensions, method)
    }
}
