//! The step `readme`: the Rust code in README.md is compiled and run, as examples of the documentation are.

use std::fs;

use super::cargo_test;
use crate::command::Result;
use crate::paths;

/// Refuses a README without Rust, too: the step would pass and check nothing.
pub(crate) fn check() -> Result {
    let readme = fs::read_to_string(paths::root().join("README.md")).map_err(|error| format!("README.md: {error}"))?;
    let core = paths::root().join("core").join("src").join("lib.rs");
    let core = fs::read_to_string(&core).map_err(|error| format!("{}: {error}", core.display()))?;
    if !has_rust(&readme) {
        return Err("README.md has no block of Rust".to_owned());
    }
    if !core.contains("README.md") {
        return Err("core/src/lib.rs does not take README.md in for its doc tests".to_owned());
    }
    cargo_test(&["--doc", "--", "README.md"])
}

fn has_rust(markdown: &str) -> bool {
    markdown.lines().any(|line| line == "```rust" || line.starts_with("```rust,"))
}

#[cfg(test)]
mod tests {
    use super::has_rust;

    #[test]
    fn blocks_of_rust_are_found() {
        assert!(has_rust("# A\n\n```rust\nlet a = 1;\n```\n") && has_rust("```rust,no_run\n"));
        assert!(!has_rust("```sh\ncargo xtask test\n```\n"));
    }
}
