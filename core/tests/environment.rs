//! The environment variables of a client, in processes with their own environment.

mod support;

use std::env;
use std::process::Command;

use support::message;
use zexa::{Client, Outcome};
use zexa_sandbox::Sandbox;

/// Runs the test with this name in a process with this environment, and returns its output.
fn in_process(test: &str, environment: &[(&str, &str)]) -> String {
    let mut command = Command::new(env::current_exe().expect("this test program"));
    command.args(["--exact", test, "--ignored", "--nocapture"]);
    for name in [
        "ZEXA_API_KEY",
        "ZEXA_BASE_URL",
        "HTTP_PROXY",
        "http_proxy",
        "HTTPS_PROXY",
        "https_proxy",
        "ALL_PROXY",
        "all_proxy",
        "no_proxy",
        "NO_PROXY",
        "SSL_CERT_FILE",
        "SSL_CERT_DIR",
    ] {
        command.env_remove(name);
    }
    let output = command.envs(environment.iter().copied()).output().expect("it runs");
    String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr)
}

#[test]
#[ignore = "run by the tests below, in a process of its own"]
fn child_sends() {
    match Client::from_env().and_then(|client| client.messages().send(&message("Hello"))) {
        Ok(message) => println!("\nsent {}", message.id),
        Err(error) => println!("\nfailed {error}"),
    }
}

#[test]
fn key_and_url() {
    let sandbox = Sandbox::start();
    let printed = in_process("child_sends", &[("ZEXA_API_KEY", sandbox.api_key()), ("ZEXA_BASE_URL", sandbox.url())]);
    assert!(printed.contains("sent msg_"), "{printed}");
    assert_eq!(sandbox.messages().len(), 1);
}

#[test]
fn no_key_or_an_empty_one() {
    for environment in [&[][..], &[("ZEXA_API_KEY", "")]] {
        let printed = in_process("child_sends", environment);
        assert!(
            printed.contains("failed config: `api_key` is required") && printed.contains("ZEXA_API_KEY"),
            "{printed}"
        );
    }
}

#[test]
fn an_invalid_key_or_url_is_an_error_that_names_its_variable() {
    for (name, value, reason) in [
        ("ZEXA_API_KEY", "zx_secret\n", "must not contain spaces"),
        ("ZEXA_BASE_URL", "api.zexa.ao/v1", "must start with https://"),
        ("ZEXA_BASE_URL", "http://api.zexa.ao/v1", "must start with https://"),
    ] {
        let printed = in_process("child_sends", &[("ZEXA_API_KEY", "k"), (name, value)]);
        let start = format!("failed config: the environment variable {name} {reason}");
        assert!(printed.contains(&start) && !printed.contains("zx_secret"), "{value:?}: {printed}");
    }
}

#[test]
fn an_empty_url_counts_as_unset() {
    let environment = [("ZEXA_API_KEY", "k"), ("ZEXA_BASE_URL", ""), ("HTTPS_PROXY", "http://127.0.0.1:9")];
    let printed = in_process("child_is_bound_for_zexa", &environment);
    assert!(printed.contains("Client { base_url: \"https://api.zexa.ao/v1\""), "{printed}");
}

#[test]
#[ignore = "run by the test above, in a process of its own"]
fn child_is_bound_for_zexa() {
    println!("\n{:?}", Client::from_env().expect("a client"));
}

/// If the proxy were bypassed, the key would be sent on another route than configured.
#[test]
fn an_invalid_proxy_is_an_error_that_names_its_variable() {
    for name in ["HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy"] {
        for value in
            ["socks://p.test:1", "\"http://p.test:1\"", "http://p.test:1\n", "htp://p.test", "http://u:se cret@p.test"]
        {
            let printed = in_process("child_sends", &[("ZEXA_API_KEY", "k"), (name, value)]);
            let start = format!("failed config: `proxy` from the environment variable {name} must");
            assert!(printed.contains(&start) && !printed.contains("se cret"), "{value:?}: {printed}");
        }
    }
}

#[test]
fn certificate_authorities_of_the_environment() {
    let sandbox = Sandbox::from_json(serde_json::json!({"state": {"tls": true}}));
    let ca_file = sandbox.ca_file().expect("it has TLS").to_str().expect("a path in UTF-8").to_owned();
    let quoted = format!("\"{ca_file}\"");
    for (file, expected) in [
        (ca_file.as_str(), "sent msg_"),
        (&quoted, "starts with a quote"),
        (
            "/no/such/file.pem",
            "failed config: `ca_file` from the environment variable SSL_CERT_FILE (/no/such/file.pem) cannot be read",
        ),
    ] {
        let environment =
            [("ZEXA_API_KEY", sandbox.api_key()), ("ZEXA_BASE_URL", sandbox.url()), ("SSL_CERT_FILE", file)];
        let printed = in_process("child_sends", &environment);
        assert!(printed.contains(expected), "{file}: {printed}");
    }
    assert_eq!(sandbox.messages().len(), 1);
}

/// The outputs of a client with TLS, in the environments with these variables.
fn in_environments<const N: usize>(sandbox: &Sandbox, environments: [&[(&str, &str)]; N]) -> [String; N] {
    let own = [("ZEXA_API_KEY", sandbox.api_key()), ("ZEXA_BASE_URL", sandbox.url())];
    environments.map(|variables| in_process("child_sends", &[&own, variables].concat()))
}

#[test]
fn directories_of_certificate_authorities() {
    let sandbox = Sandbox::from_json(serde_json::json!({"state": {"tls": true}}));
    let ca_file = sandbox.ca_file().expect("it has TLS");
    let folder = tempfile::tempdir().expect("a folder");
    let [full, empty, other] = ["full", "empty", "other"].map(|name| {
        let path = folder.path().join(name);
        std::fs::create_dir(&path).expect("created");
        path.to_str().expect("a path in UTF-8").to_owned()
    });
    let inside = |folder: &str, name: &str| std::path::Path::new(folder).join(name);
    // Files of other kinds, and subdirectories, are skipped.
    std::fs::copy(ca_file, inside(&full, "5ed36f99.0")).expect("copied");
    std::fs::write(inside(&full, "README"), "not a certificate").expect("written");
    std::fs::create_dir(inside(&full, "java")).expect("created");
    std::fs::copy(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/client/keys/ec.pem"), inside(&other, "ec.pem"))
        .expect("copied");
    let both = format!("{other}:{full}:");
    let missing = format!("{}/missing", folder.path().display());
    let file = ca_file.to_str().expect("a path in UTF-8");
    let printed = in_environments(
        &sandbox,
        [
            &[("SSL_CERT_DIR", &full)],
            &[("SSL_CERT_DIR", &both)],
            &[("SSL_CERT_DIR", &other), ("SSL_CERT_FILE", file)],
            &[("SSL_CERT_DIR", &other)],
            &[("SSL_CERT_DIR", &empty)],
            &[("SSL_CERT_DIR", &missing)],
        ],
    );
    for printed in &printed[..3] {
        assert!(printed.contains("sent msg_"), "{printed}");
    }
    let variable = "failed config: `ca_file` from the environment variable SSL_CERT_DIR";
    for (printed, expected) in printed[3..].iter().zip([
        "the server's certificate has an unknown issuer".to_owned(),
        format!("{variable} ({empty}) contains no file with a certificate in PEM format"),
        format!("{variable} ({missing}) cannot be read"),
    ]) {
        assert!(printed.contains(&expected), "{printed}");
    }
    assert_eq!(sandbox.messages().len(), 3);
}

#[test]
fn empty_variables_of_certificate_authorities_count_as_unset() {
    let sandbox = Sandbox::from_json(serde_json::json!({"state": {"tls": true}}));
    let file = sandbox.ca_file().expect("it has TLS").to_str().expect("a path in UTF-8");
    let [sent, of_system, of_colon] = in_environments(
        &sandbox,
        [
            &[("SSL_CERT_FILE", file), ("SSL_CERT_DIR", "")],
            &[("SSL_CERT_FILE", ""), ("SSL_CERT_DIR", "")],
            &[("SSL_CERT_DIR", ":")],
        ],
    );
    assert!(sent.contains("sent msg_"), "{sent}");
    // The authorities of the system. A machine may have none.
    for printed in [of_system, of_colon] {
        let is_of_system =
            printed.contains("has an unknown issuer") || printed.contains("the system has no certificate");
        assert!(is_of_system && !printed.contains("SSL_CERT_"), "{printed}");
    }
}

#[test]
fn the_option_takes_precedence_over_variables() {
    let sandbox = Sandbox::from_json(serde_json::json!({"state": {"tls": true}}));
    let file = sandbox.ca_file().expect("it has TLS").to_str().expect("a path in UTF-8");
    let environment = [
        ("ZEXA_API_KEY", sandbox.api_key()),
        ("ZEXA_BASE_URL", sandbox.url()),
        ("SSL_CERT_FILE", "/no/such/file.pem"),
        ("SSL_CERT_DIR", "/no/such/folder"),
        ("TEST_CA_FILE", file),
    ];
    let printed = in_process("child_sends_with_its_own_authorities", &environment);
    assert!(printed.contains("sent msg_"), "{printed}");
}

#[test]
#[ignore = "run by the test above, in a process of its own"]
fn child_sends_with_its_own_authorities() {
    let file = env::var("TEST_CA_FILE").expect("the test above sets it");
    let client = Client::builder().ca_file(file).build().expect("a client");
    println!("\nsent {}", client.messages().send(&message("Hello")).expect("sent").id);
}

/// Another thread may change the environment during a call. The option of the client takes precedence over ZEXA_BASE_URL.
#[test]
fn the_environment_is_only_read_when_the_client_is_created() {
    let sandbox = Sandbox::start();
    let proxy = support::Proxy::start(&sandbox);
    let environment = [
        ("ZEXA_API_KEY", sandbox.api_key()),
        ("ZEXA_BASE_URL", "https://api.zexa.example/v1"),
        ("HTTP_PROXY", &proxy.url()),
    ];
    let printed = in_process("child_changes_its_environment", &environment);
    assert!(printed.contains("sent msg_"), "{printed}");
    assert_eq!(proxy.request_lines(), ["POST http://zexa.test/v1/messages HTTP/1.1"]);
}

#[test]
#[ignore = "run by the test above, in a process of its own"]
#[allow(unsafe_code, reason = "no other thread of this process uses the environment")]
fn child_changes_its_environment() {
    let client = Client::builder().base_url("http://zexa.test/v1").allow_http(true).build().expect("a client");
    for name in ["HTTP_PROXY", "http_proxy", "ALL_PROXY"] {
        // SAFETY: no other thread of this process uses the environment.
        unsafe { env::set_var(name, "http://127.0.0.1:9") };
    }
    let message = client.messages().send(&message("Hello")).expect("sent through the proxy of before");
    println!("\nsent {}", message.id);
}

/// The proxy would receive the key unencrypted.
#[test]
fn a_proxy_of_the_environment_is_not_used_for_localhost() {
    let sandbox = Sandbox::start();
    let environment = [
        ("ZEXA_API_KEY", sandbox.api_key()),
        ("ZEXA_BASE_URL", sandbox.url()),
        ("HTTP_PROXY", "http://127.0.0.1:9"),
        ("http_proxy", "http://127.0.0.1:9"),
        ("ALL_PROXY", "http://127.0.0.1:9"),
    ];
    let printed = in_process("child_sends", &environment);
    assert!(printed.contains("sent msg_"), "{printed}");
}

#[test]
#[ignore = "run by the test below, in a process of its own"]
fn child_sends_elsewhere() {
    let client =
        Client::builder().base_url("http://zexa.test/v1").allow_http(true).max_retries(0).build().expect("a client");
    match client.messages().send(&message("Hello")) {
        Ok(message) => println!("\nsent {}", message.id),
        Err(error) => println!("\nfailed {}: {error}", error.outcome() == Outcome::NotSent),
    }
}

#[test]
fn a_proxy_of_the_environment_is_used_for_other_hosts() {
    let sandbox = Sandbox::start();
    let proxy = support::Proxy::start(&sandbox);
    let url = proxy.url();
    let environment = [("ZEXA_API_KEY", sandbox.api_key()), ("HTTP_PROXY", &url), ("http_proxy", &url)];
    let printed = in_process("child_sends_elsewhere", &environment);
    assert!(printed.contains("sent msg_"), "{printed}");
    assert_eq!(proxy.request_lines(), ["POST http://zexa.test/v1/messages HTTP/1.1"]);

    let environment = [("ZEXA_API_KEY", "k"), ("HTTP_PROXY", &url), ("http_proxy", &url), ("NO_PROXY", "zexa.test")];
    let printed = in_process("child_sends_elsewhere", &environment);
    assert!(printed.contains("failed true"), "{printed}");
    assert_eq!(proxy.request_lines().len(), 1);
}

/// A binding passes the environment of a part of the program, such as that of a worker thread in Node.js.
#[test]
fn a_binding_passes_its_own_environment() {
    let sandbox = Sandbox::start();
    let proxy = support::Proxy::start(&sandbox);
    let url = proxy.url();
    let environment = [
        ("ZEXA_API_KEY", "k"),
        ("ZEXA_BASE_URL", "https://api.zexa.example/v1"),
        ("HTTPS_PROXY", "http://127.0.0.1:9"),
        ("HTTP_PROXY", "http://127.0.0.1:9"),
        ("SSL_CERT_FILE", "/no/such/file.pem"),
    ];
    let variables = [("TEST_URL", sandbox.url()), ("TEST_KEY", sandbox.api_key()), ("TEST_PROXY", &url)];
    let printed = in_process("child_reads_another_environment", &[&environment[..], &variables].concat());
    assert!(
        printed.contains("sent msg_") && printed.contains("`ca_file` from the environment variable SSL_CERT_FILE"),
        "{printed}"
    );
    assert!(printed.contains("config: `api_key` is required"), "{printed}");
    assert_eq!(proxy.request_lines(), ["POST http://zexa.test/v1/messages HTTP/1.1"]);
}

#[test]
#[ignore = "run by the test above, in a process of its own"]
fn child_reads_another_environment() {
    let of_process = |name: &str| env::var(name).expect("the test above sets it");
    let with = |variables: &[(&str, &str)]| {
        zexa::binding::environment(Client::builder().max_retries(0), |name| {
            variables.iter().find(|(variable, _)| *variable == name).map(|(_, value)| value.into())
        })
    };
    let (key, proxy) = (of_process("TEST_KEY"), of_process("TEST_PROXY"));
    let variables = [("ZEXA_API_KEY", &*key), ("ZEXA_BASE_URL", "http://zexa.test/v1"), ("HTTP_PROXY", &*proxy)];
    let client = with(&variables).allow_http(true).build().expect("a client");
    println!("\nsent {}", client.messages().send(&message("Hello")).expect("sent through the proxy").id);
    println!("failed {}", with(&[]).build().expect_err("no key"));
    let variables = [("ZEXA_API_KEY", "k"), ("ZEXA_BASE_URL", "https://127.0.0.1:9"), ("SSL_CERT_FILE", "nowhere.pem")];
    let client = with(&variables).build().expect("a client");
    let error = client.credits().get().expect_err("no authorities");
    println!("failed {error}");
    assert!(error.message().contains("nowhere.pem"), "{error}");
}
