//! Tests how an additional field, or an additional option, in one file of the core changes the generated files.
//!
//! `ZEXA_UPDATE_GOLDEN=1 cargo test -p xtask golden` updates the expected diff.

use std::fs;
use std::path::{Path, PathBuf};

use similar::TextDiff;

use super::generate;
use crate::paths;

#[test]
fn golden_a_new_field() {
    let in_model = (
        "            error: Option<String> as Code,\n",
        "            /// Number of SMS. Not documented: the API may omit it.\n            segments: Option<u32>,\n",
    );
    let in_params = (
        "            template_id: String,\n",
        "            /// The caller's own name for it, up to 64 characters.\n            reference: String,\n",
    );
    compare("new_field", "messages", &[in_model, in_params]);
}

#[test]
fn golden_a_new_option() {
    let option = "        /// Set the time after which an idle connection is closed.\n        idle_timeout: duration since \"0.1.1\" = 60 s;\n";
    compare("new_option", "client_options", &[("        max_connections: limit = 100;\n", option)]);
}

/// Compares the expected diff with the actual one after the additional lines in a file of the core. Each follows another line.
fn compare(name: &str, file: &str, additional: &[(&str, &str)]) {
    let changed = copy_of_sources(name);
    let file = changed.join("core/src").join(file).with_extension("rs");
    let mut text = fs::read_to_string(&file).expect("the file was copied");
    for (marker, more) in additional {
        assert_eq!(text.matches(marker).count(), 1, "the text occurs once");
        text = text.replace(marker, &format!("{marker}{more}"));
    }
    fs::write(&file, text).expect("the file can be written");
    let actual = differences(&changed);
    let golden = paths::root().join("xtask/golden").join(name).with_extension("diff");
    if std::env::var_os("ZEXA_UPDATE_GOLDEN").is_some() {
        fs::write(&golden, &actual).expect("the file can be written");
    }
    let expected = fs::read_to_string(&golden).unwrap_or_default();
    assert!(expected == actual, "{} is out of date, the actual diff is:\n{actual}", golden.display());
}

/// Diff between the files that are generated from the current sources and from the changed sources.
fn differences(changed: &Path) -> String {
    let (before, after) = (generate(paths::root()).expect("before"), generate(changed).expect("after"));
    assert!(before.keys().eq(after.keys()), "the set of files is unchanged");
    let mut all = String::new();
    for (file, text) in &after {
        let name = file.to_string_lossy();
        let diff = TextDiff::from_lines(&before[file], text);
        // Without line numbers, which change with every earlier line.
        let hunks = diff.unified_diff().context_radius(1).header(&name, &name).to_string();
        all.extend(hunks.lines().map(|line| if line.starts_with("@@") { "@@\n".into() } else { format!("{line}\n") }));
    }
    all
}

/// Copies the sources that codegen reads to a folder in `target/`.
fn copy_of_sources(name: &str) -> PathBuf {
    let copy = paths::target().join("codegen").join(name);
    let folders =
        ["core/src", "docs", "ffi-c/src", "ffi-c/cpp", "bindings-python/stub", "bindings-node", "bindings-node/types"];
    for folder in folders {
        let from = paths::root().join(folder);
        let to = copy.join(folder);
        // The folder does not exist in the first run.
        let _ = fs::remove_dir_all(&to);
        fs::create_dir_all(&to).expect("the folder can be created");
        for entry in fs::read_dir(&from).into_iter().flatten().flatten().filter(|entry| entry.path().is_file()) {
            fs::copy(entry.path(), to.join(entry.file_name())).expect("the file can be copied");
        }
    }
    copy
}
