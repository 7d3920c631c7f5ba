//! The units that scenario files are written in: rates, spans of time and time limits.
//!
//! Each is one string in the file, is parsed strictly (what the JSON schema's pattern refuses, the
//! parser refuses too) and is written back as it was read.

mod rate;
mod span;
mod within;

pub use rate::{Per, Rate, RateError};
pub use span::{Span, SpanError};
pub use within::Within;

/// A plain decimal number: digits, and at most one dot between digits. No sign, no exponent, no
/// `inf`, all of which `f64`'s own parser takes.
fn decimal(text: &str) -> Option<f64> {
    let digits = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
    let plain = match text.split_once('.') {
        Some((whole, fraction)) => digits(whole) && digits(fraction),
        None => digits(text),
    };
    plain.then(|| text.parse().ok()).flatten()
}
