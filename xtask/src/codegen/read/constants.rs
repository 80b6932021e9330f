//! Reads the closed enums. Their numbers are part of the C ABI and never change.

use std::collections::HashMap;

use syn::{Expr, ExprLit, Ident, Item, Lit, Variant};

use super::section::assigned_text;
use super::source::{Source, in_braces};
use crate::codegen::definition::Constant;

/// Constants of the enum with this name, ordered by number. Their names are in `names!(Kind { Config = "config", })`.
pub(super) fn constants(source: &Source, name: &str) -> Vec<Constant> {
    let tables = source.calls("names", |input| {
        let name: Ident = input.parse()?;
        let values = in_braces(input, |input| Ok((input.parse::<Ident>()?.to_string(), assigned_text(input)?)))?;
        Ok((name, values))
    });
    let names: HashMap<_, _> = tables.into_iter().filter(|(of, _)| of == name).flat_map(|(_, values)| values).collect();
    let item = source.syntax.items.iter().find_map(|item| match item {
        Item::Enum(item) if item.ident == name => Some(item),
        _ => None,
    });
    let Some(item) = item else {
        source.report_missing(format!("missing `enum {name}`"));
        return Vec::new();
    };
    let mut constants: Vec<Constant> = Vec::new();
    for variant in &item.variants {
        let ident = &variant.ident;
        let docs = source.item_docs(ident, &variant.attrs, &["default"]);
        let (number, text) = (number(variant), names.get(&ident.to_string()));
        if number.is_none() {
            source.report(ident, format!("`{ident}` has no number: write `{ident} = 1,` with an unused number"));
        }
        if text.is_none() {
            source.report(ident, format!("`{ident}` has no name in `names!({name} …)`"));
        }
        let (Some(number), Some(text)) = (number, text) else { continue };
        if let Some(other) = constants.iter().find(|other| other.number == number) {
            source.report(ident, format!("`{ident}` has the same number {number} as `{}`", other.variant));
        }
        let span = source.span(ident);
        constants.push(Constant { variant: ident.to_string(), name: text.clone(), number, docs, span });
    }
    constants.sort_by_key(|constant| constant.number);
    constants
}

fn number(variant: &Variant) -> Option<u32> {
    let (_, Expr::Lit(ExprLit { lit: Lit::Int(number), .. })) = variant.discriminant.as_ref()? else { return None };
    number.base10_parse().ok()
}
