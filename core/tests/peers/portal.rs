//! A captive portal, which intercepts the connections of a client.

use std::path::Path;

use zexa::{Client, Kind, Outcome};
use zexa_sandbox::Sandbox;

use crate::certificates::{named, self_signed};
use crate::nginx;
use crate::program::{self, Program};
use crate::{assert_not_sent, assert_refused};

/// Starts nginx as a portal: with a redirect, with a page for logging in, and with TLS.
fn start() -> Program {
    let pair = self_signed(named("portal.example", &["portal.example"]));
    Program::start(3, |folder: &Path, ports| {
        let (chain, key) =
            (program::write(folder, "portal.pem", &pair.chain), program::write(folder, "portal.key", &pair.key));
        let servers = format!(
            "server {{
                listen 127.0.0.1:{};
                return 302 http://portal.example/login?phone=912345678;
            }}
            server {{
                listen 127.0.0.1:{};
                default_type text/html;
                return 200 '<html><title>Log in</title></html>';
            }}
            server {{
                listen 127.0.0.1:{} ssl;
                ssl_certificate {};
                ssl_certificate_key {};
                return 302 http://portal.example/login;
            }}",
            ports[0],
            ports[1],
            ports[2],
            chain.display(),
            key.display(),
        );
        nginx::command(folder, &servers)
    })
}

#[test]
#[ignore = "requires nginx"]
fn a_portal_is_not_mistaken_for_the_api() {
    let (sandbox, portal) = (Sandbox::start(), start());
    let client = |scheme: &str, index: usize| {
        let url = format!("{scheme}://localhost:{}/v1", portal.port(index));
        Client::builder().api_key("zx_top_secret").base_url(url)
    };
    for error in assert_refused("a redirect", &client("http", 0), &sandbox) {
        assert_eq!((error.kind(), error.outcome(), error.status()), (Kind::Other, Outcome::Unknown, Some(302)));
        assert_eq!(
            error.message(),
            "the server returned 302 Found, a redirect to http://portal.example, which is not followed: check the base URL"
        );
        crate::support::assert_no_secrets(&format!("{error} {error:?}"));
    }
    for error in assert_refused("a page", &client("http", 1), &sandbox) {
        let seen = (error.kind(), error.outcome(), error.status(), error.attempts());
        assert_eq!(seen, (Kind::Decode, Outcome::Unknown, Some(200), 1), "{error}");
        assert!(error.message().ends_with("(content type text/html)"), "{error}");
    }
    let unknown = ": the server's certificate has an unknown issuer: to trust your company's own certificate authority, set `ca_file`";
    assert_not_sent("TLS", &client("https", 2), &sandbox, unknown);
}
