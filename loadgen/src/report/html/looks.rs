//! What a verdict looks like. Each tone has a colour, an icon of its own shape, and words: nobody
//! has to see the colour.

use crate::drill::verdict::Verdict;

/// How good or bad something is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Tone {
    /// As it should be.
    Good,
    /// Not as it should be.
    Bad,
    /// Nothing can be said.
    Unclear,
}

impl Tone {
    /// The verdict's tone.
    pub(super) const fn of(verdict: Verdict) -> Self {
        match verdict {
            Verdict::Pass => Self::Good,
            Verdict::Thresholds
            | Verdict::Missed
            | Verdict::Late
            | Verdict::Unexpected
            | Verdict::NotResolved => Self::Bad,
            Verdict::Preflight | Verdict::NotInjected | Verdict::Invalid | Verdict::Interrupted => {
                Self::Unclear
            }
        }
    }

    /// The tone of something that held, or did not.
    pub(super) const fn of_held(held: bool) -> Self {
        if held { Self::Good } else { Self::Bad }
    }

    /// The class in the style sheet.
    pub(super) const fn class(self) -> &'static str {
        match self {
            Self::Good => "good",
            Self::Bad => "bad",
            Self::Unclear => "unclear",
        }
    }

    /// A circle with a tick, an octagon with a cross, a triangle with a stroke.
    pub(super) fn icon(self) -> String {
        let shapes = match self {
            Self::Good => {
                "<circle cx=\"12\" cy=\"12\" r=\"11\"/><path d=\"M6.5 12.5l4 4 7.5-8.5\"/>"
            }
            Self::Bad => {
                "<path class=\"body\" d=\"M7.4 1h9.2L23 7.4v9.2L16.6 23H7.4L1 16.6V7.4z\"/><path d=\"M8 8l8 8M16 8l-8 8\"/>"
            }
            Self::Unclear => {
                "<path class=\"body\" d=\"M12 1.5L23.5 22.5H.5z\"/><path d=\"M12 9v6M12 18.4v.2\"/>"
            }
        };
        format!(
            "<svg class=\"icon {}\" viewBox=\"0 0 24 24\" aria-hidden=\"true\">{shapes}</svg>",
            self.class()
        )
    }
}

/// What the verdict says, in one sentence.
pub(super) const fn meaning(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Pass => "Everything expected was seen, and nothing else.",
        Verdict::Preflight => {
            "The drill could not begin: the company or its monitoring was not ready for it."
        }
        Verdict::Thresholds => "What the customers saw was out of bounds.",
        Verdict::Missed => "An expected alert never fired.",
        Verdict::Late => "An expected alert fired too late, or did not stay.",
        Verdict::Unexpected => "An alert fired, or was told, that the scenario does not name.",
        Verdict::NotResolved => "An alert was still firing after its time.",
        Verdict::NotInjected => {
            "The load or the fault could not be proven to have struck, so the silence of an alert proves nothing."
        }
        Verdict::Invalid => "The monitoring or the generator itself failed: nothing can be said.",
        Verdict::Interrupted => "Stopped by its user; the faults were taken back.",
    }
}
