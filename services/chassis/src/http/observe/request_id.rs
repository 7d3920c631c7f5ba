//! The id by which client and service talk about one request.

use std::time::{SystemTime, UNIX_EPOCH};

use http::{HeaderMap, HeaderName, HeaderValue};
use uuid::{Builder, Uuid};

/// The request id's header. A client's own id is kept when it is a plain word.
pub const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

const LONGEST: usize = 64;

/// The client's id if it is a plain word of at most 64 characters, else a new one.
pub(super) fn of(headers: &HeaderMap) -> HeaderValue {
    headers
        .get(REQUEST_ID)
        .filter(|id| is_plain(id.as_bytes()))
        .cloned()
        .unwrap_or_else(new)
}

fn is_plain(id: &[u8]) -> bool {
    let plain = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.');
    (1..=LONGEST).contains(&id.len()) && id.iter().all(plain)
}

/// A version 7 UUID. Its random part is the thread's generator's: asking the system for each one
/// costs more than all the rest of the id.
fn new() -> HeaderValue {
    let now = SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .unwrap_or_default();
    let millis = u64::try_from(now.as_millis()).unwrap_or_default();
    let uuid = Builder::from_unix_timestamp_millis(millis, &rand::random()).into_uuid();
    let mut buffer = Uuid::encode_buffer();
    let text: &str = uuid.hyphenated().encode_lower(&mut buffer);
    // Hexadecimal digits and hyphens are always a valid value.
    HeaderValue::from_str(text).unwrap_or(HeaderValue::from_static("none"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of_header(id: &[u8]) -> HeaderValue {
        let value = HeaderValue::from_bytes(id).expect("a header's value");
        of(&HeaderMap::from_iter([(REQUEST_ID, value)]))
    }

    #[test]
    fn a_plain_word_is_kept() {
        for id in ["a", "drill-7_b.3", &"x".repeat(64)] {
            assert_eq!(of_header(id.as_bytes()), id);
        }
    }

    #[test]
    fn anything_else_is_replaced_by_a_uuid() {
        let long = "x".repeat(65);
        for id in [&b""[..], b"a b", b"a\"b", b"caf\xc3\xa9", long.as_bytes()] {
            let new = of_header(id);
            let uuid = Uuid::parse_str(new.to_str().expect("ASCII")).expect("a UUID");
            assert_eq!(uuid.get_version_num(), 7);
        }
        assert_ne!(new(), new());
    }
}
