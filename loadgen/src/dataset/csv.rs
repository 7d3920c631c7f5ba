//! Comma-separated values as RFC 4180 has them.

use std::io::{self, Write};

/// Writes a record. A field with a comma, a quote or a line break is quoted.
pub(super) fn record<'a>(
    out: &mut impl Write,
    fields: impl IntoIterator<Item = &'a str>,
) -> io::Result<()> {
    for (index, text) in fields.into_iter().enumerate() {
        if index > 0 {
            out.write_all(b",")?;
        }
        field(out, text)?;
    }
    out.write_all(b"\r\n")
}

fn field(out: &mut impl Write, text: &str) -> io::Result<()> {
    if text.contains([',', '"', '\r', '\n']) {
        write!(out, "\"{}\"", text.replace('"', "\"\""))
    } else {
        out.write_all(text.as_bytes())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_has_a_meaning_is_quoted() {
        let mut out = Vec::new();
        record(&mut out, ["a", "", "b,c", "say \"x\"", "two\nlines"]).expect("written");
        let text = String::from_utf8(out).expect("text");
        assert_eq!(text, "a,,\"b,c\",\"say \"\"x\"\"\",\"two\nlines\"\r\n");
    }
}
