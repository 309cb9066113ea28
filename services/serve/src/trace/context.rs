//! Which trace a call belongs to, from its headers.

use http::HeaderMap;
use opentelemetry::trace::{SpanContext, SpanId, TraceFlags, TraceId, TraceState};

use crate::logs::TraceContext;

/// A trace and the caller's span in it. Its parts are hexadecimal digits, so that they may stand in a log.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Incoming<'a> {
    trace: &'a str,
    span: Span<'a>,
    sampled: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Span<'a> {
    Hexadecimal(&'a str),
    /// As `X-Cloud-Trace-Context` gives it. 0 is none.
    Number(u64),
}

impl<'a> Incoming<'a> {
    /// From `traceparent`, else from `X-Cloud-Trace-Context`. What is malformed counts as not there.
    pub(super) fn of(headers: &'a HeaderMap) -> Option<Self> {
        let header = |name| headers.get(name)?.to_str().ok();
        header("traceparent")
            .and_then(Self::w3c)
            .or_else(|| header("x-cloud-trace-context").and_then(Self::google))
    }

    /// <https://www.w3.org/TR/trace-context/#traceparent-header>: `VERSION-TRACE-PARENT-FLAGS`.
    fn w3c(text: &'a str) -> Option<Self> {
        let (version, rest) = text.split_once('-')?;
        let (trace, rest) = rest.split_once('-')?;
        let (span, rest) = rest.split_once('-')?;
        // Later versions may append parts; the first has none.
        let flags = match version {
            "00" => rest,
            "ff" => return None,
            _ => rest.split('-').next()?,
        };
        (is_id(version, 2) || version == "00").then_some(())?;
        (is_id(trace, 32) && is_id(span, 16) && is_hexadecimal(flags, 2)).then_some(())?;
        Some(Self {
            trace,
            span: Span::Hexadecimal(span),
            sampled: u8::from_str_radix(flags, 16).ok()? & 1 == 1,
        })
    }

    /// `TRACE`, `TRACE/SPAN` or `TRACE/SPAN;o=OPTIONS`, the span as a decimal number.
    fn google(text: &'a str) -> Option<Self> {
        let (ids, options) = text.split_once(';').unwrap_or((text, ""));
        let (trace, span) = ids.split_once('/').unwrap_or((ids, "0"));
        is_id(trace, 32).then_some(())?;
        Some(Self {
            trace,
            span: Span::Number(span.parse().ok()?),
            sampled: options == "o=1",
        })
    }

    /// What the log lines of the call carry, in this project.
    pub(super) fn in_project(self, project: &str) -> TraceContext {
        TraceContext {
            trace: format!("projects/{project}/traces/{}", self.trace),
            span: match self.span {
                Span::Hexadecimal(span) => Some(span.to_owned()),
                Span::Number(0) => None,
                Span::Number(span) => Some(format!("{span:016x}")),
            },
            sampled: self.sampled,
        }
    }
    /// What a span of ours is a part of.
    pub(super) fn parent(self) -> Option<SpanContext> {
        let span = match self.span {
            Span::Hexadecimal(span) => SpanId::from_hex(span).ok()?,
            // A trace without a span of the caller's is one all the same, but OpenTelemetry knows no such thing.
            Span::Number(number) => SpanId::from(number.max(1)),
        };
        let flags = match self.sampled {
            true => TraceFlags::SAMPLED,
            false => TraceFlags::default(),
        };
        let trace = TraceId::from_hex(self.trace).ok()?;
        let state = TraceState::default();
        Some(SpanContext::new(trace, span, flags, true, state))
    }
}

fn is_hexadecimal(text: &str, length: usize) -> bool {
    text.len() == length && text.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f'))
}

/// An id of zeros only is none.
fn is_id(text: &str, length: usize) -> bool {
    is_hexadecimal(text, length) && text.bytes().any(|b| b != b'0')
}

#[cfg(test)]
mod tests {
    use super::*;

    const TRACE: &str = "0af7651916cd43dd8448eb211c80319c";

    fn context(headers: &[(&'static str, &str)]) -> Option<TraceContext> {
        let mut map = HeaderMap::new();
        for (name, value) in headers {
            map.insert(*name, value.parse().expect("a header value"));
        }
        Incoming::of(&map).map(|incoming| incoming.in_project("p"))
    }

    fn expected(span: Option<&str>, sampled: bool) -> TraceContext {
        TraceContext {
            trace: format!("projects/p/traces/{TRACE}"),
            span: span.map(str::to_owned),
            sampled,
        }
    }

    #[test]
    fn the_standard_header_comes_first() {
        let parent = format!("00-{TRACE}-b7ad6b7169203331-01");
        let google = format!("{}/1;o=0", TRACE.replace('0', "1"));
        assert_eq!(
            context(&[("traceparent", &parent), ("x-cloud-trace-context", &google)]),
            Some(expected(Some("b7ad6b7169203331"), true))
        );
    }

    #[test]
    fn googles_header_will_do() {
        for (text, span, sampled) in [
            (format!("{TRACE}/255;o=1"), Some("00000000000000ff"), true),
            (format!("{TRACE}/255"), Some("00000000000000ff"), false),
            (TRACE.to_owned(), None, false),
        ] {
            let parent = ("traceparent", "00-nonsense");
            assert_eq!(
                context(&[parent, ("x-cloud-trace-context", &text)]),
                Some(expected(span, sampled)),
                "{text}"
            );
        }
    }

    #[test]
    fn a_span_of_ours_is_a_part_of_the_trace_that_it_came_with() {
        let mut map = HeaderMap::new();
        for (header, text, span, sampled) in [
            (
                "traceparent",
                format!("00-{TRACE}-b7ad6b7169203331-01"),
                0xb7ad_6b71_6920_3331,
                true,
            ),
            ("x-cloud-trace-context", format!("{TRACE}/255"), 255, false),
            ("x-cloud-trace-context", format!("{TRACE};o=1"), 1, true),
        ] {
            map.clear();
            map.insert(header, text.parse().expect("a header value"));
            let parent = Incoming::of(&map).and_then(Incoming::parent);
            let parent = parent.expect("a trace");
            assert!(parent.is_valid() && parent.is_remote());
            assert_eq!(parent.trace_id().to_string(), TRACE);
            assert_eq!(parent.span_id(), SpanId::from(span));
            assert_eq!(parent.is_sampled(), sampled);
        }
    }

    #[test]
    fn what_is_malformed_is_no_trace() {
        for parent in [
            "",
            "00",
            "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331",
            "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01-more",
            "00-0AF7651916CD43DD8448EB211C80319C-b7ad6b7169203331-01",
            "00-00000000000000000000000000000000-b7ad6b7169203331-01",
            "00-0af7651916cd43dd8448eb211c80319c-0000000000000000-01",
            "00-0af7651916cd43dd8448eb211c80319-b7ad6b7169203331-01",
            "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-0x",
            "ff-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
        ] {
            assert_eq!(context(&[("traceparent", parent)]), None, "{parent}");
        }
        for google in ["x/1;o=1", "0af7651916cd43dd8448eb211c80319c/x;o=1"] {
            assert_eq!(context(&[("x-cloud-trace-context", google)]), None);
        }
    }
}
