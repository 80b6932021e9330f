//! Outbox relay: sends one SMS per row of `outbox`. Any number may run, each with a supervisor that restarts it.

use std::{env, error::Error, time::Duration};
use tokio_postgres::NoTls;
use zexa::{Client, SendMessage};

// Errors about the row. After others, the call is repeated with its key: the ledger sends no key twice.
const FINAL: [&str; 6] = ["invalid_request", "validation", "key_reused", "in_doubt", "decode", "server"];
const NEXT: &str = "SELECT id, phone, body FROM outbox WHERE outcome IS NULL AND due <= now()
    ORDER BY due LIMIT 1 FOR UPDATE SKIP LOCKED";
const DEFER: &str = "UPDATE outbox SET due = now() + make_interval(secs => $1) WHERE id = $2";
const DONE: &str = "UPDATE outbox SET outcome = $1, message_id = $2 WHERE id = $3";

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let second = Duration::from_secs(1);
    let client =
        Client::builder().ledger(env::var("LEDGER_URL")?).timeout(10 * second).deadline(60 * second).build_async()?;
    let (mut database, connection) = tokio_postgres::connect(&env::var("DATABASE_URL")?, NoTls).await?;
    tokio::spawn(connection);
    loop {
        let transaction = database.transaction().await?; // locks the row; the ledger has its own connection
        let Some(row) = transaction.query_opt(NEXT, &[]).await? else {
            drop(transaction);
            tokio::time::sleep(second).await;
            continue;
        };
        let (id, phone, body): (i64, String, String) = (row.get(0), row.get(1), row.get(2));
        let message = SendMessage::sms(phone, "ZEXA", body).idempotency_key(format!("outbox-{id}"));
        match client.messages().send(&message).await {
            Ok(message) => transaction.execute(DONE, &[&"accepted", &Some(message.id), &id]).await?,
            Err(error) if !FINAL.contains(&error.kind().as_str()) => {
                let wait = error.retry_after().unwrap_or(15 * second).as_secs_f64();
                transaction.execute(DEFER, &[&wait, &id]).await?
            }
            Err(error) => transaction.execute(DONE, &[&error.outcome().as_str(), &None::<String>, &id]).await?,
        };
        transaction.commit().await?;
    }
}
