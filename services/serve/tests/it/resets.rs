//! Streams that a client opens only to have them reset (CVE-2023-44487, CVE-2025-8671).

use crate::{
    fixture::{config, run},
    limits::until_cut,
};

const HEADERS: u8 = 1;
const RST_STREAM: u8 = 3;
const SETTINGS: u8 = 4;
const GOAWAY: u8 = 7;

const CANCEL: [u8; 4] = [0, 0, 0, 8];
const ENHANCE_YOUR_CALM: [u8; 4] = [0, 0, 0, 0xb];

/// A frame of HTTP/2 (RFC 9113, section 4.1).
fn frame(kind: u8, flags: u8, stream: u32, payload: &[u8]) -> Vec<u8> {
    let length = u32::try_from(payload.len()).expect("a length");
    let length = &length.to_be_bytes()[1..];
    [length, &[kind, flags], &stream.to_be_bytes(), payload].concat()
}

fn headers(stream: u32, block: &[u8]) -> Vec<u8> {
    let end_headers = 4;
    frame(HEADERS, end_headers, stream, block)
}

/// Why the server ends a connection on which so many streams begin and end like this.
async fn ended_by(streams: u32, one: impl Fn(u32) -> Vec<u8>) -> Option<[u8; 4]> {
    let server = run(config()).await;
    let mut sent = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".to_vec();
    sent.extend(frame(SETTINGS, 0, 0, &[]));
    for number in 0..streams {
        sent.extend(one(2 * number + 1));
    }
    let said = until_cut(&server, &sent).await;
    let mut frames = &said[..];
    while let Some((head, rest)) = frames.split_at_checked(9) {
        let length = u32::from_be_bytes([0, head[0], head[1], head[2]]);
        let (payload, rest) = rest.split_at(usize::try_from(length).expect("a length"));
        if head[3] == GOAWAY {
            return payload[4..8].try_into().ok();
        }
        frames = rest;
    }
    None
}

#[tokio::test]
async fn calls_that_are_taken_back_at_once_end_the_connection() {
    let taken_back = |stream| {
        // POST, http, / and the authority `x`.
        let call = headers(stream, &[0x83, 0x86, 0x84, 0x41, 1, b'x']);
        [call, frame(RST_STREAM, 0, stream, &CANCEL)].concat()
    };
    assert_eq!(ended_by(100, taken_back).await, Some(ENHANCE_YOUR_CALM));
}

#[tokio::test]
async fn calls_that_have_to_be_reset_one_after_the_other_end_the_connection() {
    // POST, and nothing else.
    let malformed = |stream| headers(stream, &[0x83]);
    assert_eq!(ended_by(1100, malformed).await, Some(ENHANCE_YOUR_CALM));
}
