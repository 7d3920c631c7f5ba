//! Names as they are compared: in any case, and in any of the spellings that keyboards produce.

/// Characters that a name in a request may have. The longest name has 12.
pub const MAX_CHARACTERS: usize = 50;

/// A name as it is compared and stored beside the name as it is shown.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NameKey(String);

impl NameKey {
    /// The key of a name: `FARFETCH’D` and `Farfetch'd` have the same.
    pub fn of(name: &str) -> Self {
        let lower = name.to_lowercase();
        Self(
            lower
                // Some systems write an accent as a character of its own, behind its letter.
                .replace("e\u{301}", "é")
                .chars()
                .filter(|c| !is_style(*c))
                .map(|c| if c == '’' { '\'' } else { c })
                .collect(),
        )
    }

    /// It as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// Whether a character only asks for the one before it, such as ♀, to be drawn as text or as a
/// picture.
const fn is_style(c: char) -> bool {
    matches!(c, '\u{fe0e}' | '\u{fe0f}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spellings_of_one_name_have_one_key() {
        for (shown, typed) in [
            ("Pikachu", "pIKACHU"),
            ("Farfetch'd", "FARFETCH’D"),
            ("Flabébé", "FLABÉBÉ"),
            ("Flabébé", "Flabe\u{301}be\u{301}"),
            ("Flabébé", "FLABE\u{301}BE\u{301}"),
            ("Nidoran♀", "nidoran♀\u{fe0f}"),
        ] {
            assert_eq!(NameKey::of(shown), NameKey::of(typed), "{typed}");
        }
    }

    #[test]
    fn other_names_have_other_keys() {
        for (one, other) in [
            ("Nidoran♀", "Nidoran♂"),
            ("Flabébé", "Flabebe"),
            ("Mr. Mime", "Mr Mime"),
            ("Porygon", "Porygon2"),
            ("Mew", "Mewtwo"),
            ("Pikachu", " Pikachu"),
        ] {
            assert_ne!(NameKey::of(one), NameKey::of(other), "{other}");
        }
    }
}
