//! Carries bytes in both directions, with the fault of the connection.

use std::time::Duration;

use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::{Instant, sleep, timeout, timeout_at};

use super::Proxy;
use super::plan::{Break, Direction, Fault};

/// After this many bytes, a connection that trickles gets its normal speed, so that it can be used again.
const TRICKLED: usize = 2000;

/// How a direction ends.
#[derive(Debug, PartialEq, Eq)]
enum End {
    /// The source has ended, and so has the destination.
    Closed,
    /// The destination is lost.
    Lost,
    Broken(Break),
}

/// The end of the connection to the client with a RST.
pub(super) fn reset(client: &TcpStream) {
    // It fails only if the client has already reset the connection.
    let _ = client.set_zero_linger();
}

/// Carries bytes until the connection ends.
pub(super) async fn carry<S>(proxy: &Proxy, mut client: TcpStream, upstream: S, fault: Fault)
where
    S: AsyncRead + AsyncWrite + Unpin,
{
    let is_reset = {
        let (from_client, to_client) = client.split();
        let (from_upstream, to_upstream) = tokio::io::split(upstream);
        let requests = pump(proxy, from_client, to_upstream, fault, Direction::Request);
        let responses = pump(proxy, from_upstream, to_client, fault, Direction::Response);
        match fault {
            Fault::End { after, is_reset } => match timeout(after, both(requests, responses)).await {
                Ok(is_reset) => is_reset,
                Err(_) => {
                    proxy.count(if is_reset { "reset at a time" } else { "closed at a time" });
                    is_reset
                }
            },
            _ => both(requests, responses).await,
        }
    };
    if is_reset {
        reset(&client);
    }
}

/// Waits for both directions, or until one of them ends the connection. Returns whether the client gets a RST.
async fn both(requests: impl Future<Output = End>, responses: impl Future<Output = End>) -> bool {
    let (mut requests, mut responses) = (std::pin::pin!(requests), std::pin::pin!(responses));
    let (mut has_requests, mut has_responses) = (true, true);
    while has_requests || has_responses {
        let end = tokio::select! {
            end = &mut requests, if has_requests => {
                has_requests = false;
                end
            }
            end = &mut responses, if has_responses => {
                has_responses = false;
                // What the client still sends is delivered, but it gets nothing more.
                if end == End::Lost { End::Closed } else { end }
            }
        };
        match end {
            End::Closed | End::Broken(Break::HalfClose | Break::Stall(_)) => {}
            End::Broken(Break::Reset) | End::Lost => return true,
            End::Broken(Break::Truncate) => return false,
        }
    }
    false
}

/// Carries the bytes of one direction.
async fn pump(
    proxy: &Proxy,
    mut from: impl AsyncRead + Unpin,
    mut to: impl AsyncWrite + Unpin,
    fault: Fault,
    direction: Direction,
) -> End {
    let mut buffer = vec![0; 16 * 1024];
    let mut fault = match fault {
        Fault::Break { direction: faulted, .. } if faulted != direction => Fault::None,
        fault => fault,
    };
    let mut carried = 0;
    loop {
        // An error is a reset by the client. What it sent before that is delivered.
        let count = from.read(&mut buffer).await.unwrap_or(0);
        let bytes = &buffer[..count];
        let written = match fault {
            Fault::Break { after, how, .. } if carried + count >= after => {
                let (before, rest) = bytes.split_at(after.saturating_sub(carried));
                let _ = to.write_all(before).await;
                proxy.count(name(how, direction));
                fault = Fault::None;
                match how {
                    Break::Stall(time) => {
                        let held = hold(&mut from, rest.to_vec(), time).await;
                        to.write_all(&held).await
                    }
                    how => {
                        let _ = to.shutdown().await;
                        return End::Broken(how);
                    }
                }
            }
            Fault::Trickle(size) if carried < TRICKLED => {
                if carried == 0 {
                    proxy.count("trickle");
                }
                trickle(&mut to, bytes, size).await
            }
            _ => to.write_all(bytes).await,
        };
        if count == 0 || written.is_err() {
            let _ = to.shutdown().await;
            return if written.is_ok() { End::Closed } else { End::Lost };
        }
        carried += count;
    }
}

/// Holds back what arrives within this time, after what has arrived already.
async fn hold(from: &mut (impl AsyncRead + Unpin), mut held: Vec<u8>, time: Duration) -> Vec<u8> {
    let until = Instant::now() + time;
    let ended = timeout_at(until, async {
        // The source may end: the bytes are still delivered, and only later.
        while from.read_buf(&mut held).await.is_ok_and(|count| count > 0) {}
    });
    if ended.await.is_ok() {
        tokio::time::sleep_until(until).await;
    }
    held
}

async fn trickle(to: &mut (impl AsyncWrite + Unpin), bytes: &[u8], size: usize) -> std::io::Result<()> {
    for some in bytes.chunks(size) {
        to.write_all(some).await?;
        to.flush().await?;
        sleep(Duration::from_millis(1)).await;
    }
    Ok(())
}

fn name(how: Break, direction: Direction) -> &'static str {
    match (how, direction) {
        (Break::Reset, Direction::Request) => "reset in a request",
        (Break::Reset, Direction::Response) => "reset in a response",
        (Break::Truncate, Direction::Request) => "truncated request",
        (Break::Truncate, Direction::Response) => "truncated response",
        (Break::HalfClose, Direction::Request) => "half-close to the sandbox",
        (Break::HalfClose, Direction::Response) => "half-close to the client",
        (Break::Stall(_), Direction::Request) => "stalled request",
        (Break::Stall(_), Direction::Response) => "stalled response",
    }
}
