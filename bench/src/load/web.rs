//! gRPC-Web over HTTP/1.1, one call at a time on each connection, as a browser does it.

use std::{io::Write as _, sync::Arc};

use anyhow::{Context, bail};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
    task::JoinSet,
};

use super::{Call, Shared, Times};

/// The bit of a frame of gRPC-Web that says that it holds the trailers.
const TRAILERS: u8 = 0x80;

/// Calls on so many connections.
pub(super) fn connect(
    shared: &Arc<Shared>,
    count: usize,
    streams: &mut JoinSet<anyhow::Result<Times>>,
) {
    for _ in 0..count {
        streams.spawn(connection(Arc::clone(shared)));
    }
}

async fn connection(shared: Arc<Shared>) -> anyhow::Result<Times> {
    let mut socket = TcpStream::connect(("127.0.0.1", shared.port))
        .await
        .context("the server does not listen")?;
    socket.set_nodelay(true)?;
    let mut times = Times::new();
    let (mut request, mut received) = (Vec::new(), Vec::new());
    while let Some(call) = shared.next() {
        request.clear();
        write(&mut request, &call)?;
        socket.write_all(&request).await?;
        received.clear();
        let body = loop {
            if socket.read_buf(&mut received).await? == 0 {
                bail!("the server hung up");
            }
            if let Some(body) = body(&received)? {
                break body;
            }
        };
        let (message, status) = take_apart(&body)?;
        call.check(message, status)?;
        shared.note(&call, &mut times);
    }
    Ok(times)
}

fn write(request: &mut Vec<u8>, call: &Call) -> anyhow::Result<()> {
    request.extend_from_slice(
        b"POST /bench.v1.EchoService/Echo HTTP/1.1\r\nhost: 127.0.0.1\r\n\
          content-type: application/grpc-web+proto\r\naccept: application/grpc-web+proto\r\nx-grpc-web: 1\r\nauthorization: ",
    );
    request.extend_from_slice(&call.token);
    write!(request, "\r\ncontent-length: {}\r\n\r\n", call.frame.len())?;
    request.extend_from_slice(&call.frame);
    Ok(())
}

/// The body of an answer, once all of it is there.
fn body(received: &[u8]) -> anyhow::Result<Option<Vec<u8>>> {
    let Some(end) = received.windows(4).position(|w| w == b"\r\n\r\n") else {
        return Ok(None);
    };
    let (head, mut rest) = (std::str::from_utf8(&received[..end])?, &received[end + 4..]);
    if !head.starts_with("HTTP/1.1 200 ") {
        bail!("{}", head.lines().next().unwrap_or_default());
    }
    let header = |name: &str| {
        head.lines()
            .filter_map(|line| line.split_once(": "))
            .find_map(|(n, value)| n.eq_ignore_ascii_case(name).then_some(value))
    };
    if let Some(length) = header("content-length") {
        let length: usize = length.parse()?;
        return Ok(rest.get(..length).map(<[u8]>::to_vec));
    }
    if header("transfer-encoding") != Some("chunked") {
        bail!("an answer of unknown length");
    }
    let mut body = Vec::new();
    loop {
        let Some(line) = rest.windows(2).position(|w| w == b"\r\n") else {
            return Ok(None);
        };
        let size = usize::from_str_radix(std::str::from_utf8(&rest[..line])?, 16)?;
        let chunk = &rest[line + 2..];
        let Some(data) = chunk.get(..size + 2) else {
            return Ok(None);
        };
        if size == 0 {
            return Ok(Some(body));
        }
        body.extend_from_slice(&data[..size]);
        rest = &chunk[size + 2..];
    }
}

/// The frame of the message, and the status in the frame of the trailers.
fn take_apart(body: &[u8]) -> anyhow::Result<(&[u8], Option<&[u8]>)> {
    let mut message: &[u8] = &[];
    let mut rest = body;
    while let [flags, a, b, c, d, _, ..] = *rest {
        let length = usize::try_from(u32::from_be_bytes([a, b, c, d]))?;
        let frame = rest.get(..5 + length).context("a frame is cut off")?;
        rest = &rest[5 + length..];
        if flags & TRAILERS == 0 {
            message = frame;
            continue;
        }
        let status = frame[5..]
            .split(|byte| *byte == b'\n')
            .find_map(|line| line.strip_prefix(b"grpc-status:"))
            .map(<[u8]>::trim_ascii);
        return Ok((message, status));
    }
    Ok((message, None))
}
