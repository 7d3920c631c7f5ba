//! Text that is safe inside a line, whatever it holds.

use std::fmt;
use std::io::Write as _;

/// Appends `text` as the inside of a JSON string.
pub(super) fn escape(out: &mut Vec<u8>, text: &str) {
    let mut rest = text.as_bytes();
    // Nearly always nothing is special, and looking at all of it is one pass without a branch.
    if !rest
        .iter()
        .fold(false, |found, byte| found | is_special(*byte))
    {
        out.extend_from_slice(rest);
        return;
    }
    while let Some(at) = rest.iter().position(|byte| is_special(*byte)) {
        let (plain, special) = rest.split_at(at);
        out.extend_from_slice(plain);
        match special[0] {
            b'"' => out.extend_from_slice(b"\\\""),
            b'\\' => out.extend_from_slice(b"\\\\"),
            b'\n' => out.extend_from_slice(b"\\n"),
            control => {
                // Writing into memory does not fail.
                let _ = write!(out, "\\u{control:04x}");
            }
        }
        rest = &special[1..];
    }
    out.extend_from_slice(rest);
}

const fn is_special(byte: u8) -> bool {
    matches!(byte, b'"' | b'\\' | 0..=0x1f)
}

/// Appends bytes as hexadecimal digits.
pub(super) fn hex(out: &mut Vec<u8>, bytes: &[u8]) {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    for byte in bytes {
        let digits = [byte >> 4, byte & 15].map(|digit| DIGITS[usize::from(digit)]);
        out.extend_from_slice(&digits);
    }
}

/// Writes what is formatted as the inside of a JSON string.
pub(super) struct Escaped<'a>(pub(super) &'a mut Vec<u8>);

impl fmt::Write for Escaped<'_> {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        escape(self.0, text);
        Ok(())
    }
}

/// Writes what is formatted with its control characters spelled out: a terminal must not obey what
/// a client sent, and a line must stay one.
pub(super) struct Plain<'a>(pub(super) &'a mut Vec<u8>);

impl fmt::Write for Plain<'_> {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        for part in text.split_inclusive(char::is_control) {
            let plain = part.trim_end_matches(char::is_control);
            self.0.extend_from_slice(plain.as_bytes());
            // Writing into memory does not fail.
            let _ = write!(self.0, "{}", part[plain.len()..].escape_default());
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fmt::Write as _;

    #[test]
    fn any_character_comes_back_from_json() {
        let all: String = (0..=0x2fff)
            .filter_map(char::from_u32)
            .chain(['🍕'])
            .collect();
        let mut out = vec![b'"'];
        escape(&mut out, &all);
        out.push(b'"');
        assert!(!out.contains(&b'\n'), "a line would break");
        assert_eq!(serde_json::from_slice::<String>(&out).expect("JSON"), all);
    }

    #[test]
    fn control_characters_do_not_reach_a_terminal() {
        let mut out = Vec::new();
        let _ = write!(Plain(&mut out), "a\x1b[31m\nb\u{85}🍕 c\n");
        assert_eq!(
            String::from_utf8(out).expect("UTF-8"),
            "a\\u{1b}[31m\\nb\\u{85}🍕 c\\n"
        );
    }
}
