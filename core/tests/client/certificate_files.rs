//! The files of the options `ca_file`, `client_cert_file` and `client_key_file`.
//!
//! The folder `keys` contains keys and self-signed certificates that `openssl` has created for these tests.

use std::fs;
use std::path::{Path, PathBuf};

use crate::support::{builder, message};
use serde_json::json;
use zexa::{Client, ClientBuilder, Error, Kind, Outcome};
use zexa_sandbox::Sandbox;

fn key(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/client/keys").join(name)
}

fn text(name: &str) -> String {
    fs::read_to_string(key(name)).expect("a key")
}

fn with(certificate: &Path, key: &Path) -> ClientBuilder {
    Client::builder().api_key("k").client_cert_file(certificate).client_key_file(key)
}

/// Asserts that no base64 of a file is in the error.
fn assert_quotes_nothing(error: &Error) {
    let shown = format!("{error} {error:?} {:?}", error.details());
    for line in fs::read_dir(key("")).expect("the keys").flat_map(|file| {
        let path = file.expect("a key").path();
        fs::read_to_string(path).expect("a key").lines().map(str::to_owned).collect::<Vec<_>>()
    }) {
        assert!(line.starts_with('-') || line.is_empty() || !shown.contains(&line), "{shown}");
    }
}

/// Asserts that the client cannot be created, and that the error names the option, the path and the reason.
fn assert_rejected(builder: ClientBuilder, option: &str, path: &Path, reason: &str) {
    let error = builder.build().expect_err(reason);
    assert_eq!((error.kind(), error.outcome(), error.attempts()), (Kind::Config, Outcome::NotSent, 0));
    assert_eq!(error.message(), format!("`{option}` ({}) {reason}", path.display()));
    assert_quotes_nothing(&error);
}

#[test]
fn formats_of_private_keys() {
    for (certificate, private) in [
        ("ec.pem", "ec.key"),
        ("ec.pem", "ec_sec1.key"),
        ("rsa.pem", "rsa.key"),
        ("rsa.pem", "rsa_pkcs1.key"),
        ("ed25519.pem", "ed25519.key"),
    ] {
        with(&key(certificate), &key(private)).build().unwrap_or_else(|error| panic!("{private}: {error}"));
    }
}

#[test]
fn one_file_may_contain_the_chain_and_the_key() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("all.pem");
    // With a byte-order mark, line breaks of Windows, comments, and the parameters that `openssl ecparam` writes.
    let parameters = "-----BEGIN EC PARAMETERS-----\nBggqhkjOPQMBBw==\n-----END EC PARAMETERS-----\n";
    let all =
        ["\u{feff}Bag Attributes\n", &text("ec.pem"), &text("rsa.pem"), parameters, &text("ec_sec1.key")].concat();
    fs::write(&path, all.replace('\n', "\r\n")).expect("written");
    with(&path, &path).build().expect("a client");
}

#[test]
fn one_option_without_the_other() {
    let pem = key("ec.pem");
    for (builder, missing, other) in [
        (Client::builder().client_cert_file(&pem), "client_key_file", "client_cert_file"),
        (Client::builder().client_key_file(&pem), "client_cert_file", "client_key_file"),
    ] {
        let error = builder.api_key("k").build().expect_err("one is missing");
        assert_eq!(error.kind(), Kind::Config);
        assert_eq!(
            error.message(),
            format!("`{missing}` is required with {other}; if one file contains both, set both options to its path")
        );
    }
}

#[test]
fn unusable_private_keys() {
    let certificate = key("ec.pem");
    let encrypted = "contains an encrypted private key: remove the passphrase, as with `openssl pkey`";
    let unsupported = "contains an invalid or unsupported private key: use RSA with 2048 to 8192 bits, ECDSA with P-256 or P-384, or Ed25519";
    let other =
        format!("does not contain the key of the first certificate in client_cert_file ({})", certificate.display());
    for (name, reason) in [
        ("ec_encrypted.key", encrypted),
        ("ec_sec1_encrypted.key", encrypted),
        ("p521.key", unsupported),
        ("rsa.key", &other),
        ("ed25519.key", &other),
        ("ec.pem", "contains no private key in PEM format (PKCS#8, PKCS#1 or SEC1)"),
        ("none.key", "cannot be read: No such file or directory (os error 2)"),
        ("", "cannot be read: not a regular file"),
    ] {
        assert_rejected(with(&certificate, &key(name)), "client_key_file", &key(name), reason);
    }
}

#[test]
fn unusable_contents() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("file.pem");
    let private = key("ec.key");
    let truncated = text("ec.pem").replace("-----END CERTIFICATE-----", "");
    let joined = text("ec.pem").replace('\n', "");
    for (content, reason) in [
        ("", "is empty"),
        (" \n", "is empty"),
        ("garbage", "contains no certificate in PEM format"),
        (&text("ec.key"), "contains no certificate in PEM format"),
        (&truncated, "contains an invalid certificate (number 1 in the file)"),
        (&joined, "contains an invalid certificate (number 1 in the file): the line breaks are missing"),
        (
            "-----BEGIN CERTIFICATE-----\nc2VjcmV0\n-----END CERTIFICATE-----\n",
            "contains an invalid certificate (number 1 in the file)",
        ),
        (
            &(text("ec.pem") + "-----BEGIN CERTIFICATE-----\nc2VjcmV0\n-----END CERTIFICATE-----\n"),
            "contains an invalid certificate (number 2 in the file)",
        ),
    ] {
        fs::write(&path, content).expect("written");
        assert_rejected(with(&path, &private), "client_cert_file", &path, reason);
        assert_rejected(Client::builder().api_key("k").ca_file(&path), "ca_file", &path, reason);
    }
    for (content, reason) in [
        ("", "is empty"),
        ("garbage", "contains no private key in PEM format (PKCS#8, PKCS#1 or SEC1)"),
        (&text("ec.key").replace('\n', ""), "contains an invalid private key: the line breaks are missing"),
        ("-----BEGIN PRIVATE KEY-----\n!\n-----END PRIVATE KEY-----\n", "contains an invalid private key"),
    ] {
        fs::write(&path, content).expect("written");
        assert_rejected(with(&key("ec.pem"), &path), "client_key_file", &path, reason);
    }
}

#[test]
fn a_quoted_path_has_a_hint() {
    let path = Path::new("\"/etc/ca.pem\"");
    let reason = "cannot be read: No such file or directory (os error 2); the path starts with a quote";
    assert_rejected(Client::builder().api_key("k").ca_file(path), "ca_file", path, reason);
}

#[test]
fn any_of_several_authorities_may_have_issued_the_certificate() {
    let sandbox = Sandbox::from_json(json!({"state": {"tls": true}}));
    let ca = fs::read_to_string(sandbox.ca_file().expect("it has TLS")).expect("a certificate");
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("ca.pem");
    for all in [[&*text("rsa.pem"), &text("ec.pem"), &ca], [&ca, &text("ec.key"), &text("rsa.pem")]] {
        fs::write(&path, all.concat()).expect("written");
        let client = builder(&sandbox).ca_file(&path).build().expect("a client");
        client.messages().send(&message("Hello")).expect("sent");
    }
    fs::write(&path, [text("rsa.pem"), text("ec.pem")].concat()).expect("written");
    let error =
        builder(&sandbox).ca_file(&path).build().expect("a client").credits().get().expect_err("another issuer");
    assert!(error.message().contains("unknown issuer"), "{error}");
}

#[test]
fn debug_output_does_not_contain_the_key() {
    let builder = with(&key("ec.pem"), &key("ec.key"));
    let shown = format!("{builder:?} {:?}", builder.clone().build().expect("a client"));
    for line in text("ec.key").lines().filter(|line| !line.starts_with('-')) {
        assert!(!shown.contains(line), "{shown}");
    }
    assert!(shown.contains("client_key_file"), "the path is shown: {shown}");
}
