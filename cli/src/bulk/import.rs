//! `zexa contacts import`.

use std::cell::RefCell;
use std::path::{Path, PathBuf};
use std::rc::Rc;

use clap::Args;
use serde_json::json;
use zexa::CreateContact;

use super::arguments::FileArguments;
use super::check::Seen;
use super::check_command::problem_json;
use super::confirmed::{Confirmed, read_all};
use super::drive::{PaceArguments, drive};
use super::messages::is_address;
use super::problems::of_table;
use super::recorder::{Counts, Recorder};
use super::report::{Report, check_path};
use super::source::Source;
use super::{paths, problems, signals};
use crate::context::Context;
use crate::exit::Exit;
use crate::failure::{Failure, Result};
use crate::numbers::{self, Country, shown};
use crate::output::printable;
use crate::table::columns::fold;
use crate::table::{Blocks, Dialect, Header, Mapping, Problem, Role, Row, RowProblem, Table, TableError};
use crate::texts::text;

/// The fields of a contact that a file has.
const FIELDS: [&str; 3] = ["name", "phone", "email"];

/// The number of problems that are shown. The report has all of them.
const SHOWN: u64 = 10;

/// Add the people in a CSV file as contacts
///
/// The file needs columns with names and phone numbers, and may have one with email addresses. Contacts that exist already are counted, and not changed. Rows
/// that are invalid or repeat an earlier phone number are not added. A report has the result of each row.
///
/// The exit code is 0 if all contacts exist at the end, and 1 if some were rejected or invalid. With --skip-invalid, invalid rows do not count.
#[derive(Args)]
#[command(mut_arg("map", |map| map.help("Use this column for a field: `name`, `phone` or `email`")), after_help = "\
Examples:
  zexa contacts import people.csv
  zexa contacts import people.csv --list lst_demo --map name=Nome --map phone=Telefone
  zexa contacts import people.csv --check")]
pub(crate) struct Arguments {
    #[command(flatten)]
    file: FileArguments,
    #[command(flatten)]
    pace: PaceArguments,
    /// Contact list to add the contacts to. Can be repeated
    #[arg(long, value_name = "ID")]
    list: Vec<String>,
    /// Only check the file, and add nothing
    #[arg(long)]
    check: bool,
    /// Do not fail because of invalid rows
    #[arg(long)]
    skip_invalid: bool,
    /// CSV file with the result of each row. Default: the name of the file with .import-report.csv
    #[arg(long, value_name = "PATH", conflicts_with = "check")]
    report: Option<PathBuf>,
}

pub(crate) fn run(context: &Context, arguments: &Arguments) -> Result {
    signals::watch();
    let path = &arguments.file.file;
    let fail = |error: TableError| of_table(path, &error);
    let (table, dialect) = Table::detect(path, &arguments.file.overrides()).map_err(fail)?;
    let contacts = Contacts::new(&table.header, arguments).map_err(fail)?;
    if arguments.check {
        let (confirmed, counts) = check(context, table, path, &contacts, true)?;
        let summary = Summary {
            confirmed: &confirmed,
            counts: &counts,
            stopped: None,
            report: None,
            skips_invalid: arguments.skip_invalid,
        };
        summary.print(context)?;
        return Ok(summary.exit());
    }
    let client = context.builder()?;
    let (confirmed, counts) = check(context, table, path, &contacts, false)?;
    let total = confirmed.count - counts.invalid - counts.repeated;
    add(context, arguments, client.build_async()?, &dialect, &contacts, (&confirmed, total))
}

/// Reads the file, and shows what is wrong with it. With `is_all`, and if the output is JSON, all of it.
fn check(
    context: &Context,
    table: Table,
    path: &Path,
    contacts: &Contacts,
    is_all: bool,
) -> Result<(Confirmed, Counts)> {
    let is_json = is_all && context.is_json();
    let mut seen = Seen::default();
    let mut counts = Counts::default();
    let confirmed = read_all(table, path, |table, row| {
        let made = contacts.of(table, row);
        let column = table.header.name(contacts.phone);
        let Err(problem) = made.and_then(|contact| seen.recipient(column, row, &contact.phone)) else { return Ok(()) };
        let count = if problem.problem.is_repetition() { &mut counts.repeated } else { &mut counts.invalid };
        *count += 1;
        if is_json {
            context.output().json(&problem_json(row, &problem))?;
        } else if *count <= SHOWN {
            context.note(&printable(&problems::line(row.number, &problem)));
        }
        Ok(())
    })?;
    for count in [counts.invalid, counts.repeated] {
        if count > SHOWN && !is_json {
            let count = count - SHOWN;
            context.note(&if is_all { text!("bulk-more", count = count) } else { text!("import-more", count = count) });
        }
    }
    Ok((confirmed, counts))
}

/// Adds the contacts. `confirmed` is the file as it was read, and `total` the number of its contacts.
fn add(
    context: &Context,
    arguments: &Arguments,
    client: zexa::AsyncClient,
    dialect: &Dialect,
    contacts: &Contacts,
    (confirmed, total): (&Confirmed, u64),
) -> Result {
    let path = &arguments.file.file;
    let report_path = arguments.report.clone().unwrap_or_else(|| paths::import_report(path, context.uses_sandbox()));
    check_path(&report_path, &[path])?;
    let recorder = Rc::new(RefCell::new(Recorder::new(context, false, false)));
    recorder.borrow_mut().begin_report(Report::create(&report_path, dialect.delimiter, false)?);
    let table = Table::open(path, dialect).map_err(|error| of_table(path, &error))?;
    let seen = RefCell::new(Seen::default());
    let column = table.header.name(contacts.phone).to_owned();
    let source = Source {
        blocks: Blocks::new(table),
        confirmed: &confirmed.blocks,
        make: |table: &Table, row: &Row| {
            let contact = contacts.of(table, row)?;
            seen.borrow_mut().recipient(&column, row, &contact.phone)?;
            Ok((contact.phone.clone(), contact))
        },
        recipient: contacts.phone,
        limit: None,
        recorder: recorder.clone(),
        position: Default::default(),
    };
    signals::begin_run();
    let run = client.contacts().create_many(source, &arguments.pace.options())?;
    let stop = drive(run, context, &arguments.pace, total, &recorder);
    let mut recorder = recorder.borrow_mut();
    let failure = signals::complete(|| recorder.finish(true));
    let stopped = stop.reason(recorder.end.as_ref(), false, path);
    if let Some((_, Some(reason))) = &stopped {
        context.note(&text!("bulk-stopped", reason = reason.as_str()));
    }
    let is_unauthorised = stopped.as_ref().is_some_and(|(name, _)| name == "unauthorized");
    let stopped = stopped.map(|(name, _)| name);
    let summary = Summary {
        confirmed,
        counts: &recorder.counts,
        stopped: stopped.as_deref(),
        report: Some(&report_path),
        skips_invalid: arguments.skip_invalid,
    };
    let failure = failure.or(Failure::unless_closed(summary.print(context)).err());
    let exit = match summary.exit() {
        _ if stop.interrupts > 0 => Exit::Interrupted,
        Exit::Failed if is_unauthorised => Exit::NotAuthorised,
        exit => exit,
    };
    context.end(failure.map(Failure::after_import), exit)
}

/// What is known at the end.
struct Summary<'a> {
    confirmed: &'a Confirmed,
    counts: &'a Counts,
    stopped: Option<&'a str>,
    /// `None` if nothing was added.
    report: Option<&'a Path>,
    /// Whether invalid rows are no failure.
    skips_invalid: bool,
}

impl Summary<'_> {
    fn print(&self, context: &Context) -> Result<()> {
        let Summary { confirmed, counts, stopped, report, .. } = self;
        let json = json!({
            "type": if report.is_some() { "summary" } else { "check" }, "rows": confirmed.count, "added": counts.accepted,
            "existing": counts.existing, "rejected": counts.rejected, "not_sent": counts.not_sent, "unknown": counts.unknown,
            "repeated": counts.repeated, "invalid": counts.invalid, "stopped": stopped, "report": report,
        });
        context.output().result(&json, || {
            let mut lines = match report {
                Some(_) => {
                    vec![
                        text!("import-added", count = counts.accepted),
                        text!("import-existing", count = counts.existing),
                    ]
                }
                None => vec![text!("import-valid", count = confirmed.count - counts.invalid - counts.repeated)],
            };
            let failed = counts.rejected + counts.not_sent;
            lines.extend((failed > 0).then(|| text!("import-failed", count = failed)));
            lines.extend((counts.unknown > 0).then(|| text!("import-unknown", count = counts.unknown)));
            lines.extend((counts.invalid > 0).then(|| text!("import-invalid", count = counts.invalid)));
            lines.extend((counts.repeated > 0).then(|| text!("import-repeated", count = counts.repeated)));
            lines.extend(report.map(|report| text!("bulk-report", file = report.display().to_string())));
            lines.join("\n")
        })
    }

    fn exit(&self) -> Exit {
        let Summary { counts, stopped, skips_invalid, .. } = self;
        match () {
            () if counts.unknown > 0 => Exit::Unknown,
            () if counts.rejected + counts.not_sent > 0 || stopped.is_some() => Exit::Failed,
            () if counts.invalid > 0 && !skips_invalid => Exit::Failed,
            () => Exit::Done,
        }
    }
}

/// Makes the contacts of rows.
struct Contacts {
    name: usize,
    phone: usize,
    email: Option<usize>,
    country: Country,
    lists: Vec<String>,
}

impl Contacts {
    fn new(header: &Header, arguments: &Arguments) -> std::result::Result<Contacts, TableError> {
        let map: &Mapping = &arguments.file.map;
        if let Some((field, _)) = map.iter().find(|(field, _)| !FIELDS.contains(&fold(field).as_str())) {
            return Err(TableError::UnusedMapping { field: field.clone() });
        }
        Ok(Contacts {
            phone: header.role(Role::Phone, map)?,
            name: header.role(Role::Name, map)?,
            email: header.optional_role(Role::Email, map)?,
            country: arguments.file.country,
            lists: arguments.list.clone(),
        })
    }

    fn of(&self, table: &Table, row: &Row) -> std::result::Result<CreateContact, RowProblem> {
        table.check(row)?;
        let problem = |column: usize, problem| RowProblem::in_column(table.header.name(column), problem);
        let phone =
            numbers::normalise(row.get(self.phone), self.country).map_err(|found| problem(self.phone, found))?;
        let name = row.get(self.name).trim();
        if name.is_empty() {
            return Err(problem(self.name, Problem::EmptyValue));
        }
        let mut contact = CreateContact::new(name, phone).lists(self.lists.iter().cloned());
        if let Some(column) = self.email {
            match row.get(column).trim() {
                "" => {}
                email if is_address(email) => contact = contact.email(email),
                email => return Err(problem(column, Problem::NotAnAddress { value: shown(email) })),
            }
        }
        Ok(contact)
    }
}
