//! Code for C: `ffi-c/src/generated`, and the header from that and the rest of `ffi-c`.

pub(super) mod abi;
mod comments;
mod declarations;
mod header;
mod names;

use std::path::{Path, PathBuf};

use minijinja::value::Serde;
use minijinja::{Environment, context};
use serde::Deserialize;
use serde_json::{Value as Json, json};

use self::comments::comment;
use self::declarations::Declaration;
use super::definition::Definition;
use super::docs::wrap;
use super::format::format;
use super::template::{self, file, render};
use super::view::sections;
use super::{Files, HEADER};
use crate::command::Result;

/// What the templates see.
#[cfg(test)]
pub(super) fn view(definition: &Definition, root: &Path) -> Result<Json> {
    view_with(definition, &header::hand_written(root)?)
}

fn view_with(definition: &Definition, hand_written: &[Declaration]) -> Result<Json> {
    let macros = header::macros(&environment(json!({})))?;
    let declared = hand_written.iter().map(|one| one.name.clone()).chain(macros);
    let reserved = declared.chain(names::IN_TEMPLATES.split(' ').map(str::to_owned));
    super::view::view(definition, &names::C, reserved.collect())
}

pub(super) fn write(definition: &Definition, root: &Path) -> Result<Files> {
    let mut declarations = header::hand_written(root)?;
    let mut view = view_with(definition, &declarations)?;
    let lists = definition.operations().filter(|(_, operation)| operation.kind == "list");
    view["listed"] = lists.map(|(_, operation)| json!(operation.answer)).collect();
    let status = |(name, number, docs)| json!({"name": name, "number": number, "docs": [docs]});
    view["other_statuses"] = names::OTHER_STATUSES.into_iter().map(status).collect();
    let sections = sections(definition, &view);
    let environment = environment(view);
    let mut sources =
        vec![("options".to_owned(), "options", context! {}), ("status".to_owned(), "status", context! {})];
    sources.extend(sections.into_iter().map(|(section, context)| (section.name.clone(), "section", context)));
    let mut names: Vec<_> = sources.iter().map(|(name, ..)| name.clone()).collect();
    names.sort();
    let mut files = Files::new();
    let path = |name: &str| PathBuf::from(format!("ffi-c/src/generated/{name}.rs"));
    for (name, template, context) in sources {
        let (path, text) = file(&environment, path(&name), &format!("{template}.rs.jinja"), context)?;
        declarations.extend(declarations::declarations(&name, &text)?);
        files.insert(path, text);
    }
    files.insert(path("mod"), render(&environment, "mod.rs.jinja", context! { files => names })?);
    files.insert(HEADER.into(), format(&header::write(&environment, &declarations)?, Path::new(HEADER))?);
    Ok(files)
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
