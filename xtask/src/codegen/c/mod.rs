//! Code for C: `ffi-c/src/generated`, and the header from that and the rest of `ffi-c`.

pub(super) mod abi;
mod comments;
mod declarations;
mod enums;
pub(super) mod header;
mod leaves;
mod lists;
mod models;
mod names;
pub(super) mod operations;
mod params;
mod status;

use std::collections::{BTreeMap, HashSet};

use minijinja::Environment;
use minijinja::value::{Serde, Value};

use self::names::C;
use super::context::Context;
use super::definition::{Definition, Section};
use super::lowered::lower;
use super::read::Diagnostic;
use super::template::{self, render};
use super::{GENERATED, rustfmt};

/// The generated code.
#[derive(Default)]
pub(super) struct Written {
    /// Rust code of each file in `ffi-c/src/generated`, by its name.
    pub(super) files: BTreeMap<String, String>,
    /// Constants of the enums of each file, for the header.
    pub(super) constants: BTreeMap<String, String>,
}

/// Writes everything except the header. `reserved` contains the names of hand-written code.
pub(super) fn write(definition: &Definition, reserved: HashSet<String>) -> Result<Written, Vec<Diagnostic>> {
    let context = Context::new(definition, C, reserved);
    let lowered = Value::from(Serde(lower(&context)));
    let mut written = Written { files: BTreeMap::new(), constants: BTreeMap::new() };
    let head = format!("// {GENERATED}\n");
    written.files.insert("status".into(), format!("{head}//! Statuses and outcomes.\n{}", status::write(&context)));
    let options = render(&environment(), "options.rs.jinja", lowered).unwrap_or_else(|error| panic!("{error}"));
    written.files.insert("options".into(), options);
    for section in &definition.sections {
        written.files.insert(section.name.clone(), head.clone() + &rust(&context, section));
        let constants = section.enums.iter().map(|one| enums::constants(&context, one)).collect::<Vec<_>>().join("\n");
        written.constants.insert(section.name.clone(), constants);
    }
    let modules: String = written.files.keys().map(|name| format!("pub(crate) mod {name};\n")).collect();
    let about = "//! Code that is generated from the definitions in `core`.";
    written.files.insert("mod".into(), format!("{head}{about}\n\n{modules}"));
    context.finish(written)
}

/// The templates of C, with its filters.
fn environment() -> Environment<'static> {
    let mut environment = template::environment("c");
    environment.add_filter("option_docs", docs_of_option);
    environment
}

/// The documentation of an option, with its unit or format in C before its default.
fn docs_of_option(mut docs: Vec<String>, kind: &str) -> Vec<String> {
    let format = match kind {
        "duration" | "wait" => "In milliseconds.",
        "flag" => "Set it to 1 to enable it.",
        "query" => "A JSON object of strings, numbers and booleans; an array of these repeats the parameter.",
        "object" => "A JSON object.",
        _ => return docs,
    };
    let end = docs.iter().position(|line| line.is_empty() || line.starts_with("Default: ")).unwrap_or(docs.len());
    docs.insert(end, format.to_owned());
    docs
}

/// Formats the code.
pub(super) fn format(written: Written) -> crate::command::Result<Written> {
    let files = written.files.into_iter().map(|(name, text)| Ok((name, rustfmt(&text)?)));
    Ok(Written { files: files.collect::<crate::command::Result<_>>()?, ..written })
}

fn rust(context: &Context<'_>, section: &Section) -> String {
    let mut body = String::new();
    for one in &section.enums {
        body += &enums::functions(context, one);
    }
    for model in section.models.iter().filter(|model| !context.is_nested(&model.name)) {
        body += &models::write(context, model);
    }
    for params in &section.params {
        body += &params::write(context, params);
    }
    for operation in section.resource.iter().flat_map(|resource| &resource.operations) {
        let resource = section.resource.as_ref().expect("its operation is there");
        body += &operations::write(context, resource, operation);
    }
    let prelude = if body.is_empty() { "" } else { "use crate::prelude::*;" };
    format!("{}\n{prelude}\n{body}", context.comment("//!", &section.docs))
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
        let reserved = header::names(&paths::root().join("ffi-c/src")).expect("valid Rust");
        write(&definition, reserved).err().unwrap_or_default().iter().map(ToString::to_string).collect()
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
