//! Handlers that are none of tonic's, given to what serves those.

use callgate_api::votes::v1::vote_service_server::VoteServiceServer;
use tonic::transport::Server;

struct Votes;

fn main() {
    let _ = Server::builder().add_service(VoteServiceServer::new(Votes));
}
