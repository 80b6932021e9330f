//! The calls with the blocking client, on several threads.

use std::io;
use std::process::ExitCode;
use std::thread;

use zexa::{CancelToken, Client, Kind, ListSenderIds};

use super::{Call, Result, Setup};
use crate::Done;

/// Makes the calls of stdin on this number of threads.
pub(crate) fn run_blocking(workers: &str) -> Done {
    let setup = Setup::from_env().map_err(|error| error.to_string())?;
    let clients = setup.clients().map(|client| client.build()).collect::<zexa::Result<Vec<_>>>()?;
    let work = || -> Result {
        loop {
            let mut line = String::new();
            if io::stdin().read_line(&mut line)? == 0 {
                return Ok(());
            }
            let call = Call::parse(line.trim_end())?;
            make(&call, &clients[call.client()], &setup)?;
        }
    };
    let workers = 0..workers.parse::<u32>()?;
    thread::scope(|scope| {
        let threads: Vec<_> = workers.map(|_| scope.spawn(work)).collect();
        threads.into_iter().try_for_each(|thread| thread.join().expect("no worker panics"))
    })
    .map_err(|error| error.to_string())?;
    Ok(ExitCode::SUCCESS)
}

fn make(call: &Call, client: &Client, setup: &Setup) -> Result {
    let token = CancelToken::new();
    if let Some(after) = call.cancel {
        let token = token.clone();
        thread::spawn(move || {
            thread::sleep(after);
            token.cancel();
        });
    }
    let client = client.with_options(call.options(&token));
    let end = match call.kind.as_str() {
        "bulk" | "recorded" => match send_many(call, &client, setup, &token)? {
            Ok(true) => return call.report(format_args!("end {}", Kind::Cancelled)),
            end => end.map(drop),
        },
        "list" => list(call, &client)?,
        "wait" => client.messages().wait(&call.text, "final").map(drop),
        _ => {
            let message = call.messages().next().ok_or("no message")?;
            let result = client.messages().send(&message);
            call.report_message(call.first, result.as_ref())?;
            Ok(())
        }
    };
    call.report_end(end)
}

/// Returns whether the run was abandoned.
fn send_many(call: &Call, client: &Client, setup: &Setup, token: &CancelToken) -> Result<zexa::Result<bool>> {
    let mut sending = match client.messages().send_many(call.messages(), &call.bulk_options(setup, token)) {
        Ok(sending) => sending,
        Err(error) => return Ok(Err(error)),
    };
    while let Some(result) = sending.next() {
        match result {
            Ok(row) => {
                let result = row.value.as_ref().ok_or(row.error.as_ref());
                let result = result.map_err(|error| error.expect("a row without a message has an error"));
                call.report_message(call.first + row.index, result)?;
            }
            Err(error) => return Ok(Err(error)),
        }
        if token.is_cancelled() {
            match call.number % 3 {
                // The rows in flight are cancelled, and reported.
                0 => sending.cancel(),
                // They are cancelled, and nobody waits for their results.
                1 => return Ok(Ok(true)),
                _ => {}
            }
        }
    }
    Ok(Ok(false))
}

fn list(call: &Call, client: &Client) -> Result<zexa::Result<()>> {
    for sender in client.sender_ids().list(&ListSenderIds::new().per_page(1)) {
        match sender {
            Ok(sender) => call.report(format_args!("item {}", sender.id.unwrap_or_default()))?,
            Err(error) => return Ok(Err(error)),
        }
    }
    Ok(Ok(()))
}
