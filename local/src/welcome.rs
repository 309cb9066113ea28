//! What a person reads first.

use std::io::{IsTerminal, stdout};

/// The URLs to open, and two calls to copy.
pub(crate) fn print(origin: &str) {
    let (bold, dim, plain) = if stdout().is_terminal() && std::env::var_os("NO_COLOR").is_none() {
        ("\x1b[1m", "\x1b[2m", "\x1b[0m")
    } else {
        ("", "", "")
    };
    println!(
        r#"
Open {bold}{origin}{plain}
Open {bold}{origin}/admin/{plain} as someone of the organization

{dim}# or call it from a terminal: sign up, keep the ID token ..{plain}
TOKEN=$(curl -s '{origin}/identitytoolkit.googleapis.com/v1/accounts:signUp?key=local' -H 'content-type: application/json' -d '{{"email":"ada'$RANDOM'@example.com","password":"correct horse","returnSecureToken":true}}' | sed -E 's/.*"idToken":"([^"]+)".*/\1/')

{dim}# .. and vote for cats, by gRPC-Web; grpc-status 0 is success, 16 without the token{plain}
printf '\0\0\0\0\2\10\1' | curl -si '{origin}/votes.v1.VoteService/CastVote' -H 'content-type: application/grpc-web+proto' -H "authorization: Bearer $TOKEN" --data-binary @- | grep -aoE 'grpc-status: ?[0-9]+'

{dim}Ctrl-C stops it; accounts and votes stay.{plain}
"#
    );
}
