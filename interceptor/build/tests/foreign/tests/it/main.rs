//! Handlers of every shape compile, and are reached or not.

mod greeter;
mod methods;
mod without_gate;
