//! What a person reads first.

use std::io::{IsTerminal, stdout};

/// The URLs to open, and two calls to copy. They sign up with Firebase's emulator where that is there.
pub(crate) fn print(origin: &str, auth_emulator_host: Option<&str>) {
    let provider = auth_emulator_host.map(|host| format!("http://{host}"));
    let stays = match provider {
        None => "accounts and votes stay",
        Some(_) => "votes stay; the accounts are those of Firebase's emulator",
    };
    let provider = provider.as_deref().unwrap_or(origin);
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
TOKEN=$(curl -s '{provider}/identitytoolkit.googleapis.com/v1/accounts:signUp?key=local' -H 'content-type: application/json' -d '{{"email":"ada'$RANDOM'@example.com","password":"correct horse","returnSecureToken":true}}' | sed -E 's/.*"idToken":"([^"]+)".*/\1/')

{dim}# .. and vote for cats, by gRPC-Web; grpc-status 0 is success, 16 without the token{plain}
printf '\0\0\0\0\2\10\1' | curl -si '{origin}/votes.v1.VoteService/CastVote' -H 'content-type: application/grpc-web+proto' -H "authorization: Bearer $TOKEN" --data-binary @- | grep -aoE 'grpc-status: ?[0-9]+'

{dim}Ctrl-C stops it; {stays}.{plain}
"#
    );
}
