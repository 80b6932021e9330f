//! [`Output`]: results on stdout, as text for people or as JSON lines for programs.

use std::io::{self, Write};

use anstream::AutoStream;
use anstyle::{AnsiColor, Style};
use jiff::Timestamp;
use jiff::tz::TimeZone;
use serde::Serialize;
use unicode_width::UnicodeWidthStr;

use crate::failure::{Failure, Result};
use crate::texts::text;

/// Number of rows whose widths determine the columns of a table. Later rows are printed as they arrive.
const ROWS_MEASURED: usize = 100;

/// The colour of identifiers and headings.
pub(crate) const HEADING: Style = Style::new().bold();

/// Stdout.
pub(crate) struct Output {
    is_json: bool,
    stdout: AutoStream<io::Stdout>,
}

impl Output {
    pub(crate) fn new(is_json: bool) -> Output {
        Output { is_json, stdout: anstream::stdout() }
    }

    /// Print a result: as one line of JSON, or else as the text.
    pub(crate) fn result(&mut self, value: &impl Serialize, text: impl FnOnce() -> String) -> Result<()> {
        match self.is_json {
            true => self.json(value),
            false => self.line(&text()),
        }
    }

    /// Print one line of JSON.
    pub(crate) fn json(&mut self, value: &impl Serialize) -> Result<()> {
        let mut line = serde_json::to_vec(value)
            .map_err(|error| Failure::Local(text!("output-failed", reason = error.to_string())))?;
        line.push(b'\n');
        self.bytes(&line)
    }

    /// Write bytes. Not through anstream, which would search them for colours.
    pub(crate) fn bytes(&mut self, bytes: &[u8]) -> Result<()> {
        let mut stdout = io::stdout().lock();
        stdout.write_all(bytes).and_then(|()| stdout.flush()).map_err(|error| Failure::of_output(&error))
    }

    /// Print one line of text.
    pub(crate) fn line(&mut self, text: &str) -> Result<()> {
        let written = self.stdout.write_all(text.as_bytes()).and_then(|()| self.stdout.write_all(b"\n"));
        written.and_then(|()| self.stdout.flush()).map_err(|error| Failure::of_output(&error))
    }

    /// Print one line of CSV.
    pub(crate) fn csv<T: AsRef<[u8]>>(&mut self, fields: &[T]) -> Result<()> {
        let mut line = Vec::new();
        let mut writer = csv::Writer::from_writer(&mut line);
        let written = writer.write_record(fields).map_err(std::io::Error::from).and_then(|()| writer.flush());
        drop(writer);
        written.map_err(|error| Failure::of_output(&error))?;
        self.bytes(&line)
    }

    /// Begin a list, whose items are rows of a table or lines of JSON.
    pub(crate) fn list(&mut self, headings: Vec<String>) -> List<'_> {
        List { output: self, headings, buffered: Vec::new(), widths: None }
    }
}

/// A list in progress. [`finish`](List::finish) prints the rows that are buffered.
pub(crate) struct List<'a> {
    output: &'a mut Output,
    headings: Vec<String>,
    buffered: Vec<Vec<Cell>>,
    /// The widths of the columns, when the heading was printed.
    widths: Option<Vec<usize>>,
}

impl List<'_> {
    /// Print an item, or buffer it until the widths of the columns are known.
    pub(crate) fn item(&mut self, value: &impl Serialize, cells: impl FnOnce() -> Vec<Cell>) -> Result<()> {
        if self.output.is_json {
            return self.output.json(value);
        }
        let cells = cells();
        match &self.widths {
            Some(widths) => self.output.line(&row(&cells, widths)),
            None => {
                self.buffered.push(cells);
                if self.buffered.len() >= ROWS_MEASURED { self.print_buffered() } else { Ok(()) }
            }
        }
    }

    /// Print the rows that are buffered, or that the list is empty.
    pub(crate) fn finish(mut self) -> Result<()> {
        match self.output.is_json || self.widths.is_some() {
            true => Ok(()),
            false if self.buffered.is_empty() => self.output.line(&text!("list-empty")),
            false => self.print_buffered(),
        }
    }

    fn print_buffered(&mut self) -> Result<()> {
        let headings = self.headings.iter().map(|text| Cell { text: text.clone(), style: HEADING });
        let rows: Vec<Vec<Cell>> = std::iter::once(headings.collect()).chain(self.buffered.drain(..)).collect();
        let mut widths = vec![0; self.headings.len()];
        for cells in &rows {
            for (width, cell) in widths.iter_mut().zip(cells) {
                *width = (*width).max(cell.text.width());
            }
        }
        for cells in &rows {
            self.output.line(&row(cells, &widths))?;
        }
        self.widths = Some(widths);
        Ok(())
    }
}

/// A cell of a table.
pub(crate) struct Cell {
    text: String,
    style: Style,
}

impl Cell {
    /// Create a cell with plain text. Control characters are replaced, because a name could contain commands for the terminal.
    pub(crate) fn new(text: impl AsRef<str>) -> Cell {
        Cell { text: printable(text.as_ref()), style: Style::new() }
    }

    /// Create a cell with a status, in its colour.
    pub(crate) fn status(status: &str) -> Cell {
        Cell { text: status_name(status), style: style_of_status(status) }
    }
}

/// One row of a table.
fn row(cells: &[Cell], widths: &[usize]) -> String {
    let last = cells.iter().rposition(|cell| !cell.text.is_empty()).unwrap_or_default();
    let mut line = String::new();
    for (index, (Cell { text, style }, width)) in cells.iter().zip(widths).enumerate().take(last + 1) {
        line.push_str(&format!("{style}{text}{style:#}"));
        let padding = if index == last { 0 } else { width.saturating_sub(text.width()) + 2 };
        line.extend(std::iter::repeat_n(' ', padding));
    }
    line
}

/// A text from the API for a terminal: control characters are shown as spaces.
pub(crate) fn printable(text: &str) -> String {
    text.chars().map(|character| if character.is_control() { ' ' } else { character }).collect()
}

/// Lines with a name and a value each, aligned. A value that is absent has no line.
pub(crate) fn fields<const N: usize>(fields: [(String, Option<String>); N]) -> String {
    let fields: Vec<_> = fields.into_iter().filter_map(|(name, value)| Some((name, value?))).collect();
    let width = fields.iter().map(|(name, _)| name.width()).max().unwrap_or_default();
    let line = |(name, value): &(String, String)| {
        let padding = " ".repeat(width - name.width() + 2);
        format!("{HEADING}{name}{HEADING:#}{padding}{}", printable(value))
    };
    fields.iter().map(line).collect::<Vec<_>>().join("\n")
}

/// A status in its colour.
pub(crate) fn status(status: &str) -> String {
    let style = style_of_status(status);
    format!("{style}{}{style:#}", status_name(status))
}

/// The name of a status of a message, a campaign or a Sender ID in the language of the user. Unknown ones are unchanged.
pub(crate) fn status_name(status: &str) -> String {
    match status {
        "queued" => text!("state-queued"),
        "sent" => text!("state-sent"),
        "delivered" => text!("state-delivered"),
        "failed" => text!("state-failed"),
        "undeliverable" => text!("state-undeliverable"),
        "scheduled" => text!("state-scheduled"),
        "sending" => text!("state-sending"),
        "completed" => text!("state-completed"),
        "paused" => text!("state-paused"),
        "cancelled" => text!("state-cancelled"),
        "pending" => text!("state-pending"),
        "approved" => text!("state-approved"),
        "rejected" => text!("state-rejected"),
        other => printable(other),
    }
}

/// A time for people: in the time zone of the user, with its UTC offset.
pub(crate) fn local_time(time: Timestamp) -> String {
    time.to_zoned(TimeZone::system()).strftime("%Y-%m-%d %H:%M:%S %:z").to_string()
}

/// The colour of a status: green is good, red is bad, and yellow can still change.
fn style_of_status(status: &str) -> Style {
    let colour = match status {
        "delivered" | "completed" | "approved" => AnsiColor::Green,
        "failed" | "undeliverable" | "rejected" | "cancelled" => AnsiColor::Red,
        _ => AnsiColor::Yellow,
    };
    colour.on_default()
}
