//! A dropped client leaves no secret in the memory of its process, if the global allocator overwrites freed memory.
//!
//! The clients run in a process of their own, in the ignored test below. This process passes it the secrets in a masked form, and reads its memory.
#![cfg(target_os = "linux")]

mod child;
mod private_key;
#[path = "../support/mod.rs"]
mod support;

use std::fs::{self, File};
use std::io::{BufRead, BufReader, Lines, Write};
use std::os::unix::fs::FileExt;
use std::path::Path;
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

use serde_json::{Value, json};
use zeroizing_alloc::ZeroAlloc;
use zexa_sandbox::Sandbox;

use self::support::Proxy;

/// The allocator that the packages for C, Python and Node and the program `zexa` use.
#[global_allocator]
static ALLOCATOR: ZeroAlloc<std::alloc::System> = ZeroAlloc(std::alloc::System);

const KEY: &str = "zx_live_Qm7RkT2vXw9Lp4Hs8Kd3";
const PASSWORD: &str = "Jy5Gf8Wb1Zc6Vt0Mq4Kx";
const LEDGER_SECRET: &str = "Ub3Ye7Oi2Pa9Sd5Fg1Hj";

/// The part of the memory that is read at once.
const CHUNK: usize = 1 << 20;

/// A process with clients.
struct Process {
    child: Child,
    input: ChildStdin,
    lines: Lines<BufReader<ChildStdout>>,
}

impl Process {
    fn start(options: &Value) -> Process {
        let mut child = Command::new(std::env::current_exe().expect("this test program"))
            .args(["--exact", "child::clients", "--ignored", "--nocapture"])
            .env(child::OPTIONS, child::masked(&options.to_string()))
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("it starts");
        let input = child.stdin.take().expect("it is piped");
        let lines = BufReader::new(child.stdout.take().expect("it is piped")).lines();
        Process { child, input, lines }
    }

    /// Waits until the process has printed this line. It then waits for one from this process.
    fn reach(&mut self, wanted: &str) {
        let mut lines = self.lines.by_ref().map(|line| line.expect("text"));
        assert!(lines.any(|line| line == wanted), "it ends before it prints {wanted:?}");
    }

    fn go_on(&mut self) {
        writeln!(self.input).expect("it reads");
    }

    /// The names of the secrets in its memory, with the mappings that contain them.
    fn found(&self, secrets: &[(&'static str, Vec<u8>)]) -> Vec<String> {
        let id = self.child.id();
        let maps = fs::read_to_string(format!("/proc/{id}/maps")).expect("its mappings");
        let memory = File::open(format!("/proc/{id}/mem")).expect("its memory");
        let mut found = Vec::new();
        for line in maps.lines().filter(|line| line.contains(" rw")) {
            let (range, _) = line.split_once(' ').expect("a range");
            let address = |text| u64::from_str_radix(text, 16).expect("an address");
            let (start, end) =
                range.split_once('-').map(|(start, end)| (address(start), address(end))).expect("a range");
            for (name, secret) in secrets {
                let count = count(&memory, start, end, secret);
                if count > 0 {
                    found.push(format!("{name} {count} times in {line}"));
                }
            }
        }
        found
    }
}

/// How often a text occurs in a part of the memory of a process.
fn count(memory: &File, start: u64, end: u64, text: &[u8]) -> usize {
    let mut buffer = vec![0; CHUNK + text.len() - 1];
    let mut count = 0;
    for offset in (start..end).step_by(CHUNK) {
        let wanted = buffer.len().min((end - offset) as usize);
        // Some special mappings cannot be read.
        let read = memory.read_at(&mut buffer[..wanted], offset).unwrap_or(0);
        count += memchr::memmem::find_iter(&buffer[..read], text).count();
    }
    count
}

/// Runs clients of a sandbox with this state, and searches the memory of their process before and after they are dropped.
fn check(state: Value, proxy: bool, key: Option<&str>) {
    let mut state = state;
    state["api_key"] = json!(KEY);
    let sandbox = Sandbox::from_json(json!({"state": state, "faults": [{"path": "/credits", "delay": 60}]}));
    let proxy = proxy.then(|| Proxy::start(&sandbox));
    let folder = tempfile::tempdir().expect("a folder");
    let issued = key.map(|key| sandbox.issue_client_certificate_for_key("memory", key).expect("the key is valid"));
    let key_pair = issued.as_ref().or(sandbox.client_certificate());
    let mut process = Process::start(&json!({
        "api_key": KEY,
        "base_url": sandbox.url(),
        "ca_file": sandbox.ca_file(),
        "proxy": proxy.as_ref().map(|proxy| proxy.url().replace("://", &format!("://user:{PASSWORD}@"))),
        "client_cert_file": key_pair.map(|pair| &pair.cert_file),
        "client_key_file": key_pair.map(|pair| &pair.key_file),
        "ledger": folder.path().join("ledger.db"),
        "ledger_secret": LEDGER_SECRET,
    }));
    let mut secrets = vec![("key", KEY.as_bytes().to_vec())];
    if proxy.is_some() {
        secrets.push(("password", PASSWORD.as_bytes().to_vec()));
    }
    if let Some(pair) = key_pair {
        secrets.extend(private_key::forms(&pair.key_file));
    }
    secrets.push(("ledger secret", LEDGER_SECRET.as_bytes().to_vec()));

    process.reach("in use");
    let found = process.found(&secrets);
    assert!(found.iter().any(|place| place.starts_with("key ")), "the search does not work: {found:?}");
    if key_pair.is_some() {
        assert!(
            found.iter().any(|place| place.starts_with("parsed private key ")),
            "the search does not work: {found:?}"
        );
    }
    process.go_on();
    process.reach("dropped");
    let found = process.found(&secrets);
    assert!(found.is_empty(), "{found:#?}");
    process.go_on();
    assert!(process.child.wait().expect("it ends").success());
}

#[test]
fn http() {
    check(json!({}), false, None);
}

#[test]
fn http_through_a_proxy() {
    check(json!({}), true, None);
}

#[test]
fn tls_with_a_client_certificate_through_a_proxy() {
    check(json!({"tls": true, "alpn": ["http/1.1"], "require_client_certificate": true}), true, None);
}

#[test]
fn http2_with_a_client_certificate() {
    check(json!({"tls": true, "alpn": ["h2"], "require_client_certificate": true}), false, None);
}

#[test]
fn a_client_certificate_with_ed25519() {
    check_key("ed25519.key");
}

#[test]
fn a_client_certificate_with_rsa() {
    check_key("rsa.key");
}

fn check_key(name: &str) {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/client/keys").join(name);
    let key = fs::read_to_string(file).expect("a key");
    check(json!({"tls": true, "require_client_certificate": true}), false, Some(&key));
}
