//! The generated files of the Python package: `bindings-python/src/generated`, and modules and stubs in `bindings-python/python/zexa`. They are written by
//! the templates in `xtask/templates/python`.

mod names;

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use minijinja::context;
use minijinja::value::Value;

use self::names::{PYTHON, attribute};
use super::definition::Definition;
use super::docs::wrap;
use super::rustfmt;
use super::template::{environment, render};
use super::view::{elements, sections, view};
use crate::command::Result;
use crate::python::Venv;

/// The classes that are written by hand, in `bindings-python/src`.
const BY_HAND: [&str; 6] = ["List", "AsyncList", "Pages", "AsyncPages", "Page", "Response"];

/// The classes that are written by hand in Python: the base exceptions in `_error.py`, and the clients in the template `_client.py.jinja`.
const IN_PYTHON: [&str; 4] = ["ZexaError", "APIError", "Client", "AsyncClient"];

/// All generated files, by their paths within `bindings-python`.
pub(super) fn write(definition: &Definition, folder: &Path) -> Result<BTreeMap<String, String>> {
    let reserved = BY_HAND.iter().chain(&IN_PYTHON).map(|name| format!("zexa::{name}"));
    let mut view = view(definition, &PYTHON, reserved.collect())?;
    let fields = definition.params().flat_map(|params| &params.fields);
    let mut renamed: BTreeMap<_, _> = fields.map(|field| (field.name.clone(), attribute(&field.name))).collect();
    renamed.retain(|name, attribute| name != attribute);
    // In a call, `headers` could be a parameter of the API.
    for option in elements(&mut view["call_options"]).filter(|option| option["name"] == "headers") {
        option["name"] = "extra_headers".into();
        renamed.insert("headers".to_owned(), "extra_headers".to_owned());
    }
    let sections = sections(&view);
    let mut environment = environment("python", view);
    environment.add_global("renamed", renamed);
    let models = definition.models().map(|model| model.name.as_str());
    // The names that the extension module exports.
    environment
        .add_global("exported", models.chain(BY_HAND).chain(["__version__"]).map(Value::from).collect::<Vec<_>>());
    let enums = definition.enums().map(|one| one.name.as_str());
    environment.add_global("literals", enums.chain(["Kind", "Outcome"]).map(Value::from).collect::<Vec<_>>());
    environment.add_filter("attribute", attribute);
    environment.add_filter("docstring", docstring);
    for fragment in ["lists.pyi", "List.txt"] {
        let text = fs::read_to_string(folder.join("stub").join(fragment));
        let text = text.map_err(|error| format!("bindings-python/stub/{fragment}: {error}"))?;
        environment.add_template_owned(fragment, text).map_err(|error| format!("{error:#}"))?;
    }
    let mut sources = vec![("src/generated/mod.rs".to_owned(), "mod.rs", context! {})];
    let has_code = |name: &str| {
        let mut sections = definition.sections.iter().filter(|one| one.resource.is_some() || !one.models.is_empty());
        sections.any(|section| section.name == name)
    };
    for (name, section) in sections.into_iter().filter(|(name, _)| has_code(name)) {
        sources.push((format!("src/generated/{name}.rs"), "section.rs", section));
    }
    for name in ["__init__.py", "_client.py", "_errors.py", "_literals.py", "_zexa.pyi"] {
        sources.push((format!("python/zexa/{name}"), name, context! { kind => "" }));
    }
    sources.push(("python/zexa/_async.py".to_owned(), "_client.py", context! { kind => "Async" }));
    let mut files = BTreeMap::new();
    for (file, template, context) in sources {
        let text = render(&environment, &format!("{template}.jinja"), context)?;
        let text = if file.ends_with(".rs") { rustfmt(&text)? } else { ruff(&text, &file)? };
        files.insert(file, text);
    }
    Ok(files)
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

/// Formats Python with ruff, removes unused imports and sorts the others.
fn ruff(text: &str, file: &str) -> Result<String> {
    let path = format!("bindings-python/{file}");
    let filter = |arguments: &[&str], text: &str| {
        let mut command = Venv::prepare()?.program("ruff");
        command.current_dir(crate::paths::root()).args(arguments).args(["--quiet", "--stdin-filename", &path, "-"]);
        super::filter(&mut command, text)
    };
    // Ignore trailing commas, so that the layout of a template does not matter.
    let format = ["format", "--config=format.skip-magic-trailing-comma=true"];
    filter(&format, &filter(&["check", "--fix-only"], text)?)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::codegen::definition::{Section, Type};
    use crate::codegen::testing::{field, model, wait_for_credits, with_messages};
    use crate::paths;

    /// The files for a changed definition.
    fn written(change: impl FnOnce(&mut Section)) -> Result<BTreeMap<String, String>> {
        write(&with_messages(change), &paths::root().join("bindings-python"))
    }

    #[test]
    fn unsupported_types_are_reported_with_their_position() {
        let reported = written(|messages| messages.params[0].fields.push(field("price", Type::F64, false)));
        assert_eq!(reported.expect_err("fails"), "messages.rs:7: a parameter cannot be a `f64` in Python");
        let list = Type::List(Box::new(Type::String));
        let reported = written(|messages| messages.models[0].fields.push(field("tags", list, false)));
        assert_eq!(reported.expect_err("fails"), "messages.rs:7: a field cannot be a `Vec<String>` in Python");
        let reported = written(wait_for_credits);
        assert_eq!(reported.expect_err("fails"), "messages.rs:7: `Credits` has no field `status` to wait for");
    }

    #[test]
    fn duplicate_names_are_reported() {
        let reported = written(|messages| messages.models[0].fields.push(field("to_dict", Type::String, true)));
        let expected = "messages.rs:7: duplicate name `Message::to_dict` in Python";
        assert_eq!(reported.expect_err("fails"), expected);
        let reported = written(|messages| messages.models.push(model("Page"))).expect_err("fails");
        assert_eq!(reported, "messages.rs:7: duplicate name `zexa::Page` in Python");
    }

    #[test]
    fn keyword_gets_an_underscore() {
        let files = written(|messages| messages.params[0].fields.push(field("class", Type::String, false)));
        let files = files.expect("it can be written");
        assert!(files["python/zexa/_client.py"].contains("class_: str | None = None"));
        assert!(files["src/generated/messages.rs"].contains("class_: Option<Argument<'_>>"));
    }
}
