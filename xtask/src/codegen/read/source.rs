//! A source file of the core, with positions and diagnostics.

use std::cell::RefCell;
use std::fmt;
use std::path::PathBuf;

use syn::parse::ParseStream;
use syn::punctuated::Punctuated;
use syn::spanned::Spanned;
use syn::{Attribute, Expr, ExprLit, Ident, Item, Lit, Macro, Meta, Token, braced};

use crate::codegen::definition::{Docs, Span};

/// A problem in a source file.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Diagnostic {
    pub(crate) span: Span,
    pub(crate) message: String,
}

impl fmt::Display for Diagnostic {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.span, self.message)
    }
}

/// Formats problems, one per line.
pub(crate) fn render(diagnostics: Vec<Diagnostic>) -> String {
    diagnostics.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n")
}

/// A parsed source file. It collects diagnostics, so that all problems are reported together.
pub(super) struct Source {
    /// Name of the module: `messages` for `messages.rs`.
    pub(super) name: String,
    pub(super) syntax: syn::File,
    file: PathBuf,
    diagnostics: RefCell<Vec<Diagnostic>>,
    syntax_errors: RefCell<Vec<Diagnostic>>,
}

/// The beginning of an item.
pub(super) struct Head {
    pub(super) name: Ident,
    pub(super) docs: Docs,
    pub(super) attributes: Vec<Attribute>,
}

impl Source {
    /// Parses a file. If the text is not valid Rust, this is reported.
    pub(super) fn parse(file: PathBuf, text: &str) -> Source {
        let name = file.file_stem().unwrap_or_default().to_string_lossy().into_owned();
        let (syntax, error) = match syn::parse_file(text) {
            Ok(syntax) => (syntax, None),
            Err(error) => (syn::File { shebang: None, attrs: Vec::new(), items: Vec::new() }, Some(error)),
        };
        let source = Source { name, syntax, file, diagnostics: RefCell::default(), syntax_errors: RefCell::default() };
        error.into_iter().for_each(|error| source.report_invalid(&error));
        source
    }

    /// A file that does not exist, which is reported.
    pub(super) fn missing(file: PathBuf) -> Source {
        let source = Source::parse(file, "");
        source.report_invalid(&syn::Error::new(proc_macro2::Span::call_site(), "missing file"));
        source
    }

    fn report_invalid(&self, error: &syn::Error) {
        let diagnostic = Diagnostic { span: self.span(&error.span()), message: error.to_string() };
        self.syntax_errors.borrow_mut().push(diagnostic);
    }

    /// Macro calls at the top level of the file.
    pub(super) fn macros(&self) -> impl Iterator<Item = &Macro> {
        self.syntax.items.iter().filter_map(|item| if let Item::Macro(item) = item { Some(&item.mac) } else { None })
    }

    /// Parses the calls of the macro with this name. Calls with invalid syntax are reported and skipped.
    pub(super) fn calls<T>(&self, name: &str, parse: impl Fn(ParseStream<'_>) -> syn::Result<T>) -> Vec<T> {
        let parse = |call: &Macro| call.parse_body_with(&parse).map_err(|error| self.report_invalid(&error)).ok();
        self.macros().filter(|call| is_called(call, name)).filter_map(parse).collect()
    }

    /// Parses the beginning of an item: its docs, attributes and name. Reports a missing comment, and attributes that are not in `known`.
    pub(super) fn head(&self, input: ParseStream<'_>, known: &[&str]) -> syn::Result<Head> {
        let attributes = Attribute::parse_outer(input)?;
        let name = input.parse()?;
        Ok(Head { docs: self.item_docs(&name, &attributes, known), name, attributes })
    }

    /// Position of a syntax element.
    pub(super) fn span(&self, of: &impl Spanned) -> Span {
        Span { file: self.file.clone(), line: of.span().start().line }
    }

    pub(super) fn report(&self, about: &impl Spanned, message: impl Into<String>) {
        self.report_at(self.span(about), message);
    }

    pub(super) fn report_at(&self, span: Span, message: impl Into<String>) {
        self.diagnostics.borrow_mut().push(Diagnostic { span, message: message.into() });
    }

    /// Reports something that is missing in the file.
    pub(super) fn report_missing(&self, message: impl Into<String>) {
        self.report_at(Span { file: self.file.clone(), line: 1 }, message);
    }

    /// The syntax errors and the other problems that were reported.
    pub(super) fn into_diagnostics(self) -> (Vec<Diagnostic>, Vec<Diagnostic>) {
        (self.syntax_errors.into_inner(), self.diagnostics.into_inner())
    }

    /// Text of the `//!` comment of the file.
    pub(super) fn own_docs(&self) -> Docs {
        self.docs(&self.syntax.attrs).unwrap_or_else(|| {
            self.report_missing("the file has no `//!` comment");
            Docs::default()
        })
    }

    /// Text of the `///` comment of an item. Reports a missing comment, and attributes that are not in `known`.
    pub(super) fn item_docs(&self, item: &Ident, attributes: &[Attribute], known: &[&str]) -> Docs {
        for attribute in attributes.iter().filter(|attribute| doc_text(attribute).is_none()) {
            for name in attribute_names(attribute).iter().filter(|name| !known.contains(&name.as_str())) {
                self.report(attribute, format!("unsupported attribute `{name}`"));
            }
        }
        self.docs(attributes).unwrap_or_else(|| {
            self.report(item, format!("`{item}` has no doc comment"));
            Docs { lines: Vec::new(), span: self.span(item) }
        })
    }

    fn docs(&self, attributes: &[Attribute]) -> Option<Docs> {
        let first = attributes.iter().find(|attribute| doc_text(attribute).is_some())?;
        let texts = attributes.iter().filter_map(doc_text);
        let lines = texts.map(|text| text.strip_prefix(' ').unwrap_or(&text).to_owned()).collect();
        Some(Docs { lines, span: self.span(first) })
    }
}

/// Parses the items in braces.
pub(super) fn in_braces<T>(
    input: ParseStream<'_>,
    parse: impl Fn(ParseStream<'_>) -> syn::Result<T>,
) -> syn::Result<Vec<T>> {
    let inside;
    braced!(inside in input);
    all_of(&inside, parse)
}

/// Parses all items of an input.
pub(super) fn all_of<T>(
    input: ParseStream<'_>,
    parse: impl Fn(ParseStream<'_>) -> syn::Result<T>,
) -> syn::Result<Vec<T>> {
    let mut all = Vec::new();
    while !input.is_empty() {
        all.push(parse(input)?);
    }
    Ok(all)
}

/// Whether this is a call of the macro with this name, in any path.
pub(super) fn is_called(call: &Macro, name: &str) -> bool {
    call.path.segments.last().is_some_and(|last| last.ident == name)
}

/// Whether the attributes include this one, such as `derive(Debug)`.
pub(super) fn has_attribute(attributes: &[Attribute], name: &str) -> bool {
    attributes.iter().flat_map(attribute_names).any(|one| one == name)
}

/// Source text of a syntax element, on one line.
pub(super) fn written(what: &impl Spanned) -> String {
    let text = what.span().source_text().expect("the element was parsed from a file");
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// One line of a doc comment, including its leading space.
fn doc_text(attribute: &Attribute) -> Option<String> {
    let Meta::NameValue(pair) = &attribute.meta else { return None };
    let Expr::Lit(ExprLit { lit: Lit::Str(text), .. }) = &pair.value else { return None };
    pair.path.is_ident("doc").then(|| text.value())
}

/// Names of the parts of an attribute, without values: `#[derive(Debug, Default)]` is `derive(Debug)` and `derive(Default)`.
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
        Source::parse(PathBuf::from("core/src/things.rs"), text)
    }

    #[test]
    fn a_doc_comment_loses_one_space() {
        let source = source("//! Things.\n//!\n//!   indented\n//!close\n");
        let docs = source.own_docs();
        assert_eq!(docs.lines, ["Things.", "", "  indented", "close"]);
        assert_eq!(docs.span.to_string(), "core/src/things.rs:1");
    }

    #[test]
    fn an_attribute_is_split_into_parts() {
        let source = source("#[derive(Debug, Default)]\n#[serde(default, rename = \"x\")]\n#[default]\nstruct Thing;");
        let Some(Item::Struct(thing)) = source.syntax.items.first() else { panic!("no struct") };
        let names: Vec<String> = thing.attrs.iter().flat_map(attribute_names).collect();
        assert_eq!(names, ["derive(Debug)", "derive(Default)", "serde(default)", "serde(rename)", "default"]);
    }

    #[test]
    fn invalid_rust_is_reported() {
        let (diagnostics, _) = source("//! Things.\n\nstruct struct;").into_diagnostics();
        assert_eq!(diagnostics[0].to_string(), "core/src/things.rs:3: expected identifier, found keyword `struct`");
    }
}
