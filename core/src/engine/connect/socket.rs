//! [`Socket`]: a TCP connection that notices immediately that the server has closed it, and never raises SIGPIPE.

use std::io::{self, IoSlice, Read};
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::task::{Context, Poll, ready};

use socket2::SockRef;
use tokio::io::{AsyncRead, AsyncWrite, Interest, ReadBuf};
use tokio::net::TcpStream;
use tokio::task::coop;

use super::writes::Writes;

/// The number of bytes that are read without the event queue. An idle connection receives an alert or a short response, if anything.
const READ_DIRECTLY: usize = 1024;

/// A read of this length is one step of a task. The runtime limits the steps of a turn (to 128), so that a server that sends without end does not stop
/// the other tasks.
const STEP: usize = 8 << 10;

/// If the server has closed the connection, a write fails, and no signal ends the process. Programs in C do not ignore SIGPIPE by default. Elsewhere,
/// the socket itself has this option, or there is no such signal.
#[cfg(any(target_os = "linux", target_os = "android"))]
const NO_SIGNAL: i32 = nix::libc::MSG_NOSIGNAL;
#[cfg(not(any(target_os = "linux", target_os = "android")))]
const NO_SIGNAL: i32 = 0;

/// A TCP connection, below TLS.
///
/// The HTTP library reads from an idle connection right before it writes a request, to detect that the server has closed it. A socket of the runtime
/// is only read if the event queue has reported it as readable, and the queue may have been polled some time ago: before a wait for the ledger, or
/// while another program had the processor. A socket that has not sent anything since it last received data is therefore read directly, once for each
/// attempt that takes its connection. What remains is the race between that read and the write: a few microseconds, and the time that the end of the connection
/// needs to arrive.
pub(super) struct Socket {
    tcp: TcpStream,
    writes: Writes,
    /// Whether data was sent after data was last received, so that a response is expected.
    expects_response: bool,
    /// The attempts on this connection, and their number when a direct read last found nothing. `None` during the handshakes, and with HTTP/2.
    attempts: Option<(Attempts, u64)>,
}

/// Counts the attempts that take a connection. Shared with the pool.
#[derive(Clone, Debug, Default)]
pub(crate) struct Attempts(Arc<AtomicU64>);

impl Attempts {
    /// Counts an attempt, before its request is passed to the connection.
    pub(crate) fn begin(&self) {
        self.0.fetch_add(1, Ordering::Relaxed);
    }

    pub(crate) fn count(&self) -> u64 {
        self.0.load(Ordering::Relaxed)
    }
}

impl Socket {
    pub(super) fn new(tcp: TcpStream) -> Socket {
        Socket { tcp, writes: Writes::default(), expects_response: false, attempts: None }
    }

    /// Notes that the handshakes are over, and that the server sends nothing before the first request. These attempts take its connection.
    pub(super) fn begin_idle(&mut self, attempts: Attempts) {
        self.expects_response = false;
        // The attempt that has opened the connection follows.
        let before = attempts.count().wrapping_sub(1);
        self.attempts = Some((attempts, before));
    }

    pub(super) fn writes(&self) -> &Writes {
        &self.writes
    }

    /// Reads directly if an attempt has taken the connection since this last found nothing to read: its request follows.
    fn read_before_attempt(&mut self, cx: &mut Context<'_>, buffer: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        let Some((attempts, before)) = &self.attempts else { return Poll::Pending };
        let count = attempts.count();
        if *before == count {
            return Poll::Pending;
        }
        // Limits the reads per turn of the task, as for all sockets of the runtime. Otherwise, a server that sends faster than this reads would stop the
        // runtime, with the timeouts of all calls.
        let budget = ready!(coop::poll_proceed(cx));
        let read = self.read_directly(buffer);
        if read.is_ready() {
            budget.made_progress();
        }
        if let (Poll::Pending, Some((_, before))) = (&read, &mut self.attempts) {
            *before = count;
        }
        read
    }

    fn read_directly(&self, buffer: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        let mut bytes = [0; READ_DIRECTLY];
        let most = bytes.len().min(buffer.remaining());
        if most == 0 {
            return Poll::Pending;
        }
        let socket = SockRef::from(&self.tcp);
        match (&*socket).read(&mut bytes[..most]) {
            Ok(count) => {
                buffer.put_slice(&bytes[..count]);
                Poll::Ready(Ok(()))
            }
            Err(error) if matches!(error.kind(), io::ErrorKind::WouldBlock | io::ErrorKind::Interrupted) => {
                Poll::Pending
            }
            Err(error) => Poll::Ready(Err(error)),
        }
    }

    fn write(&mut self, cx: &mut Context<'_>, slices: &[IoSlice<'_>]) -> Poll<io::Result<usize>> {
        let written = ready!(self.writes.write(|| self.send(cx, slices)));
        self.expects_response |= matches!(written, Ok(1..));
        Poll::Ready(written)
    }

    fn send(&self, cx: &mut Context<'_>, slices: &[IoSlice<'_>]) -> Poll<io::Result<usize>> {
        loop {
            ready!(self.tcp.poll_write_ready(cx))?;
            let send = || match slices {
                [bytes] => SockRef::from(&self.tcp).send_with_flags(bytes, NO_SIGNAL),
                _ => SockRef::from(&self.tcp).send_vectored_with_flags(slices, NO_SIGNAL),
            };
            match self.tcp.try_io(Interest::WRITABLE, send) {
                Err(error) if matches!(error.kind(), io::ErrorKind::WouldBlock | io::ErrorKind::Interrupted) => {}
                sent => return Poll::Ready(sent),
            }
        }
    }
}

/// Lets a large read count as several, because the time to process it depends on its length.
fn use_budget(steps: usize, cx: &mut Context<'_>) {
    for _ in 0..steps {
        let Poll::Ready(budget) = coop::poll_proceed(cx) else { return };
        budget.made_progress();
    }
}

impl AsyncRead for Socket {
    fn poll_read(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buffer: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        let start = buffer.filled().len();
        let read = match Pin::new(&mut self.tcp).poll_read(cx, buffer) {
            Poll::Pending if !self.expects_response => self.read_before_attempt(cx, buffer),
            read => read,
        };
        let count = buffer.filled().len() - start;
        if count > 0 {
            self.expects_response = false;
        }
        use_budget(count / STEP, cx);
        read
    }
}

impl AsyncWrite for Socket {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        self.write(cx, &[IoSlice::new(bytes)])
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        slices: &[IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        self.write(cx, slices)
    }

    fn is_write_vectored(&self) -> bool {
        true
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.tcp).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.tcp).poll_shutdown(cx)
    }
}

#[cfg(test)]
mod tests {
    use std::net::{Shutdown, TcpListener};

    use tokio::io::{AsyncReadExt, AsyncWriteExt};

    use super::*;

    /// Runs a future with a socket and its peer, without a turn of the event queue between its polls.
    fn with_sockets<F: Future<Output = ()>>(test: impl FnOnce(Socket, std::net::TcpStream, Attempts) -> F) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_io().build().expect("a runtime");
        runtime.block_on(async {
            let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
            let tcp = TcpStream::connect(listener.local_addr().expect("an address")).await.expect("a connection");
            let (peer, _) = listener.accept().expect("a connection");
            let (mut socket, attempts) = (Socket::new(tcp), Attempts::default());
            socket.begin_idle(attempts.clone());
            test(socket, peer, attempts).await;
        });
    }

    fn poll_read(socket: &mut Socket) -> Poll<io::Result<usize>> {
        let mut bytes = [0; 64];
        let mut buffer = ReadBuf::new(&mut bytes);
        let mut context = Context::from_waker(std::task::Waker::noop());
        Pin::new(socket).poll_read(&mut context, &mut buffer).map_ok(|()| buffer.filled().len())
    }

    /// Reads without the event queue, in as many attempts as it takes: on a busy machine, the end arrives later. Returns the number of bytes.
    fn read_to_end(socket: &mut Socket, attempts: &Attempts) -> usize {
        let (started, mut received) = (std::time::Instant::now(), 0);
        attempts.begin();
        loop {
            assert!(started.elapsed().as_secs() < 60, "no end after {received} bytes");
            match poll_read(socket) {
                Poll::Ready(Ok(0)) => return received,
                Poll::Ready(read) => received += read.expect("a connection"),
                Poll::Pending => attempts.begin(),
            }
        }
    }

    #[test]
    fn the_end_of_an_idle_connection_is_seen_without_the_event_queue() {
        with_sockets(async |mut socket, peer, attempts| {
            assert!(poll_read(&mut socket).is_pending());
            peer.shutdown(Shutdown::Write).expect("a connection");
            assert_eq!(read_to_end(&mut socket, &attempts), 0);
        });
    }

    #[test]
    fn the_end_is_seen_behind_any_amount_of_data() {
        with_sockets(async |mut socket, mut peer, attempts| {
            io::Write::write_all(&mut peer, &[0; 5 * READ_DIRECTLY]).expect("sent");
            drop(peer);
            assert_eq!(read_to_end(&mut socket, &attempts), 5 * READ_DIRECTLY);
        });
    }

    /// Without a limit, a server that sends without end would stop the runtime.
    #[test]
    fn the_direct_reads_of_a_turn_are_limited() {
        with_sockets(async |mut socket, mut peer, attempts| {
            io::Write::write_all(&mut peer, &[0; 32 << 10]).expect("sent");
            attempts.begin();
            let mut reads = 0;
            while let Poll::Ready(Ok(64)) = poll_read(&mut socket) {
                reads += 1;
            }
            assert!((1..=256).contains(&reads), "{reads}");
            tokio::task::yield_now().await;
            assert!(poll_read(&mut socket).is_ready(), "the next turn reads on");
        });
    }

    /// The number of steps that the runtime still permits in this turn.
    fn steps_left() -> usize {
        let mut context = Context::from_waker(std::task::Waker::noop());
        let mut use_step = || coop::poll_proceed(&mut context).map(|budget| budget.made_progress());
        let steps = std::iter::from_fn(|| match use_step() {
            Poll::Ready(()) => Some(()),
            Poll::Pending => None,
        });
        steps.count()
    }

    #[test]
    fn a_large_read_counts_as_several() {
        with_sockets(async |mut socket, mut peer, _| {
            io::Write::write_all(&mut peer, &[0; 4 * STEP]).expect("sent");
            socket.tcp.readable().await.expect("data");
            tokio::task::yield_now().await;
            let most = steps_left();
            tokio::task::yield_now().await;
            let mut bytes = [0; 4 * STEP];
            let mut buffer = ReadBuf::new(&mut bytes);
            let mut context = Context::from_waker(std::task::Waker::noop());
            assert!(Pin::new(&mut socket).poll_read(&mut context, &mut buffer).is_ready());
            assert_eq!(buffer.filled().len(), 4 * STEP);
            assert_eq!(steps_left() + 5, most);
        });
    }

    #[test]
    fn a_response_is_left_to_the_event_queue() {
        with_sockets(async |mut socket, mut peer, attempts| {
            socket.write_all(b"request").await.expect("sent");
            io::Write::write_all(&mut peer, b"response").expect("sent");
            assert!(poll_read(&mut socket).is_pending());
            assert_eq!(socket.read(&mut [0; 64]).await.expect("a response"), 8);
            drop(peer);
            attempts.begin();
            assert!(poll_read(&mut socket).is_ready());
        });
    }

    #[test]
    fn nothing_is_written_after_the_claim_that_nothing_was_sent() {
        with_sockets(async |mut socket, peer, _| {
            let writes = socket.writes().clone();
            socket.write_all(b"first").await.expect("sent");
            let count = writes.count();
            assert!(!writes.end_if_none_since(count - 1), "the first write was later");
            assert!(writes.end_if_none_since(count));
            assert!(writes.end_if_none_since(count), "for another request that waits on the connection");
            assert!(socket.write_all(b"second").await.is_err());
            drop(socket);
            let mut received = Vec::new();
            io::Read::read_to_end(&mut { peer }, &mut received).expect("the end");
            assert_eq!(received, b"first");
        });
    }
}
