//! Runs the commands of the guide and of the READMEs: blocks of `sh` as scripts, and blocks of `console` on a terminal, where their output is compared.

use std::fs;
use std::path::{Path, PathBuf};

use serde_json::json;

use crate::support::terminal::Terminal;
use crate::support::{World, run};

/// A block of a page.
struct Block {
    /// Page and line, for messages.
    place: String,
    language: String,
    text: String,
}

fn blocks(page: &str) -> Vec<Block> {
    let text = fs::read_to_string(root().join(page)).expect(page);
    let mut blocks: Vec<Block> = Vec::new();
    let mut is_open = false;
    for (index, line) in text.lines().enumerate() {
        match line.strip_prefix("```") {
            Some("") => is_open = false,
            Some(language) => {
                is_open = true;
                let place = format!("{page}:{}", index + 2);
                blocks.push(Block { place, language: language.to_owned(), text: String::new() });
            }
            None if is_open => blocks.last_mut().expect("a block").text += &format!("{line}\n"),
            None => {}
        }
    }
    blocks
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("the repository").to_owned()
}

/// A sandbox and a folder with the objects and the files of the guide.
fn world() -> World {
    let contacts: Vec<_> = (0..5).map(|number| json!({"id": format!("cnt_012{number}"), "name": "Ana", "phone": format!("+24492000000{number}"), "lists": ["lst_demo"]})).collect();
    let campaign = json!({"id": "cmp_0123", "status": "completed", "total_recipients": 5, "stats": {"delivered": 5}});
    let world = World::with(json!({
        "state": {"messages": [{"id": "msg_0123", "status": "delivered"}], "contacts": contacts},
        "faults": [{"method": "GET", "path": "/campaigns/cmp_0123", "body": campaign, "times": 0}],
    }));
    let write = |name: &str, text: &str| fs::write(world.home.path().join(name), text).expect("written");
    write("key.txt", world.sandbox.api_key());
    write("invoice.txt", "Thank you.\n");
    write("people.csv", "id,name,phone\n1001,Ana,923 000 001\n1002,Rui,+244923000002\n1003,Eva,00244 923 000 003\n");
    world
}

/// Sends the people of the guide. The first of them is in doubt.
fn leave_a_doubt(world: &World) {
    world.sandbox.add_fault(json!({"method": "POST", "path": "/messages", "then": "reset"}));
    let send = [
        "bulk",
        "send",
        "people.csv",
        "--from",
        "ZEXA",
        "--body",
        "Hi",
        "--key-column",
        "id",
        "--concurrency",
        "1",
        "--yes",
    ];
    world.run(&send).exits(3);
}

/// The variables of the world, with the program in the path.
fn environment(world: &World) -> Vec<(String, String)> {
    let mut variables = world.environment();
    let program = Path::new(env!("CARGO_BIN_EXE_zexa")).parent().expect("a folder");
    for (name, value) in &mut variables {
        if name == "PATH" {
            *value = format!("{}:{value}", program.display());
        }
    }
    variables
}

#[test]
fn scripts() {
    let mut count = 0;
    let in_guide = ["docs/cli.md", "cli/README.md"].into_iter().flat_map(blocks);
    let in_readme = blocks("README.md").into_iter().filter(|block| block.text.contains("zexa send"));
    for block in in_guide.chain(in_readme).filter(|block| block.language == "sh") {
        if block.text.starts_with("cargo ") {
            continue;
        }
        let world = world();
        if block.text.contains("bulk settle") {
            leave_a_doubt(&world);
        }
        let mut shell = std::process::Command::new("sh");
        shell
            .args(["-e", "-u", "-c", &block.text])
            .env_clear()
            .envs(environment(&world))
            .current_dir(world.home.path());
        let run = run(&mut shell, "");
        assert_eq!(run.code, Some(0), "{}: {}\n{}", block.place, block.text, run.stderr);
        count += 1;
    }
    assert!(count > 8, "{count} blocks");
}

#[test]
fn sessions() {
    let mut count = 0;
    for block in blocks("docs/cli.md").iter().filter(|block| block.language == "console") {
        let (command, expected) = block.text.split_once('\n').expect("a command and its output");
        let command = command.strip_prefix("$ zexa ").expect("a command");
        let world = world();
        if command.starts_with("bulk status") {
            leave_a_doubt(&world);
        }
        let arguments = words(command);
        let arguments: Vec<_> = arguments.iter().map(String::as_str).collect();
        let mut terminal = Terminal::start(&world, &arguments);
        let lines: Vec<_> = expected.lines().map(plain).collect();
        let found = terminal.lines(lines.len());
        let found: Vec<_> = found.iter().map(|line| plain(line)).collect();
        assert_eq!(found, lines, "{}", block.place);
        // Some of the commands run until Ctrl-C.
        terminal.send("\x03");
        count += 1;
    }
    assert!(count > 5, "{count} blocks");
}

/// The words of a command with double quotes.
fn words(command: &str) -> Vec<String> {
    let parts = command.split('"').enumerate();
    let words = parts.flat_map(|(index, part)| match index % 2 {
        0 => part.split_whitespace().map(str::to_owned).collect(),
        _ => vec![part.to_owned()],
    });
    words.collect()
}

/// The line without ids and numbers, which differ in each run.
fn plain(line: &str) -> String {
    let mut plain = String::new();
    let mut is_id = false;
    for character in line.trim_end().chars() {
        is_id = (is_id && character.is_ascii_alphanumeric()) || character == '_';
        match character {
            '_' => plain.push_str("_…"),
            _ if is_id => {}
            '0'..='9' if plain.ends_with('0') => {}
            '0'..='9' => plain.push('0'),
            other => plain.push(other),
        }
    }
    plain
}
