//! What the library does over real connections.

mod accounts;
mod caller_of;
mod explain;
mod google;
mod google_id_tokens;
mod google_key_file;
mod google_server;
mod keys;
mod outgoing;
mod verify;
