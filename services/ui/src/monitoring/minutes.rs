//! How far back a question goes.

use serde::Deserialize;
use utoipa::IntoParams;

/// The most that is asked for: longer is what dashboards are for.
const MOST: u16 = 180;

/// Points of one line, at most. A wider chart than that is no clearer.
const POINTS: u16 = 180;

/// How far back, in minutes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Minutes(u16);

/// The parameter.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
pub struct Asked {
    /// How many minutes back, from 1 to 180.
    #[serde(default = "usual")]
    #[param(minimum = 1, maximum = 180)]
    minutes: u16,
}

const fn usual() -> u16 {
    15
}

impl TryFrom<&Asked> for Minutes {
    type Error = chassis::Problem;

    fn try_from(asked: &Asked) -> Result<Self, Self::Error> {
        if (1..=MOST).contains(&asked.minutes) {
            Ok(Self(asked.minutes))
        } else {
            let range = format!("must be from 1 to {MOST}");
            Err(chassis::Problem::invalid("minutes", range))
        }
    }
}

impl Minutes {
    /// In seconds.
    pub(super) fn seconds(self) -> f64 {
        f64::from(self.0) * 60.0
    }

    /// Seconds from one point to the next.
    pub(super) fn step(self) -> f64 {
        (self.seconds() / f64::from(POINTS)).max(1.0).round()
    }
}
