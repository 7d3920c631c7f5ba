//! Where scenarios come from: the built-in ones by name, others by file.

use std::fmt::Write as _;
use std::io;
use std::ops::Range;
use std::path::{Path, PathBuf};

use thiserror::Error;

use super::{Problem, Scenario, built_in, built_ins, problems};

/// Why there is no scenario. Each says what to mend.
#[derive(Debug, Error)]
pub enum ScenarioError {
    /// Neither a built-in name nor a file.
    #[error("no scenario `{name}`: neither a file nor one of {known}")]
    Unknown {
        /// What was asked for.
        name: String,
        /// The built-in names, in one line.
        known: String,
    },
    /// The file can't be read.
    #[error("{}: {source}", path.display())]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// What the system says.
        source: io::Error,
    },
    /// Not TOML, or not of the scenario's shape.
    #[error("{file}:{line}:{column}: {message}")]
    Malformed {
        /// The file's name.
        file: String,
        /// From 1.
        line: usize,
        /// In characters, from 1.
        column: usize,
        /// What is wrong there.
        message: String,
    },
    /// Of the right shape, but it does not hold together.
    #[error("{}", list(file, problems))]
    Unsound {
        /// The file's name.
        file: String,
        /// Everything that is wrong.
        problems: Vec<Problem>,
    },
}

/// The scenario of that built-in name, or in that file. Names go before files; a path with a slash
/// or a dot is never a name.
pub fn load(name_or_file: &str) -> Result<Scenario, ScenarioError> {
    if let Some(built_in) = built_in(name_or_file) {
        return parse(&format!("{}.toml", built_in.name), built_in.toml);
    }
    let path = Path::new(name_or_file);
    let is_path = path.extension().is_some() || path.components().count() > 1 || path.exists();
    if !is_path {
        return Err(unknown(name_or_file));
    }
    let text = std::fs::read_to_string(path).map_err(|source| ScenarioError::Unreadable {
        path: path.to_owned(),
        source,
    })?;
    parse(name_or_file, &text)
}

/// The error for a name that is no scenario's.
pub fn unknown(name: &str) -> ScenarioError {
    let names: Vec<_> = built_ins().iter().map(|built_in| built_in.name).collect();
    ScenarioError::Unknown {
        name: name.to_owned(),
        known: names.join(", "),
    }
}

/// Reads a scenario. `file` is only for messages. Fails at the first thing that is not of the
/// format; lists everything that does not hold together.
pub fn parse(file: &str, text: &str) -> Result<Scenario, ScenarioError> {
    let scenario: Scenario = toml::from_str(text).map_err(|error| malformed(file, text, &error))?;
    let problems = problems(&scenario);
    if problems.is_empty() {
        return Ok(scenario);
    }
    Err(ScenarioError::Unsound {
        file: file.to_owned(),
        problems,
    })
}

/// The JSON schema of scenario files.
pub fn schema() -> serde_json::Value {
    schemars::schema_for!(Scenario).to_value()
}

/// The same as text, as it is committed in `scenarios/schema.json`.
pub fn schema_text() -> String {
    format!("{:#}\n", schema())
}

fn malformed(file: &str, text: &str, error: &toml::de::Error) -> ScenarioError {
    let message = error.message().replace('\n', " ");
    let span = narrowed(text, error.span().unwrap_or_default(), &message);
    let (line, column) = position(text, span.start);
    ScenarioError::Malformed {
        file: file.to_owned(),
        line,
        column,
        message,
    }
}

/// Within a tagged table the parser can only point at the table; the key it complains about is
/// then looked for inside.
fn narrowed(text: &str, span: Range<usize>, message: &str) -> Range<usize> {
    let unknown = message
        .strip_prefix("unknown field `")
        .and_then(|rest| rest.split('`').next());
    let key_at = unknown.and_then(|key| {
        let inside = table(text, span.clone())?;
        let at = inside
            .match_indices(key)
            .find(|(at, _)| is_key(inside, *at, key.len()))?
            .0;
        Some(span.start + at)
    });
    key_at.map_or(span.clone(), |at| at..span.end)
}

/// The table that a span stands for: that of a header goes on to the next header.
fn table(text: &str, span: Range<usize>) -> Option<&str> {
    let pointed_at = text.get(span.clone())?;
    if !pointed_at.starts_with('[') {
        return Some(pointed_at);
    }
    let from_header = &text[span.start..];
    let next_header = from_header.find("\n[").unwrap_or(from_header.len());
    Some(&from_header[..next_header])
}

/// Whether the word at `at` stands where a key stands: alone, with an equals sign behind it.
fn is_key(text: &str, at: usize, length: usize) -> bool {
    let before = text[..at].chars().next_back();
    let alone = before.is_none_or(|c| c.is_whitespace() || matches!(c, '{' | ',' | '"' | '\''));
    let after = text[at + length..]
        .trim_start_matches(['"', '\''])
        .trim_start();
    alone && after.starts_with('=')
}

/// Line and column, both from 1, of a byte offset.
fn position(text: &str, offset: usize) -> (usize, usize) {
    let before = text.get(..offset).unwrap_or(text);
    let line_start = before.rfind('\n').map_or(0, |newline| newline + 1);
    let line = before.matches('\n').count() + 1;
    (line, before[line_start..].chars().count() + 1)
}

fn list(file: &str, problems: &[Problem]) -> String {
    let mut lines = String::new();
    for (index, problem) in problems.iter().enumerate() {
        let newline = if index == 0 { "" } else { "\n" };
        // Writing to a String cannot fail.
        let _ = write!(lines, "{newline}{file}: {problem}");
    }
    lines
}
