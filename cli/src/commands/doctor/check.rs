//! [`Check`]: the result of one check, as text and as JSON.

use serde::Serialize;
use serde_json::{Map, Value};

use anstyle::{AnsiColor, Style};

use crate::context::Context;
use crate::failure::Result;
use crate::output::printable;

/// The result of a check.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Status {
    Ok,
    Failed,
    /// The check does not apply, or another problem prevents it.
    Skipped,
}

/// One check.
#[derive(Serialize)]
pub(super) struct Check {
    /// Name of the check, the same in all languages.
    check: &'static str,
    pub(super) status: Status,
    /// Code of the problem, the same in all languages.
    problem: Option<&'static str>,
    /// What was found.
    #[serde(flatten)]
    facts: Map<String, Value>,
    /// Name of the check for people.
    #[serde(skip)]
    title: String,
    #[serde(skip)]
    text: String,
    #[serde(skip)]
    advice: Option<String>,
}

impl Check {
    pub(super) fn ok(check: &'static str, title: String, text: String) -> Check {
        Check { check, status: Status::Ok, problem: None, facts: Map::new(), title, text, advice: None }
    }

    pub(super) fn skipped(check: &'static str, title: String, text: String) -> Check {
        Check { status: Status::Skipped, ..Check::ok(check, title, text) }
    }

    /// A check that failed, with what to do about it, unless the text says so.
    pub(super) fn failed(
        check: &'static str,
        title: String,
        problem: &'static str,
        text: String,
        advice: Option<String>,
    ) -> Check {
        Check { status: Status::Failed, problem: Some(problem), advice, ..Check::ok(check, title, text) }
    }

    /// Add something that was found, for JSON.
    pub(super) fn fact(mut self, name: &str, value: impl Into<Value>) -> Check {
        self.facts.insert(name.to_owned(), value.into());
        self
    }

    /// Print the check.
    pub(super) fn print(&self, context: &Context) -> Result<()> {
        context.output().result(self, || self.lines())
    }

    fn lines(&self) -> String {
        let (mark, style) = match self.status {
            Status::Ok => ("✓", AnsiColor::Green.on_default()),
            Status::Failed => ("✗", AnsiColor::Red.on_default()),
            Status::Skipped => ("-", Style::new().dimmed()),
        };
        let mut lines = format!("{style}{mark}{style:#} {}: {}", self.title, printable(&self.text));
        if let Some(advice) = &self.advice {
            lines.push_str(&format!("\n  → {advice}"));
        }
        lines
    }
}
