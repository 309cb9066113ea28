//! `rule.proto` as Rust, to read the options by type instead of by field name.

use prost::Message;
use prost_reflect::prost_types::Duration;

#[derive(Clone, PartialEq, Message)]
pub(super) struct Rule {
    #[prost(message, optional, tag = "1")]
    pub(super) public: Option<Public>,
    #[prost(message, optional, tag = "2")]
    pub(super) end_user: Option<EndUser>,
    #[prost(message, optional, tag = "3")]
    pub(super) internal_user: Option<InternalUser>,
    #[prost(message, optional, tag = "4")]
    pub(super) service_account: Option<ServiceAccount>,
    #[prost(message, optional, tag = "5")]
    pub(super) app_check: Option<AppCheck>,
}

#[derive(Clone, Copy, PartialEq, Message)]
pub(super) struct Public {}

#[derive(Clone, PartialEq, Message)]
pub(super) struct EndUser {
    #[prost(bool, tag = "1")]
    pub(super) may_be_absent: bool,
    #[prost(bool, tag = "2")]
    pub(super) anonymous: bool,
    #[prost(bool, tag = "3")]
    pub(super) email_verified: bool,
    #[prost(bool, tag = "4")]
    pub(super) second_factor: bool,
    #[prost(string, repeated, tag = "5")]
    pub(super) roles: Vec<String>,
    #[prost(string, repeated, tag = "6")]
    pub(super) sign_in_providers: Vec<String>,
    #[prost(message, optional, tag = "7")]
    pub(super) signed_in_within: Option<Duration>,
    #[prost(message, optional, tag = "8")]
    pub(super) revocation_checked_within: Option<Duration>,
    #[prost(string, repeated, tag = "9")]
    pub(super) tenants: Vec<String>,
    #[prost(bool, tag = "10")]
    pub(super) session_cookie: bool,
}

#[derive(Clone, PartialEq, Message)]
pub(super) struct InternalUser {
    #[prost(string, repeated, tag = "1")]
    pub(super) hosted_domains: Vec<String>,
    #[prost(bool, tag = "2")]
    pub(super) external: bool,
    #[prost(bool, tag = "3")]
    pub(super) service_accounts: bool,
}

#[derive(Clone, PartialEq, Message)]
pub(super) struct ServiceAccount {
    #[prost(string, repeated, tag = "1")]
    pub(super) names: Vec<String>,
    #[prost(message, optional, tag = "2")]
    pub(super) on_behalf_of: Option<EndUser>,
}

#[derive(Clone, PartialEq, Message)]
pub(super) struct AppCheck {
    #[prost(string, repeated, tag = "1")]
    pub(super) apps: Vec<String>,
    #[prost(bool, tag = "2")]
    pub(super) consume: bool,
}

#[cfg(test)]
mod tests {
    use prost_reflect::{DescriptorPool, DynamicMessage, Kind, MessageDescriptor, Value};

    use super::*;

    /// A message with every field set, as deep as it goes.
    fn full(descriptor: &MessageDescriptor) -> DynamicMessage {
        let mut message = DynamicMessage::new(descriptor.clone());
        for field in descriptor.fields() {
            let value = match field.kind() {
                Kind::Bool => Value::Bool(true),
                Kind::Int32 => Value::I32(1),
                Kind::Int64 => Value::I64(1),
                Kind::String => Value::String("x".to_owned()),
                Kind::Message(message) => Value::Message(full(&message)),
                kind => panic!("{} has a kind of its own, {kind:?}", field.full_name()),
            };
            let value = if field.is_list() {
                Value::List(vec![value])
            } else {
                value
            };
            message.set_field(&field, value);
        }
        message
    }

    #[test]
    fn no_field_of_rule_proto_is_overlooked() {
        let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/proto");
        let set = protox::compile(["callgate/v1/rule.proto"], [folder]).unwrap();
        let pool = DescriptorPool::from_file_descriptor_set(set).unwrap();
        let full = full(&pool.get_message_by_name("callgate.v1.Rule").unwrap());

        let read: Rule = full.transcode_to().unwrap();
        assert_eq!(read.encode_to_vec(), full.encode_to_vec());
    }
}
