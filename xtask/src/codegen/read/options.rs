//! Reads the tables of options.

use syn::ext::IdentExt;

use super::grammar::{OptionLine, OptionsCall};
use super::source::{Source, is_called};
use crate::codegen::definition::ClientOption;

/// The kinds of options.
const KINDS: [&str; 11] =
    ["text", "secret", "path", "duration", "wait", "count", "limit", "flag", "headers", "query", "object"];

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
    let mut docs = source.item_docs(&line.name, &line.attributes, &[]);
    docs.lines.first_mut().into_iter().for_each(|first| *first = as_noun(first));
    let kind = line.kind.to_string();
    if !KINDS.contains(&kind.as_str()) {
        source.report(&line.kind, format!("unknown kind of option `{kind}`: expected {}", KINDS.join(", ")));
    }
    let setter = line.adder.as_ref().map_or_else(|| name.clone(), ToString::to_string);
    let variable = line.variable.as_ref().map(syn::LitStr::value);
    let since = line.since.as_ref().map(syn::LitStr::value);
    Some(ClientOption { name, kind, docs, setter, variable, since, default: line.default.clone() })
}

/// Converts the docs of a method, such as "Set the timeout of …", to those of a member: "Timeout of …". Other docs, such as "Enable HTTP/2 …", are
/// unchanged.
fn as_noun(docs: &str) -> String {
    let Some(noun) = ["Set the ", "Set a ", "Add "].iter().find_map(|verb| docs.strip_prefix(verb)) else {
        return docs.to_owned();
    };
    let mut rest = noun.chars();
    rest.next().into_iter().flat_map(char::to_uppercase).chain(rest).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn docs_of_methods_become_docs_of_members() {
        assert_eq!(as_noun("Set the timeout of one attempt."), "Timeout of one attempt.");
        assert_eq!(as_noun("Set a suffix for it."), "Suffix for it.");
        assert_eq!(as_noun("Add headers to it."), "Headers to it.");
        assert_eq!(as_noun("Enable HTTP/2."), "Enable HTTP/2.");
    }
}
