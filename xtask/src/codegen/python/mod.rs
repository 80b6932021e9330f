//! The generated files of the Python package: `bindings-python/src/generated`, and modules and stubs in `bindings-python/python/zexa`. They are written by
//! the templates in `xtask/templates/python`.

mod names;

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use minijinja::context;
use minijinja::value::Value;

pub(super) use self::names::PYTHON;
use self::names::attribute;
use super::Files;
use super::definition::{Definition, Section};
use super::docs::wrap;
use super::template::{environment, file};
use super::view::{elements, sections};
use crate::command::Result;

/// The classes that are written by hand, in `bindings-python/src`.
const BY_HAND: [&str; 11] = [
    "List",
    "AsyncList",
    "Pages",
    "AsyncPages",
    "Page",
    "Response",
    "Ledger",
    "SendMany",
    "CreateMany",
    "SendResult",
    "CreateResult",
];

/// The types of the rows of bulk runs.
const ROWS: [&str; 2] = ["SendMessageRow", "CreateContactRow"];

/// The classes that are written by hand in Python: the base exceptions in `_error.py`, the runs of the async client in `_bulk.py`, and the clients in the
/// template `_client.py.jinja`.
const IN_PYTHON: [&str; 6] = ["ZexaError", "APIError", "Client", "AsyncClient", "AsyncSendMany", "AsyncCreateMany"];

pub(super) fn view(definition: &Definition, _: &Path) -> Result<serde_json::Value> {
    let reserved = BY_HAND.iter().chain(&IN_PYTHON).chain(&ROWS).map(|name| format!("zexa::{name}"));
    super::view::view(definition, &PYTHON, reserved.collect())
}

pub(super) fn write(definition: &Definition, root: &Path) -> Result<Files> {
    let folder = root.join("bindings-python");
    let mut view = view(definition, root)?;
    let fields = definition.params().flat_map(|params| &params.fields);
    let mut renamed: BTreeMap<_, _> = fields.map(|field| (field.name.clone(), attribute(&field.name))).collect();
    renamed.retain(|name, attribute| name != attribute);
    // In a call, `headers` could be a parameter of the API.
    for option in elements(&mut view["call_options"]).filter(|option| option["name"] == "headers") {
        option["name"] = "extra_headers".into();
        renamed.insert("headers".to_owned(), "extra_headers".to_owned());
    }
    let sections = sections(definition, &view);
    let mut environment = environment("python", view);
    environment.add_global("renamed", renamed);
    let models = definition.models().map(|model| model.name.as_str());
    // The names that the extension module exports.
    environment
        .add_global("exported", models.chain(BY_HAND).chain(["__version__"]).map(Value::from).collect::<Vec<_>>());
    let enums = definition.enums().map(|one| one.name.as_str());
    environment
        .add_global("literals", enums.chain(["Kind", "Outcome"]).chain(ROWS).map(Value::from).collect::<Vec<_>>());
    environment.add_filter("attribute", attribute);
    environment.add_filter("docstring", docstring);
    for fragment in ["lists.pyi", "List.txt", "ledger.pyi", "bulk.pyi"] {
        let text = fs::read_to_string(folder.join("stub").join(fragment));
        let text = text.map_err(|error| format!("bindings-python/stub/{fragment}: {error}"))?;
        environment.add_template_owned(fragment, text).map_err(|error| format!("{error:#}"))?;
    }
    let mut sources = vec![("src/generated/mod.rs".to_owned(), "mod.rs", context! {})];
    let has_code = |section: &Section| section.resource.is_some() || !section.models.is_empty();
    for (section, context) in sections.into_iter().filter(|(section, _)| has_code(section)) {
        sources.push((format!("src/generated/{}.rs", section.name), "section.rs", context));
    }
    for name in ["__init__.py", "_client.py", "_errors.py", "_literals.py", "_segments.py", "_zexa.pyi"] {
        sources.push((format!("python/zexa/{name}"), name, context! { kind => "" }));
    }
    sources.push(("python/zexa/_async.py".to_owned(), "_client.py", context! { kind => "Async" }));
    let file = |(path, template, context)| {
        file(&environment, format!("bindings-python/{path}"), &format!("{template}.jinja"), context)
    };
    sources.into_iter().map(file).collect()
}

/// A text as a docstring, without the final line break.
fn docstring(text: &str, indent: usize) -> String {
    let lines: Vec<String> = text.trim().lines().map(str::to_owned).collect();
    let mut lines = wrap(&lines, WIDTH - indent);
    lines.dedup_by(|one, other| one.is_empty() && other.is_empty());
    if lines.len() > 1 {
        lines.push(String::new());
    }
    // Ruff removes the indentation of empty lines.
    let indent = " ".repeat(indent);
    format!("{indent}\"\"\"{}\"\"\"", lines.join(&format!("\n{indent}")))
}

/// The line length of ruff.toml, without the quotes of a docstring.
const WIDTH: usize = 114;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::codegen::definition::Type;
    use crate::codegen::testing::{field, with_messages};
    use crate::paths;

    #[test]
    fn keyword_gets_an_underscore() {
        let class = field("class", Type::String, false);
        let definition = with_messages(|messages| messages.params[0].fields.push(class));
        let files = write(&definition, paths::root()).expect("it can be written");
        let text = |file: &str| &files[&Path::new("bindings-python").join(file)];
        assert!(text("python/zexa/_client.py").contains("class_: str | None = None"));
        assert!(text("src/generated/messages.rs").contains("class_: Option<Argument<'_>>"));
    }
}
