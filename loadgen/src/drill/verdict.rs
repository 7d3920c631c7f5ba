//! Verdicts and the exit codes they stand for. The highest wins; all are listed.

use std::fmt;

use serde::Serialize;

/// What a drill came to. Ordered: a later one outranks an earlier one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Verdict {
    /// Everything expected was seen, and nothing else.
    Pass,
    /// The drill could not begin: targets down, rules missing, something already firing.
    Preflight,
    /// What the customers saw was out of bounds.
    Thresholds,
    /// An expected alert never fired.
    Missed,
    /// An expected alert fired after its limit, or did not stay.
    Late,
    /// An alert fired that the scenario does not name, or somebody was told what is not so.
    Unexpected,
    /// An alert was still firing after its limit.
    NotResolved,
    /// The load or the fault could not be proven to have struck.
    NotInjected,
    /// The monitoring or the generator itself failed: nothing can be said.
    Invalid,
    /// Stopped by its user, after the faults were taken back.
    Interrupted,
}

impl Verdict {
    /// The process's exit code.
    pub const fn exit_code(self) -> u8 {
        match self {
            Self::Pass => 0,
            Self::Preflight => 3,
            Self::Thresholds => 10,
            Self::Missed | Self::Late => 20,
            Self::Unexpected => 21,
            Self::NotResolved => 22,
            Self::NotInjected => 23,
            Self::Invalid => 30,
            Self::Interrupted => 130,
        }
    }

    /// The verdict in the words of reports.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Pass => "PASS",
            Self::Preflight => "PREFLIGHT",
            Self::Thresholds => "THRESHOLDS",
            Self::Missed => "MISSED",
            Self::Late => "LATE",
            Self::Unexpected => "UNEXPECTED",
            Self::NotResolved => "NOT_RESOLVED",
            Self::NotInjected => "NOT_INJECTED",
            Self::Invalid => "INVALID",
            Self::Interrupted => "INTERRUPTED",
        }
    }
}

impl fmt::Display for Verdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.word())
    }
}

/// Wrong usage: a flag or an argument.
pub const EXIT_USAGE: u8 = 1;
/// A scenario file that does not hold together.
pub const EXIT_BAD_SCENARIO: u8 = 2;
