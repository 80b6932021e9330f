//! The writer for Node: `bindings-node/src/generated`, and the JavaScript and types in `bindings-node/lib`.

mod names;

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use minijinja::value::{Serde, Value};
use minijinja::{Environment, State, context};

pub(super) use self::names::NODE;
use super::Files;
use super::definition::{Definition, Section};
use super::docs::{commented, wrap};
use super::template::{self, file};
use super::view::sections;
use crate::command::Result;
use crate::files::read;

/// Hand-written parts of `index.d.ts`, in `bindings-node/types`. A comment `// GENERATED: {{ … }}` stands for generated members.
const TYPES: [&str; 5] = ["bulk.d.ts", "client.d.ts", "errors.d.ts", "ledger.d.ts", "lists.d.ts"];

/// Generated files, except those of the sections, by their folder.
const FILES: [(&str, &[&str]); 3] = [
    ("src/generated", &["mod.rs"]),
    ("lib/generated", &["errors.js", "options.js", "resources.js"]),
    ("lib", &["index.d.ts", "index.js", "index.mjs"]),
];

/// Names that a file imports, by the file that exports them.
type Imports = BTreeMap<String, BTreeSet<String>>;

/// The hand-written types by their names.
fn types(root: &Path) -> Result<BTreeMap<&'static str, String>> {
    let read = |name| {
        let path = root.join("bindings-node/types").join(name);
        Ok((name, read(&path)?))
    };
    TYPES.into_iter().map(read).collect()
}

pub(super) fn view(definition: &Definition, root: &Path) -> Result<serde_json::Value> {
    let mut view = super::view::view(definition, &NODE, names::reserved(types(root)?.values()))?;
    // Each class after its base class.
    view["kinds"].as_array_mut().expect("is an array").sort_by_key(|kind| kind["class"] != "APIError");
    Ok(view)
}

pub(super) fn write(definition: &Definition, root: &Path) -> Result<Files> {
    let has_code = |section: &Section| {
        let has_predicates = section.enums.iter().any(|one| !one.predicates.is_empty());
        !section.models.is_empty() || section.resource.is_some() || has_predicates
    };
    let view = view(definition, root)?;
    let sections = sections(definition, &view);
    let mut environment = environment(definition, view);
    for (name, text) in types(root)? {
        let added = environment.add_template_owned(name, text.replace("// GENERATED: ", ""));
        added.map_err(|error| format!("{error:#}"))?;
    }
    let mut sources = Vec::new();
    for (section, context) in sections {
        if has_code(section) {
            sources.push((format!("src/generated/{}.rs", section.name), "section.rs", context.clone()));
        }
        sources.push((format!("lib/generated/{}.js", section.name), "section.js", context));
    }
    for (folder, name) in FILES.iter().flat_map(|(folder, names)| names.iter().map(move |name| (folder, name))) {
        sources.push((format!("{folder}/{name}"), name, context! {}));
    }
    let file = |(path, template, context)| {
        file(&environment, format!("bindings-node/{path}"), &format!("{template}.jinja"), context)
    };
    sources.into_iter().map(file).collect()
}

/// The environment of the templates, with the filters for JavaScript.
fn environment(definition: &Definition, view: serde_json::Value) -> Environment<'static> {
    let mut environment = template::environment("node", view);
    environment.add_filter("model", |name: &str| names::model(name));
    environment.add_filter("option", |name: &str| names::option(name));
    // The order in which Biome sorts exports: `Event`, then `estimate`, then `Failed`.
    environment.add_filter("in_order", |mut names: Vec<String>| {
        names.sort_by_key(|name| name.chars().map(|one| (one.to_ascii_lowercase(), one)).collect::<Vec<_>>());
        names
    });
    // Documentation, as lines or as one text, with the names of JavaScript.
    let known = names::known(definition);
    let in_javascript = move |docs: Value| -> Vec<String> {
        let lines: Vec<String> = match docs.as_str() {
            Some(text) => text.trim().lines().map(str::to_owned).collect(),
            None => docs.try_iter().into_iter().flatten().map(|line| line.to_string()).collect(),
        };
        lines.iter().map(|line| names::in_camel_case(&known, line)).collect()
    };
    environment.add_filter("in_javascript", in_javascript.clone());
    environment.add_filter("jsdoc", move |docs: Value, indent: Option<usize>| {
        let indent = indent.unwrap_or_default();
        match &wrap(&in_javascript(docs), 116 - indent)[..] {
            [line] if line.len() + indent <= 113 => format!("/** {line} */"),
            lines => format!("/**\n{} */", commented(" *", lines)),
        }
    });
    // Imports a name from a file, and returns it.
    environment.add_filter("import", |state: &mut State<'_, '_>, name: String, file: String| {
        state.get_or_insert_extension(Imports::new()).entry(file).or_default().insert(name.clone());
        name
    });
    environment.add_function("imports", |state: &mut State<'_, '_>| {
        Value::from(Serde(state.get_or_insert_extension(Imports::new()).clone()))
    });
    environment
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::codegen::definition::Type;
    use crate::codegen::testing::{field, with_messages};
    use crate::paths;

    #[test]
    fn names_are_camel_case_and_map_to_those_of_the_api() {
        let reference = field("client_reference", Type::String, false);
        let definition = with_messages(|messages| messages.params[0].fields.push(reference));
        let files = write(&definition, paths::root()).expect("it can be written");
        let text = |file: &str| &files[&Path::new("bindings-node/lib").join(file)];
        assert!(text("generated/messages.js").contains("clientReference: string('client_reference'),"));
        assert!(text("index.d.ts").contains("clientReference?: string | null | undefined"));
    }
}
