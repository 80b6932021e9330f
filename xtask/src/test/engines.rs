//! The step `engines`: the recipes of `docs/scale.md` send messages, while their processes are killed.

use crate::command::{self, Result};
use crate::node::Packages;
use crate::{engines, paths};

/// Runs the tests of `tests/engines`.
pub(crate) fn check() -> Result {
    let mut pytest = engines::python()?;
    let project = engines::assemble_node()?;
    pytest.args(["-X", "dev", "-W", "error", "-m", "pytest", "-rs", "--durations=0", engines::TESTS]);
    // Installed packages contain plugins that these tests do not use.
    pytest.env("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1").env("ZEXA_OUTBOX", paths::example("outbox"));
    pytest.env("ZEXA_TEST_NODE", Packages::prepare()?.command().get_program()).env("ZEXA_TEST_PROJECT", project);
    command::run(&mut pytest)
}

/// The reason why the step cannot run.
pub(crate) fn unavailable() -> Option<String> {
    super::postgres::unavailable().or_else(engines::unavailable)
}

#[cfg(test)]
mod tests {
    use std::fs;

    /// The guide.
    const PAGE: &str = "docs/scale.md";
    /// The recipe in Rust. The others are in one folder.
    const RUST: &str = "core/examples/outbox.rs";
    const MAX_LINES: usize = 40;

    use super::*;

    fn read(name: &str) -> String {
        fs::read_to_string(paths::root().join(name)).expect(name)
    }

    /// The blocks of the page, without their fences, and without commands for a shell.
    fn blocks() -> Vec<String> {
        let page = read(PAGE);
        let fenced = page.split("\n```").skip(1).step_by(2).map(|block| block.split_once('\n').expect("a language"));
        fenced.filter(|(language, _)| *language != "sh").map(|(_, block)| format!("{block}\n")).collect()
    }

    #[test]
    fn the_guide_contains_each_recipe() {
        let folder = format!("{}/recipes", engines::TESTS);
        let entries = fs::read_dir(paths::root().join(&folder)).expect("the folder exists");
        let names = entries.map(|entry| entry.expect("it can be read").file_name().into_string().expect("UTF-8"));
        let mut recipes: Vec<_> =
            names.filter(|name| name.contains('.')).map(|name| format!("{folder}/{name}")).collect();
        recipes.push(RUST.to_owned());
        assert!(recipes.len() >= 6, "{recipes:?}");
        let blocks = blocks();
        for recipe in &recipes {
            let text = read(recipe);
            assert!(text.lines().count() <= MAX_LINES, "{recipe} has more than {MAX_LINES} lines");
            assert!(blocks.contains(&text), "{PAGE} does not contain {recipe}");
        }
        assert_eq!(blocks.len(), recipes.len(), "a block of {PAGE} is no recipe");
    }
}
