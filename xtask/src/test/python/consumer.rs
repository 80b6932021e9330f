//! The step `python-consumer`: installs the wheel in a clean environment, and runs and type-checks the program of `tests/consumers/python` with it.

use std::path::Path;

use crate::background::print_line;
use crate::command::{self, Result};
use crate::python::{PYTHON, Venv};
use crate::sandbox::Sandbox;
use crate::test::consumers;
use crate::wheel::Wheel;
use crate::{paths, show};

/// Other Pythons that the wheel supports. Those that are installed are tested.
const OTHERS: [&str; 6] = ["python3.10", "python3.11", "python3.12", "python3.13", "python3.14", "python3.15"];

pub(crate) fn check() -> Result {
    let tools = Venv::prepare()?;
    command::build()?;
    let wheel = Wheel::build()?;
    // Outside of the repository, so that neither its files nor its configuration are found.
    let project = tempfile::tempdir().map_err(|error| error.to_string())?;
    let program = project.path().join("send.py");
    std::fs::copy(paths::root().join("tests/consumers/python/send.py"), &program).map_err(|error| error.to_string())?;
    let sandbox = Sandbox::start(&[])?;

    let published = Venv::empty("consumer", PYTHON)?;
    install(&published, wheel.dist(), "zexa")?;
    run(&published, &program, &sandbox, "the wheel")?;
    check_types(&tools, &published, project.path())?;

    let built = Venv::empty("consumer-sdist", PYTHON)?;
    let file = wheel.as_pip_builds_it()?;
    install(&built, wheel.dist(), &file.to_string_lossy())?;
    run(&built, &program, &sandbox, "a wheel that pip built from the sdist")?;

    let tried = version(PYTHON);
    for python in OTHERS.into_iter().filter(|python| version(python).is_some_and(|found| Some(found) != tried)) {
        let other = Venv::empty("consumer-other", python)?;
        install(&other, wheel.dist(), "zexa")?;
        run(&other, &program, &sandbox, python)?;
    }
    Ok(())
}

/// Runs `pip install` like a user, with a local folder instead of the index.
fn install(venv: &Venv, dist: &Path, what: &str) -> Result {
    command::run_quietly(
        venv.pip("install")?.args(["--no-index", "--only-binary", ":all:", "--find-links"]).arg(dist).arg(what),
    )
}

/// Runs the program, and checks that it sends one message.
fn run(venv: &Venv, program: &Path, sandbox: &Sandbox, with: &str) -> Result {
    let before = sandbox.messages()?;
    let mut run = venv.program("python");
    run.current_dir(program.parent().expect("a file has a parent")).args(["-X", "dev", "-W", "error"]).arg(program);
    sandbox.tell(&mut run);
    let output = command::output(&mut run)?;
    print_line!("{with}: {}", output.trim_end());
    if !consumers::is_id_and_status(&output) {
        return Err(format!("with {with}, the program must print an id and a status"));
    }
    match sandbox.messages()? - before {
        1 => Ok(()),
        count => Err(format!("with {with}, the program sent {count} messages instead of one")),
    }
}

/// Type checkers find the types of the installed package, and no error in the program.
fn check_types(tools: &Venv, venv: &Venv, project: &Path) -> Result {
    let python = venv.path("python");
    show::command("mypy --strict, pyright");
    let mut mypy = tools.program("mypy");
    mypy.current_dir(project)
        .args(["--strict", "--no-error-summary", "--python-executable"])
        .arg(&python)
        .arg("send.py");
    command::run_quietly(&mut mypy)?;
    let mut pyright = tools.program("pyright");
    command::output(pyright.current_dir(project).arg("--pythonpath").arg(&python).arg("send.py")).map(drop)
}

fn version(python: &str) -> Option<String> {
    command::output(std::process::Command::new(python).arg("--version")).ok()
}
