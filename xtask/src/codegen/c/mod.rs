//! Code for C: `ffi-c/src/generated`, and the header from that and the rest of `ffi-c`.

pub(super) mod abi;
mod comments;
mod declarations;
mod header;
mod names;

use std::collections::{BTreeMap, HashSet};
use std::path::Path;

use minijinja::value::{Serde, Value};
use minijinja::{Environment, context};
use serde::Deserialize;
use serde_json::{Value as Json, json};

use self::comments::comment;
use self::declarations::Declaration;
use super::definition::{Definition, OperationKind};
use super::docs::wrap;
use super::rustfmt;
use super::template::{self, render};
use super::view::{sections, view};
use crate::command::Result;

/// The files in `ffi-c/src/generated` by their names without extension, and the header before clang-format.
pub(super) fn write(definition: &Definition, ffi: &Path) -> Result<(BTreeMap<String, String>, String)> {
    let mut declarations = header::hand_written(ffi)?;
    let mut view = view(definition, &names::C, reserved(&declarations)?)?;
    let lists = definition.operations().filter(|(_, operation)| operation.kind == OperationKind::List);
    view["listed"] = lists.map(|(_, operation)| json!(operation.answer)).collect();
    let status = |(name, number, docs)| json!({"name": name, "number": number, "docs": [docs]});
    view["other_statuses"] = names::OTHER_STATUSES.into_iter().map(status).collect();
    let sections = sections(&view);
    let environment = environment(view);
    let mut files = BTreeMap::new();
    let mut add = |name: &str, template: &str, context: Value| -> Result {
        let text = rustfmt(&render(&environment, template, context)?)?;
        declarations.extend(declarations::declarations(name, &text)?);
        files.insert(name.to_owned(), text);
        Ok(())
    };
    add("options", "options.rs.jinja", context! {})?;
    add("status", "status.rs.jinja", context! {})?;
    for (name, section) in sections {
        add(&name, "section.rs.jinja", section)?;
    }
    let names: Vec<_> = files.keys().cloned().collect();
    files.insert("mod".to_owned(), render(&environment, "mod.rs.jinja", context! { files => names })?);
    Ok((files, header::write(&environment, &declarations)?))
}

/// The names of hand-written code and of the templates.
fn reserved(declarations: &[Declaration]) -> Result<HashSet<String>> {
    let macros = header::macros(&environment(json!({})))?;
    let declared = declarations.iter().map(|one| one.name.clone()).chain(macros);
    Ok(declared.chain(names::IN_TEMPLATES.map(str::to_owned)).collect())
}

/// The environment for the templates of C.
fn environment(view: Json) -> Environment<'static> {
    let mut environment = template::environment("c", view);
    environment.add_global("version", env!("CARGO_PKG_VERSION"));
    environment.add_filter("type", names::type_of);
    environment.add_filter("wrap", |lines: Vec<String>, width| wrap(&lines, width));
    environment.add_filter("c_comment", |lines: Vec<String>, open: &str| comment(open, "", &lines));
    environment.add_filter("parameters", parameters);
    // Adds a sentence about the format to the first paragraph, before its default.
    environment.add_filter("with_format", |mut docs: Vec<String>, format: String| {
        let end = docs.iter().position(|line| line.is_empty() || line.starts_with("Default: ")).unwrap_or(docs.len());
        docs.splice(end..end, Some(format).filter(|format| !format.is_empty()));
        docs
    });
    environment
}

/// A parameter of a function in a template.
#[derive(Deserialize)]
struct Parameter {
    name: String,
    docs: String,
}

/// Parameters as lines of a doc comment. The descriptions are aligned.
fn parameters(inputs: Serde<Vec<Parameter>>, outputs: Serde<Vec<Parameter>>) -> String {
    let inputs = inputs.iter().map(|one| (format!("@param {}", one.name), &one.docs));
    let outputs = outputs.iter().map(|one| (format!("@param[out] {}", one.name), &one.docs));
    let all: Vec<_> = inputs.chain(outputs).collect();
    let width = all.iter().map(|(command, _)| command.len()).max().unwrap_or_default();
    all.iter().map(|(command, docs)| format!("/// {command:width$}  {docs}\n")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::codegen::definition::{Constant, Docs, Type};
    use crate::codegen::testing::{self, field, messages, model, span};
    use crate::paths;

    /// The diagnostics for the definitions of the core with a change.
    fn diagnostics(change: impl FnOnce(&mut Definition)) -> Vec<String> {
        let definition = testing::definition(change);
        let declarations = header::hand_written(&paths::root().join("ffi-c/src")).expect("valid Rust");
        let reserved = reserved(&declarations).expect("a valid template");
        let problems = view(&definition, &names::C, reserved).err().unwrap_or_default();
        problems.lines().map(str::to_owned).collect()
    }

    /// The diagnostics if the first parameters of `messages` have an additional field.
    fn diagnostics_for_parameter(name: &str, kind: Type, required: bool) -> Vec<String> {
        diagnostics(|definition| messages(definition).params[0].fields.push(field(name, kind, required)))
    }

    #[test]
    fn what_c_cannot_express_is_reported_with_its_location() {
        assert_eq!(
            diagnostics_for_parameter("price", Type::F64, false),
            ["messages.rs:7: a parameter cannot be a `f64` in C"]
        );
        assert_eq!(
            diagnostics_for_parameter("class", Type::String, true),
            ["messages.rs:7: `class` is a keyword in C"]
        );
        for kind in [Type::U32, Type::Timestamp, Type::Template] {
            assert_eq!(diagnostics_for_parameter("price", kind.clone(), false), [""; 0]);
            let expected = format!("messages.rs:7: a required parameter cannot be a `{kind}` in C");
            assert_eq!(diagnostics_for_parameter("price", kind, true), [expected]);
        }
    }

    #[test]
    fn duplicate_names_are_reported() {
        let with_field = |name: &'static str| {
            diagnostics(move |definition| messages(definition).models[0].fields.push(field(name, Type::String, true)))
        };
        let expected = ": duplicate name `zexa_message_free` in C";
        let found = with_field("free");
        assert!(found.iter().all(|message| message.ends_with(expected)) && found.len() == 1);
        let hand_written = diagnostics(|definition| messages(definition).models.push(model("CancelToken")));
        assert_eq!(hand_written[0], "messages.rs:7: duplicate name `zexa_cancel_token` in C");
    }

    #[test]
    fn a_kind_that_collides_with_a_status_is_reported() {
        let kind = |name: &str, number| {
            let (name, docs, span) = (name.to_owned(), Docs::default(), span("error.rs"));
            let kind = Constant { variant: "More".into(), name, number, docs, span };
            diagnostics(|definition| definition.kinds.push(kind))
        };
        assert_eq!(kind("done", 99), ["error.rs:7: duplicate name `ZEXA_DONE` in C"]);
        let expected = "error.rs:7: in C, 102 is the number of a status that is no kind of error";
        assert_eq!(kind("more", 102), [expected]);
        assert_eq!(kind("more", 99), [""; 0]);
    }
}
