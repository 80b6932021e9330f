//! The calls with the async client, as tasks.

use std::io;
use std::process::ExitCode;
use std::sync::Arc;

use futures_util::StreamExt;
use tokio::task::JoinSet;
use tokio::time::{sleep, timeout};
use zexa::{AsyncClient, CancelToken, Kind, ListSenderIds};

use super::{Call, Result, Setup};
use crate::Done;

/// Makes the calls of stdin.
pub(crate) fn run_async() -> Done {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build()?;
    runtime.block_on(run()).map_err(|error| error.to_string())?;
    Ok(ExitCode::SUCCESS)
}

async fn run() -> Result {
    let setup = Arc::new(Setup::from_env()?);
    let clients = setup.clients().map(|client| client.build_async()).collect::<zexa::Result<Vec<_>>>()?;
    let (sender, mut lines) = tokio::sync::mpsc::unbounded_channel();
    std::thread::spawn(move || io::stdin().lines().map_while(io::Result::ok).try_for_each(|line| sender.send(line)));
    let mut calls = JoinSet::new();
    loop {
        tokio::select! {
            line = lines.recv() => match line {
                Some(line) => {
                    let call = Call::parse(&line)?;
                    let client = clients[call.client()].clone();
                    calls.spawn(make(call, client, setup.clone()));
                }
                None => break,
            },
            Some(ended) = calls.join_next() => ended??,
        }
    }
    while let Some(ended) = calls.join_next().await {
        ended??;
    }
    Ok(())
}

async fn make(call: Call, client: AsyncClient, setup: Arc<Setup>) -> Result {
    let token = CancelToken::new();
    let client = client.with_options(call.options(&token));
    // Some are cancelled with the token, and some by dropping the future.
    let (drop_after, cancel_after) =
        if call.number.is_multiple_of(2) { (call.cancel, None) } else { (None, call.cancel) };
    if let Some(after) = cancel_after {
        tokio::spawn({
            let token = token.clone();
            async move {
                sleep(after).await;
                token.cancel();
            }
        });
    }
    let made = make_until_end(&call, &client, &setup, &token);
    match drop_after {
        None => made.await,
        Some(after) => match timeout(after, made).await {
            Ok(done) => done,
            Err(_) => {
                if matches!(call.kind.as_str(), "send" | "keyed" | "repeat") {
                    call.report_dropped(call.first)?;
                }
                call.report(format_args!("end {}", Kind::Cancelled))
            }
        },
    }
}

async fn make_until_end(call: &Call, client: &AsyncClient, setup: &Setup, token: &CancelToken) -> Result {
    let end = match call.kind.as_str() {
        "bulk" | "recorded" => {
            let rows = futures_util::stream::iter(call.messages());
            match client.messages().send_many(rows, &call.bulk_options(setup, token)) {
                Ok(mut sending) => loop {
                    match sending.next().await {
                        Some(Ok(row)) => {
                            let result = row.value.as_ref().ok_or(row.error.as_ref());
                            let result = result.map_err(|error| error.expect("a row without a message has an error"));
                            call.report_message(call.first + row.index, result)?;
                        }
                        Some(Err(error)) => break Err(error),
                        None => break Ok(()),
                    }
                },
                Err(error) => Err(error),
            }
        }
        "list" => {
            let mut senders = client.sender_ids().list(&ListSenderIds::new().per_page(1));
            loop {
                match senders.next().await {
                    Some(Ok(sender)) => call.report(format_args!("item {}", sender.id.unwrap_or_default()))?,
                    Some(Err(error)) => break Err(error),
                    None => break Ok(()),
                }
            }
        }
        "wait" => client.messages().wait(&call.text, "final").await.map(drop),
        _ => {
            let message = call.messages().next().ok_or("no message")?;
            let result = client.messages().send(&message).await;
            call.report_message(call.first, result.as_ref())?;
            Ok(())
        }
    };
    call.report_end(end)
}
