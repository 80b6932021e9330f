//! The program: its line of JSON, its flags and its exit.

use std::fs;
use std::io::{BufRead, BufReader, Read};
use std::process::{Child, Command, ExitStatus, Output, Stdio};

use serde_json::{Value, json};

use crate::common::{self, Api, client};

struct Program {
    child: Child,
    line: Value,
}

impl Program {
    fn start(flags: &[&str]) -> Self {
        let mut child = Command::new(env!("CARGO_BIN_EXE_zexa-sandbox"))
            .args(flags)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut line = String::new();
        BufReader::new(child.stdout.as_mut().unwrap()).read_line(&mut line).unwrap();
        Self { child, line: serde_json::from_str(&line).unwrap() }
    }

    fn text(&self, key: &str) -> &str {
        self.line[key].as_str().unwrap()
    }

    fn api(&self) -> Api {
        let file = self.line["ca_file"].as_str().map(std::path::Path::new);
        let client = client(file).build().unwrap();
        Api { client, url: self.text("url").to_owned(), key: self.text("api_key").to_owned() }
    }

    fn signal(&mut self, name: &str) -> ExitStatus {
        Command::new("kill").args([name, &self.child.id().to_string()]).status().unwrap();
        self.child.wait().unwrap()
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        // The program has exited, unless the test failed earlier.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn run(flags: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_zexa-sandbox")).args(flags).stdin(Stdio::null()).output().unwrap()
}

#[test]
fn it_prints_its_urls_and_exits_on_a_signal() {
    for signal in ["-TERM", "-INT"] {
        let mut program = Program::start(&[]);
        let api = program.api();
        assert_eq!(api.get("/credits").body["credits"], 4250);
        let control = program.text("control").to_owned();
        assert_eq!(control, program.text("url").replace("/v1", "/_sandbox"));
        // Neither an open connection nor a stalled one delays the exit.
        let mut waiting = Api { url: control, ..program.api() };
        waiting.post("/faults", &json!({"then": "stall"}));
        std::thread::scope(|scope| {
            let stalled = scope.spawn(|| api.call("GET", "/credits", None).is_err());
            waiting.get("/requests?at_least=2");
            waiting.key.clear();
            assert_eq!(program.signal(signal).code(), Some(0));
            assert!(stalled.join().unwrap());
        });
    }
}

#[test]
fn it_exits_with_its_parent() {
    let mut program = Program::start(&["--exit-with-parent"]);
    assert_eq!(program.api().get("/credits").status, 200);
    drop(program.child.stdin.take());
    assert_eq!(program.child.wait().unwrap().code(), Some(0));
    let mut rest = String::new();
    program.child.stdout.take().unwrap().read_to_string(&mut rest).unwrap();
    assert_eq!(rest, "", "the program prints one line only");
}

#[test]
fn flags_configure_the_server() {
    let mut program =
        Program::start(&["--tls", "--speed", "manual", "--credits", "2.5", "--key=k", "--host", "127.0.0.1"]);
    let file = std::path::PathBuf::from(program.text("ca_file"));
    assert_eq!(program.text("api_key"), "k");
    assert_eq!(program.api().get("/credits").body["credits"], 2.5);
    let control = Api { url: program.text("control").to_owned(), ..program.api() };
    assert_eq!(control.get("/state").status, 200);
    assert_eq!(program.signal("-TERM").code(), Some(0));
    assert!(!file.exists());
}

#[test]
fn an_error_names_the_folder_that_cannot_be_created() {
    let folder = std::env::temp_dir().join("zexa-no-such-folder");
    let program =
        Command::new(env!("CARGO_BIN_EXE_zexa-sandbox")).arg("--tls").env("TMPDIR", &folder).output().unwrap();
    let error = String::from_utf8(program.stderr).unwrap();
    assert_eq!(program.status.code(), Some(1));
    assert!(error.contains(&format!("cannot create the folder {}", folder.display())), "{error}");
}

#[test]
fn a_flag_requires_a_client_certificate() {
    let program = Program::start(&["--require-client-certificate"]);
    assert!(program.text("url").starts_with("https://"));
    assert!(program.api().call("GET", "/credits", None).is_err());
    assert!(std::path::Path::new(program.text("client_cert_file")).exists());
    assert!(std::path::Path::new(program.text("client_key_file")).exists());
}

#[test]
fn flags_and_state_configure_http_2() {
    let program = Program::start(&["--tls", "--goaway-after", "2", "--max-concurrent-streams", "10,1"]);
    let control = Api { url: program.text("control").to_owned(), ..program.api() };
    let own = json!({"state": {"tls": true, "goaway_after": 2, "max_concurrent_streams": [10, 1]}});
    let instance = control.post("/instances", &own).body;
    let text = |key: &str| instance[key].as_str().unwrap().to_owned();
    let servers = [
        (program.api(), control.url.clone()),
        (Api { url: text("url"), client: program.api().client, ..program.api() }, text("control")),
    ];
    for (api, control) in servers {
        let control = Api { url: control, ..program.api() };
        for _ in 0..2 {
            assert_eq!(api.get("/credits").status, 200);
        }
        common::until("the connection is closed", || control.get("/state").body["open_connections"] == 0);
        control.post("/faults", &json!([{"then": "refuse"}, {"then": "goaway"}]));
        let hang = json!({"then": "hang", "answer_pings": true});
        control.post("/faults", &hang);
        let faults = control.get("/faults").body["faults"].clone();
        let expected = json!([{"then": "refuse", "hits": 0}, {"then": "goaway"}, hang]);
        assert_eq!(zexa_sandbox::mismatches(&expected, &faults), [""; 0]);
        control.delete("/faults");
        assert_eq!(api.get("/credits").status, 200);
        let requests = control.get("/requests").body["requests"].clone();
        let expected = json!([{"connection": 1, "stream": 1}, {"connection": 1, "stream": 3}, {"connection": 2}]);
        assert_eq!(zexa_sandbox::mismatches(&expected, &requests), [""; 0]);
    }
}

#[test]
fn a_port_can_be_chosen_unless_it_is_in_use() {
    // On Linux, use an address that no other test uses: another test could take the port between the two programs.
    let host = if cfg!(target_os = "linux") { "127.0.0.77" } else { "127.0.0.1" };
    let first = Program::start(&["--host", host]);
    let port = first.text("url").split(&[':', '/']).nth(4).unwrap().to_owned();
    let taken = run(&["--host", host, "--port", &port]);
    assert_eq!(taken.status.code(), Some(1));
    assert!(String::from_utf8(taken.stderr).unwrap().contains(&format!("port {port}")));
    drop(first);
    let second = Program::start(&["--host", host, "--port", &port]);
    assert_eq!(second.text("url"), format!("http://{host}:{port}/v1"));
}

#[test]
fn messages_are_recorded_across_kills() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("messages.jsonl");
    let mut ids = Vec::new();
    for round in 1..=2 {
        let mut program = Program::start(&["--record", file.to_str().unwrap()]);
        let control = Api { url: program.text("control").to_owned(), ..program.api() };
        // The message is in the record, although its request is never answered.
        control.post("/faults", &json!({"process": true, "then": "stall", "skip": 2}));
        let answered = program.api().make("/messages", &common::sms());
        assert_eq!(program.api().post("/messages", &json!({"channel": "sms"})).status, 400);
        std::thread::scope(|scope| {
            let api = program.api();
            let stalled = scope.spawn(move || api.call("POST", "/messages", Some(common::sms().to_string())).is_err());
            common::until("it is recorded", || fs::read_to_string(&file).unwrap().lines().count() == 2 * round);
            assert!(!program.signal("-KILL").success());
            assert!(stalled.join().unwrap());
        });
        ids.push(answered);
    }
    let text = fs::read_to_string(&file).unwrap();
    let lines: Vec<Value> = text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let any = json!({"$any": true});
    let expected = json!({"id": any, "to": "+244912345678", "channel": "sms", "time": any});
    for line in &lines {
        assert_eq!(zexa_sandbox::mismatches(&expected, line), [""; 0]);
        assert_eq!(line.as_object().unwrap().len(), 4, "no body: {line}");
    }
    assert_eq!([&lines[0]["id"], &lines[2]["id"]], [&ids[0], &ids[1]]);
    let refused = run(&["--record", folder.path().to_str().unwrap()]);
    assert_eq!(refused.status.code(), Some(1));
    assert!(String::from_utf8(refused.stderr).unwrap().contains(&folder.path().display().to_string()));
}

#[test]
fn invalid_flags_are_rejected() {
    for flags in [
        &["--prot", "1"][..],
        &["--port", "x"],
        &["--speed", "fast"],
        &["--credits"],
        &["--record"],
        &["more"],
        &["--key", ""],
        &["--max-concurrent-streams", "1,x"],
        &["--goaway-after", "0"],
    ] {
        let refused = run(flags);
        assert_eq!(refused.status.code(), Some(2), "{flags:?}");
        assert!(refused.stdout.is_empty());
        let text = String::from_utf8(refused.stderr).unwrap();
        assert!(text.starts_with("zexa-sandbox: ") && text.contains("--help"), "{text}");
    }
    let help = run(&["--help"]);
    assert!(help.status.success() && String::from_utf8(help.stdout).unwrap().contains("--exit-with-parent"));
    let version = String::from_utf8(run(&["--version"]).stdout).unwrap();
    assert_eq!(version.trim(), concat!("zexa-sandbox ", env!("CARGO_PKG_VERSION")));
}
