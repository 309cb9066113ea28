//! The identity provider over HTTP, as the Firebase JS SDK and a project's servers speak to it.
//!
//! Every ID token that a test gets passes the production verifier, with keys fetched from the provider itself.

#![allow(
    clippy::unwrap_used,
    reason = "a test stops where it finds what it did not expect"
)]

mod access;
mod admin;
mod app_check;
mod custom;
mod durability;
mod guest;
mod iap;
mod iap_sign_in;
mod idp;
mod keys;
mod limits;
mod local;
mod mint;
mod oob;
mod pages;
mod password;
mod phone;
mod second_factor;
mod service_accounts;
mod session_cookies;
mod sessions;
mod tenants;
mod token_grant;
