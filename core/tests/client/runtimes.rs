//! Clients inside of the caller's async runtimes.

use crate::support::{async_client, client};
use futures_executor::block_on;
use zexa::{Client, Kind, ListContacts, Outcome, SendMessage};
use zexa_sandbox::Sandbox;

fn assert_refused(client: &Client) {
    let error = client.credits().get().expect_err("blocks an async task");
    assert_eq!((error.kind(), error.outcome(), error.attempts()), (Kind::Other, Outcome::NotSent, 0));
    assert!(error.message().contains("AsyncClient"), "{error}");
    let mut contacts = client.contacts().list(&ListContacts::new());
    assert_eq!(contacts.next().expect("an error").expect_err("blocks").kind(), Kind::Other);
    assert!(contacts.next().is_none());
}

#[tokio::test]
async fn a_blocking_call_in_an_async_task_is_an_error() {
    let sandbox = Sandbox::start();
    assert_refused(&client(&sandbox));
    assert_eq!(sandbox.requests().len(), 0);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_blocking_call_in_a_task_of_a_multi_thread_runtime_is_an_error() {
    let sandbox = Sandbox::start();
    let client = client(&sandbox);
    tokio::spawn(async move { assert_refused(&client) }).await.expect("no panic");
}

#[tokio::test]
async fn a_task_continues_after_the_error() {
    let sandbox = Sandbox::start();
    assert_refused(&client(&sandbox));
    tokio::time::sleep(std::time::Duration::from_millis(1)).await;
    async_client(&sandbox).credits().get().await.expect("credits");
}

#[tokio::test]
async fn blocking_calls_work_in_spawn_blocking() {
    let sandbox = Sandbox::start();
    let client = client(&sandbox);
    let credits = tokio::task::spawn_blocking(move || client.credits().get()).await.expect("no panic");
    credits.expect("credits");
}

#[tokio::test(flavor = "multi_thread")]
async fn blocking_calls_work_in_block_in_place() {
    let sandbox = Sandbox::start();
    let client = client(&sandbox);
    tokio::task::block_in_place(|| client.credits().get()).expect("credits");
}

#[test]
fn blocking_calls_work_on_a_thread_that_has_entered_a_runtime() {
    let sandbox = Sandbox::start();
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    let _entered = runtime.enter();
    client(&sandbox).credits().get().expect("credits");
}

#[test]
fn a_blocking_client_may_be_dropped_in_an_async_task() {
    let sandbox = Sandbox::start();
    let client = client(&sandbox);
    client.credits().get().expect("credits");
    tokio::runtime::Runtime::new().expect("a runtime").block_on(async move { drop(client) });
}

#[test]
fn an_async_client_needs_no_runtime_of_the_caller() {
    let sandbox = Sandbox::start();
    let client = async_client(&sandbox);
    let message = SendMessage::sms("+244912345678", "ZEXA", "Hello");
    let message = block_on(client.messages().send(&message)).expect("sent");
    assert_eq!(block_on(client.messages().get(&message.id)).expect("there").id, message.id);
}

/// Pooled connections belong to the client's own runtime, so they survive the caller's.
#[test]
fn an_async_client_outlives_the_runtimes_that_it_is_used_in() {
    let sandbox = Sandbox::start();
    let client = async_client(&sandbox);
    for _ in 0..5 {
        let runtime = tokio::runtime::Runtime::new().expect("a runtime");
        runtime.block_on(client.credits().get()).expect("credits");
    }
    assert_eq!(sandbox.connections(), 1);
}

#[tokio::test]
async fn many_concurrent_async_calls() {
    let sandbox = Sandbox::start();
    let client = async_client(&sandbox);
    let calls: Vec<_> = (0..200)
        .map(|number| {
            let client = client.clone();
            let message = SendMessage::sms("+244912345678", "ZEXA", format!("message {number}"));
            tokio::spawn(async move { client.messages().send(&message).await })
        })
        .collect();
    for call in calls {
        call.await.expect("no panic").expect("sent");
    }
    assert_eq!(sandbox.messages().len(), 200);
}

#[tokio::test]
async fn an_async_client_may_be_dropped_during_its_calls() {
    let sandbox = Sandbox::from_json(serde_json::json!({"faults": [{"path": "/credits", "delay": 0.2}]}));
    let client = async_client(&sandbox);
    let credits = { client.clone() };
    let call = tokio::spawn(async move { credits.credits().get().await });
    drop(client);
    call.await.expect("no panic").expect("credits");
}

#[test]
fn types_are_send_and_sync() {
    fn sends<T: Send>() {}
    fn sends_and_shares<T: Send + Sync + 'static>() {}
    sends_and_shares::<(
        Client,
        zexa::AsyncClient,
        zexa::ClientBuilder,
        zexa::CallOptions,
        zexa::CancelToken,
        zexa::Error,
    )>();
    sends::<(zexa::List<zexa::Contact>, zexa::Pages<zexa::Contact>, zexa::AsyncList<zexa::Contact>)>();
}
