//! Reads the endpoint table: resources and their operations.

use std::collections::HashSet;

use heck::ToPascalCase;
use syn::parse::ParseStream;
use syn::punctuated::Punctuated;
use syn::{Ident, LitStr, Result, Token, Type, parenthesized};

use super::source::{Head, Source, all_of, in_braces, written};
use super::types::Names;
use super::word;
use crate::codegen::definition::{Constant, Operation, Resource, Section};

/// The kinds of operations and their syntax.
const OPERATION_KINDS: [(&str, &str); 6] = [
    ("post", "post name(\"path\", argument: Params) -> Model;"),
    ("get", "get name(\"path\") -> Model;"),
    ("get_one", "get_one name(\"path\") -> Model;"),
    ("wait", "wait name(\"path\") -> Model;"),
    ("list", "list name(\"path\", argument: Params) -> Model;"),
    ("delete", "delete name(\"path\");"),
];

/// Adds each resource to the section of the same name.
pub(super) fn add_resources(source: &Source, names: &Names, kinds: &[Constant], sections: &mut [Section]) {
    let resources = source.calls("endpoints", |input| all_of(input, |input| resource(source, input, names, kinds)));
    for resource in resources.into_iter().flatten() {
        match sections.iter_mut().find(|section| section.name == resource.name) {
            Some(section) => section.resource = Some(resource),
            None => source.report_at(resource.span, format!("no section `{}` for this resource", resource.name)),
        }
    }
}

/// `messages: Messages, AsyncMessages { get get("/messages/{id}") -> Message, or NotFound | Conflict; }`
fn resource(source: &Source, input: ParseStream<'_>, names: &Names, kinds: &[Constant]) -> Result<Resource> {
    let Head { name, docs, .. } = source.head(input, &[])?;
    input.parse::<Token![:]>()?;
    // Names of the blocking and the async Rust type.
    input.parse::<Ident>()?;
    input.parse::<Token![,]>()?;
    input.parse::<Ident>()?;
    let operations = in_braces(input, |input| operation(source, input, names, kinds))?;
    let (span, name) = (source.span(&name), name.to_string());
    // `Credits` is the name of the model.
    let class = if name == "credits" { "CreditBalance".to_owned() } else { name.to_pascal_case() };
    Ok(Resource { name, class, docs, operations, span })
}

fn operation(source: &Source, input: ParseStream<'_>, names: &Names, kinds: &[Constant]) -> Result<Operation> {
    let attributes = input.call(syn::Attribute::parse_outer)?;
    let (written_kind, name): (Ident, Ident) = (input.parse()?, input.parse()?);
    let docs = source.item_docs(&name, &attributes, &[]);
    let inside;
    parenthesized!(inside in input);
    let path = inside.parse::<LitStr>()?.value();
    let params = inside.parse::<Option<Token![,]>>()?.map(|_| argument(&inside)).transpose()?;
    let answer = input.parse::<Option<Token![->]>>()?.map(|_| input.parse::<Type>()).transpose()?;
    let mut error_kinds = Vec::new();
    if input.parse::<Option<Token![,]>>()?.is_some() {
        input.parse::<word::or>()?;
        for kind in Punctuated::<Ident, Token![|]>::parse_separated_nonempty(input)? {
            if kinds.iter().all(|known| kind != known.variant) {
                source.report(&kind, format!("unknown `Kind::{kind}`"));
            }
            error_kinds.push(kind.to_string());
        }
    }
    input.parse::<Token![;]>()?;
    let kind = written_kind.to_string();
    match OPERATION_KINDS.iter().find(|(name, _)| kind == *name) {
        Some((_, form))
            if (params.is_some(), answer.is_some()) == (form.contains("Params"), form.contains("Model")) => {}
        Some((_, form)) => source.report(&written_kind, format!("invalid `{kind}`: expected `{form}`")),
        None => {
            let known = OPERATION_KINDS.map(|(name, _)| name).join(", ");
            source.report(&written_kind, format!("unknown kind `{kind}`: expected {known}"));
        }
    }
    let params = params.and_then(|kind| named(source, &kind, "parameters", &names.params));
    let answer = answer.and_then(|kind| named(source, &kind, "model", &names.models));
    Ok(Operation { span: source.span(&name), name: name.to_string(), docs, path, kind, params, answer, error_kinds })
}

/// `message: SendMessage`. The name is used only in Rust.
fn argument(input: ParseStream<'_>) -> Result<Type> {
    input.parse::<Ident>()?;
    input.parse::<Token![:]>()?;
    input.parse()
}

/// The name of a type, if it is known. Reports unknown names.
fn named(source: &Source, kind: &Type, expected: &str, known: &HashSet<String>) -> Option<String> {
    let name = written(kind);
    if !known.contains(&name) {
        source.report(kind, format!("unknown {expected} `{name}`"));
        return None;
    }
    Some(name)
}
