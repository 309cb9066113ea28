//! The services that are served, one a line: what a new one is added to.

use callgate::accounts::Accounts;
use callgate_admin::Admin;
use callgate_api::{
    admin::v1::admin_service_gate, profiles::v1::profile_service_gate, votes::v1::vote_service_gate,
};
use callgate_profiles::Profiles;
use callgate_serve::Server;
use callgate_votes::Votes;

/// The services that need something of this system: their data, or the accounts.
pub(crate) struct Services {
    pub(crate) votes: Votes,
    pub(crate) admin: Admin,
    pub(crate) accounts: Accounts,
}

impl Services {
    /// Has the server serve all of them.
    pub(crate) fn on(self, server: Server) -> Server {
        server
            .service(vote_service_gate::server(self.votes))
            .service(profile_service_gate::server(Profiles::new(
                self.accounts.clone(),
            )))
            .service(admin_service_gate::server(self.admin))
            // What `callgate new` makes goes above this line.
            .accounts(self.accounts)
    }
}
