//! `zexa bulk check`.

use std::time::Duration;

use clap::Args;
use serde_json::{Value, json};
use zexa::CallOptions;

use super::arguments::MessageArguments;
use super::check::{Check, check};
use super::plan::Plan;
use super::preview::{Balance, Preview, Problems};
use crate::context::Context;
use crate::exit::Exit;
use crate::failure::{Failure, Result};
use crate::sender::Sender;
use crate::table::{Row, RowProblem};
use crate::texts::text;

/// The time after which the balance and the Sender IDs are not waited for any longer. Only warnings depend on them.
const DEADLINE: Duration = Duration::from_secs(15);

/// Show what `bulk send` would send, and send nothing
///
/// Reads the whole file, and shows invalid and repeated rows, segments, the cost, and the first messages. Works without an API key, but then knows neither
/// the balance nor the Sender IDs. The exit code is 1 if a row is invalid, if the balance is too low, or if the sender is not approved.
#[derive(Args)]
#[command(after_help = "\
Examples:
  zexa bulk check people.csv --from ZEXA --body \"Olá {{name}}\"
  zexa bulk check people.csv --from ZEXA --body-file text.txt --map to=Telefone --country PT")]
pub(crate) struct Arguments {
    #[command(flatten)]
    messages: MessageArguments,
}

pub(crate) fn run(context: &Context, arguments: &Arguments) -> Result {
    let plan = Plan::new(&arguments.messages)?;
    let (found, problems) = read(context, &plan, true)?;
    let balance = balance(context)?;
    let sender = sender(context, &plan, &balance)?;
    let preview = Preview { plan: &plan, check: &found, problems: &problems, balance: &balance, sender: &sender };
    let mut output = context.output();
    output.result(&preview.json(), || {
        let mut lines = preview.lines();
        lines.push(text!("outcome-not-sent"));
        lines.join("\n")
    })?;
    let is_good = found.invalid == 0
        && found.messages > 0
        && !balance.is_too_low(found.cost)
        && matches!(sender, Sender::Approved | Sender::Unknown);
    Ok(if is_good { Exit::Done } else { Exit::Failed })
}

/// Reads the file of a plan once. With `prints`, and if the output is JSON, prints each problem.
pub(crate) fn read(context: &Context, plan: &Plan, prints: bool) -> Result<(Check, Problems)> {
    let table = plan.open()?;
    let mut problems = Problems::default();
    let mut output = context.output();
    let found = check(table, plan, |row, problem| {
        problems.add(row, problem);
        if prints && context.is_json() { output.json(&problem_json(row, problem)) } else { Ok(()) }
    })?;
    Ok((found, problems))
}

/// A problem of a row as JSON.
pub(crate) fn problem_json(row: &Row, problem: &RowProblem) -> Value {
    let mut json = json!(problem);
    json["type"] = "problem".into();
    json["row"] = row.number.into();
    json
}

/// The balance of the account.
///
/// # Errors
///
/// If the API does not accept the key: a ledger must not be bound to it. If Ctrl-C was pressed.
pub(crate) fn balance(context: &Context) -> Result<Balance> {
    let options = CallOptions::new().deadline(DEADLINE);
    let credits = context.client().and_then(|client| Ok(client.with_options(options).credits().get()?));
    match credits {
        Ok(credits) => Ok(Balance::Credits(credits.credits)),
        Err(Failure::NoKey(_)) => Ok(Balance::NoKey),
        Err(failure) => match failure.exit() {
            Exit::NotAuthorised | Exit::Interrupted => Err(failure),
            _ => Ok(Balance::Failed(failure.lines().into_iter().next().unwrap_or_default())),
        },
    }
}

/// What the account's Sender IDs say about the sender of a plan. The API is not asked again if it has not told the balance.
///
/// # Errors
///
/// If Ctrl-C was pressed.
pub(crate) fn sender(context: &Context, plan: &Plan, balance: &Balance) -> Result<Sender> {
    match balance {
        Balance::Credits(_) => {}
        Balance::NoKey | Balance::Failed(_) => return Ok(Sender::Unknown),
    }
    let client = context.client()?.with_options(CallOptions::new().deadline(DEADLINE));
    match Sender::find(&client, &plan.job.channel, &plan.job.from).map_err(Failure::from) {
        Err(failure) if failure.exit() != Exit::Interrupted => Ok(Sender::Unknown),
        found => found,
    }
}
