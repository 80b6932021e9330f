//! The help in both languages, compared with the files in `tests/help`, the completions and the man pages.
//!
//! To update the files, run the tests with `ZEXA_UPDATE_GOLDEN=1`.

use std::fs;
use std::path::Path;

use crate::support::{World, program, run};

/// The help of a command and of its subcommands, in one text.
fn help_of(path: &[&str], language: &str, all: &mut String) {
    let mut arguments = path.to_vec();
    arguments.push("--help");
    let run = run(program(&arguments).env("LANG", language), "").exits(0);
    assert_eq!(run.stderr, "");
    all.push_str(&format!("$ zexa {}\n\n{}\n", arguments.join(" "), run.stdout));
    for name in subcommands(&run.stdout) {
        let path: Vec<_> = path.iter().copied().chain([name]).collect();
        help_of(&path, language, all);
    }
}

/// The names in the section of the commands.
fn subcommands(help: &str) -> Vec<&str> {
    let section = help.lines().skip_while(|line| !matches!(*line, "Commands:" | "Comandos:")).skip(1);
    let lines = section.take_while(|line| !line.is_empty());
    lines.filter_map(|line| line.strip_prefix("  ")?.split(' ').next().filter(|name| !name.is_empty())).collect()
}

fn compare(language: &str) {
    let mut found = String::new();
    help_of(&[], language, &mut found);
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("tests/help/{language}.txt"));
    if std::env::var_os("ZEXA_UPDATE_GOLDEN").is_some() {
        fs::write(&file, &found).expect("written");
    }
    let expected = fs::read_to_string(&file).expect("the file");
    let differs = expected.lines().zip(found.lines()).find(|(expected, found)| expected != found);
    assert!(differs.is_none() && expected == found, "run with ZEXA_UPDATE_GOLDEN=1; first difference: {differs:?}");
}

#[test]
fn english_help() {
    compare("en");
}

#[test]
fn portuguese_help() {
    compare("pt");
    let help = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/help/pt.txt")).expect("the file");
    for english in [
        "Usage:",
        "Options:",
        "Commands:",
        "Arguments:",
        "Examples:",
        "[OPTIONS]",
        "[default",
        "[possible",
        " the ",
        "<NAME>",
        "<SENDER>",
        "[BODY]",
    ] {
        assert!(!help.contains(english), "{english:?} is not translated");
    }
}

#[test]
fn version_and_short_flags() {
    let version = concat!("zexa ", env!("CARGO_PKG_VERSION"), "\n");
    assert_eq!(run(&mut program(&["--version"]), "").exits(0).stdout, version);
    assert_eq!(run(&mut program(&["-V"]), "").exits(0).stdout, version);
    assert!(run(&mut program(&["send", "-h"]), "").exits(0).stdout.contains("Usage: zexa send"));
    let help = run(&mut program(&["help", "messages", "wait"]), "").exits(0).stdout;
    assert!(help.contains("Usage: zexa messages wait"), "{help}");
    assert!(run(&mut program(&["help"]), "").exits(0).stdout.contains("Usage: zexa [OPTIONS] <COMMAND>"));
    run(&mut program(&["help", "nothing"]), "").exits(2).says("unknown command `nothing`");
}

/// Bash completes the names of commands and options.
#[test]
fn completions() {
    let world = World::new();
    for shell in ["bash", "zsh", "fish"] {
        let script = run(&mut program(&["completion", shell]), "").exits(0).stdout;
        assert!(script.contains("sender-ids") && script.contains("schedule"), "{shell}: {script}");
        fs::write(world.home.path().join(shell), script).expect("written");
    }
    run(&mut program(&["completion", "tcsh"]), "").exits(2);
    for (words, found) in [
        ("campaigns wa", "watch\n"),
        ("send --channel wh", "whatsapp\n"),
        ("campaigns create --channel s", "sms slack\n"),
        ("listen --event message.d", "message.delivered\n"),
    ] {
        let (before, last) = words.rsplit_once(' ').expect("words");
        let (count, previous) = (words.split(' ').count(), before.split(' ').next_back().expect("a word"));
        let script = format!(
            "source ./bash; COMP_WORDS=(zexa {words}) COMP_CWORD={count}; _zexa zexa {last} {previous}; echo ${{COMPREPLY[@]}}"
        );
        let mut bash = std::process::Command::new("bash");
        bash.args(["-c", &script]).current_dir(world.home.path());
        assert_eq!(run(&mut bash, "").exits(0).stdout, found, "{words}");
    }
}

#[test]
fn man_pages() {
    let world = World::new();
    run(program(&["man", "pages"]).current_dir(world.home.path()), "").exits(0);
    let read = |name: &str| fs::read_to_string(world.home.path().join("pages").join(name)).expect(name);
    let page = read("zexa.1");
    assert!(page.contains(".SH \"EXIT STATUS\"\n.nf\n  0    done\n") && page.contains("zexa\\-send(1)"), "{page}");
    assert!(read("zexa-send.1").contains(".SH \"EXAMPLES\"\n.nf\n  zexa send"));
    let mut portuguese = program(&["man", "pages"]);
    run(portuguese.env("LANG", "pt_AO").current_dir(world.home.path()), "").exits(0);
    for entry in fs::read_dir(world.home.path().join("pages")).expect("a folder") {
        let page = fs::read_to_string(entry.expect("an entry").path()).expect("a page");
        let headings: Vec<_> = page.lines().filter_map(|line| line.strip_prefix(".SH ")).collect();
        let known = [
            "NOME",
            "SINOPSE",
            "DESCRIÇÃO",
            "OPÇÕES",
            "OPÇÕES GLOBAIS",
            "COMANDOS",
            "EXEMPLOS",
            "CÓDIGOS DE SAÍDA",
            "VERSÃO",
        ];
        assert!(headings.iter().all(|heading| known.contains(&heading.trim_matches('"'))), "{headings:?}");
        assert!(!page.contains("[default") && !page.contains("ossible values"), "{page}");
    }
    run(program(&["man", "pages"]).current_dir(world.home.path()), "").exits(0);
    assert!(read("zexa-campaigns-create.1").contains("\\-\\-schedule"));
    run(program(&["man", "/dev/null/pages"]).current_dir(world.home.path()), "").exits(1);
}
