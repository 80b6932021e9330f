//! Passwords, rights and TLS.

use std::fs;
use std::path::Path;

use zexa::{BulkOptions, Client, Error, Kind, Ledger};

use super::server::{PASSWORD, Postgres, write_private};
use super::support::{self, assert_no_secrets};
use super::{World, keyed};

fn assert_hidden(error: &Error) {
    assert_no_secrets(&format!("{error} {error:?} {:?}", error.details()));
    assert_eq!(error.details().expect("details")["field"], "ledger", "{error}");
}

#[test]
#[ignore = "needs PostgreSQL"]
fn the_password_is_never_shown() {
    let world = World::new();
    let ledger = {
        world.client();
        world.ledger()
    };
    assert!(!ledger.path().display().to_string().contains("zx_top"));
    assert_no_secrets(&format!("{ledger:?} {:?}", world.builder()));
    assert_no_secrets(&format!("{:?}", BulkOptions::new().ledger(&world.url)));
    let port = Postgres::shared().port();
    for (url, kind) in [
        (format!("postgres://zexa:not_zx_top_secret@127.0.0.1:{port}/postgres?connect_timeout=60"), Kind::Config),
        (format!("postgres://zexa:zx_top_secret%2F%2B@127.0.0.1:{port}/zx_missing?connect_timeout=60"), Kind::Config),
        (format!("postgres://other:zx_top_secret%2F%2B@127.0.0.1:{port}/postgres?connect_timeout=60"), Kind::Config),
        ("postgres://zexa:zx_top_secret@127.0.0.1:1/postgres".to_owned(), Kind::Connect),
        ("postgres://zexa:zx_top_secret?@127.0.0.1:1/postgres".to_owned(), Kind::Config),
        ("mysql://zexa:zx_top_secret@127.0.0.1/postgres".to_owned(), Kind::Config),
    ] {
        let error = support::builder(&world.sandbox).ledger(&url).build().expect_err("refused");
        assert_eq!(error.kind(), kind, "{error}");
        assert_hidden(&error);
        assert_hidden(&Ledger::create(&url).expect_err("refused"));
    }
}

#[test]
#[ignore = "needs PostgreSQL"]
fn a_unix_socket_is_used() {
    let world = World::new();
    let url = Postgres::shared().ledger_on_socket("on-socket");
    let client = support::builder(&world.sandbox).ledger(&url).build().expect("a client");
    client.messages().send(&keyed("order-1")).expect("sent");
    let ledger = Ledger::open(&url).expect("a ledger");
    assert_eq!(ledger.counts().expect("counts").accepted, 1);
    // What is shown is a URL, too. Only the password is missing.
    let error = Ledger::open(ledger.path()).expect_err("no password");
    assert!(error.kind() == Kind::Config && error.to_string().contains("password missing"), "{error}");
}

#[test]
#[ignore = "needs PostgreSQL"]
fn a_user_with_few_rights_uses_tables_that_others_create() {
    let server = Postgres::start(&[]);
    server.sql(&format!("CREATE ROLE shop LOGIN PASSWORD '{PASSWORD}'"));
    let world = World::on(&server);
    let of_shop = world.url.replace("://zexa:", "://shop:");
    let error = support::builder(&world.sandbox).ledger(&of_shop).build().expect_err("no rights");
    assert!(error.to_string().contains("run the migration `ledger_postgres_1.sql`"), "{error}");
    let migration = include_str!("../../migrations/ledger_postgres_1.sql");
    server.sql(migration);
    // Again, which changes nothing.
    server.sql(migration);
    let grants: String = migration.lines().filter_map(|line| line.strip_prefix("-- GRANT")).map(grant).collect();
    server.sql(&grants);
    let client = support::builder(&world.sandbox).ledger(&of_shop).build().expect("a client");
    client.messages().send(&keyed("order-1")).expect("sent");
    let ledger = Ledger::open(&of_shop).expect("a ledger");
    assert_eq!(ledger.counts().expect("counts").accepted, 1);
    // It cannot delete what was sent.
    assert_eq!(server.sql("SELECT has_table_privilege('shop', 'zexa_ledger.rows', 'DELETE')"), ["f"]);
}

fn grant(rest: &str) -> String {
    format!("GRANT{rest};")
}

/// A server with TLS. Returns the path of the file with its certificate authority, too.
fn server_with_tls() -> (Postgres, std::path::PathBuf) {
    let certificate = rcgen::generate_simple_self_signed(["localhost".to_owned()]).expect("a certificate");
    let write = |folder: &Path| {
        fs::write(folder.join("server.crt"), certificate.cert.pem()).expect("written");
        write_private(&folder.join("server.key"), &certificate.signing_key.serialize_pem());
    };
    let server = Postgres::start_with(&["ssl=on", "ssl_cert_file=../server.crt", "ssl_key_file=../server.key"], write);
    let file = server.folder().join("server.crt");
    (server, file)
}

#[test]
#[ignore = "needs PostgreSQL"]
fn tls_verifies_the_server() {
    let (server, file) = server_with_tls();
    let world = World::on(&server);
    let on_host = |host: &str| world.url.replace("@127.0.0.1:", &format!("@{host}:"));
    let (url, encoded) = (on_host("localhost"), file.display().to_string().replace('/', "%2F"));
    let build = |url: &str| -> Result<Client, Error> { support::builder(&world.sandbox).ledger(url).build() };

    // Its authority is not one of the system.
    for mode in ["verify-full", "require", "verify-ca"] {
        let error = build(&format!("{url}&sslmode={mode}")).expect_err("not trusted");
        assert_eq!(error.kind(), Kind::Connect, "{error}");
        assert_hidden(&error);
    }
    let trusted = format!("{url}&sslmode=verify-full&sslrootcert={encoded}");
    build(&trusted).expect("trusted").messages().send(&keyed("order-1")).expect("sent");
    let used = "SELECT count(*) > 0 FROM pg_stat_ssl JOIN pg_stat_activity USING (pid) WHERE ssl AND application_name = 'zexa'";
    let ledger = Ledger::open(&trusted).expect("a ledger");
    assert_eq!(server.sql(used), ["t"]);
    assert_eq!(ledger.counts().expect("counts").accepted, 1);
    // The option of the client has the same effect.
    let by_option = support::builder(&world.sandbox).ca_file(&file).ledger(format!("{url}&sslmode=verify-full"));
    by_option.build().expect("trusted");
    // The certificate is that of another host.
    let other = format!("{}&sslmode=verify-full&sslrootcert={encoded}", on_host("127.0.0.1"));
    assert_eq!(build(&other).expect_err("another host").kind(), Kind::Connect);
    assert_hidden(&build(&format!("{url}&sslmode=verify-full&sslrootcert=missing.pem")).expect_err("no file"));
    // A server without TLS.
    let plain = World::new();
    let error = build(&format!("{}&sslmode=verify-full", plain.url)).expect_err("no TLS");
    assert!(error.to_string().contains("does not support TLS"), "{error}");
}
