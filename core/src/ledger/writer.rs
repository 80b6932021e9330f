//! [`Writer`]: the thread that changes a ledger. It applies all changes that are waiting in one transaction.

use std::mem;
use std::sync::PoisonError;

use super::row::{Claim, Row, Settlement};
use super::state::{self, Claimed};
use super::store::{Change, Reply, Store};
use crate::engine::thread::spawn_with;
use crate::sync::{Mutex, mpsc, oneshot, thread};
use crate::{Error, Kind, Outcome, Result};

/// The maximum number of changes in a transaction.
const MAX_CHANGES: usize = 1024;

/// A ledger that one thread changes. The thread starts with the first change, and ends when the writer is dropped and no change waits.
pub(crate) struct Writer {
    owner: u64,
    state: Mutex<State>,
}

enum State {
    Idle(Box<dyn Store>),
    Running(mpsc::Sender<Job>),
    /// The thread is being started.
    Starting,
}

struct Job {
    change: Change,
    reply: oneshot::Sender<Result<Reply>>,
}

impl Job {
    /// Whether this is a claim that nobody waits for any more.
    fn is_abandoned(&self) -> bool {
        matches!(self.change, Change::Claim { .. }) && self.reply.is_closed()
    }
}

impl Writer {
    /// A writer of this store, which makes claims for the owner.
    pub(crate) fn new(store: Box<dyn Store>, owner: u64) -> Writer {
        Writer { owner, state: Mutex::new(State::Idle(store)) }
    }

    /// Claims a row. When this returns, the claim is durable. If the future is dropped, the claim is not made, or is given up.
    pub(crate) async fn claim(&self, claim: Claim) -> Result<(Claimed, Row)> {
        let mut waiting =
            WaitingClaim { receiver: self.send(Change::Claim { claim, owner: self.owner })?, writer: self };
        match (&mut waiting.receiver).await.unwrap_or_else(|_| Err(stopped()))? {
            Reply::Claimed(claimed, row) => Ok((claimed, *row)),
            Reply::Locked => Err(locked()),
            _ => unreachable!("the answer to a claim"),
        }
    }

    /// Settles a row. The change is in the queue when this returns, and durable when the future is ready.
    pub(crate) fn settle(&self, settlement: Settlement) -> impl Future<Output = Result<()>> + Send + use<> {
        let reply = self.send(Change::Settle(settlement));
        async move {
            match reply?.await.unwrap_or_else(|_| Err(stopped()))? {
                Reply::Locked => Err(locked()),
                _ => Ok(()),
            }
        }
    }

    /// Returns the row of a key, after all changes that wait.
    pub(crate) async fn look(&self, key: &str) -> Result<Option<Row>> {
        match self.send(Change::Look { key: key.to_owned() })?.await.unwrap_or_else(|_| Err(stopped()))? {
            Reply::Found(row) => Ok(row.map(|row| *row)),
            Reply::Locked => Err(locked()),
            _ => unreachable!("the answer to a look"),
        }
    }

    fn send(&self, change: Change) -> Result<oneshot::Receiver<Result<Reply>>> {
        let (reply, receiver) = oneshot::channel();
        self.enqueue(Job { change, reply }).map(|()| receiver)
    }

    fn enqueue(&self, job: Job) -> Result<()> {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        if let State::Idle(_) = &*state {
            let State::Idle(store) = mem::replace(&mut *state, State::Starting) else { unreachable!("just matched") };
            let (sender, receiver) = mpsc::channel();
            let thread = thread::Builder::new().name("zexa-ledger".into());
            match spawn_with(thread, store, move |store| write(store, &receiver)) {
                Ok(_) => *state = State::Running(sender),
                Err((error, store)) => {
                    // There may be a thread for the next change.
                    *state = State::Idle(store);
                    let message = format!("cannot start the thread that writes the ledger: {error}");
                    return Err(Error::new(Kind::Other, Outcome::NotSent, message).with_source(error));
                }
            }
        }
        match &*state {
            State::Running(sender) => sender.send(job).map_err(|_| stopped()),
            State::Idle(_) | State::Starting => Err(stopped()),
        }
    }
}

/// A claim that is waited for.
struct WaitingClaim<'a> {
    receiver: oneshot::Receiver<Result<Reply>>,
    writer: &'a Writer,
}

impl Drop for WaitingClaim<'_> {
    /// Gives the claim up if nobody has received it. An answer that comes later is given up by the thread, which then finds no receiver.
    fn drop(&mut self) {
        self.receiver.close();
        if let Ok(Ok(reply)) = self.receiver.try_recv()
            && let Some(settlement) = giving_up(&reply)
        {
            drop(self.writer.settle(settlement));
        }
    }
}

/// The settlement of a claim whose request will not be sent.
pub(super) fn giving_up(reply: &Reply) -> Option<Settlement> {
    let Reply::Claimed(Claimed::Send { may_be_second }, row) = reply else { return None };
    let result = state::Result::of_no_request(*may_be_second);
    Some(Settlement { key: row.key.clone(), generation: row.generation, result, record: row.record.clone() })
}

/// The same error without its cause, which cannot be copied.
pub(crate) fn copy(error: &Error) -> Error {
    Error::new(error.kind(), error.outcome(), error.message())
}

/// The error of a change whose row is locked. An earlier call may have sent the row.
pub(crate) fn locked() -> Error {
    let message = "a transaction of another program has locked the row in the ledger, so nothing was sent now";
    Error::new(Kind::Other, Outcome::Unknown, message)
}

fn stopped() -> Error {
    Error::new(Kind::Other, Outcome::NotSent, "the thread that writes the ledger has stopped")
}

/// Applies changes until all senders are dropped.
///
/// Results that cannot be recorded are kept for the next transaction. Otherwise, their rows would seem to be in progress for as long as this process
/// lives, for example because another program has read the ledger for a long time.
fn write(mut store: Box<dyn Store>, jobs: &mpsc::Receiver<Job>) {
    let mut late: Vec<Change> = Vec::new();
    while let Ok(first) = jobs.recv() {
        let more = jobs.try_iter().take(MAX_CHANGES - 1);
        let jobs = std::iter::once(first).chain(more).filter(|job| !job.is_abandoned());
        let (new, replies): (Vec<_>, Vec<_>) = jobs.map(|job| (job.change, job.reply)).unzip();
        let kept = late.len();
        let mut changes = mem::take(&mut late);
        changes.extend(new);
        if changes.is_empty() {
            continue;
        }
        match store.apply(&changes) {
            Ok(answers) => {
                let locked = changes.into_iter().zip(&answers).filter(|(_, answer)| **answer == Reply::Locked);
                let mut locked: Vec<_> =
                    locked.map(|(change, _)| change).filter(|change| matches!(change, Change::Settle(_))).collect();
                for (reply, answer) in replies.into_iter().zip(answers.into_iter().skip(kept)) {
                    if let Err(Ok(unwanted)) = reply.send(Ok(answer)) {
                        late.extend(giving_up(&unwanted).map(Change::Settle));
                    }
                }
                // Not with the next change, which may come much later.
                if !late.is_empty() && store.apply(&late).is_ok_and(|answers| !answers.contains(&Reply::Locked)) {
                    late.clear();
                }
                late.append(&mut locked);
            }
            Err(error) => {
                late = changes.into_iter().filter(|change| matches!(change, Change::Settle(_))).collect();
                for reply in replies {
                    let _ = reply.send(Err(copy(&error)));
                }
            }
        }
    }
    if !late.is_empty() {
        // Nobody waits for it. If it fails, the rows are in doubt when this process ends.
        let _ = store.apply(&late);
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::sync::atomic::{AtomicBool, Ordering};
    use std::task::{Context, Waker};

    use super::super::key::Hash;
    use super::super::memory::Memory;
    use super::super::row::Record;
    use super::super::state::{self, Resend, State as RowState};
    use super::*;

    /// A store that calls a function before each transaction.
    struct Hooked<F>(Memory, F);

    impl<F: FnMut(&[Change]) -> Result<()> + Send> Store for Hooked<F> {
        fn apply(&mut self, changes: &[Change]) -> Result<Vec<Reply>> {
            (self.1)(changes)?;
            self.0.apply(changes)
        }

        fn count(&mut self) -> Result<Vec<(RowState, u64)>> {
            self.0.count()
        }

        fn each(&mut self, state: Option<RowState>, visit: &mut dyn FnMut(Row) -> Result<()>) -> Result<()> {
            self.0.each(state, visit)
        }

        fn is_alive(&self, row: &Row) -> bool {
            Store::is_alive(&self.0, row)
        }

        fn prune(&mut self, before: jiff::Timestamp) -> Result<u64> {
            self.0.prune(before)
        }
    }

    fn claim() -> Claim {
        Claim {
            key: "order-1".into(),
            operation: "/messages",
            hash: Hash([1; 32]),
            resend: Resend::default(),
            lease: None,
        }
    }

    #[tokio::test]
    async fn a_claim_that_nobody_waits_for_is_given_up() {
        let ((begun, has_begun), (go_on, may_go_on)) = (mpsc::channel(), mpsc::channel());
        let wait = move |changes: &[Change]| {
            begun.send(changes.len()).expect("the test waits");
            may_go_on.recv().expect("the test goes on");
            Ok(())
        };
        let writer = Writer::new(Box::new(Hooked(Memory::default(), wait)), 1);
        let next = |size| {
            assert_eq!(has_begun.recv(), Ok(size));
            go_on.send(()).expect("a transaction");
        };
        let abandon = |waits: bool| {
            let mut claiming = Box::pin(writer.claim(claim()));
            assert!(claiming.as_mut().poll(&mut Context::from_waker(Waker::noop())).is_pending());
            if waits {
                assert_eq!(has_begun.recv(), Ok(1));
            }
        };
        // In its transaction. Giving it up is another transaction.
        abandon(true);
        // In the queue. It changes nothing.
        abandon(false);
        go_on.send(()).expect("the first transaction");
        next(1);
        let mut claiming = Box::pin(writer.claim(claim()));
        assert!(claiming.as_mut().poll(&mut Context::from_waker(Waker::noop())).is_pending());
        next(1);
        let (claimed, row) = claiming.await.expect("a claim");
        assert_eq!((claimed, row.generation), (Claimed::Send { may_be_second: false }, 2));
    }

    #[tokio::test]
    async fn a_claim_whose_answer_nobody_takes_is_given_up() {
        let (go, wait) = std::sync::mpsc::channel::<()>();
        // Waits until the other end is dropped.
        let wait = move |_: &[Change]| {
            let _ = wait.recv();
            Ok(())
        };
        let writer = Writer::new(Box::new(Hooked(Memory::default(), wait)), 1);
        let mut claiming = Box::pin(writer.claim(claim()));
        assert!(claiming.as_mut().poll(&mut Context::from_waker(Waker::noop())).is_pending());
        drop(go);
        // Both changes are answered in their order, so the claim has its answer.
        writer.look("order-1").await.expect("a row").expect("claimed");
        drop(claiming);
        let (claimed, row) = writer.claim(claim()).await.expect("a claim");
        assert_eq!((claimed, row.generation), (Claimed::Send { may_be_second: false }, 2));
    }

    #[tokio::test]
    async fn a_result_that_cannot_be_recorded_is_recorded_later() {
        let is_broken = Arc::new(AtomicBool::new(false));
        let broken = is_broken.clone();
        let fail = move |_: &[Change]| match broken.load(Ordering::Relaxed) {
            true => Err(Error::new(Kind::Other, Outcome::NotSent, "the disk is full")),
            false => Ok(()),
        };
        let writer = Writer::new(Box::new(Hooked(Memory::default(), fail)), 1);
        let claim = claim();
        writer.claim(claim.clone()).await.expect("a claim");
        is_broken.store(true, Ordering::Relaxed);
        let record = Record { id: Some("msg_1".into()), ..Record::default() };
        let result = Settlement { key: "order-1".into(), generation: 1, result: state::Result::Accepted, record };
        writer.settle(result).await.expect_err("broken");
        writer.claim(claim.clone()).await.expect_err("still broken");
        is_broken.store(false, Ordering::Relaxed);
        let (claimed, row) = writer.claim(claim).await.expect("a claim");
        assert_eq!((claimed, row.record.id.as_deref()), (Claimed::Replay, Some("msg_1")));
        assert!(!row.possible_duplicate);
    }
}
