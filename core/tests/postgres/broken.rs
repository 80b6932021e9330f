//! Processes that are stopped, killed or forked, and connections that are lost.

use std::io::{self, Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::thread;

use serde_json::json;
use zexa::{Kind, Outcome};

use super::children::Child;
use super::server::Postgres;
use super::support::until;
use super::{World, keyed};

/// A SOCKS proxy for one connection, which answers only when `pass` is called.
struct Proxy {
    listener: TcpListener,
}

impl Proxy {
    fn new() -> Proxy {
        Proxy { listener: TcpListener::bind("127.0.0.1:0").expect("a port") }
    }

    fn url(&self) -> String {
        format!("socks5://{}", self.listener.local_addr().expect("an address"))
    }

    /// Accepts a connection, and reads what it asks for.
    fn accept(&self) -> TcpStream {
        let (mut client, _) = self.listener.accept().expect("a connection");
        let mut greeting = [0; 2];
        client.read_exact(&mut greeting).expect("a greeting");
        client.read_exact(&mut vec![0; greeting[1].into()]).expect("methods");
        client.write_all(&[5, 0]).expect("no authentication");
        let mut request = [0; 4];
        client.read_exact(&mut request).expect("a request");
        let length = match request[3] {
            1 => 4,
            4 => 16,
            _ => {
                let mut length = [0];
                client.read_exact(&mut length).expect("a length");
                length[0].into()
            }
        };
        client.read_exact(&mut vec![0; length + 2]).expect("an address and a port");
        client
    }

    /// Says that the connection is open, and passes on everything.
    fn pass(mut client: TcpStream, world: &World) {
        let url = world.sandbox.url();
        let mut server = TcpStream::connect(url.split('/').nth(2).expect("a host")).expect("the sandbox");
        client.write_all(&[5, 0, 0, 1, 127, 0, 0, 1, 0, 0]).expect("an answer");
        let (mut from, mut to) = (server.try_clone().expect("a handle"), client.try_clone().expect("a handle"));
        thread::spawn(move || io::copy(&mut from, &mut to));
        thread::spawn(move || io::copy(&mut client, &mut server));
    }
}

#[test]
#[ignore = "needs PostgreSQL"]
fn a_process_that_was_stopped_beyond_its_lease_sends_nothing() {
    let world = World::new();
    world.client();
    let proxy = Proxy::new();
    let mut child = Child::start(&world, "one_call", &[("PROXY", &proxy.url())]);
    let connection = proxy.accept();
    // It has claimed the row, and is about to send it.
    assert_eq!(world.counts().claimed, 1);
    child.stop();
    let ledger = world.ledger();
    assert_eq!(ledger.mark_not_sent("order-1").expect_err("the lease has not ended").kind(), Kind::Conflict);
    until("the lease has ended", || ledger.in_doubt().expect("rows").len() == 1);
    // It may end a little later on the clock of the database, which decides here.
    until("the row is settled elsewhere", || ledger.mark_not_sent("order-1").is_ok());
    let message = world.client().messages().send(&keyed("order-1")).expect("sent elsewhere");
    Proxy::pass(connection, &world);
    child.resume();
    // It claims the row again, and finds that it was sent.
    assert_eq!(child.wait_for("sent"), message.id);
    assert_eq!(world.messages_without_duplicates(), 1);
    let counts = ledger.counts().expect("counts");
    assert_eq!((counts.accepted, counts.in_doubt, counts.claimed), (1, 0, 0));
    assert!(!exported(&world).contains("true"), "no duplicate is suspected");
}

/// The rows of a ledger as CSV.
fn exported(world: &World) -> String {
    let mut csv = Vec::new();
    world.ledger().export(&mut csv).expect("exported");
    String::from_utf8(csv).expect("text")
}

#[test]
#[ignore = "needs PostgreSQL"]
fn a_result_that_arrives_after_the_lease_is_recorded() {
    let world = World::new();
    world.client();
    world.sandbox.add_fault(json!({"process": true, "delay": 0.5}));
    let mut child = Child::start(&world, "one_call", &[]);
    until("the request has arrived", || !world.sandbox.requests().is_empty());
    child.stop();
    until("the lease has ended", || world.counts().in_doubt == 1);
    let error = world.client().messages().send(&keyed("order-1")).expect_err("in doubt");
    assert_eq!((error.kind(), error.outcome()), (Kind::InDoubt, Outcome::Unknown));
    child.resume();
    // The answer had arrived, and is read before the timer is believed.
    let id = child.wait_for("sent");
    assert_eq!(world.client().messages().send(&keyed("order-1")).expect("replayed").id, id);
    assert_eq!(world.messages_without_duplicates(), 1);
}

#[test]
#[ignore = "needs PostgreSQL"]
fn a_claim_of_a_killed_process_is_in_doubt_after_its_lease() {
    let world = World::new();
    world.client();
    world.sandbox.add_fault(json!({"process": true, "delay": 1}));
    let child = Child::start(&world, "one_call", &[]);
    until("the request has arrived", || !world.sandbox.requests().is_empty());
    drop(child);
    let client = world.client();
    let error = client.messages().send(&keyed("order-1")).expect_err("the lease has not ended");
    assert_eq!((error.kind(), error.outcome()), (Kind::InProgress, Outcome::Unknown));
    until("the lease has ended", || world.counts().in_doubt == 1);
    let error = client.messages().send(&keyed("order-1")).expect_err("in doubt");
    assert_eq!((error.kind(), error.outcome()), (Kind::InDoubt, Outcome::Unknown));
    assert!(world.messages_without_duplicates() <= 1);
}

#[test]
#[ignore = "needs PostgreSQL"]
fn a_forked_child_opens_its_own_connection() {
    let world = World::new();
    Child::start(&world, "forks", &[]).wait_for("done");
    assert_eq!((world.messages_without_duplicates(), world.counts().accepted), (3, 3));
}

#[test]
#[ignore = "needs PostgreSQL"]
fn an_idle_connection_that_was_closed_is_opened_again() {
    let mut server = Postgres::start(&[]);
    let world = World::on(&server);
    let (client, ledger) = (world.client(), {
        world.client();
        world.ledger()
    });
    for (round, stop) in [Postgres::shut_down, Postgres::kill].into_iter().enumerate() {
        client.messages().send(&keyed(&format!("before-{round}"))).expect("sent");
        stop(&mut server);
        server.run();
        client.messages().send(&keyed(&format!("after-{round}"))).expect("sent");
        assert_eq!(ledger.counts().expect("counts").accepted, 2 * (round as u64 + 1));
    }
    assert_eq!(world.messages_without_duplicates(), 4);
}
