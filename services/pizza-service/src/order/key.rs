//! The client's word for one attempt to order.

/// Characters that a key may have.
pub const MAX_CHARACTERS: usize = 64;

/// An `Idempotency-Key`: 1 to 64 visible ASCII characters.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct IdempotencyKey(String);

impl IdempotencyKey {
    /// The key, if it is one.
    pub fn parse(bytes: &[u8]) -> Option<Self> {
        let fits =
            (1..=MAX_CHARACTERS).contains(&bytes.len()) && bytes.iter().all(u8::is_ascii_graphic);
        if !fits {
            return None;
        }
        std::str::from_utf8(bytes)
            .ok()
            .map(|text| Self(text.to_owned()))
    }

    /// The key's text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_is_short_visible_ascii() {
        for good in [
            "a",
            "0f8fad5b-d9cb-469f-a165-70867728950e",
            "~!",
            &"k".repeat(64),
        ] {
            let key = IdempotencyKey::parse(good.as_bytes());
            assert_eq!(key.as_ref().map(IdempotencyKey::as_str), Some(good));
        }
        for bad in [
            "",
            "two words",
            "tab\t",
            "caf\u{e9}",
            "\u{7f}",
            &"k".repeat(65),
        ] {
            assert_eq!(IdempotencyKey::parse(bad.as_bytes()), None, "{bad:?}");
        }
    }
}
