//! Reads the closed enums. Their numbers are part of the C ABI and never change.

use syn::{Expr, ExprLit, Item, ItemEnum, Lit, Variant};

use super::grammar::NamesCall;
use super::source::Source;
use crate::codegen::definition::Constant;

/// Constants of the enum with this name, ordered by number.
pub(super) fn constants(source: &Source, name: &str, calls: &[NamesCall]) -> Vec<Constant> {
    let Some(item) = enum_named(source, name) else {
        source.report_missing(format!("missing `enum {name}`"));
        return Vec::new();
    };
    let mut constants: Vec<Constant> = Vec::new();
    for variant in &item.variants {
        let Some(constant) = constant(source, name, variant, calls) else { continue };
        match constants.iter().find(|other| other.number == constant.number) {
            Some(other) => {
                let (number, other) = (constant.number, &other.variant);
                source.report(&variant.ident, format!("`{}` has the same number {number} as `{other}`", variant.ident));
            }
            None => constants.push(constant),
        }
    }
    constants.sort_by_key(|constant| constant.number);
    constants
}

fn enum_named<'a>(source: &'a Source, name: &str) -> Option<&'a ItemEnum> {
    source.syntax.items.iter().find_map(|item| match item {
        Item::Enum(item) if item.ident == name => Some(item),
        _ => None,
    })
}

fn constant(source: &Source, set: &str, variant: &Variant, calls: &[NamesCall]) -> Option<Constant> {
    let ident = &variant.ident;
    let docs = source.item_docs(ident, &variant.attrs, &["default"]);
    let number = number(variant);
    if number.is_none() {
        source.report(ident, format!("`{ident}` has no number: write `{ident} = 1,` with an unused number"));
    }
    let mut values = calls.iter().filter(|call| call.name == set).flat_map(|call| &call.values);
    let name = values.find(|value| value.variant == *ident).map(|value| value.text.value());
    if name.is_none() {
        source.report(ident, format!("`{ident}` has no name in `names!({set} …)`"));
    }
    Some(Constant { variant: ident.to_string(), name: name?, number: number?, docs, span: source.span(ident) })
}

fn number(variant: &Variant) -> Option<u32> {
    let (_, Expr::Lit(ExprLit { lit: Lit::Int(number), .. })) = variant.discriminant.as_ref()? else { return None };
    number.base10_parse().ok()
}
