//! How long nothing is broken: `2m..6m`, drawn anew each time.

use std::fmt;
use std::str::FromStr;
use std::time::Duration;

use rand::{Rng, RngExt as _};

use crate::scenario::Span;

/// A range of pauses.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Pause {
    shortest: Span,
    longest: Span,
}

impl Pause {
    /// The shortest pause.
    pub const fn shortest(self) -> Duration {
        self.shortest.get()
    }

    /// One of them.
    pub fn draw(self, rng: &mut impl Rng) -> Duration {
        rng.random_range(self.shortest.get()..=self.longest.get())
    }
}

impl FromStr for Pause {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let (shortest, longest) = text.split_once("..").unwrap_or((text, text));
        let span = |text: &str| Span::from_str(text).map_err(|error| error.to_string());
        let (shortest, longest) = (span(shortest)?, span(longest)?);
        if shortest.get() < Duration::from_secs(1) {
            return Err("a pause lasts at least 1s".to_owned());
        }
        if shortest > longest {
            return Err(format!(
                "`{text}`: write the shorter one first, such as 2m..6m"
            ));
        }
        Ok(Self { shortest, longest })
    }
}

impl fmt::Display for Pause {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}..{}", self.shortest, self.longest)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_range_or_one_length() {
        let shown = |text: &str| Pause::from_str(text).map(|pause| pause.to_string());
        assert_eq!(shown("2m..6m"), Ok("2m..6m".to_owned()));
        assert_eq!(shown("30s"), Ok("30s..30s".to_owned()));
        for wrong in ["", "..", "6m..2m", "2m..", "0s..1m", "2m-6m"] {
            assert!(shown(wrong).is_err(), "{wrong} was taken");
        }
    }
}
