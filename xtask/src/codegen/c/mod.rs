//! The C side: `ffi-c/src/generated`, and from it and the rest of `ffi-c` the header.

mod enums;
pub(super) mod header;
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
