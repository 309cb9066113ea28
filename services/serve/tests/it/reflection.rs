//! Reflection tells what there is, rules included, unless it is off.

use callgate_serve::{Config, Platform};
use prost::Message;
use prost_types::FileDescriptorProto;
use tonic_reflection::pb::v1::{
    ServerReflectionRequest, server_reflection_client::ServerReflectionClient,
    server_reflection_request::MessageRequest, server_reflection_response::MessageResponse,
};

use crate::fixture::{Running, config, run, soon};

async fn ask(server: &Running, what: MessageRequest) -> Result<MessageResponse, tonic::Status> {
    let request = ServerReflectionRequest {
        host: String::new(),
        message_request: Some(what),
    };
    let mut client = ServerReflectionClient::new(server.channel().await);
    let answers = client
        .server_reflection_info(tokio_stream::once(request))
        .await?;
    let answer = soon(answers.into_inner().message())
        .await?
        .expect("an answer");
    Ok(answer.message_response.expect("an answer"))
}

#[tokio::test]
async fn reflection_lists_the_services() {
    let server = run(config()).await;
    let list = MessageRequest::ListServices(String::new());
    let MessageResponse::ListServicesResponse(list) = ask(&server, list).await.expect("a list")
    else {
        panic!("no list")
    };
    let names: Vec<_> = list.service.iter().map(|s| s.name.as_str()).collect();
    for name in [
        "votes.v1.VoteService",
        "grpc.health.v1.Health",
        "grpc.reflection.v1.ServerReflection",
    ] {
        assert!(names.contains(&name), "{names:?}");
    }
}

#[tokio::test]
async fn reflection_keeps_the_rules() {
    let server = run(config()).await;
    let method = "votes.v1.VoteService.GetResults".to_owned();
    let symbol = MessageRequest::FileContainingSymbol(method);
    let MessageResponse::FileDescriptorResponse(file) = ask(&server, symbol).await.expect("a file")
    else {
        panic!("no file")
    };
    let raw = &file.file_descriptor_proto[0];
    let known = FileDescriptorProto::decode(&raw[..]).expect("a descriptor");
    // prost drops the options it does not know, here our rules: what came over the wire holds them.
    assert!(raw.len() > known.encoded_len(), "the options are lost");
    let rule_tag = [0xb2, 0xb0, 0x19];
    assert!(
        raw.windows(3).any(|bytes| bytes == rule_tag),
        "no field 51974"
    );
}

#[tokio::test]
async fn reflection_knows_what_the_details_of_a_refusal_are() {
    let server = run(config()).await;
    for message in ["ErrorInfo", "RetryInfo"] {
        let symbol = MessageRequest::FileContainingSymbol(format!("google.rpc.{message}"));
        let MessageResponse::FileDescriptorResponse(file) =
            ask(&server, symbol).await.expect("a file")
        else {
            panic!("no file that holds {message}: without it grpcurl shows bytes, not the reason")
        };
        let file = FileDescriptorProto::decode(&file.file_descriptor_proto[0][..]);
        let file = file.expect("a descriptor");
        assert!(file.message_type.iter().any(|m| m.name() == message));
    }
}

#[tokio::test]
async fn on_cloud_run_reflection_is_off_unless_asked_for() {
    let platform = Platform::from_variables(|name| name == "K_SERVICE");
    assert!(platform.is_cloud_run());
    let server = run(Config {
        reflection: !platform.is_cloud_run(),
        platform,
        ..config()
    })
    .await;
    let list = MessageRequest::ListServices(String::new());
    let refused = ask(&server, list).await.expect_err("nothing to reflect");
    assert_eq!(refused.code(), tonic::Code::Unimplemented);
}
