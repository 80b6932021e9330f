//! Reads the tables of options.

use syn::Ident;
use syn::ext::IdentExt;

use super::grammar::{OptionLine, OptionsCall};
use super::source::{Source, is_called};
use crate::codegen::definition::{ClientOption, OptionKind};

/// The names of the kinds of options.
const KINDS: [(&str, OptionKind); 11] = [
    ("text", OptionKind::Text),
    ("secret", OptionKind::Secret),
    ("path", OptionKind::Path),
    ("duration", OptionKind::Duration),
    ("wait", OptionKind::Wait),
    ("count", OptionKind::Count),
    ("limit", OptionKind::Limit),
    ("flag", OptionKind::Flag),
    ("headers", OptionKind::Headers),
    ("query", OptionKind::Query),
    ("object", OptionKind::Object),
];

/// The options of this type, from a file with one table.
pub(super) fn options(source: &Source, owner: &str) -> Vec<ClientOption> {
    let calls: Vec<OptionsCall> = source.calls("options");
    match calls.iter().find(|call| call.owner == owner) {
        Some(call) => call.options.iter().filter_map(|line| option(source, line)).collect(),
        // An invalid table has been reported.
        None if calls.is_empty() && source.macros().any(|call| is_called(call, "options")) => Vec::new(),
        None => {
            source.report_missing(format!("no `options!` of `{owner}`"));
            Vec::new()
        }
    }
}

fn option(source: &Source, line: &OptionLine) -> Option<ClientOption> {
    let name = line.name.unraw().to_string();
    let docs = source.item_docs(&line.name, &line.attributes, &[]);
    let kind = kind(source, &line.kind)?;
    let setter = line.adder.as_ref().map_or_else(|| name.clone(), ToString::to_string);
    let variable = line.variable.as_ref().map(syn::LitStr::value);
    let since = line.since.as_ref().map(syn::LitStr::value);
    Some(ClientOption { name, kind, docs, setter, variable, since, default: line.default.clone() })
}

fn kind(source: &Source, name: &Ident) -> Option<OptionKind> {
    let kind = KINDS.iter().find(|(known, _)| name == known).map(|(_, kind)| *kind);
    if kind.is_none() {
        let known = KINDS.map(|(known, _)| known).join(", ");
        source.report(name, format!("unknown kind of option `{name}`: expected {known}"));
    }
    kind
}
