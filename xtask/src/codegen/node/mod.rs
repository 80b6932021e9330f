//! The writer for Node: `bindings-node/src/generated`, and the JavaScript and types in `bindings-node/lib`.

mod errors;
mod imports;
mod models;
mod names;
mod operations;
mod params;
mod types;

use std::collections::{BTreeMap, HashSet};
use std::fs;
use std::path::Path;

use minijinja::value::{Serde, Value};

use self::imports::{Imports, required};
use self::names::{NODE, camel, lines};
use super::context::Context;
use super::definition::{Definition, Section};
use super::lowered::lower;
use super::read::render as render_diagnostics;
use super::shared::class;
use super::template::{self, render};
use super::{GENERATED, rustfmt};
use crate::command::Result;
use crate::node::Packages;

/// Hand-written exports, in `bindings-node/lib`.
const BY_HAND: [&str; 3] = ["Zexa", "ZexaError", "parseEvent"];

/// Hand-written types, in `bindings-node/types`.
const TYPES_BY_HAND: [&str; 14] = [
    "AttemptFields",
    "CallOptions",
    "ClientOptions",
    "ErrorFields",
    "ErrorJSON",
    "HeadersInput",
    "List",
    "Logger",
    "Page",
    "Pages",
    "QueryInput",
    "QueryValue",
    "Response",
    "WarningFields",
];

/// All generated files, by their path within `bindings-node`. `folder` is `bindings-node`, whose folder `types` contains the hand-written types.
pub(super) fn write(definition: &Definition, folder: &Path) -> Result<BTreeMap<String, String>> {
    let reserved = BY_HAND.iter().chain(&TYPES_BY_HAND).map(|name| format!("zexa::{name}")).collect::<HashSet<_>>();
    let context = Context::new(definition, NODE, reserved);
    let mut rust = BTreeMap::new();
    let mut javascript = BTreeMap::new();
    for section in &definition.sections {
        rust.extend(in_rust(&context, section).map(|text| (section.name.clone(), text)));
        javascript.insert(section.name.clone(), in_javascript(&context, section));
    }
    let environment = template::environment("node");
    let lowered = lower(&context);
    javascript.insert("errors".to_owned(), errors::in_javascript(&environment, &context)?);
    let resources = render(&environment, "resources.js.jinja", Value::from(Serde(&lowered)))?;
    javascript.insert("resources".to_owned(), resources);
    let types = types(&context, folder)?;
    let exported = exported(&context);
    let (rust, javascript) = context.finish((rust, javascript)).map_err(render_diagnostics)?;

    let mut files = BTreeMap::new();
    let modules: String = rust.keys().map(|name| format!("mod {name};\n")).collect();
    let module = format!("// {GENERATED}\n//! Generated from the definitions in `core`.\n\n{modules}");
    files.insert("src/generated/mod.rs".to_owned(), rustfmt(&module)?);
    for (name, text) in rust {
        files.insert(format!("src/generated/{name}.rs"), rustfmt(&text)?);
    }
    for (name, text) in javascript {
        files.insert(format!("lib/generated/{name}.js"), biome(&text, "file.js")?);
    }
    files.insert("lib/index.d.ts".to_owned(), biome(&format!("// {GENERATED}\n{types}"), "file.d.ts")?);
    for (name, text) in index(&exported) {
        files.insert(format!("lib/{name}"), biome(&format!("// {GENERATED}\n{text}"), &name)?);
    }
    Ok(files)
}

/// The Rust file of a section, if it has any code for the addon.
fn in_rust(context: &Context<'_>, section: &Section) -> Option<String> {
    let mut body: String = section.models.iter().map(|model| models::in_rust(context, model)).collect();
    body.extend(section.resource.iter().map(|resource| operations::in_rust(context, resource)));
    body.extend(section.enums.iter().map(|one| models::predicates(context, one)));
    if body.is_empty() {
        return None;
    }
    let docs = context.comment("//!", &section.docs);
    Some(format!("// {GENERATED}\n{docs}\nuse crate::prelude::*;\n\n{body}"))
}

/// The JavaScript file of a section: its enums, tables of parameters, revivers of models, and the class of its resource.
fn in_javascript(context: &Context<'_>, section: &Section) -> String {
    let imports = Imports::of(&section.name);
    let mut body: String = section.enums.iter().map(|one| models::names(context, &imports, one)).collect();
    body.extend(section.params.iter().map(|params| params::table(context, &imports, params)));
    body.extend(section.models.iter().map(|model| models::in_javascript(context, &imports, model)));
    body.extend(section.resource.iter().map(|resource| operations::in_javascript(context, &imports, resource)));
    let enums = section.enums.iter().map(|one| one.name.clone());
    let models = section.models.iter().map(|model| models::reviver(&model.name));
    let resource = section.resource.iter().map(class);
    let exported: Vec<String> = enums.chain(resource).chain(models).collect();
    let about = lines(context, &section.docs).join("\n// ");
    format!(
        "// {GENERATED}\n// {about}\n'use strict'\n\n{}{body}\nmodule.exports = {{ {} }}\n",
        imports.written(),
        exported.join(", "),
    )
}

/// All exports, by the file that contains them.
fn exported(context: &Context<'_>) -> BTreeMap<String, Vec<String>> {
    let mut exported = BTreeMap::new();
    exported.insert("./client.js".to_owned(), vec!["Zexa".to_owned()]);
    exported.insert("./errors.js".to_owned(), vec!["ZexaError".to_owned()]);
    exported.insert("./events.js".to_owned(), vec!["parseEvent".to_owned()]);
    let errors = errors::classes(context).into_iter().map(|class| class.name).collect();
    exported.insert("./generated/errors.js".to_owned(), errors);
    for section in &context.definition.sections {
        let enums: Vec<String> = section.enums.iter().map(|one| one.name.clone()).collect();
        if !enums.is_empty() {
            exported.insert(format!("./generated/{}.js", section.name), enums);
        }
    }
    exported
}

/// The entry modules. The module for `import` re-exports that for `require`, so that each class exists once.
fn index(exported: &BTreeMap<String, Vec<String>>) -> Vec<(String, String)> {
    let mut all: Vec<&str> = exported.values().flatten().map(String::as_str).collect();
    all.sort_unstable();
    // In the order that Biome requires of re-exports.
    let mut reexported = [&all[..], &["Zexa as default"]].concat();
    reexported.sort_by_key(|name| name.to_lowercase());
    let (all, reexported) = (all.join(", "), reexported.join(", "));
    let required: String = exported.iter().map(|(file, names)| required(file, names)).collect();
    vec![
        (
            "index.js".to_owned(),
            format!(
                "// Entry point for `require()`.\n'use strict'\n\n{required}\nmodule.exports = {{ {all} }}\n\n\
                 // For compilers and bundlers that read `__esModule`. They define it as not enumerable.\n\
                 Object.defineProperty(module.exports, '__esModule', {{ value: true }})\nmodule.exports.default = Zexa\n"
            ),
        ),
        (
            "index.mjs".to_owned(),
            format!(
                "// Entry point for `import`. It uses named exports, because bundlers disagree about the default export of a CommonJS module.\n\
                 export {{ {reexported} }} from './index.js'\n"
            ),
        ),
        (
            "index.d.mts".to_owned(),
            "// Types for `import`.\nexport * from './index.js'\nexport { Zexa as default } from './index.js'\n"
                .to_owned(),
        ),
    ]
}

/// `index.d.ts`: the hand-written fragments and the generated declarations.
fn types(context: &Context<'_>, folder: &Path) -> Result<String> {
    let fragment = |name: &str| {
        let path = folder.join("types").join(name);
        fs::read_to_string(&path)
            .map(|text| format!("\n{text}"))
            .map_err(|error| format!("{}: {error}", path.display()))
    };
    let resources: String = context
        .definition
        .resources()
        .map(|resource| {
            let docs = types::documented("  ", &lines(context, &resource.docs));
            format!("{docs}  readonly {}: {}\n", camel(&resource.name), class(resource))
        })
        .collect();
    let mut text = "// Types for `require()`.\n".to_owned();
    text += &fragment("client.d.ts")?.replace("  // GENERATED: the resources\n", &resources);
    for section in &context.definition.sections {
        text.extend(section.resource.iter().map(|resource| types::resource(context, resource)));
        text.extend(section.params.iter().map(|params| types::params(context, params)));
        text.extend(section.models.iter().map(|model| types::model(context, model)));
        text.extend(section.enums.iter().map(|one| types::open_enum(context, one)));
    }
    text += &fragment("lists.d.ts")?;
    text += &fragment("errors.d.ts")?;
    text.extend(errors::classes(context).iter().map(|class| types::error(context, class)));
    text.extend(super::errors::closed(context.definition).iter().map(|closed| types::closed(context, closed)));
    Ok(text)
}

/// Formats JavaScript or TypeScript with Biome.
fn biome(text: &str, name: &str) -> Result<String> {
    let mut command = Packages::prepare()?.tool("@biomejs/biome/bin/biome");
    command.args(["format", &format!("--stdin-file-path=bindings-node/lib/{name}")]);
    super::filter(&mut command, text)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::codegen::definition::Type;
    use crate::codegen::testing::{field, model, wait_for_credits, with_messages};
    use crate::paths;

    /// The files for the core's definitions with a change to the section of messages.
    fn written(change: impl FnOnce(&mut Section)) -> Result<BTreeMap<String, String>> {
        write(&with_messages(change), &paths::root().join("bindings-node"))
    }

    #[test]
    fn unsupported_types_are_reported_with_their_place() {
        let error = written(|messages| messages.params[0].fields.push(field("price", Type::F64, false)));
        assert_eq!(error.expect_err("fails"), "messages.rs:7: parameters cannot be a `f64` in JavaScript");
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
