//! The generated files of the Python package: `bindings-python/src/generated`, and modules and stubs in `bindings-python/python/zexa`.

mod errors;
mod models;
mod names;
mod operations;
mod params;
mod stub;

use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::fs;
use std::path::Path;

use self::names::{PYTHON, attribute};
use self::operations::ClientKind;
use super::context::Context;
use super::definition::{Definition, OperationKind, Section, Type};
use super::read::render;
use super::shared::about;
use super::{GENERATED, rustfmt};
use crate::command::Result;
use crate::python::Venv;

/// The text of the first line of a generated Python file.
const GENERATED_PYTHON: &str = GENERATED;

/// The classes that are written by hand, in `bindings-python/src` and `bindings-python/stub`.
const BY_HAND: [&str; 6] = ["List", "AsyncList", "Pages", "AsyncPages", "Page", "Response"];

/// The classes that are written by hand in Python: the base exceptions in `_error.py`, and the clients from the template `stub/client.py`.
const IN_PYTHON: [&str; 4] = ["ZexaError", "APIError", "Client", "AsyncClient"];

/// All generated files, by their paths within `bindings-python`. The templates are in its folder `stub`.
pub(super) fn write(definition: &Definition, folder: &Path) -> Result<BTreeMap<String, String>> {
    let reserved = BY_HAND.iter().chain(&IN_PYTHON).map(|name| format!("zexa::{name}")).collect::<HashSet<_>>();
    let context = Context::new(definition, PYTHON, reserved);
    let mut rust = BTreeMap::new();
    for section in &definition.sections {
        rust.extend(section_file(&context, section).map(|text| (section.name.clone(), text)));
    }
    let classes = classes(definition);
    let resources: Vec<String> =
        ClientKind::BOTH.iter().flat_map(|kind| definition.resources().map(|resource| kind.class(resource))).collect();
    let stub = stub_of(&context, folder, &classes)?;
    let (errors, exceptions) = errors::classes(&context);
    let (literals, types) = errors::literals(&context);
    let (blocking, asynchronous) =
        (client(&context, folder, ClientKind::Blocking)?, client(&context, folder, ClientKind::Async)?);
    let package = package(&context, folder, &exported(&classes), &exceptions, &types)?;
    let rust = context.finish(rust).map_err(render)?;

    let mut files = BTreeMap::new();
    files.insert(
        "src/generated/mod.rs".to_owned(),
        rustfmt(&module(&rust, &classes, &resources, &renamed(definition)))?,
    );
    for (name, text) in rust {
        files.insert(format!("src/generated/{name}.rs"), rustfmt(&text)?);
    }
    files.insert("python/zexa/_zexa.pyi".to_owned(), ruff(&stub, "_zexa.pyi")?);
    files.insert("python/zexa/__init__.py".to_owned(), ruff(&package, "__init__.py")?);
    files.insert("python/zexa/_client.py".to_owned(), ruff(&blocking, "_client.py")?);
    files.insert("python/zexa/_async.py".to_owned(), ruff(&asynchronous, "_async.py")?);
    files.insert("python/zexa/_errors.py".to_owned(), ruff(&errors, "_errors.py")?);
    files.insert("python/zexa/_literals.py".to_owned(), ruff(&literals, "_literals.py")?);
    Ok(files)
}

/// The Rust file of a section, unless it is empty.
fn section_file(context: &Context<'_>, section: &Section) -> Option<String> {
    let mut body: String = section.models.iter().map(|model| models::write(context, model)).collect();
    body.extend(section.params.iter().map(|params| params::write(context, params)));
    if let Some(resource) = &section.resource {
        body.extend(ClientKind::BOTH.map(|kind| operations::write(context, resource, kind)));
    }
    if body.is_empty() {
        return None;
    }
    let docs = context.comment("//!", &section.docs);
    let used: Vec<&str> = foreign_models(section).into_iter().collect();
    let used = if used.is_empty() { String::new() } else { format!("use super::{{{}}};\n", used.join(", ")) };
    Some(format!("// {GENERATED}\n{docs}\nuse pyo3::prelude::*;\n\n{used}use crate::prelude::*;\n\n{body}"))
}

/// The models of other sections that this one uses.
fn foreign_models(section: &Section) -> BTreeSet<&str> {
    let in_models = section.models.iter().flat_map(|model| {
        let fields = model.fields.iter().filter_map(|field| match &field.kind {
            Type::Model(name) => Some(name.as_str()),
            _ => None,
        });
        fields.chain(about(model).iter().map(|about| about.model))
    });
    let operations = section.resource.iter().flat_map(|resource| &resource.operations);
    let answers = operations.filter_map(|operation| operation.kind.answer());
    let is_foreign = |name: &&str| section.models.iter().all(|model| model.name != *name);
    in_models.chain(answers).filter(is_foreign).collect()
}

/// The names of the generated models, in the order of the definition.
fn classes(definition: &Definition) -> Vec<String> {
    definition.models().map(|model| model.name.clone()).collect()
}

/// The request fields that have a different name in Python.
fn renamed(definition: &Definition) -> BTreeMap<&str, String> {
    let fields = definition.params().flat_map(|params| &params.fields);
    let named = fields.map(|field| (field.name.as_str(), attribute(&field.name)));
    named.filter(|(name, attribute)| name != attribute).collect()
}

fn module(
    files: &BTreeMap<String, String>,
    classes: &[String],
    resources: &[String],
    renamed: &BTreeMap<&str, String>,
) -> String {
    let modules: String = files.keys().map(|name| format!("mod {name};\n")).collect();
    let uses: String = files.keys().map(|name| format!("pub(crate) use self::{name}::*;\n")).collect();
    let added: String = classes.iter().map(|class| format!("module.add_class::<{class}>()?;\n")).collect();
    let renamed: String = renamed.iter().map(|(name, attribute)| format!("({name:?}, {attribute:?}),")).collect();
    let hidden: String =
        resources.iter().map(|class| format!("module.setattr(\"_{class}\", py.get_type::<{class}>())?;\n")).collect();
    format!(
        "// {GENERATED}
        //! Models, parameters and operations, generated from the definitions in `core`.

        {modules}
        use pyo3::prelude::*;

        {uses}
        /// Adds all classes to the module.
        pub(crate) fn add(module: &Bound<'_, PyModule>) -> PyResult<()> {{
            {added}
            // For `_client.py` and `_async.py`; not exported.
            let py = module.py();
            {hidden}
            Ok(())
        }}

        /// The parameters whose names are Python keywords, and their names in Python.
        pub(crate) const RENAMED: &[(&str, &str)] = &[{renamed}];
        "
    )
}

/// The stub: hand-written fragments and generated classes.
fn stub_of(context: &Context<'_>, folder: &Path, classes: &[String]) -> Result<String> {
    let fragment = |name: &str| fragment(&folder.join("stub"), name);
    let client = fragment("client.pyi")?;
    for resource in context.definition.resources() {
        let name = &resource.name;
        for class in ClientKind::BOTH.map(|kind| format!("_{}", kind.class(resource))) {
            if !client.contains(&format!("def {name}(self) -> {class}:")) {
                return Err(format!("bindings-python/stub/client.pyi: no client has `{name}`, of the class {class}"));
            }
        }
    }
    let exported = exported(classes);
    let mut text = format!("# {GENERATED}\n{}", fragment("head.pyi")?);
    text += &format!("{}\n__all__ = {exported:?}\n\n", import("_literals", &enums(context)));
    text += &client;
    for section in &context.definition.sections {
        for kind in ClientKind::BOTH {
            text.extend(section.resource.iter().map(|resource| stub::calls(context, resource, kind)));
        }
        text.extend(section.models.iter().map(|model| stub::model(context, model)));
    }
    Ok(text + &fragment("lists.pyi")?)
}

/// The names that the extension module exports.
fn exported(classes: &[String]) -> Vec<String> {
    let by_hand = BY_HAND.iter().chain(&["__version__"]).map(ToString::to_string);
    let mut names: Vec<String> = classes.iter().cloned().chain(by_hand).collect();
    names.sort_unstable();
    names
}

/// `__init__.py`. Every name is written out, as type checkers require.
fn package(
    context: &Context<'_>,
    folder: &Path,
    exported: &[String],
    exceptions: &[String],
    types: &[String],
) -> Result<String> {
    let [blocking, asynchronous] = ClientKind::BOTH.map(|kind| names_of_client(context, kind));
    let events = ["parse_event".to_owned()];
    let groups = [exported, exceptions, &blocking, &asynchronous, &events, types];
    let mut all: Vec<&String> = groups.into_iter().flatten().collect();
    all.sort_unstable();
    let imports = [
        import("_async", &asynchronous),
        import("_client", &blocking),
        import("_errors", exceptions),
        import("_events", &events),
        import("_zexa", exported),
    ];
    let written = fragment(&folder.join("stub"), "package.py")?
        .replace("# GENERATED: the imports\n", &imports.concat())
        .replace("# GENERATED: the types\n", &import("_literals", types))
        .replace("# GENERATED: the names\n", &format!("__all__ = {all:?}\n"));
    Ok(format!("# {GENERATED}\n{written}"))
}

/// The class of a client, and those of its resources.
fn names_of_client(context: &Context<'_>, kind: ClientKind) -> Vec<String> {
    context.definition.resources().map(|resource| kind.class(resource)).chain([kind.client().to_owned()]).collect()
}

/// `_client.py` and `_async.py`: the clients, whose methods are Python functions.
fn client(context: &Context<'_>, folder: &Path, kind: ClientKind) -> Result<String> {
    let resources = || context.definition.resources();
    let calls = resources().map(|resource| format!("_{}", kind.class(resource)));
    let models = resources().flat_map(|resource| &resource.operations).filter_map(|operation| match &operation.kind {
        OperationKind::List { item, .. } => Some(item.clone()),
        operation_kind => operation_kind.answer().map(str::to_owned),
    });
    let others = [format!("_{}", kind.client()), kind.list().to_owned(), "Response".to_owned()];
    let used: BTreeSet<String> = calls.chain(models).chain(others).collect();
    let set = resources().map(|one| format!("        self._{0} = {1}(client.{0})\n", one.name, kind.class(one)));
    // `AsyncClient` has no slots: users may set attributes on it.
    let slots = match kind {
        ClientKind::Blocking => {
            let names: String = resources().map(|one| format!("\"_{}\", ", one.name)).collect();
            format!("    __slots__ = (\"__weakref__\", \"_client\", {names})\n")
        }
        ClientKind::Async => String::new(),
    };
    let got = resources().map(|one| {
        let (name, class, docs) = (&one.name, kind.class(one), context.lines(&one.docs).join(" "));
        format!("    @property\n    def {name}(self) -> {class}:\n        \"\"\"{docs}\"\"\"\n        return self._{name}\n\n")
    });
    let stub = folder.join("stub");
    let text = with_docstrings(&stub, &kind.adapt(&read(&stub.join("client.py"))?))?
        .replace("# GENERATED: the imports\n", &import("_zexa", &used.into_iter().collect::<Vec<_>>()))
        .replace("# GENERATED: the names\n", &format!("__all__ = {:?}\n", names_of_client(context, kind)))
        .replace("        # GENERATED: the resources, set\n", &set.collect::<String>())
        .replace("    # GENERATED: the slots\n", &slots)
        .replace("    # GENERATED: the resources\n", &got.collect::<String>());
    Ok(format!("# {GENERATED}\n{text}")
        + &resources().map(|resource| stub::resource(context, resource, kind)).collect::<String>())
}

/// An import statement for these names.
fn import(module: &str, names: &[String]) -> String {
    let mut names = names.to_vec();
    // The order of ruff: classes first.
    let class = |name: &str| name.trim_start_matches('_').starts_with(char::is_uppercase);
    names.sort_unstable_by_key(|name| (!class(name), name.to_lowercase()));
    format!("from .{module} import ({},)\n", names.join(", "))
}

/// The names of the open enums.
fn enums(context: &Context<'_>) -> Vec<String> {
    context.definition.enums().map(|one| one.name.clone()).collect()
}

/// A hand-written template, with its docstrings.
fn fragment(folder: &Path, name: &str) -> Result<String> {
    with_docstrings(folder, &read(&folder.join(name))?)
}

fn read(path: &Path) -> Result<String> {
    fs::read_to_string(path).map_err(|error| format!("{}: {error}", path.display()))
}

/// Replaces placeholders such as `"""{docs/Client.txt}"""` by the docstrings in these files.
fn with_docstrings(folder: &Path, text: &str) -> Result<String> {
    let mut written = String::new();
    for line in text.lines() {
        let docs = line.trim_start().strip_prefix("\"\"\"{").and_then(|rest| rest.strip_suffix("}\"\"\""));
        written += &match docs {
            Some(docs) => {
                let lines: Vec<String> = read(&folder.join(docs))?.lines().map(str::to_owned).collect();
                stub::docstring(&line[..line.len() - line.trim_start().len()], &lines)
            }
            None => format!("{line}\n"),
        };
    }
    Ok(written)
}

/// Formats Python with ruff, removes unused imports and sorts the others.
fn ruff(text: &str, name: &str) -> Result<String> {
    let path = format!("bindings-python/python/zexa/{name}");
    let filter = |arguments: &[&str], text: &str| {
        let mut command = Venv::prepare()?.program("ruff");
        command.current_dir(crate::paths::root()).args(arguments).args(["--quiet", "--stdin-filename", &path, "-"]);
        super::filter(&mut command, text)
    };
    filter(&["format"], &filter(&["check", "--fix-only"], text)?)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::codegen::testing::{field, model, wait_for_credits, with_messages};
    use crate::paths;

    /// The files for a changed definition.
    fn written(change: impl FnOnce(&mut Section)) -> Result<BTreeMap<String, String>> {
        write(&with_messages(change), &paths::root().join("bindings-python"))
    }

    #[test]
    fn unsupported_types_are_reported_with_their_position() {
        let reported = written(|messages| messages.params[0].fields.push(field("price", Type::F64, false)));
        assert_eq!(reported.expect_err("fails"), "messages.rs:7: optional parameters cannot be a `f64` in Python");
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
        assert!(files["python/zexa/_zexa.pyi"].contains("class_: str | None = None"));
        assert!(files["src/generated/messages.rs"].contains("class_=None"));
    }
}
