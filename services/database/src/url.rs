//! `DATABASE_URL`.

use std::str::FromStr;

use sqlx::{postgres::PgConnectOptions, sqlite::SqliteConnectOptions};

use crate::OpenError;

/// A database, by its URL.
///
/// - `postgres://user:password@host:port/database?sslmode=verify-full`, or `postgresql://`;
/// - `postgres://user:password@localhost/database?host=/cloudsql/project:region:instance` through a unix socket, also as libpq
///   writes it, with nothing between `@` and `/`;
/// - `sqlite:votes.db`, `sqlite:///var/lib/votes.db`: a file, made where there is none.
#[derive(Clone, Debug)]
pub enum DatabaseUrl {
    /// A PostgreSQL server.
    Postgres(PgConnectOptions),
    /// A SQLite file.
    Sqlite(SqliteConnectOptions),
}

// The URL may hold a password: no error shows any of it but the scheme.
impl FromStr for DatabaseUrl {
    type Err = OpenError;

    fn from_str(url: &str) -> Result<Self, OpenError> {
        let scheme = url.split_once(':').map(|(scheme, _)| scheme);
        match scheme {
            Some("postgres" | "postgresql") => with_host(url)
                .parse()
                .map(Self::Postgres)
                .map_err(|error| OpenError::Url(format!("not a PostgreSQL URL: {error}"))),
            Some("sqlite") => sqlite(url).map(Self::Sqlite),
            _ => Err(OpenError::Url(
                "a database URL starts with `postgres://`, `postgresql://` or `sqlite:`".to_owned(),
            )),
        }
    }
}

/// libpq's `postgres://user@/database?host=..` is no URL to a URL parser, which wants a host after a user. The one given in
/// the query replaces it.
fn with_host(url: &str) -> String {
    let authority = url.find("://").map_or(0, |at| at + 3);
    let end = url[authority..]
        .find(['/', '?', '#'])
        .map_or(url.len(), |at| authority + at);
    let host = url[authority..end]
        .rfind('@')
        .map_or(authority, |at| authority + at + 1);
    let missing = host > authority && (host == end || url[host..].starts_with(':'));
    if missing {
        format!("{}localhost{}", &url[..host], &url[host..])
    } else {
        url.to_owned()
    }
}

fn sqlite(url: &str) -> Result<SqliteConnectOptions, OpenError> {
    let path = url.trim_start_matches("sqlite:").trim_start_matches("//");
    let file = path.split('?').next().unwrap_or_default();
    if file.is_empty() || file == ":memory:" || path.contains("mode=memory") {
        return Err(OpenError::Url(
            "a SQLite database needs a file, as in `sqlite:data.db`: memory keeps nothing"
                .to_owned(),
        ));
    }
    url.parse()
        .map_err(|error| OpenError::Url(format!("not a SQLite URL: {error}")))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn postgres(url: &str) -> PgConnectOptions {
        match url.parse() {
            Ok(DatabaseUrl::Postgres(options)) => options,
            other => panic!("{url}: {other:?}"),
        }
    }

    fn refusal(url: &str) -> String {
        url.parse::<DatabaseUrl>().unwrap_err().to_string()
    }

    #[test]
    fn postgres_by_tcp() {
        for url in [
            "postgres://ann:pw@db:5433/votes",
            "postgresql://ann:pw@db:5433/votes",
        ] {
            let options = postgres(url);
            assert_eq!(options.get_host(), "db");
            assert_eq!(options.get_port(), 5433);
            assert_eq!(options.get_username(), "ann");
            assert_eq!(options.get_database(), Some("votes"));
            assert_eq!(options.get_socket(), None);
        }
    }

    #[test]
    fn postgres_by_unix_socket_also_as_libpq_writes_it() {
        for url in [
            "postgres://ann@localhost/votes?host=/cloudsql/p:r:i",
            "postgres://ann@/votes?host=/cloudsql/p:r:i",
            "postgres://ann:p%40w@/votes?host=/cloudsql/p:r:i",
            "postgres://ann@:5432/votes?host=/cloudsql/p:r:i",
            "postgres:///votes?user=ann&host=/cloudsql/p:r:i",
        ] {
            let options = postgres(url);
            let socket = options.get_socket().and_then(|path| path.to_str());
            assert_eq!(socket, Some("/cloudsql/p:r:i"), "{url}");
            assert_eq!(options.get_username(), "ann", "{url}");
            assert_eq!(options.get_database(), Some("votes"), "{url}");
        }
    }

    #[test]
    fn sqlite_by_file() {
        for (url, file) in [
            ("sqlite:votes.db", "votes.db"),
            ("sqlite://votes.db", "votes.db"),
            ("sqlite:///var/votes.db", "/var/votes.db"),
        ] {
            match url.parse() {
                Ok(DatabaseUrl::Sqlite(options)) => {
                    assert_eq!(options.get_filename().to_str(), Some(file));
                }
                other => panic!("{url}: {other:?}"),
            }
        }
    }

    #[test]
    fn anything_else_is_refused_in_words_and_without_its_password() {
        for url in ["", "votes.db", "mysql://root:secret@db/votes", "Postgres"] {
            assert!(refusal(url).contains("starts with `postgres://`"), "{url}");
        }
        for url in ["sqlite:", "sqlite::memory:", "sqlite://x?mode=memory"] {
            assert!(refusal(url).contains("needs a file"), "{url}");
        }
        let refusal = refusal("postgres://ann:secret@db:port/votes");
        assert!(refusal.starts_with("not a PostgreSQL URL:"), "{refusal}");
        assert!(!refusal.contains("secret"), "{refusal}");
    }
}
