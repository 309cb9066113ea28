//! Codes that a person would get by SMS or e-mail: on the terminal.

use callgate_identity::{CodeKind, CodeNotice};

pub(crate) fn print(notice: &CodeNotice) {
    let CodeNotice { kind, to, code, .. } = notice;
    let what = match kind {
        CodeKind::Sms => "SMS code",
        CodeKind::PasswordReset => "To reset the password",
        CodeKind::VerifyEmail => "To verify the address",
        CodeKind::ChangeEmail => "To change the address",
        _ => "Code",
    };
    println!("{what} for {to}: {}", notice.link.as_ref().unwrap_or(code));
}
