//! The content types of gRPC-Web, as clients and what is between write them, made into those that tonic-web knows.
//!
//! tonic-web compares byte by byte. But a media type may have parameters and is compared without case (RFC 9110, 8.3.1): some
//! proxies add `; charset=utf-8`. And it answers in binary to whoever sends text without an `Accept`, which is no use to a client
//! that cannot read binary: here the answer is of the request's kind, unless an `Accept` wishes the other one.

use http::{
    HeaderMap, HeaderValue,
    header::{ACCEPT, CONTENT_TYPE},
};

/// How messages are written in gRPC-Web.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Binary,
    /// In base64.
    Text,
}

/// What kind of gRPC-Web a request is, and which its answer shall be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct WebTypes {
    request: Kind,
    answer: Kind,
}

// === impl WebTypes ===

impl WebTypes {
    /// Of a request that is gRPC-Web, with protobuf.
    pub(crate) fn of(headers: &HeaderMap) -> Option<Self> {
        let request = Kind::of(headers.get(CONTENT_TYPE)?.to_str().ok()?)?;
        let accepted = headers.get_all(ACCEPT).iter();
        let answer = accepted
            .filter_map(|accept| accept.to_str().ok())
            .flat_map(|accept| accept.split(','))
            .find_map(Kind::of)
            .unwrap_or(request);
        Some(Self { request, answer })
    }

    /// Whether the request has yet to be decoded.
    pub(crate) fn is_text(self) -> bool {
        self.request == Kind::Text
    }

    /// Writes them as tonic-web reads them, of a request that is decoded.
    pub(crate) fn write(self, headers: &mut HeaderMap) {
        headers.insert(CONTENT_TYPE, Kind::Binary.name());
        headers.insert(ACCEPT, self.answer.name());
    }
}

// === impl Kind ===

impl Kind {
    /// Of a media type, with its parameters.
    fn of(media_type: &str) -> Option<Self> {
        let mut parts = media_type.split(';');
        let name = parts.next()?.trim();
        let kind = [
            ("application/grpc-web+proto", Self::Binary),
            ("application/grpc-web", Self::Binary),
            ("application/grpc-web-text", Self::Text),
            ("application/grpc-web-text+proto", Self::Text),
        ]
        .into_iter()
        .find_map(|(known, kind)| name.eq_ignore_ascii_case(known).then_some(kind))?;
        parts.all(is_parameter).then_some(kind)
    }

    fn name(self) -> HeaderValue {
        HeaderValue::from_static(match self {
            Self::Binary => "application/grpc-web+proto",
            Self::Text => "application/grpc-web-text+proto",
        })
    }
}

/// `name=value`, of which neither says anything to us.
fn is_parameter(text: &str) -> bool {
    let is_token = |token: &str| {
        !token.is_empty()
            && (token.bytes()).all(|b| b.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&b))
    };
    let unquoted = |value: &str| {
        value
            .strip_prefix('"')
            .and_then(|value| value.strip_suffix('"'))
            .is_some_and(is_token)
    };
    text.trim()
        .split_once('=')
        .is_some_and(|(name, value)| is_token(name) && (is_token(value) || unquoted(value)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn types(content_type: &str, accept: &[&str]) -> Option<(Kind, Kind)> {
        let mut headers = HeaderMap::new();
        headers.insert(CONTENT_TYPE, content_type.parse().expect("a value"));
        for accept in accept {
            headers.append(ACCEPT, accept.parse().expect("a value"));
        }
        WebTypes::of(&headers).map(|types| (types.request, types.answer))
    }

    #[test]
    fn media_types_have_parameters_and_no_case() {
        let (binary, text) = ((Kind::Binary, Kind::Binary), (Kind::Text, Kind::Text));
        for (content_type, known) in [
            ("application/grpc-web", Some(binary)),
            ("application/grpc-web+proto", Some(binary)),
            ("Application/gRPC-Web+Proto", Some(binary)),
            ("application/grpc-web+proto;charset=UTF-8", Some(binary)),
            ("application/grpc-web ; a=b; c=\"d\"", Some(binary)),
            ("application/grpc-web-text", Some(text)),
            ("application/grpc-web-text+proto; charset=utf-8", Some(text)),
            ("application/grpc", None),
            ("application/grpc-web+json", None),
            ("application/grpc-website", None),
            ("application/grpc-web+proto, application/grpc", None),
            ("application/grpc-web;", None),
            ("application/grpc-web; charset", None),
            ("application/grpc-web; text/plain", None),
            ("application/grpc-web; a=b, text/plain", None),
            ("text/plain; x=application/grpc-web", None),
            ("", None),
        ] {
            assert_eq!(types(content_type, &[]), known, "{content_type}");
        }
    }

    #[test]
    fn the_answer_is_of_the_requests_kind_unless_another_is_accepted() {
        let (binary, text) = ("application/grpc-web", "application/grpc-web-text");
        for (content_type, accept, answer) in [
            (text, &[][..], Kind::Text),
            (text, &["*/*"], Kind::Text),
            (text, &[text], Kind::Text),
            (text, &[binary], Kind::Binary),
            (binary, &[], Kind::Binary),
            (binary, &["*/*"], Kind::Binary),
            (binary, &[text], Kind::Text),
            (
                binary,
                &[
                    "text/html",
                    "*/*;q=0.8, Application/Grpc-Web-Text+proto;q=0.5",
                ],
                Kind::Text,
            ),
        ] {
            let types = types(content_type, accept);
            assert_eq!(
                types.map(|(_, answer)| answer),
                Some(answer),
                "{content_type} {accept:?}"
            );
        }
    }
}
