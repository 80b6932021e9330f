//! `zexa request`, `zexa segments`, `zexa sandbox`, and the options of all commands.

use std::io::{BufRead, BufReader};

use serde_json::{Value, json};

use crate::support::terminal::Terminal;
use crate::support::{World, program, run, spawn};

#[test]
fn requests() {
    let world = World::new();
    let response =
        world.run(&["request", "get", "/contacts", "--query", "per_page=2", "--query", "page=2"]).exits(0).json();
    assert_eq!((&response["status"], &response["body"]["meta"]["page"]), (&json!(200), &json!(2)));
    let body = r#"{"name":"Ana","phone":"+244923456789","big":12345678901234567890123}"#;
    assert_eq!(world.run(&["request", "POST", "/contacts", body]).exits(0).json()["status"], 201);
    let mut command = world.command(&["request", "post", "/contacts", "-"]);
    run(&mut command, r#"{"name":"Rui","phone":"+244923456780"}"#).exits(0);
    assert_eq!(world.sandbox.contacts().len(), 7);
    world.run(&["request", "post", "/contacts", "{name}"]).exits(2).says("the body is not JSON");
    world.run_in_portuguese(&["request", "post", "/contacts", "{name}"]).exits(2).says("o corpo não é JSON");
    for body in ["", " \n", "-"] {
        world.run(&["request", "post", "/contacts", body]).exits(2).says("the body is empty");
    }
    world.run(&["request", "get", "/contacts?page=2"]).exits(2).says("use --query");
    for path in ["contacts", "//evil.example", "http://evil.example/", "/../contacts", ""] {
        world.run(&["request", "get", path]).exits(2).says("`path` must");
    }
    assert_eq!(world.sandbox.contacts().len(), 7);
    world.run(&["request", "get", "/nowhere"]).exits(1).says("not_found");
    world.run(&["request", "steal", "/credits"]).exits(2).says("use one of get, post, put, patch, delete");
    let (code, text) = Terminal::start(&world, &["request", "get", "/credits"]).end();
    assert_eq!(code, Some(0));
    assert!(text.starts_with("200\n{\n  \"credits\": 4250"), "{text}");
}

#[test]
fn segments_need_no_key() {
    let world = World::new();
    let result = world.run_without_key(&["segments", "Olá"], "").exits(0).json();
    assert_eq!((&result["encoding"], &result["first_non_gsm7"]), (&json!("ucs2"), &json!("á")));
    let result = world.run_without_key(&["segments", "-"], &"a".repeat(161)).exits(0).json();
    assert_eq!((&result["count"], &result["encoding"]), (&json!(2), &json!("gsm7")));
    let (_, text) = Terminal::start(&world, &["segments", "Olá"]).end();
    assert_eq!(text, "1 segment (UCS-2, 70 characters each): `á` is not in GSM-7\n");
    let (_, text) = Terminal::start_in_portuguese(&world, &["segments", "Hi"]).end();
    assert_eq!(text, "1 segmento (GSM-7, 160 caracteres cada)\n");
}

#[test]
fn a_sandbox_runs_until_ctrl_c() {
    let world = World::new();
    let mut terminal = Terminal::start(&world, &["sandbox", "--credits", "7"]);
    terminal.expect("export ZEXA_BASE_URL=http://127.0.0.1:");
    terminal.expect("export ZEXA_API_KEY=zx_test_sandbox\n");
    terminal.send("\x03");
    let (code, text) = terminal.end();
    assert_eq!(code, Some(0));
    assert!(text.starts_with("The sandbox is running."), "{text}");
}

#[test]
fn the_variables_of_a_sandbox_are_json_in_a_pipe() {
    let mut child = spawn(&mut program(&["sandbox", "--credits", "7"]));
    let mut line = String::new();
    BufReader::new(child.stdout.take().expect("a pipe")).read_line(&mut line).expect("a line");
    let announced: Value = serde_json::from_str(&line).expect("JSON");
    let mut command = program(&["credits"]);
    command.env("ZEXA_BASE_URL", announced["url"].as_str().expect("a URL"));
    command.env("ZEXA_API_KEY", announced["api_key"].as_str().expect("a key"));
    assert_eq!(run(&mut command, "").exits(0).json()["credits"], 7.0);
    child.kill().expect("it runs");
    child.wait().expect("it ends");
}

#[test]
fn a_port_that_is_taken() {
    let world = World::new();
    let port = world.sandbox.url().split([':', '/']).nth(4).expect("a port");
    world.run(&["sandbox", "--port", port]).exits(1).says("the sandbox cannot be started");
    world.run_in_portuguese(&["sandbox", "--port", port]).exits(1).says("não é possível iniciar a sandbox");
}

#[test]
fn debug_records_contain_no_secrets() {
    let world = World::new();
    let send = ["--debug", "send", "--to", "912345678", "--from", "ZEXA", "my secret text"];
    let run = world.run(&send).exits(0).says("debug: POST /messages attempt 1: 201 ok");
    assert!(!run.stderr.contains("zx_test_sandbox") && !run.stderr.contains("my secret text"), "{run:?}");
    let record = world.run(&["--debug", "credits", "--json"]).exits(0).json_error();
    assert_eq!(record["kind"], "debug");
}

#[test]
fn the_api_key_is_not_an_argument() {
    let world = World::new();
    let run = world.run(&["credits", "--api-key=zx_secret"]).exits(2).says("the API key is never an argument");
    assert!(!run.stderr.contains("zx_secret"), "{run:?}");
    world
        .run_in_portuguese(&["--api-key", "zx_secret", "credits"])
        .exits(2)
        .says("a chave de API nunca é um argumento");
}

#[test]
fn usage_errors() {
    let world = World::new();
    world.run(&["sned"]).exits(2).says("unknown command `sned`").says("Did you mean send?");
    world.run(&["send", "--form", "ZEXA"]).exits(2).says("unexpected argument `--form`").says("Did you mean --from?");
    let run = world.run(&["send", "--to", "1", "--from", "ZEXA", "Hello", "Ana"]).exits(2);
    run.says("unexpected argument `Ana`").says("with spaces needs quotes");
    world.run(&["send", "Hello", "--to", "1"]).exits(2).says("missing: --from <SENDER>").says("Usage: zexa send");
    world.run(&["credits", "--sandbox", "--profile", "a"]).exits(2).says("cannot be used with");
    world.run(&["messages"]).exits(2).says("Usage: zexa messages");
    world.run(&[]).exits(2).says("Usage: zexa");
    let run = world.run_in_portuguese(&["send", "Hello", "--to", "1"]).exits(2).says("erro: falta: --from <REMETENTE>");
    run.says("Utilização: zexa send --to <DESTINATÁRIO> --from <REMETENTE> <TEXTO>")
        .says("Para mais informação, use --help.");
    world.run_in_portuguese(&["sned"]).exits(2).says("comando desconhecido «sned»").says("Queria dizer send?");
    assert!(world.sandbox.requests().is_empty());
}

/// The reasons of numbers are those of a library, and English.
#[test]
fn invalid_numbers() {
    let world = World::new();
    world.run(&["listen", "--port", "many"]).exits(2).says("expected a whole number");
    world.run_in_portuguese(&["listen", "--port", "many"]).exits(2).says("espera-se um número inteiro\n");
    world.run(&["listen", "--port", "99999"]).exits(2).says("expected a whole number from 0 to 65535");
    world.run_in_portuguese(&["listen", "--port", "99999"]).exits(2).says("um número inteiro de 0 a 65535");
}

/// The client's own errors are sentences in Portuguese, and the text of the API is quoted.
#[test]
fn errors_of_the_client_in_portuguese() {
    let world = World::new();
    let run = world.run_in_portuguese(&["messages", "get", "msg_9"]).exits(1);
    run.says(
        "erro: a API não encontrou o que foi pedido: «There is no such message.» (not_found, estado 404, pedido req_",
    );
    let send = ["send", "--to", "ana", "--country", "none", "--channel", "sms", "--from", "ZEXA", "Hello"];
    world.run_in_portuguese(&send).exits(2);
    let port =
        std::net::TcpListener::bind("127.0.0.1:0").and_then(|listener| listener.local_addr()).expect("a port").port();
    let mut command = world.command(&["send", "--to", "912345678", "--from", "ZEXA", "Hello"]);
    command.env("LANG", "pt_AO").env("ZEXA_BASE_URL", format!("http://127.0.0.1:{port}/v1"));
    let start = format!("erro: não é possível ligar a 127.0.0.1:{port}: a ligação foi recusada (não enviado após ");
    crate::support::run(&mut command, "").exits(1).says(&start).says("Nada foi enviado.");
    let world = World::with(json!({"faults": [{"method": "POST", "path": "/messages", "then": "reset"}]}));
    let run = world.run_in_portuguese(&["send", "--to", "912345678", "--from", "ZEXA", "Hello"]).exits(3);
    run.says("erro: a ligação à API perdeu-se: ").says("Não se sabe se o pedido teve efeito");
}

#[test]
fn colours() {
    let world = World::new();
    let send = ["send", "--to", "912345678", "--from", "ZEXA", "Hello"];
    let coloured = |arguments: &[&str], variables: &[(&str, &str)]| {
        let mut terminal = Terminal::start_with(&world, arguments, variables, world.environment());
        terminal.end_with_colours().1.contains('\u{1b}')
    };
    let with = |option: &'static str| [&send[..], &[option]].concat();
    assert!(coloured(&send, &[]) && !coloured(&send, &[("NO_COLOR", "1")]));
    assert!(!coloured(&with("--color=never"), &[]) && coloured(&with("--color=always"), &[("NO_COLOR", "1")]));
    assert!(
        !coloured(&["--color", "never", "sned"], &[]) && coloured(&["sned"], &[]),
        "also if the arguments are invalid"
    );
    world.run(&["--color", "blue", "credits"]).exits(2).says("use one of auto, always, never");
}

#[test]
fn the_user_agent_names_the_program() {
    let world = World::new();
    world.run(&["credits"]).exits(0);
    let agent = &world.sandbox.requests()[0].headers["user-agent"];
    assert!(agent.starts_with(concat!("zexa-cli/", env!("CARGO_PKG_VERSION"))), "{agent}");
}

#[test]
fn an_invalid_base_url_is_a_usage_error() {
    let world = World::new();
    let mut command = world.command(&["credits"]);
    command.env("ZEXA_BASE_URL", "http://api.example/v1");
    let run = crate::support::run(&mut command, "").exits(2).says("ZEXA_BASE_URL must start with https://");
    assert!(!run.stderr.contains("allow_http"), "the program has no such option: {run:?}");
    let run = world.run_without_key(&["credits", "--api-key-stdin"], "zx_a b").exits(2);
    assert!(
        run.stderr.starts_with("error: `API key` must not contain spaces") && !run.stderr.contains("zx_a"),
        "{run:?}"
    );
    let mut command = world.command(&["credits", "--api-key-stdin"]);
    command.env_remove("ZEXA_API_KEY").env("LANG", "pt_AO");
    crate::support::run(&mut command, "zx_a b").exits(2).says("erro: «Chave de API» não pode ter espaços");
}

/// A server could send commands for the terminal.
#[test]
fn control_characters_of_the_api_are_not_printed() {
    let body = json!({"error": "not_found", "message": "\u{1b}[2Jgone\r\n", "details": null, "request_id": "req_1"});
    let world = World::with(json!({"faults": [{"path": "/messages/*", "status": 404, "body": body}]}));
    let run = world.run(&["messages", "get", "msg_1"]).exits(1).says("not_found:  [2Jgone");
    assert!(!run.stderr.trim_end().contains(|character: char| character.is_control()), "{run:?}");
}

/// As with `| head`: the reader has all that it wanted.
#[test]
fn closed_outputs_are_not_errors() {
    let world = World::new();
    for arguments in [&["--help"][..], &["credits"], &["completion", "bash"], &["contacts", "export"]] {
        let mut command = world.command(arguments);
        let (reader, writer) = std::io::pipe().expect("a pipe");
        drop(reader);
        command.stdout(writer).stderr(std::process::Stdio::piped());
        let output = command.spawn().and_then(std::process::Child::wait_with_output).expect("the program ends");
        assert_eq!((output.status.code(), output.stderr), (Some(0), Vec::new()), "{arguments:?}");
    }
    let (reader, writer) = std::io::pipe().expect("a pipe");
    drop(reader);
    let status = world.command(&["sned"]).stderr(writer).status().expect("the program ends");
    assert_eq!(status.code(), Some(2));
}
