//! Passwords, rights and TLS.

use std::fs;

use zexa::{Error, Kind, Outcome};
use zexa_sandbox::Sandbox;

use super::server::Redis;
use super::support::{self, assert_no_secrets};

/// The error of a call whose client has this limiter.
fn refused(sandbox: &Sandbox, url: &str) -> Error {
    let client = support::builder(sandbox).limiter(url).build().expect("a client");
    let error = client.credits().get().expect_err(url);
    assert_no_secrets(&format!("{error} {error:?} {:?}", error.details()));
    assert_eq!(error.outcome(), Outcome::NotSent);
    assert_eq!(error.details().expect("details")["field"], "limiter", "{error}");
    error
}

#[test]
#[ignore = "needs Redis"]
fn passwords_and_users() {
    let sandbox = Sandbox::start();
    let redis = Redis::start_with(&["--aclfile", "users.acl"], |folder| {
        let users = "user default on >zx_top_secret/ ~* +@all\n\
            user ana on >zx_top_secret ~zexa:* +@all\n\
            user few on >zx_top_secret ~zexa:* +ping\n";
        fs::write(folder.join("users.acl"), users).expect("written");
    });
    let url = |access: &str| format!("redis://{access}127.0.0.1:{}", redis.port());
    for access in [":zx_top_secret%2F@", "default:zx_top_secret%2F@", "ana:zx_top_secret@"] {
        let client = support::builder(&sandbox).limiter(url(access)).build().expect("a client");
        client.credits().get().unwrap_or_else(|error| panic!("{access}: {error}"));
    }
    // The user learns at once that waiting does not help.
    for access in ["", ":not_zx_top_secret@", "ana:not_zx_top_secret@", "few:zx_top_secret@"] {
        let error = refused(&sandbox, &url(access));
        assert_eq!(error.kind(), Kind::Config, "{access}: {error}");
    }
    let error = refused(&sandbox, &format!("{}/99", url("ana:zx_top_secret@")));
    assert!(error.kind() == Kind::Config && error.to_string().contains("DB index"), "{error}");
}

#[test]
#[ignore = "needs Redis"]
fn tls_verifies_the_server() {
    let sandbox = Sandbox::start();
    let certificate = rcgen::generate_simple_self_signed(["localhost".to_owned()]).expect("a certificate");
    let options = ["--tls-cert-file", "cert.pem", "--tls-key-file", "key.pem", "--tls-auth-clients", "no"];
    let redis = Redis::start_with(&options, |folder| {
        fs::write(folder.join("cert.pem"), certificate.cert.pem()).expect("written");
        fs::write(folder.join("key.pem"), certificate.signing_key.serialize_pem()).expect("written");
    });
    let file = redis.folder().join("cert.pem").display().to_string();
    let url = |host: &str| format!("rediss://{host}:{}", redis.port());
    let trusted = format!("{}?ca_file={file}", url("localhost"));
    for builder in [
        support::builder(&sandbox).limiter(trusted),
        support::builder(&sandbox).ca_file(&file).limiter(url("localhost")),
    ] {
        builder.build().expect("a client").credits().get().unwrap_or_else(|error| panic!("{error}"));
    }
    // Its authority is not one of the system, and its certificate is that of another host.
    for url in [url("localhost"), format!("{}?ca_file={file}", url("127.0.0.1"))] {
        let error = refused(&sandbox, &url);
        assert!(error.kind() == Kind::Config && error.to_string().contains("certificate"), "{error}");
    }
    let missing = support::builder(&sandbox).limiter(format!("{}?ca_file=missing.pem", url("localhost"))).build();
    let error = missing.expect_err("no file");
    assert!(error.kind() == Kind::Config && error.to_string().contains("missing.pem"), "{error}");
    assert_eq!(error.details().expect("details")["field"], "limiter");
}
