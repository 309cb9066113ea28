//! The kinds of token that there are verifiers of.

use callgate::explain;

/// As what kind of token a text is judged.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub(crate) enum Kind {
    /// ID token of an end user
    Firebase,
    /// Session cookie of an end user
    SessionCookie,
    /// Assertion of Identity-Aware Proxy, of an internal user
    Iap,
    /// Google's ID token of a service account
    Google,
    /// App Check token of an app
    AppCheck,
    /// Unsigned token of Firebase's emulator
    Emulator,
}

impl Kind {
    const ALL: [Self; 6] = [
        Self::Firebase,
        Self::SessionCookie,
        Self::Iap,
        Self::Google,
        Self::AppCheck,
        Self::Emulator,
    ];

    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Firebase => "firebase",
            Self::SessionCookie => "session-cookie",
            Self::Iap => "iap",
            Self::Google => "google",
            Self::AppCheck => "app-check",
            Self::Emulator => "emulator",
        }
    }

    /// What it is called, with its article.
    pub(crate) fn title(self) -> &'static str {
        match self {
            Self::Firebase => explain::Kind::FirebaseIdToken,
            Self::SessionCookie => explain::Kind::SessionCookie,
            Self::Iap => explain::Kind::IapAssertion,
            Self::Google => explain::Kind::ServiceAccountToken,
            Self::AppCheck => explain::Kind::AppCheckToken,
            Self::Emulator => explain::Kind::EmulatorToken,
        }
        .title()
    }

    /// All names, for a sentence.
    pub(crate) fn names() -> String {
        Self::ALL.map(Self::name).join(", ")
    }

    pub(crate) fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.name() == name)
    }

    /// As what to judge what looks like this: as what it says it is, else as an end user's token, which most are meant to be.
    ///
    /// A gate takes the emulator's tokens for end users' only where it is told to, and no others then.
    pub(crate) fn to_judge(looks: explain::Kind, emulated: bool) -> Self {
        match looks.slug().and_then(Self::named) {
            None | Some(Self::Firebase | Self::Emulator) if emulated => Self::Emulator,
            None | Some(Self::Emulator) => Self::Firebase,
            Some(kind) => kind,
        }
    }
}
