//! A stand-in of Google's metadata server, which tells a program where it runs.

use std::{
    io::{BufRead, BufReader, Write},
    net::{TcpListener, TcpStream},
    thread,
};

pub(super) struct MetadataServer {
    address: String,
}

impl MetadataServer {
    /// Answers, for as long as this process lives, as in this project and region.
    pub(super) fn start(number: &str, region: &str) -> anyhow::Result<Self> {
        let listener = TcpListener::bind("127.0.0.1:0")?;
        let address = listener.local_addr()?.to_string();
        let answers = [
            (
                "instance/region",
                format!("projects/{number}/regions/{region}"),
            ),
            ("project/numeric-project-id", number.to_owned()),
        ];
        thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                // Who asks notices soon enough if there is no answer.
                let _ = answer(&stream, &answers);
            }
        });
        Ok(Self { address })
    }

    pub(super) fn address(&self) -> &str {
        &self.address
    }
}

fn answer(stream: &TcpStream, answers: &[(&str, String)]) -> std::io::Result<()> {
    let mut lines = BufReader::new(stream).lines();
    let request = lines.next().transpose()?.unwrap_or_default();
    for line in lines {
        if line?.is_empty() {
            break;
        }
    }
    let found = answers.iter().find(|(path, _)| request.contains(path));
    let (status, body) = found.map_or(("404 Not Found", ""), |(_, body)| ("200 OK", body));
    let length = body.len();
    let mut stream = stream;
    write!(
        stream,
        "HTTP/1.1 {status}\r\nMetadata-Flavor: Google\r\nContent-Type: application/text\r\n\
         Content-Length: {length}\r\nConnection: close\r\n\r\n{body}"
    )
}
