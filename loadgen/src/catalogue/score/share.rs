//! So many of so many.

use std::fmt;

use serde::ser::SerializeStruct as _;
use serde::{Serialize, Serializer};

/// A part of a whole. Serialised with its ratio, which is null where there is no whole.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Share {
    /// The part.
    pub part: usize,
    /// The whole.
    pub of: usize,
}

impl Share {
    /// How many of all are so.
    pub fn of<T>(all: &[T], is_so: impl Fn(&T) -> bool) -> Self {
        Self {
            part: all.iter().filter(|one| is_so(one)).count(),
            of: all.len(),
        }
    }

    /// From 0 to 1; nothing where there is no whole.
    pub fn ratio(self) -> Option<f64> {
        (self.of > 0).then(|| self.part as f64 / self.of as f64)
    }

    /// Whether nothing is missing.
    pub const fn is_whole(self) -> bool {
        self.part == self.of
    }
}

impl fmt::Display for Share {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.ratio() {
            Some(ratio) => write!(f, "{ratio:.3} ({} of {})", self.part, self.of),
            None => f.write_str("– (of none)"),
        }
    }
}

impl Serialize for Share {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut share = serializer.serialize_struct("Share", 3)?;
        share.serialize_field("part", &self.part)?;
        share.serialize_field("of", &self.of)?;
        share.serialize_field("ratio", &self.ratio())?;
        share.end()
    }
}
