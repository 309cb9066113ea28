//! Handlers that do not take their caller, given to what serves those that do.

use callgate_api::votes::v1::vote_service_gate;

struct Votes;

fn main() {
    let _ = vote_service_gate::server(Votes);
}
