//! What was broken when, written down as it happens: the one place where it says so.

use std::fs::{File, OpenOptions, Permissions};
use std::io::{self, Write as _};
use std::os::unix::fs::{OpenOptionsExt as _, PermissionsExt as _};
use std::path::{Path, PathBuf};

use parking_lot::Mutex;
use serde_json::{Value, json};
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

use super::Plan;
use crate::drill::screen::Event;

/// The file's name in the report folder.
pub const FILE: &str = "ground_truth.jsonl";

/// The file, and what is broken now.
#[derive(Debug)]
pub struct Truth {
    path: PathBuf,
    state: Mutex<State>,
}

#[derive(Debug)]
struct State {
    file: File,
    /// What is still to come.
    planned: Vec<Planned>,
    /// What has begun, and is not over.
    open: Vec<Open>,
    failed: Option<io::Error>,
}

#[derive(Debug)]
struct Planned {
    scenario: String,
    service: String,
    kind: String,
    parameters: Value,
}

#[derive(Debug)]
struct Open {
    planned: Planned,
    from: OffsetDateTime,
    effect: Option<OffsetDateTime>,
}

impl Truth {
    /// Begins the file, readable by its owner alone.
    ///
    /// # Errors
    /// When it can't be written.
    pub fn begin(folder: &Path, plan: &Plan) -> io::Result<Self> {
        let path = folder.join(FILE);
        let owner_alone = 0o600;
        let file = OpenOptions::new()
            .write(true)
            .create(true)
            .truncate(true)
            .mode(owner_alone)
            .open(&path)?;
        // One that was there keeps its mode.
        file.set_permissions(Permissions::from_mode(owner_alone))?;
        let planned = plan.faults().map(|(one, fault)| Planned {
            scenario: one.scenario.clone(),
            service: fault.service.clone(),
            kind: fault.kind.clone(),
            parameters: Value::Object(fault.parameters.clone()),
        });
        let state = State {
            file,
            planned: planned.collect(),
            open: Vec::new(),
            failed: None,
        };
        Ok(Self {
            path,
            state: Mutex::new(state),
        })
    }

    /// Where it is.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Writes down what has to do with faults.
    pub fn note(&self, event: &Event) {
        let now = OffsetDateTime::now_utc();
        let mut state = self.state.lock();
        match event {
            Event::FaultOn { service, kind } => state.begun(service, kind, now),
            Event::FaultStrikes { service, kind } => {
                if let Some(open) = state.find(service, kind) {
                    open.effect = Some(now);
                }
            }
            Event::FaultOff {
                service,
                kind,
                strikes,
            } => state.ended(service, kind, *strikes, now),
            Event::Trouble(reason) => {
                state.write(&json!({ "kind": "trouble", "at": utc(now), "reason": reason }));
            }
            _ => {}
        }
    }

    /// Why it is not whole, if so.
    pub fn failure(&self) -> Option<String> {
        let state = self.state.lock();
        let failed = state.failed.as_ref();
        failed.map(|error| format!("cannot write {}: {error}", self.path.display()))
    }
}

impl State {
    fn begun(&mut self, service: &str, kind: &str, now: OffsetDateTime) {
        let is_it = |planned: &Planned| planned.service == service && planned.kind == kind;
        let Some(index) = self.planned.iter().position(is_it) else {
            return;
        };
        let planned = self.planned.remove(index);
        // Should this process be killed, it is still known what it left behind.
        self.write(&json!({
            "kind": "fault_on",
            "scenario": planned.scenario,
            "service": planned.service,
            "fault": planned.kind,
            "parameters": planned.parameters,
            "from": utc(now),
        }));
        self.open.push(Open {
            planned,
            from: now,
            effect: None,
        });
    }

    fn find(&mut self, service: &str, kind: &str) -> Option<&mut Open> {
        let mut open = self.open.iter_mut();
        open.find(|open| open.planned.service == service && open.planned.kind == kind)
    }

    /// The line of a whole fault has the fields of a drill's ground truth.
    fn ended(&mut self, service: &str, kind: &str, strikes: u64, now: OffsetDateTime) {
        let is_it = |open: &Open| open.planned.service == service && open.planned.kind == kind;
        let Some(index) = self.open.iter().position(is_it) else {
            return;
        };
        let open = self.open.remove(index);
        self.write(&json!({
            "kind": "fault",
            "scenario": open.planned.scenario,
            "service": open.planned.service,
            "fault": open.planned.kind,
            "parameters": open.planned.parameters,
            "from": utc(open.from),
            "to": utc(now),
            "effect": open.effect.map(utc),
            "strikes": strikes,
        }));
    }

    /// A line that is on the disk when this returns. The first failure is remembered.
    fn write(&mut self, line: &Value) {
        let written = writeln!(self.file, "{line}").and_then(|()| self.file.sync_data());
        if let Err(error) = written {
            self.failed.get_or_insert(error);
        }
    }
}

fn utc(at: OffsetDateTime) -> Value {
    let at = at.truncate_to_millisecond().format(&Rfc3339);
    at.map_or(Value::Null, Value::String)
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::str::FromStr as _;

    use super::*;
    use crate::gameday::Pause;
    use crate::scenario::Span;

    #[test]
    fn what_happens_is_on_the_disk_at_once_and_its_owner_s_alone() {
        let folder = tempfile::tempdir().expect("a folder");
        let (lasts, pause) = (Span::from_str("1h"), Pause::from_str("2m..6m"));
        let plan = Plan::draw(7, lasts.expect("a span"), pause.expect("a pause")).expect("a plan");
        fs::write(folder.path().join(FILE), "another day\n").expect("written");
        let truth = Truth::begin(folder.path(), &plan).expect("it begins");
        let mode = fs::metadata(truth.path()).expect("it is there");
        assert_eq!(mode.permissions().mode() & 0o777, 0o600);
        let (one, fault) = plan.faults().next().expect("a fault");
        let (service, kind) = (fault.service.clone(), fault.kind.clone());
        let lines = || -> Vec<Value> {
            let text = fs::read_to_string(truth.path()).expect("read");
            let lines = text.lines().map(serde_json::from_str);
            lines.collect::<Result<_, _>>().expect("JSON")
        };
        truth.note(&Event::FaultOn {
            service: service.clone(),
            kind: kind.clone(),
        });
        assert_eq!(lines()[0]["kind"], "fault_on");
        assert_eq!(lines()[0]["scenario"], one.scenario.as_str());
        truth.note(&Event::FaultOff {
            service,
            kind,
            strikes: 3,
        });
        let whole = lines();
        assert_eq!((whole.len(), &whole[1]["kind"]), (2, &json!("fault")));
        assert_eq!(whole[1]["strikes"], 3);
        assert_eq!(
            whole[1]["parameters"],
            Value::Object(fault.parameters.clone())
        );
        assert_eq!(truth.failure(), None);
    }
}
