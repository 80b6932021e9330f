//! nginx with TLS in front of a sandbox.

use std::collections::BTreeMap;
use std::fmt::Write;
use std::path::{Path, PathBuf};
use std::process::Command;

use tempfile::TempDir;
use zexa::{Client, ClientBuilder, Kind, Outcome};
use zexa_sandbox::Sandbox;

use crate::certificates::{
    Authority, Pair, expired, for_clients, localhost, named, not_yet_valid, of_authority, self_signed,
};
use crate::program::{self, Program};
use crate::{assert_not_sent, assert_refused, assert_sent};

/// A server of nginx that forwards requests to a sandbox.
struct Server {
    pair: Pair,
    /// Directives, such as `ssl_protocols TLSv1.2;`.
    directives: String,
    http2: bool,
}

impl Server {
    fn new(pair: &Pair) -> Server {
        Server { pair: pair.clone(), directives: String::new(), http2: true }
    }

    fn with(mut self, directives: &str) -> Server {
        self.directives += directives;
        self
    }
}

/// Starts nginx with one port for each server.
fn start(sandbox: &Sandbox, servers: &[Server]) -> Program {
    let sandbox = sandbox.url().trim_end_matches("/v1").to_owned();
    Program::start(servers.len(), |folder, ports| {
        let mut text = String::new();
        for (index, (server, port)) in servers.iter().zip(ports).enumerate() {
            let chain = program::write(folder, &format!("{index}.pem"), &server.pair.chain);
            let key = program::write(folder, &format!("{index}.key"), &server.pair.key);
            let http2 = if server.http2 { " http2" } else { "" };
            write!(
                text,
                "server {{
                    listen 127.0.0.1:{port} ssl{http2};
                    ssl_certificate {};
                    ssl_certificate_key {};
                    {}
                    location / {{
                        proxy_pass {sandbox};
                        proxy_set_header X-Peer \"$ssl_protocol $server_protocol $ssl_client_s_dn\";
                    }}
                }}",
                chain.display(),
                key.display(),
                server.directives,
            )
            .expect("a string");
        }
        command(folder, &text)
    })
}

/// The command line of nginx with these servers, in one process.
pub(crate) fn command(folder: &Path, servers: &str) -> Command {
    command_with(folder, "master_process off;", servers)
}

/// The command line of nginx with these directives for its processes, and these servers.
pub(crate) fn command_with(folder: &Path, processes: &str, servers: &str) -> Command {
    let root = folder.display();
    let mut text =
        format!("daemon off; {processes} pid {root}/pid; error_log stderr; events {{}}\nhttp {{ access_log off;\n");
    for kind in ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"] {
        writeln!(text, "{kind}_temp_path {root}/{kind};").expect("a string");
    }
    let file = program::write(folder, "nginx.conf", &(text + servers + "}\n"));
    let mut command = Command::new("nginx");
    // Otherwise it opens its own log first, which only root can write.
    command.args(["-e", "stderr", "-c"]).arg(file).arg("-p").arg(folder);
    command
}

/// A client of a port of nginx, with the key of the sandbox.
fn client(sandbox: &Sandbox, nginx: &Program, index: usize) -> ClientBuilder {
    let url = format!("https://localhost:{}/v1", nginx.port(index));
    Client::builder().api_key(sandbox.api_key()).base_url(url).http2(true)
}

/// What nginx has reported about the connection of each request.
fn peers(sandbox: &Sandbox) -> Vec<String> {
    let header = |headers: BTreeMap<String, String>| headers.get("x-peer").map(|peer| peer.trim().to_owned());
    sandbox.requests().into_iter().map(|request| header(request.headers).expect("nginx sets the header")).collect()
}

/// Files in a folder that is removed at the end.
struct Files(TempDir);

impl Files {
    fn new() -> Files {
        Files(tempfile::tempdir().expect("a folder"))
    }

    fn write(&self, name: &str, text: &str) -> PathBuf {
        program::write(self.0.path(), name, text)
    }

    /// Configures a client certificate.
    fn authenticate(&self, client: ClientBuilder, pair: &Pair) -> ClientBuilder {
        let (chain, key) = (self.write("client.pem", &pair.chain), self.write("client.key", &pair.key));
        client.client_cert_file(chain).client_key_file(key)
    }
}

#[test]
#[ignore = "requires nginx"]
fn versions_of_tls_and_http() {
    let (sandbox, files, authority) = (Sandbox::start(), Files::new(), Authority::new("Peers"));
    let ca_file = files.write("ca.pem", &authority.pem);
    let pair = authority.intermediate("Peers 2").issue(localhost());
    let versions = [("TLSv1.2", true), ("TLSv1.2", false), ("TLSv1.3", true), ("TLSv1.3", false)];
    let servers =
        versions.map(|(tls, http2)| Server { http2, ..Server::new(&pair).with(&format!("ssl_protocols {tls};")) });
    let nginx = start(&sandbox, &servers);
    for (index, (tls, http2)) in versions.into_iter().enumerate() {
        assert_sent(tls, &client(&sandbox, &nginx, index).ca_file(&ca_file));
        let expected = format!("{tls} {}", if http2 { "HTTP/2.0" } else { "HTTP/1.1" });
        assert_eq!(peers(&sandbox), [expected.clone(), expected]);
        sandbox.clear_requests();
    }
}

#[test]
#[ignore = "requires nginx"]
fn tls_1_1_is_refused() {
    let (sandbox, files, authority) = (Sandbox::start(), Files::new(), Authority::new("Peers"));
    let server =
        Server::new(&authority.issue(localhost())).with("ssl_protocols TLSv1.1; ssl_ciphers DEFAULT:@SECLEVEL=0;");
    let nginx = start(&sandbox, &[server]);
    let client = client(&sandbox, &nginx, 0).ca_file(files.write("ca.pem", &authority.pem));
    assert_not_sent("TLS 1.1", &client, &sandbox, ": the server supports neither TLS 1.2 nor TLS 1.3");
}

#[test]
#[ignore = "requires nginx"]
fn invalid_certificates_of_the_server() {
    let (sandbox, files, authority) = (Sandbox::start(), Files::new(), Authority::new("Peers"));
    let ca_file = files.write("ca.pem", &authority.pem);
    let unknown = "has an unknown issuer: to trust your company's own certificate authority, set `ca_file`";
    let cases = [
        ("expired", authority.issue(expired(localhost())), "has expired, or the clock of this machine is wrong"),
        (
            "not yet valid",
            authority.issue(not_yet_valid(localhost())),
            "is not valid yet, or the clock of this machine is wrong",
        ),
        ("another host", authority.issue(named("api", &["api.example"])), "is not valid for this host name"),
        ("no host", authority.issue(named("localhost", &[])), "is not valid for this host name"),
        ("self-signed", self_signed(localhost()), unknown),
        ("unknown authority", Authority::new("Others").issue(localhost()), unknown),
        (
            "an authority of the same name",
            Authority::new("Peers").issue(localhost()),
            "has an invalid signature: a trusted authority has the name of its issuer, but another key",
        ),
        ("only for clients", authority.issue(for_clients(localhost())), "is not a server certificate"),
        (
            "of an authority",
            authority.issue(of_authority(localhost())),
            "is a certificate of an authority, not of a server",
        ),
    ];
    let nginx = start(&sandbox, &cases.each_ref().map(|(_, pair, _)| Server::new(pair)));
    for (index, (case, _, message)) in cases.into_iter().enumerate() {
        let client = client(&sandbox, &nginx, index).ca_file(&ca_file);
        assert_not_sent(case, &client, &sandbox, &format!(": the server's certificate {message}"));
    }
}

/// `ca_file` may contain the certificate of the server itself.
#[test]
#[ignore = "requires nginx"]
fn self_signed_certificates_that_are_trusted() {
    let (sandbox, files) = (Sandbox::start(), Files::new());
    let cases = [
        ("unmarked", localhost(), None),
        ("marked as an authority", of_authority(localhost()), None),
        ("expired", expired(of_authority(localhost())), Some("has expired, or the clock of this machine is wrong")),
        ("another host", of_authority(named("api", &["api.example"])), Some("is not valid for this host name")),
    ]
    .map(|(case, params, failure)| (case, self_signed(params), failure));
    let nginx = start(&sandbox, &cases.each_ref().map(|(_, pair, _)| Server::new(pair)));
    for (index, (case, pair, failure)) in cases.iter().enumerate() {
        let client = client(&sandbox, &nginx, index).ca_file(files.write("ca.pem", &pair.chain));
        match failure {
            None => assert_sent(case, &client),
            Some(failure) => assert_not_sent(case, &client, &sandbox, &format!(": the server's certificate {failure}")),
        }
    }
    // Only this certificate is trusted, and not another one with the same name.
    let other = self_signed(of_authority(localhost()));
    let client = client(&sandbox, &nginx, 1).ca_file(files.write("ca.pem", &other.chain));
    let message = ": the server's certificate is a certificate of an authority, not of a server";
    assert_not_sent("another certificate", &client, &sandbox, message);
}

/// nginx completes the handshake, and rejects the request with an HTML page.
#[test]
#[ignore = "requires nginx"]
fn client_certificates() {
    let (sandbox, files) = (Sandbox::start(), Files::new());
    let (authority, clients) = (Authority::new("Peers"), Authority::new("Clients"));
    let clients_file = files.write("clients.pem", &clients.pem);
    let directives =
        format!("ssl_client_certificate {}; ssl_verify_client on; ssl_verify_depth 2;", clients_file.display());
    let pair = authority.issue(localhost());
    let servers =
        ["TLSv1.2", "TLSv1.3"].map(|tls| Server::new(&pair).with(&format!("ssl_protocols {tls}; {directives}")));
    let nginx = start(&sandbox, &servers);
    let ca_file = files.write("ca.pem", &authority.pem);
    for index in 0..servers.len() {
        let client = client(&sandbox, &nginx, index).ca_file(&ca_file);
        let shop = clients.intermediate("Clients 2").issue(for_clients(named("shop", &[])));
        assert_sent("valid", &files.authenticate(client.clone(), &shop));
        assert!(
            peers(&sandbox)
                .iter()
                .all(|peer| peer.ends_with("CN=shop,O=rcgen self signed cert") || peer.ends_with("CN=shop")),
            "{:?}",
            peers(&sandbox)
        );

        let hint = " (the server rejected the client certificate: check `client_cert_file`)";
        for (case, client, hint) in [
            (
                "missing",
                client.clone(),
                " (the server requires a client certificate: set `client_cert_file` and `client_key_file`)",
            ),
            (
                "expired",
                files.authenticate(client.clone(), &clients.issue(for_clients(expired(named("shop", &[]))))),
                hint,
            ),
            (
                "another issuer",
                files.authenticate(client.clone(), &authority.issue(for_clients(named("shop", &[])))),
                hint,
            ),
        ] {
            for error in assert_refused(case, &client, &sandbox) {
                let seen = (error.kind(), error.outcome(), error.status(), error.attempts());
                assert_eq!(seen, (Kind::InvalidRequest, Outcome::Rejected, Some(400), 1), "{case}: {error}");
                assert!(error.message().ends_with(hint), "{case}: {error}");
            }
        }
    }
}

/// OpenSSL writes private keys in these formats, and nginx verifies the signatures.
#[test]
#[ignore = "requires nginx and openssl"]
fn formats_and_algorithms_of_client_keys() {
    let (sandbox, files, authority) = (Sandbox::start(), Files::new(), Authority::new("Peers"));
    let server = Server::new(&authority.issue(localhost())).with("ssl_verify_client optional_no_ca;");
    let nginx = start(&sandbox, &[server]);
    let ca_file = files.write("ca.pem", &authority.pem);
    for (name, arguments, keys) in [
        ("rsa", &["-newkey", "rsa:2048"][..], &["pkcs8.key", "traditional.key"][..]),
        ("ec", &["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-384"], &["pkcs8.key", "traditional.key"]),
        ("ed25519", &["-newkey", "ed25519"], &["pkcs8.key"]),
    ] {
        let openssl = |arguments: &[&str]| {
            let output = Command::new("openssl").args(arguments).current_dir(files.0.path()).output().expect("openssl");
            assert!(output.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
        };
        let subject = format!("/CN={name}");
        openssl(
            &[&["req", "-x509", "-nodes", "-keyout", "pkcs8.key", "-out", "shop.pem", "-subj", &subject], arguments]
                .concat(),
        );
        if keys.contains(&"traditional.key") {
            openssl(&["pkey", "-in", "pkcs8.key", "-traditional", "-out", "traditional.key"]);
        }
        for key in keys {
            sandbox.clear_requests();
            let folder = files.0.path();
            let client = client(&sandbox, &nginx, 0).ca_file(&ca_file);
            assert_sent(key, &client.client_cert_file(folder.join("shop.pem")).client_key_file(folder.join(key)));
            assert!(peers(&sandbox).iter().all(|peer| peer.ends_with(&format!("CN={name}"))), "{:?}", peers(&sandbox));
        }
    }
}
