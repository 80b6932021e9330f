//! Connections that are lost at the moment of a commit.

use std::io::{Read as _, Write as _};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex};
use std::thread;

use zexa::Client;

use super::children::Child;
use super::server::Postgres;
use super::{World, keyed, support};

/// What happens to the next commit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Fault {
    None,
    /// It does not reach the server, which loses the connection.
    LostBefore,
    /// It does not reach the server, which does not notice that the connection is lost.
    LostUnnoticed,
    /// The server carries it out, and the answer is lost.
    LostAfter,
    /// The server carries it out, and the answer is held back.
    Held,
}

/// Passes on connections to the database.
struct Wire {
    port: u16,
    fault: Arc<Mutex<Fault>>,
    faults: Arc<AtomicU32>,
    /// Locked while answers are held back.
    held: Arc<Mutex<()>>,
}

impl Wire {
    fn start(server: &Postgres) -> Wire {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let port = listener.local_addr().expect("an address").port();
        let (fault, faults) = (Arc::new(Mutex::new(Fault::None)), Arc::new(AtomicU32::new(0)));
        let held = Arc::new(Mutex::new(()));
        let (target, shared) = (server.port(), (fault.clone(), faults.clone(), held.clone()));
        thread::spawn(move || {
            for client in listener.incoming() {
                let (fault, faults, held) = shared.clone();
                let client = client.expect("a connection");
                let server = TcpStream::connect(("127.0.0.1", target)).expect("the server");
                pass(&client, &server, fault, faults, held);
            }
        });
        Wire { port, fault, faults, held }
    }

    /// A client whose ledger is used through the wire.
    fn client(&self, world: &World, server: &Postgres) -> Client {
        support::builder(&world.sandbox).ledger(self.url(world, server)).build().expect("a client")
    }

    /// The URL of the ledger, through the wire.
    fn url(&self, world: &World, server: &Postgres) -> String {
        world.url.replace(&format!(":{}/", server.port()), &format!(":{}/", self.port))
    }

    fn inject(&self, fault: Fault) {
        *self.fault.lock().expect("no panic") = fault;
    }
}

fn pass(
    client: &TcpStream,
    server: &TcpStream,
    fault: Arc<Mutex<Fault>>,
    faults: Arc<AtomicU32>,
    held: Arc<Mutex<()>>,
) {
    let clone = |stream: &TcpStream| stream.try_clone().expect("a handle");
    let (mut from_client, mut to_client) = (clone(client), clone(client));
    let (mut from_server, mut to_server) = (clone(server), clone(server));
    let answer = Arc::new(Mutex::new(Fault::None));
    let next_answer = answer.clone();
    thread::spawn(move || {
        let mut buffer = [0; 65_536];
        while let Ok(length @ 1..) = from_client.read(&mut buffer) {
            let is_commit = buffer[..length].windows(7).any(|bytes| bytes == b"COMMIT\0");
            let next = match is_commit {
                true => std::mem::replace(&mut *fault.lock().expect("no panic"), Fault::None),
                false => Fault::None,
            };
            faults.fetch_add(u32::from(next != Fault::None), Ordering::Relaxed);
            match next {
                Fault::None => {}
                Fault::LostAfter | Fault::Held => *next_answer.lock().expect("no panic") = next,
                Fault::LostBefore | Fault::LostUnnoticed => {
                    let _ = from_client.shutdown(Shutdown::Both);
                    if next == Fault::LostUnnoticed {
                        // The server waits on this connection.
                        std::mem::forget(to_server);
                        return;
                    }
                    let _ = to_server.shutdown(Shutdown::Both);
                    return;
                }
            }
            if to_server.write_all(&buffer[..length]).is_err() {
                break;
            }
        }
        let _ = to_server.shutdown(Shutdown::Both);
    });
    thread::spawn(move || {
        let mut buffer = [0; 65_536];
        while let Ok(length @ 1..) = from_server.read(&mut buffer) {
            let fault = std::mem::replace(&mut *answer.lock().expect("no panic"), Fault::None);
            if fault == Fault::Held {
                drop(held.lock().expect("no panic"));
            }
            if fault == Fault::LostAfter || to_client.write_all(&buffer[..length]).is_err() {
                break;
            }
        }
        let _ = to_client.shutdown(Shutdown::Both);
    });
}

/// Makes a call whose claim or result meets the fault. It succeeds, because the client finds out what the database has done.
fn a_call_meets(fault: Fault) {
    let server = Postgres::shared();
    let world = World::new();
    let wire = Wire::start(server);
    let client = wire.client(&world, server);
    client.messages().send(&keyed("order-0")).expect("sent");
    for key in ["order-1", "order-2"] {
        wire.inject(fault);
        client.messages().send(&keyed(key)).expect("sent");
    }
    assert_eq!(wire.faults.load(Ordering::Relaxed), 2);
    // Its result meets the fault.
    world.sandbox.add_fault(serde_json::json!({"process": true, "delay": 0.3}));
    thread::scope(|scope| {
        let sending = scope.spawn(|| client.messages().send(&keyed("order-3")));
        support::until("the request has arrived", || world.sandbox.requests().len() == 4);
        wire.inject(fault);
        sending.join().expect("no panic").expect("sent");
    });
    assert_eq!(wire.faults.load(Ordering::Relaxed), 3);
    let again = client.messages().send(&keyed("order-3")).expect("replayed");
    assert_eq!(again.id, world.sandbox.messages()[3]["id"]);
    let counts = world.counts();
    assert_eq!((counts.accepted, counts.in_doubt, counts.claimed), (4, 0, 0));
    assert_eq!(world.messages_without_duplicates(), 4);
}

#[test]
#[ignore = "needs PostgreSQL"]
fn a_commit_that_was_not_carried_out_is_repeated() {
    a_call_meets(Fault::LostBefore);
}

#[test]
#[ignore = "needs PostgreSQL"]
fn a_commit_whose_answer_is_lost_counts() {
    a_call_meets(Fault::LostAfter);
}

#[test]
#[ignore = "needs PostgreSQL"]
fn the_server_ends_a_transaction_whose_commit_does_not_arrive() {
    a_call_meets(Fault::LostUnnoticed);
}

#[test]
#[ignore = "needs PostgreSQL"]
fn a_process_that_is_stopped_before_it_learns_of_its_claim_sends_nothing() {
    let world = World::new();
    world.client();
    let wire = Wire::start(Postgres::shared());
    let hold = wire.held.lock().expect("no panic");
    wire.inject(Fault::Held);
    let url = wire.url(&world, Postgres::shared());
    let mut child = Child::start(&world, "one_call", &[("LEDGER", &url)]);
    support::until("the claim is committed", || world.counts().claimed == 1);
    child.stop();
    drop(hold);
    let ledger = world.ledger();
    support::until("the lease has ended", || ledger.in_doubt().expect("rows").len() == 1);
    // It may end a little later on the clock of the database, which decides here.
    support::until("the row is settled elsewhere", || ledger.mark_not_sent("order-1").is_ok());
    let message = world.client().messages().send(&keyed("order-1")).expect("sent elsewhere");
    child.resume();
    // It learns of its claim now, but the lease has ended. It claims the row again, and finds that it was sent.
    assert_eq!(child.wait_for("sent"), message.id);
    assert_eq!(world.messages_without_duplicates(), 1);
    let counts = ledger.counts().expect("counts");
    assert_eq!((counts.accepted, counts.in_doubt, counts.claimed), (1, 0, 0));
}
