//! Code for C: `ffi-c/src/generated`, and the header from that and the rest of `ffi-c`.

pub(super) mod abi;
mod comments;
mod declarations;
mod header;
mod members;
mod names;
mod values;

use std::collections::{BTreeMap, HashSet};
use std::path::Path;

use minijinja::value::{Serde, Value};
use minijinja::{Environment, context};
use serde::Deserialize;

use self::comments::comment;
use self::declarations::Declaration;
use self::values::values;
use super::context::Context;
use super::definition::Definition;
use super::docs::wrap;
use super::lowered::{Lowered, lower};
use super::read::{self, Diagnostic};
use super::rustfmt;
use super::template::{self, render};
use crate::command;

/// The files in `ffi-c/src/generated` by their names without extension, and the header before clang-format.
pub(super) fn write(definition: &Definition, ffi: &Path) -> command::Result<(BTreeMap<String, String>, String)> {
    let environment = environment();
    let mut declarations = header::hand_written(ffi)?;
    let mut reserved = reserved(&declarations);
    reserved.extend(header::macros(&environment)?);
    let lowered = checked(definition, reserved).map_err(read::render)?;
    let models = || lowered.sections.iter().flat_map(|section| &section.models);
    let values_of: BTreeMap<_, _> = models().map(|model| (&model.name, values(&lowered, model))).collect();
    let params = lowered.sections.iter().flat_map(|section| &section.params);
    let of_params = params.map(|params| (params.name.clone(), members::of_params(&params.fields)));
    let mut members: BTreeMap<_, _> = of_params.collect();
    members.insert("client_options".to_owned(), members::of_options(&lowered.client_options));
    members.insert("call_options".to_owned(), members::of_options(&lowered.call_options));
    let operations =
        lowered.sections.iter().filter_map(|section| section.resource.as_ref()).flat_map(|one| &one.operations);
    let lists = operations.filter(|operation| operation.kind == "list");
    let all = context! {
        version => env!("CARGO_PKG_VERSION"),
        other_statuses => names::OTHER_STATUSES.map(|(name, number, docs)| context! { name, number, docs => [docs] }),
        members => Value::from(Serde(members)),
        values_of => Value::from(Serde(values_of)),
        listed => lists.filter_map(|list| Some(list.answer.as_ref()?.name.clone())).collect::<Vec<_>>(),
        ..Value::from(Serde(&lowered))
    };
    let mut files = BTreeMap::new();
    let mut add = |name: &str, template: &str, context: Value| -> command::Result {
        let text = rustfmt(&render(&environment, template, context)?)?;
        declarations.extend(declarations::declarations(name, &text)?);
        files.insert(name.to_owned(), text);
        Ok(())
    };
    add("options", "options.rs.jinja", all.clone())?;
    add("status", "status.rs.jinja", all.clone())?;
    for section in &lowered.sections {
        add(&section.name, "section.rs.jinja", context! { section => Value::from(Serde(section)), ..all.clone() })?;
    }
    let names: Vec<_> = files.keys().cloned().collect();
    files.insert("mod".to_owned(), render(&environment, "mod.rs.jinja", context! { files => names })?);
    Ok((files, header::write(&environment, &declarations, all)?))
}

/// The names of hand-written code.
fn reserved(declarations: &[Declaration]) -> HashSet<String> {
    declarations.iter().map(|one| one.name.clone()).collect()
}

/// The definition as the templates see it, if C can express it.
fn checked(definition: &Definition, reserved: HashSet<String>) -> Result<Lowered, Vec<Diagnostic>> {
    let context = Context::new(definition, names::C, reserved);
    let lowered = lower(&context);
    names::check(&context, &lowered);
    context.finish(lowered)
}

/// The environment for the templates of C.
fn environment() -> Environment<'static> {
    let mut environment = template::environment("c");
    environment.add_filter("type", names::type_of);
    environment.add_filter("wrap", |lines: Vec<String>, width| wrap(&lines, width));
    environment.add_filter("c_comment", |lines: Vec<String>, open: &str| comment(open, "", &lines));
    environment.add_filter("parameters", parameters);
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
        let reserved = reserved(&header::hand_written(&paths::root().join("ffi-c/src")).expect("valid Rust"));
        checked(&definition, reserved).err().unwrap_or_default().iter().map(ToString::to_string).collect()
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
