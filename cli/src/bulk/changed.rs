//! The file of a stored job: whether it contains the rows that were confirmed, and what has changed if it does not.

use std::path::Path;

use super::check::Check;
use super::check_command::read;
use super::job::Job;
use super::plan::Plan;
use super::problems;
use crate::context::Context;
use crate::failure::{Failure, Result};
use crate::table::{Overrides, Table, first_rows};
use crate::texts::text;

/// Reads the file of a stored job. A spreadsheet may have saved it with another delimiter or in another encoding meanwhile: it is accepted if it contains
/// the same rows.
///
/// # Errors
///
/// If the file cannot be read, or if its rows are not those that were confirmed.
pub(crate) fn confirmed(context: &Context, path: &Path, job: &Job) -> Result<(Plan, Check)> {
    let open = |job: Job| -> Result<(Plan, Check)> {
        let plan = Plan::resume(path, job)?;
        let (found, _) = read(context, &plan, false)?;
        Ok((plan, found))
    };
    let is_same = |(_, found): &(Plan, Check)| found.confirmed.blocks == job.blocks;
    let first = open(job.clone());
    if first.as_ref().is_ok_and(is_same) {
        return first;
    }
    let detected = Table::detect(path, &Overrides::default()).ok().map(|(_, dialect)| dialect);
    let second = detected.filter(|dialect| *dialect != job.dialect).map(|dialect| open(Job { dialect, ..job.clone() }));
    match (first, second) {
        (_, Some(Ok(second))) if is_same(&second) => {
            context.note(&text!("bulk-other-dialect", file = path.display().to_string()));
            Ok(second)
        }
        // With the wrong delimiter, the columns are not found.
        (Ok((plan, found)), _) | (Err(_), Some(Ok((plan, found)))) => Err(failure(&plan, &found)),
        (Err(failure), _) => Err(failure),
    }
}

/// The plan of a stored job, also if its file was saved with another delimiter or in another encoding meanwhile. Whether it contains the rows that were
/// confirmed is not known.
///
/// # Errors
///
/// If the file cannot be read, or has other columns.
pub(crate) fn open(path: &Path, job: &Job) -> Result<Plan> {
    Plan::resume(path, job.clone()).or_else(|failure| {
        let Ok((_, dialect)) = Table::detect(path, &Overrides::default()) else { return Err(failure) };
        Plan::resume(path, Job { dialect, ..job.clone() }).map_err(|_| failure)
    })
}

/// The failure of a file whose rows are not those of its job.
fn failure(plan: &Plan, found: &Check) -> Failure {
    let message = format!("{}. {}", change(plan, found), text!("bulk-advice-changed"));
    Failure::Table { code: "changed", message, is_usage: false }
}

/// What has changed.
fn change(plan: &Plan, found: &Check) -> String {
    let Plan { job, path, .. } = plan;
    let file = path.display().to_string();
    if found.rows < job.rows {
        return text!("bulk-fewer", file = file, found = found.rows, confirmed = job.rows);
    }
    let added = found.rows - job.rows;
    if added > 0 && plan.open().is_ok_and(|table| first_rows(table, job.rows).is_ok_and(|blocks| blocks == job.blocks))
    {
        return text!("bulk-appended", file = file, count = added);
    }
    let changed = job.blocks.iter().zip(&found.confirmed.blocks).position(|(confirmed, found)| confirmed != found);
    match changed {
        // The names of the columns are part of each digest.
        Some(0) if found.confirmed.blocks.iter().all(|digest| !job.blocks.contains(digest)) => {
            let last = found.confirmed.rows.first().map_or(1, |(_, last)| *last);
            text!("bulk-changed-header", file = file, last = last.to_string())
        }
        changed => problems::changed(path, changed.and_then(|block| found.confirmed.rows.get(block)).copied()),
    }
}
