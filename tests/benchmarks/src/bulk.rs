//! `zexa-bench-bulk URL ROWS CONCURRENCY [LEDGER]`: sends this many messages in one run, and prints rows per second and the growth of memory.

use std::env;
use std::fs;
use std::time::Instant;

use zexa::{BulkOptions, Client, SendMessage};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let arguments: Vec<String> = env::args().skip(1).collect();
    let [url, rows, concurrency, ledger @ ..] = &*arguments else {
        return Err("usage: URL ROWS CONCURRENCY [LEDGER]".into());
    };
    let (rows, concurrency): (u64, u32) = (rows.parse()?, concurrency.parse()?);
    let client = Client::builder().base_url(url).api_key("zx_bench").build()?;
    let mut options = BulkOptions::new().concurrency(concurrency);
    if let Some(path) = ledger.first() {
        options = options.ledger(path);
    }
    let source = (0..rows)
        .map(|number| SendMessage::sms("+244912345678", "ZEXA", "Hello").idempotency_key(format!("row-{number}")));
    let (mut sent, mut first_memory) = (0_u64, 0);
    let started = Instant::now();
    for result in client.messages().send_many(source, &options)? {
        sent += u64::from(result?.value.is_some());
        if sent == rows.min(10_000) {
            first_memory = memory();
        }
    }
    let rate = sent as f64 / started.elapsed().as_secs_f64();
    println!("{sent} rows, {rate:.0} per second, {} KB more memory than after 10,000", memory() - first_memory);
    Ok(())
}

/// The resident memory of this process in KB.
fn memory() -> i64 {
    let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).unwrap_or_default();
    line.trim().trim_end_matches(" kB").trim().parse().unwrap_or_default()
}
