//! The C side: `ffi-c/src/generated`, and from it and the rest of `ffi-c` the header.

pub(super) mod abi;
mod comments;
mod enums;
pub(super) mod header;
mod leaves;
mod lists;
mod models;
pub(super) mod names;
mod operations;
mod params;
mod status;

use std::collections::BTreeMap;

use self::names::Context;
use super::definition::{Definition, Section};
use super::read::Complaint;
use super::{GENERATED, rustfmt};

/// What is written for C.
pub(super) struct Written {
    /// The Rust of each file in `ffi-c/src/generated`, by its name.
    pub(super) files: BTreeMap<String, String>,
    /// The constants that stand before what comes of a file, in the header.
    pub(super) constants: BTreeMap<String, String>,
}

/// Writes everything but the header.
pub(super) fn write(definition: &Definition) -> Result<Written, Vec<Complaint>> {
    let context = Context::new(definition);
    let mut written = Written { files: BTreeMap::new(), constants: BTreeMap::new() };
    let head = format!("// {GENERATED}\n");
    written.files.insert("status".into(), format!("{head}//! Statuses and outcomes\n{}", status::write(&context)));
    for section in &definition.sections {
        written.files.insert(section.name.clone(), head.clone() + &rust(&context, section));
        let constants = section.enums.iter().map(|one| enums::constants(&context, one)).collect::<Vec<_>>().join("\n");
        written.constants.insert(section.name.clone(), constants);
    }
    context.finish(written)
}

/// Formats what was written.
pub(super) fn format(written: Written) -> crate::command::Result<Written> {
    let files = written.files.into_iter().map(|(name, text)| Ok((name, rustfmt(&text)?)));
    Ok(Written { files: files.collect::<crate::command::Result<_>>()?, ..written })
}

fn rust(context: &Context<'_>, section: &Section) -> String {
    let mut body = String::new();
    for one in &section.enums {
        body += &enums::functions(context, one);
    }
    for model in section.models.iter().filter(|model| context.has_handle(&model.name)) {
        body += &models::write(context, model);
    }
    for params in &section.params {
        body += &params::write(context, params);
    }
    for operation in section.resource.iter().flat_map(|resource| &resource.operations) {
        let resource = section.resource.as_ref().expect("its operation is there");
        body += &operations::write(context, resource, operation);
    }
    let prelude = if body.is_empty() { "" } else { "use super::prelude::*;" };
    format!("{}\n{prelude}\n{body}", context.comment("//!", &section.docs))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::codegen::definition::{Docs, Field, Place, Shown, Type};
    use crate::codegen::read;
    use crate::paths;

    /// What is complained of where the first parameters of `messages` have one more field.
    fn complaints(name: &str, kind: Type, required: bool) -> Vec<String> {
        let mut definition = read::read(&paths::root().join("core/src")).unwrap_or_else(|_| panic!("the core is read"));
        let messages = definition.sections.iter_mut().find(|section| section.name == "messages").expect("it is there");
        messages.params[0].fields.push(Field {
            name: name.to_owned(),
            kind,
            required,
            docs: Docs::default(),
            shown: Shown::Plain,
            place: Place { file: "messages.rs".into(), line: 7 },
        });
        write(&definition).err().unwrap_or_default().iter().map(ToString::to_string).collect()
    }

    #[test]
    fn what_c_cannot_express_is_told_with_its_place() {
        assert_eq!(complaints("price", Type::F64, false), ["messages.rs:7: a parameter cannot be a `f64` in C"]);
        assert_eq!(complaints("class", Type::String, true), ["messages.rs:7: `class` is a keyword of C or C++"]);
        for kind in [Type::U32, Type::Timestamp, Type::Template] {
            assert_eq!(complaints("price", kind.clone(), false), [""; 0]);
            let complaint = format!("messages.rs:7: a required parameter cannot be a `{kind}` in C");
            assert_eq!(complaints("price", kind, true), [complaint]);
        }
    }

    #[test]
    fn two_things_of_one_name_are_told() {
        let mut definition = read::read(&paths::root().join("core/src")).unwrap_or_else(|_| panic!("the core is read"));
        let section = definition.sections.iter_mut().find(|section| section.name == "messages").expect("it is there");
        section.models[0].fields[0].name = "free".into();
        let complaints = write(&definition).err().expect("fails");
        assert!(complaints[0].message.contains("two things would be called `zexa_message_free`"), "{}", complaints[0]);
    }
}
