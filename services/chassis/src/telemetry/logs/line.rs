//! How one event becomes one line.

use std::fmt::{self, Write as _};
use std::io::Write as _;

use opentelemetry::trace::SpanContext;
use serde::Serialize;
use tracing::field::{Field, Visit};
use tracing::{Level, Metadata};

use super::text::{Escaped, Plain, escape, hex};

/// Names that a line begins or ends with. A field of the same name is written with a `_` behind.
const TAKEN: [&str; 6] = [
    "timestamp",
    "level",
    "service",
    "target",
    "trace_id",
    "span_id",
];

/// `{"timestamp":…,"level":…,"service":…,"target":…,"message":…,…}`, fields flat.
pub(super) struct JsonLine<'a> {
    out: &'a mut Vec<u8>,
}

impl<'a> JsonLine<'a> {
    pub(super) fn begin(
        out: &'a mut Vec<u8>,
        now: &str,
        service: &str,
        metadata: &Metadata<'_>,
    ) -> Self {
        out.extend_from_slice(b"{\"timestamp\":\"");
        out.extend_from_slice(now.as_bytes());
        out.extend_from_slice(b"\",\"level\":\"");
        out.extend_from_slice(metadata.level().as_str().as_bytes());
        out.extend_from_slice(b"\",\"service\":\"");
        escape(out, service);
        out.extend_from_slice(b"\",\"target\":\"");
        escape(out, metadata.target());
        out.push(b'"');
        Self { out }
    }

    /// Says which trace the line belongs to, and ends it.
    pub(super) fn end(self, ids: Option<&SpanContext>) {
        if let Some(ids) = ids {
            self.out.extend_from_slice(b",\"trace_id\":\"");
            hex(self.out, &ids.trace_id().to_bytes());
            self.out.extend_from_slice(b"\",\"span_id\":\"");
            hex(self.out, &ids.span_id().to_bytes());
            self.out.push(b'"');
        }
        self.out.extend_from_slice(b"}\n");
    }

    fn name(&mut self, field: &Field) {
        let name = field.name();
        self.out.extend_from_slice(b",\"");
        escape(self.out, name);
        if TAKEN.contains(&name) {
            self.out.push(b'_');
        }
        self.out.extend_from_slice(b"\":");
    }

    fn bare(&mut self, field: &Field, value: impl Serialize) {
        self.name(field);
        // Writing into memory does not fail, here and below.
        let _ = serde_json::to_writer(&mut *self.out, &value);
    }

    fn quoted(&mut self, field: &Field, value: fmt::Arguments<'_>) {
        self.name(field);
        self.out.push(b'"');
        let _ = Escaped(self.out).write_fmt(value);
        self.out.push(b'"');
    }
}

impl Visit for JsonLine<'_> {
    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        self.quoted(field, format_args!("{value:?}"));
    }

    fn record_error(&mut self, field: &Field, value: &(dyn std::error::Error + 'static)) {
        self.quoted(field, format_args!("{value}"));
    }

    fn record_str(&mut self, field: &Field, value: &str) {
        self.name(field);
        self.out.push(b'"');
        escape(self.out, value);
        self.out.push(b'"');
    }

    fn record_u64(&mut self, field: &Field, value: u64) {
        self.bare(field, value);
    }

    fn record_i64(&mut self, field: &Field, value: i64) {
        self.bare(field, value);
    }

    fn record_bool(&mut self, field: &Field, value: bool) {
        self.bare(field, value);
    }

    fn record_f64(&mut self, field: &Field, value: f64) {
        // JSON has no word for infinity: it is null.
        self.bare(field, value);
    }
}

/// `12:00:01.250 INFO  target: message key=value …`
pub(super) struct HumanLine<'a> {
    out: &'a mut Vec<u8>,
    fields: Vec<u8>,
}

impl<'a> HumanLine<'a> {
    pub(super) fn begin(out: &'a mut Vec<u8>, now: &str, metadata: &Metadata<'_>) -> Self {
        let level = match *metadata.level() {
            Level::ERROR => "ERROR",
            Level::WARN => "WARN ",
            Level::INFO => "INFO ",
            Level::DEBUG => "DEBUG",
            Level::TRACE => "TRACE",
        };
        // Today's date and the microseconds are of no use to somebody who looks on.
        let time = now.get(11..23).unwrap_or(now);
        let _ = write!(out, "{time} {level} {}:", metadata.target());
        Self {
            out,
            fields: Vec::new(),
        }
    }

    /// Says which trace the line belongs to, and ends it.
    pub(super) fn end(self, ids: Option<&SpanContext>) {
        self.out.extend_from_slice(&self.fields);
        if let Some(ids) = ids {
            self.out.extend_from_slice(b" trace_id=");
            hex(self.out, &ids.trace_id().to_bytes());
        }
        self.out.push(b'\n');
    }
}

impl Visit for HumanLine<'_> {
    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        if field.name() == "message" {
            let _ = write!(Plain(self.out), " {value:?}");
        } else {
            let _ = write!(Plain(&mut self.fields), " {}={value:?}", field.name());
        }
    }

    fn record_f64(&mut self, field: &Field, value: f64) {
        let _ = write!(self.fields, " {}={value:.3}", field.name());
    }
}
