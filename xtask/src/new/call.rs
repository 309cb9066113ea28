//! Calls by gRPC-Web, in as few words as will do.

use std::{
    io::{Read, Write},
    net::TcpStream,
    time::Duration,
};

use anyhow::Context;

/// How a call ended.
pub(super) struct Answer {
    /// Its `grpc-status`.
    pub(super) status: Option<u32>,
    /// All that was answered, as text.
    pub(super) body: String,
}

/// Calls a method of whoever listens at `http://..`, with this message and without a token.
pub(super) fn call(origin: &str, method: &str, message: &[u8]) -> anyhow::Result<Answer> {
    let host = origin.strip_prefix("http://").context("not http")?;
    let mut stream = TcpStream::connect(host).with_context(|| origin.to_owned())?;
    stream.set_read_timeout(Some(Duration::from_mins(1)))?;
    let length = u32::try_from(message.len())?.to_be_bytes();
    let frame = [&[0][..], &length, message].concat();
    let head = format!(
        "POST /{method} HTTP/1.1\r\nhost: {host}\r\ncontent-type: application/grpc-web+proto\r\n\
         x-grpc-web: 1\r\nconnection: close\r\ncontent-length: {}\r\n\r\n",
        frame.len()
    );
    stream.write_all(&[head.as_bytes(), &frame].concat())?;
    let mut answer = Vec::new();
    stream
        .read_to_end(&mut answer)
        .with_context(|| method.to_owned())?;
    let body = String::from_utf8_lossy(&answer).into_owned();
    let status = body
        .split_once("grpc-status:")
        .and_then(|(_, rest)| rest.split_whitespace().next()?.parse().ok());
    Ok(Answer { status, body })
}

#[cfg(test)]
mod tests {
    use std::{net::TcpListener, thread};

    use super::*;

    #[test]
    fn the_status_is_found_in_headers_and_after_messages() {
        for (answer, status) in [
            ("HTTP/1.1 200 OK\r\ngrpc-status: 16\r\n\r\n", Some(16)),
            (
                "HTTP/1.1 200 OK\r\n\r\n\0\0\0\0\0\u{80}grpc-status:0\r\n",
                Some(0),
            ),
            ("HTTP/1.1 404 Not Found\r\n\r\n", None),
        ] {
            let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
            let origin = format!("http://{}", listener.local_addr().expect("an address"));
            thread::spawn(move || {
                let (mut stream, _) = listener.accept().expect("a caller");
                let _ = stream.read(&mut [0; 4096]);
                stream.write_all(answer.as_bytes()).expect("it is read");
            });
            assert_eq!(
                call(&origin, "a.A/B", b"").expect("an answer").status,
                status
            );
        }
    }
}
