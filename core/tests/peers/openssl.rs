//! The server of OpenSSL, which aborts the handshake of a client without a certificate.

use std::process::Command;

use zexa::Client;
use zexa_sandbox::Sandbox;

use crate::assert_not_sent;
use crate::certificates::{Authority, for_clients, localhost, named};
use crate::program::{self, Program};

/// Starts a server that requires a certificate of the authority of the clients.
fn start(authority: &Authority, clients: &Authority, version: &str) -> Program {
    let pair = authority.issue(localhost());
    Program::start(1, |folder, ports| {
        let mut command = Command::new("openssl");
        command.args(["s_server", "-www", "-quiet", "-Verify", "2", "-verify_return_error", version]);
        command.arg("-accept").arg(format!("127.0.0.1:{}", ports[0]));
        for (option, name, text) in [
            ("-cert", "server.pem", &pair.chain),
            ("-key", "server.key", &pair.key),
            ("-CAfile", "clients.pem", &clients.pem),
        ] {
            command.arg(option).arg(program::write(folder, name, text));
        }
        command
    })
}

/// OpenSSL closes the connection right after its alert, without reading the request.
#[test]
#[ignore = "requires openssl"]
fn a_client_certificate_is_required() {
    let (authority, clients) = (Authority::new("Peers"), Authority::new("Clients"));
    // Nothing reaches it. It counts requests for `assert_not_sent`.
    let sandbox = Sandbox::start();
    let files = tempfile::tempdir().expect("a folder");
    let ca_file = program::write(files.path(), "ca.pem", &authority.pem);
    let other = authority.issue(for_clients(named("shop", &[])));
    let other = (
        program::write(files.path(), "client.pem", &other.chain),
        program::write(files.path(), "client.key", &other.key),
    );
    let missing = "set `client_cert_file` and `client_key_file`";
    let unknown = "the server rejected the client certificate, because it does not trust the issuer";
    for version in ["-tls1_2", "-tls1_3"] {
        let server = start(&authority, &clients, version);
        let url = format!("https://localhost:{}/v1", server.port(0));
        let client = Client::builder().api_key("k").base_url(url).ca_file(&ca_file).max_retries(0);
        assert_not_sent(version, &client, &sandbox, missing);
        assert_not_sent(version, &client.client_cert_file(&other.0).client_key_file(&other.1), &sandbox, unknown);
    }
}
