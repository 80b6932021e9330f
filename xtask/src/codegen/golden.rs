//! What one more field, in one file of the core, does to everything that is generated.
//!
//! `ZEXA_UPDATE_GOLDEN=1 cargo test -p xtask golden` accepts what comes.

use std::fs;
use std::path::{Path, PathBuf};

use similar::TextDiff;

use super::generate;
use crate::paths;

#[test]
fn golden_a_new_field() {
    let changed = copy_of_sources();
    let file = changed.join("core/src/messages.rs");
    let text = fs::read_to_string(&file).expect("it was copied");
    let text = put_behind(
        &text,
        "            error: Option<String> as Code,\n",
        "            /// Number of SMS. Not documented: the API may omit it.\n            segments: Option<u32>,\n",
    );
    let text = put_behind(
        &text,
        "            template_id: String,\n",
        "            /// The caller's own name for it, up to 64 characters.\n            reference: String,\n",
    );
    fs::write(&file, text).expect("it can be written");
    compare("new_field.diff", &differences(&changed));
}

/// How what is generated differs from what is generated of the sources as they are.
fn differences(changed: &Path) -> String {
    let (before, after) = (generate(paths::root()).expect("before"), generate(changed).expect("after"));
    assert!(before.keys().eq(after.keys()), "the files are the same");
    let mut all = String::new();
    for (file, text) in &after {
        let name = file.to_string_lossy();
        let diff = TextDiff::from_lines(&before[file], text);
        // Without line numbers: they move with all that stands before.
        let hunks = diff.unified_diff().context_radius(1).header(&name, &name).to_string();
        all.extend(hunks.lines().map(|line| if line.starts_with("@@") { "@@\n".into() } else { format!("{line}\n") }));
    }
    all
}

fn compare(name: &str, actual: &str) {
    let golden = paths::root().join("xtask/src/codegen/golden").join(name);
    if std::env::var_os("ZEXA_UPDATE_GOLDEN").is_some() {
        fs::write(&golden, actual).expect("it can be written");
    }
    let expected = fs::read_to_string(&golden).unwrap_or_default();
    assert!(expected == actual, "{} is not what came:\n{actual}", golden.display());
}

fn put_behind(text: &str, place: &str, more: &str) -> String {
    assert_eq!(text.matches(place).count(), 1, "there is one such place");
    text.replace(place, &format!("{place}{more}"))
}

/// The sources that are read, in a folder below `target/`.
fn copy_of_sources() -> PathBuf {
    let copy = paths::target().join("codegen").join("golden");
    let folders = [
        "core/src",
        "ffi-c/header",
        "ffi-c/src",
        "ffi-c/cpp",
        "bindings-python/stub",
        "bindings-python/stub/docs",
        "bindings-node/types",
    ];
    for folder in folders {
        let from = paths::root().join(folder);
        let to = copy.join(folder);
        // Not there the first time.
        let _ = fs::remove_dir_all(&to);
        fs::create_dir_all(&to).expect("it can be made");
        for entry in fs::read_dir(&from).into_iter().flatten().flatten().filter(|entry| entry.path().is_file()) {
            fs::copy(entry.path(), to.join(entry.file_name())).expect("it can be copied");
        }
    }
    copy
}
