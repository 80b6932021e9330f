//! The writer for Node: `bindings-node/src/generated`, and the JavaScript and types in `bindings-node/lib`.

mod names;

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use minijinja::value::{Serde, Value};
use minijinja::{Environment, State, context};

pub(super) use self::names::NODE;
use super::definition::{Definition, Section};
use super::docs::{commented, wrap};
use super::rustfmt;
use super::template::{self, render};
use super::view::{sections, view};
use crate::command::Result;
use crate::node::Packages;

/// Hand-written parts of `index.d.ts`, in `bindings-node/types`. A comment `// GENERATED: {{ … }}` stands for generated members.
const TYPES: [&str; 3] = ["client.d.ts", "errors.d.ts", "lists.d.ts"];

/// Generated files, except those of the sections, by their folder.
const FILES: [(&str, &[&str]); 3] = [
    ("src/generated", &["mod.rs"]),
    ("lib/generated", &["errors.js", "options.js", "resources.js"]),
    ("lib", &["index.d.ts", "index.js", "index.mjs"]),
];

/// Names that a file imports, by the file that exports them.
type Imports = BTreeMap<String, BTreeSet<String>>;

/// All generated files, by their path within `bindings-node`. `folder` is `bindings-node`, whose folder `types` contains the hand-written types.
pub(super) fn write(definition: &Definition, folder: &Path) -> Result<BTreeMap<String, String>> {
    let mut texts = BTreeMap::new();
    for name in TYPES {
        let path = folder.join("types").join(name);
        texts.insert(name, fs::read_to_string(&path).map_err(|error| format!("{}: {error}", path.display()))?);
    }
    let mut view = view(definition, &NODE, names::reserved(texts.values()))?;
    let has_code = |section: &&Section| {
        let has_predicates = section.enums.iter().any(|one| !one.predicates.is_empty());
        !section.models.is_empty() || section.resource.is_some() || has_predicates
    };
    let with_code: Vec<_> = definition.sections.iter().filter(has_code).map(|section| section.name.clone()).collect();
    // Each class after its base class.
    view["kinds"].as_array_mut().expect("is an array").sort_by_key(|kind| kind["class"] != "APIError");
    let sections = sections(&view);
    let mut environment = environment(definition, view);
    environment.add_global("modules", with_code.clone());
    for (name, text) in texts {
        environment
            .add_template_owned(name, text.replace("// GENERATED: ", ""))
            .map_err(|error| format!("{error:#}"))?;
    }

    let mut files = BTreeMap::new();
    let mut add = |path: String, template: &str, context: Value| -> Result {
        let text = render(&environment, &format!("{template}.jinja"), context)?;
        let formatted = if path.ends_with(".rs") { rustfmt(&text)? } else { biome(&text, &path)? };
        files.insert(path, formatted);
        Ok(())
    };
    for (name, section) in sections {
        if with_code.contains(&name) {
            add(format!("src/generated/{name}.rs"), "section.rs", section.clone())?;
        }
        add(format!("lib/generated/{name}.js"), "section.js", section)?;
    }
    for (folder, name) in FILES.iter().flat_map(|(folder, names)| names.iter().map(move |name| (folder, name))) {
        add(format!("{folder}/{name}"), name, context! {})?;
    }
    Ok(files)
}

/// The environment of the templates, with the filters for JavaScript.
fn environment(definition: &Definition, view: serde_json::Value) -> Environment<'static> {
    let mut environment = template::environment("node", view);
    environment.add_filter("model", |name: &str| names::model(name));
    environment.add_filter("option", |name: &str| names::option(name));
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

/// Formats JavaScript or TypeScript with Biome.
fn biome(text: &str, path: &str) -> Result<String> {
    let mut command = Packages::prepare()?.tool("@biomejs/biome/bin/biome");
    command.args(["format", &format!("--stdin-file-path=bindings-node/{path}")]);
    super::filter(&mut command, text)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::codegen::definition::{Section, Type};
    use crate::codegen::testing::{field, model, wait_for_credits, with_messages};
    use crate::paths;

    /// The files for the core's definitions with a change to the section of messages.
    fn written(change: impl FnOnce(&mut Section)) -> Result<BTreeMap<String, String>> {
        write(&with_messages(change), &paths::root().join("bindings-node"))
    }

    #[test]
    fn unsupported_types_are_reported_with_their_place() {
        let error = written(|messages| messages.params[0].fields.push(field("price", Type::F64, false)));
        assert_eq!(error.expect_err("fails"), "messages.rs:7: a parameter cannot be a `f64` in JavaScript");
        let error = written(|messages| messages.models[0].fields.push(field("template", Type::Template, false)));
        assert_eq!(error.expect_err("fails"), "messages.rs:7: a field cannot be a `Template` in JavaScript");
        let error = written(wait_for_credits);
        assert_eq!(error.expect_err("fails"), "messages.rs:7: `Credits` has no field `status` to wait for");
    }

    #[test]
    fn name_collisions_are_reported() {
        let error = written(|messages| messages.models[0].fields.push(field("extra", Type::String, true)));
        let expected = "messages.rs:7: duplicate name `Message::extra` in JavaScript";
        assert_eq!(error.expect_err("fails"), expected);
        let error = written(|messages| messages.models.push(model("Page"))).expect_err("fails");
        assert_eq!(error, "messages.rs:7: duplicate name `zexa::Page` in JavaScript");
    }

    #[test]
    fn names_are_camel_case_and_map_to_those_of_the_api() {
        let reference = field("client_reference", Type::String, false);
        let files = written(|messages| messages.params[0].fields.push(reference)).expect("it can be written");
        assert!(files["lib/generated/messages.js"].contains("clientReference: string('client_reference'),"));
        assert!(files["lib/index.d.ts"].contains("clientReference?: string | null | undefined"));
    }
}
