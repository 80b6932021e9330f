//! The C++ header, `include/zexa.hpp`: the templates in `xtask/templates/cpp` and the fragments in `ffi-c/cpp`.

mod names;

use std::path::Path;
use std::{fs, io};

use minijinja::{Error, ErrorKind, context};

use super::Files;
use super::definition::Definition;
use super::docs::{commented, wrap};
use super::template::{environment, file};
use crate::command::Result;

const FOLDER: &str = "ffi-c/cpp";

pub(super) fn view(definition: &Definition, root: &Path) -> Result<serde_json::Value> {
    super::view::view(definition, &names::CPP, names::defined(&fragments(&root.join(FOLDER))?))
}

pub(super) fn write(definition: &Definition, root: &Path) -> Result<Files> {
    let mut environment = environment("cpp", view(definition, root)?);
    // Each paragraph as one line, which clang-format wraps.
    environment.add_filter("doc", |lines: Vec<String>| commented("///", &wrap(&lines, usize::MAX)));
    environment.add_filter("accessor", names::accessor);
    environment.add_filter("method", |name: &str| names::method(name).to_owned());
    environment.add_filter("detail", |code: &str| {
        format!("/// @cond\n\nnamespace detail {{\n\n{code}\n}} // namespace detail\n\n/// @endcond\n")
    });
    let folder = root.join(FOLDER);
    environment.add_function("fragment", move |name: &str| {
        let failed = |error| Error::new(ErrorKind::InvalidOperation, format!("{name}: {error}"));
        fs::read_to_string(folder.join(name)).map_err(failed)
    });
    Ok(Files::from([file(&environment, "include/zexa.hpp", "zexa.hpp.jinja", context! {})?]))
}

/// All fragments, in no particular order.
fn fragments(folder: &Path) -> Result<String> {
    let files = fs::read_dir(folder).and_then(Iterator::collect::<io::Result<Vec<_>>>);
    let texts = files.and_then(|files| files.iter().map(|file| fs::read_to_string(file.path())).collect());
    texts.map_err(|error| format!("{}: {error}", folder.display()))
}
