//! A file of the core: what is written in it and where, and the complaints about it.

use std::cell::RefCell;
use std::path::PathBuf;
use std::{fmt, mem};

use syn::parse::Parse;
use syn::punctuated::Punctuated;
use syn::spanned::Spanned;
use syn::{Attribute, Expr, ExprLit, Ident, Item, Lit, Macro, Meta, Token};

use crate::codegen::definition::{Docs, Place};

/// What is wrong in the source, and where.
#[derive(Debug, PartialEq)]
pub(crate) struct Complaint {
    pub(crate) place: Place,
    pub(crate) message: String,
}

impl fmt::Display for Complaint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.place, self.message)
    }
}

/// What is wrong, a line for each.
pub(crate) fn told(complaints: Vec<Complaint>) -> String {
    complaints.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n")
}

/// A file that is Rust. It gathers the complaints about it, so that whoever reads it need not stop at the first.
pub(super) struct Source {
    /// The name of the module: `messages` for `messages.rs`.
    pub(super) name: String,
    pub(super) syntax: syn::File,
    file: PathBuf,
    complaints: RefCell<Vec<Complaint>>,
}

impl Source {
    /// # Errors
    ///
    /// Where it is not Rust.
    pub(super) fn parse(file: PathBuf, text: &str) -> Result<Source, Complaint> {
        match syn::parse_file(text) {
            Ok(syntax) => {
                let name = file.file_stem().unwrap_or_default().to_string_lossy().into_owned();
                Ok(Source { name, syntax, file, complaints: RefCell::default() })
            }
            Err(error) => {
                Err(Complaint { place: Place { file, line: error.span().start().line }, message: error.to_string() })
            }
        }
    }

    /// The calls of macros that stand for themselves, in no function and no inner module.
    pub(super) fn macros(&self) -> impl Iterator<Item = &Macro> {
        self.syntax.items.iter().filter_map(|item| if let Item::Macro(item) = item { Some(&item.mac) } else { None })
    }

    /// What stands in the calls of the macro of this name. What is not of its grammar is complained of and left out.
    pub(super) fn calls<T: Parse>(&self, name: &str) -> Vec<T> {
        let mut calls = Vec::new();
        for call in self.macros().filter(|call| is_called(call, name)) {
            match call.parse_body() {
                Ok(body) => calls.push(body),
                Err(error) => self.complain(&error.span(), error.to_string()),
            }
        }
        calls
    }

    /// Where this is.
    pub(super) fn place(&self, of: &impl Spanned) -> Place {
        Place { file: self.file.clone(), line: of.span().start().line }
    }

    pub(super) fn complain(&self, about: &impl Spanned, message: impl Into<String>) {
        self.complaints.borrow_mut().push(Complaint { place: self.place(about), message: message.into() });
    }

    /// About something that ought to be in the file, and is nowhere.
    pub(super) fn complain_of_file(&self, message: impl Into<String>) {
        let place = Place { file: self.file.clone(), line: 1 };
        self.complaints.borrow_mut().push(Complaint { place, message: message.into() });
    }

    /// The complaints since it was last asked.
    pub(super) fn take_complaints(&self) -> Vec<Complaint> {
        mem::take(&mut self.complaints.borrow_mut())
    }

    /// What the `//!` of the file says.
    pub(super) fn own_docs(&self) -> Docs {
        self.docs(&self.syntax.attrs).unwrap_or_else(|| {
            self.complain_of_file("the file does not say what it is about: it needs a `//!`");
            Docs::default()
        })
    }

    /// What the `///` of this item says: there must be one, and no attribute beside it but those that are `known`.
    pub(super) fn item_docs(&self, item: &Ident, attributes: &[Attribute], known: &[&str]) -> Docs {
        for attribute in attributes.iter().filter(|attribute| doc_text(attribute).is_none()) {
            for name in attribute_names(attribute).iter().filter(|name| !known.contains(&name.as_str())) {
                self.complain(attribute, format!("the other languages know nothing of the attribute `{name}`"));
            }
        }
        self.docs(attributes).unwrap_or_else(|| {
            self.complain(item, format!("`{item}` has no doc comment"));
            Docs { lines: Vec::new(), place: self.place(item) }
        })
    }

    fn docs(&self, attributes: &[Attribute]) -> Option<Docs> {
        let first = attributes.iter().find(|attribute| doc_text(attribute).is_some())?;
        let texts = attributes.iter().filter_map(doc_text);
        let lines = texts.map(|text| text.strip_prefix(' ').unwrap_or(&text).to_owned()).collect();
        Some(Docs { lines, place: self.place(first) })
    }
}

/// Whether this is a call of the macro of this name, by whatever path.
pub(super) fn is_called(call: &Macro, name: &str) -> bool {
    call.path.segments.last().is_some_and(|last| last.ident == name)
}

/// Whether such an attribute is among these, such as `derive(Debug)`.
pub(super) fn has_attribute(attributes: &[Attribute], name: &str) -> bool {
    attributes.iter().flat_map(attribute_names).any(|one| one == name)
}

/// What is written there, on one line.
pub(super) fn written(what: &impl Spanned) -> String {
    let text = what.span().source_text().expect("what was read from a file is written in it");
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// One line of a doc comment, with the space that stands before its words.
fn doc_text(attribute: &Attribute) -> Option<String> {
    let Meta::NameValue(pair) = &attribute.meta else { return None };
    let Expr::Lit(ExprLit { lit: Lit::Str(text), .. }) = &pair.value else { return None };
    pair.path.is_ident("doc").then(|| text.value())
}

/// What an attribute says, each part by its name and without its value: `#[derive(Debug, Default)]` is `derive(Debug)` and `derive(Default)`.
fn attribute_names(attribute: &Attribute) -> Vec<String> {
    let path = written(attribute.path());
    let parts = attribute.parse_args_with(Punctuated::<Meta, Token![,]>::parse_terminated);
    match (&attribute.meta, parts) {
        (Meta::List(_), Ok(parts)) => parts.iter().map(|part| format!("{path}({})", written(part.path()))).collect(),
        _ => vec![path],
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn source(text: &str) -> Source {
        Source::parse(PathBuf::from("core/src/things.rs"), text).expect("is Rust")
    }

    #[test]
    fn a_doc_comment_loses_one_space() {
        let source = source("//! Things.\n//!\n//!   indented\n//!close\n");
        let docs = source.own_docs();
        assert_eq!(docs.lines, ["Things.", "", "  indented", "close"]);
        assert_eq!(docs.place.to_string(), "core/src/things.rs:1");
    }

    #[test]
    fn an_attribute_goes_by_its_parts() {
        let source = source("#[derive(Debug, Default)]\n#[serde(default, rename = \"x\")]\n#[default]\nstruct Thing;");
        let Some(Item::Struct(thing)) = source.syntax.items.first() else { panic!("no struct") };
        let names: Vec<String> = thing.attrs.iter().flat_map(attribute_names).collect();
        assert_eq!(names, ["derive(Debug)", "derive(Default)", "serde(default)", "serde(rename)", "default"]);
    }

    #[test]
    fn what_is_not_rust() {
        let complaint = Source::parse(PathBuf::from("core/src/things.rs"), "//! Things.\n\nstruct struct;").err();
        let complaint = complaint.expect("a complaint").to_string();
        assert_eq!(complaint, "core/src/things.rs:3: expected identifier, found keyword `struct`");
    }
}
