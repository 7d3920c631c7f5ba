//! Runs planned drills: each on a company of its own, several at once, or all on one that is open.

use std::collections::VecDeque;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use parking_lot::Mutex;
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

use super::company::{OpenError, Opening};
use super::keep::Keep;
use super::plan::Planned;
use crate::company::Company;
use crate::drill::screen::Screen;
use crate::drill::{self, DeskChoice, Order};
use crate::report::record::DrillRecord;
use crate::scenario::{Scenario, Span, Within};

/// Whoever shows how all of them go.
pub trait Board: Send + Sync {
    /// A screen for one drill that begins.
    fn begins(&self, drill: &Planned) -> Arc<dyn Screen>;
    /// One is over.
    fn over(&self, drill: &Planned, record: &DrillRecord);
}

/// How they are run.
#[derive(Clone, Debug)]
pub struct How {
    /// Where.
    pub stage: Stage,
    /// The factor on every duration; by the rules' speed where absent.
    pub time_scale: Option<f64>,
    /// Hosts beyond this machine and private names that may be drilled.
    pub allow_hosts: Vec<String>,
    /// How long each may wait until its company is ready and quiet.
    pub patience: Duration,
    /// Looks who notices; see [`crate::drill::Order::survey`].
    pub survey: Option<Within>,
    /// What is kept of each.
    pub keep: Keep,
}

/// Where drills are run.
#[derive(Clone, Debug)]
pub enum Stage {
    /// Each on a company of its own, so many at once.
    Own(Opening, usize),
    /// All on this one, one after the other.
    Open {
        /// Where everything of it is.
        company: Box<Company>,
        /// Where the turn is taken.
        desk: DeskChoice,
        /// Its data folder, where it is on this machine.
        home: PathBuf,
    },
}

/// Runs them all, or until `stop`: then what runs is stopped, with its faults taken back, and what
/// has not begun is left out. The records come in the order of the plan.
pub async fn run(
    plan: &[Planned],
    how: &How,
    board: &Arc<dyn Board>,
    stop: &CancellationToken,
) -> Vec<(Planned, DrillRecord)> {
    let at_once = match &how.stage {
        Stage::Own(_, companies) => (*companies).max(1),
        Stage::Open { .. } => 1,
    };
    let worker = Worker {
        how: how.clone(),
        board: Arc::clone(board),
        stop: stop.clone(),
    };
    let numbered = plan.iter().cloned().enumerate();
    let (alone, together): (VecDeque<_>, VecDeque<_>) =
        numbered.partition(|(_, drill)| drill.alone);
    let mut done = worker.share(together, at_once).await;
    done.extend(worker.share(alone, 1).await);
    done.sort_by_key(|(index, ..)| *index);
    done.into_iter()
        .map(|(_, drill, record)| (drill, record))
        .collect()
}

/// A drill by its number in the plan.
type Numbered = (usize, Planned);

#[derive(Clone)]
struct Worker {
    how: How,
    board: Arc<dyn Board>,
    stop: CancellationToken,
}

impl Worker {
    /// Works through these drills, so many at once.
    async fn share(
        &self,
        drills: VecDeque<Numbered>,
        at_once: usize,
    ) -> Vec<(usize, Planned, DrillRecord)> {
        let waiting = Arc::new(Mutex::new(drills));
        let mut workers = JoinSet::new();
        for _ in 0..at_once {
            workers.spawn(self.clone().work(Arc::clone(&waiting)));
        }
        workers.join_all().await.into_iter().flatten().collect()
    }

    async fn work(
        self,
        waiting: Arc<Mutex<VecDeque<Numbered>>>,
    ) -> Vec<(usize, Planned, DrillRecord)> {
        let mut done = Vec::new();
        while !self.stop.is_cancelled() {
            let Some((index, drill)) = waiting.lock().pop_front() else {
                break;
            };
            let screen = self.board.begins(&drill);
            let Some(record) = Box::pin(self.drill(&drill, screen)).await else {
                break;
            };
            self.board.over(&drill, &record);
            done.push((index, drill, record));
        }
        done
    }

    /// Nothing where it was stopped before it began.
    async fn drill(&self, drill: &Planned, screen: Arc<dyn Screen>) -> Option<DrillRecord> {
        match &self.how.stage {
            Stage::Open {
                company,
                desk,
                home,
            } => {
                let order = self.order(drill, company.as_ref().clone(), *desk);
                let record = drill::run(&order, screen, &self.stop).await;
                let keep = &self.how.keep;
                keep.after(drill, &record, company, home, false).await;
                Some(record)
            }
            Stage::Own(opening, _) => Box::pin(self.drill_own(drill, opening, screen)).await,
        }
    }

    async fn drill_own(
        &self,
        drill: &Planned,
        opening: &Opening,
        screen: Arc<dyn Screen>,
    ) -> Option<DrillRecord> {
        let opened = match opening.open(&self.stop).await {
            Ok(opened) => opened,
            Err(OpenError::Stopped) => return None,
            Err(error) => return Some(self.refused(drill, error.to_string())),
        };
        let record = match opened.addresses() {
            Ok(company) => {
                let order = self.order(drill, company, DeskChoice::Leased);
                let record = drill::run(&order, screen, &self.stop).await;
                let (keep, company) = (&self.how.keep, &order.company);
                keep.after(drill, &record, company, opened.home(), true)
                    .await;
                record
            }
            Err(error) => self.refused(drill, error.to_string()),
        };
        opened.close().await;
        Some(record)
    }

    fn order(&self, drill: &Planned, company: Company, desk: DeskChoice) -> Order {
        Order {
            scenario: drill.scenario.clone(),
            seed: Some(drill.seed),
            time_scale: self.how.time_scale,
            company,
            desk,
            allow_hosts: self.how.allow_hosts.clone(),
            patience: self.how.patience,
            put_off: drill.put_off,
            survey: self.how.survey.map(|wait| waits(&drill.scenario, wait)),
        }
    }

    /// The record of a drill whose company did not open.
    fn refused(&self, drill: &Planned, reason: String) -> DrillRecord {
        let order = self.order(drill, Company::usual(), DeskChoice::Leased);
        drill::refused(&order, reason)
    }
}

/// Where nothing may fire, nobody waits for it.
fn waits(scenario: &Scenario, wait: Within) -> Within {
    if scenario.expect.fires.is_empty() {
        return Within::Fixed(Span::default());
    }
    wait
}
