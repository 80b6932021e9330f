//! Reads the tables of options.

use syn::ext::IdentExt;
use syn::parse::ParseStream;
use syn::{Ident, LitStr, Result, Token};

use super::source::{Head, Source, in_braces, is_called};
use super::word;
use crate::codegen::definition::ClientOption;

/// The kinds of options.
const KINDS: [&str; 14] = [
    "text", "secret", "path", "location", "duration", "wait", "count", "limit", "rate", "time", "flag", "headers",
    "query", "object",
];

/// The options of this type, from a file with one table: `ClientValues of ClientBuilder { timeout: duration = 30 s; }`
pub(super) fn options(source: &Source, owner: &str) -> Vec<ClientOption> {
    let tables = source.calls("options", |input| {
        input.parse::<Ident>()?;
        input.parse::<word::of>()?;
        Ok((input.parse::<Ident>()?, in_braces(input, |input| option(source, input))?))
    });
    let is_invalid = tables.is_empty() && source.macros().any(|call| is_called(call, "options"));
    match tables.into_iter().find(|(of, _)| of == owner) {
        Some((_, options)) => return options,
        // An invalid table has been reported.
        None if is_invalid => {}
        None => source.report_missing(format!("no `options!` of `{owner}`")),
    }
    Vec::new()
}

/// `headers: headers by header from "VARIABLE" since "0.1.1" = 30 s;`
fn option(source: &Source, input: ParseStream<'_>) -> Result<ClientOption> {
    let Head { name, mut docs, .. } = source.head(input, &[])?;
    docs.lines.first_mut().into_iter().for_each(|first| *first = as_noun(first));
    let name = name.unraw().to_string();
    input.parse::<Token![:]>()?;
    let kind: Ident = input.parse()?;
    if !KINDS.iter().any(|known| kind == known) {
        source.report(&kind, format!("unknown kind of option `{kind}`: expected {}", KINDS.join(", ")));
    }
    let text = |_| input.parse::<LitStr>().map(|text| text.value());
    let adder = input.parse::<Option<word::by>>()?.map(|_| input.parse::<Ident>()).transpose()?;
    let setter = adder.map_or_else(|| name.clone(), |adder| adder.to_string());
    let variable = input.parse::<Option<word::from>>()?.map(|_| ()).map(text).transpose()?;
    let since = input.parse::<Option<word::since>>()?.map(|_| ()).map(text).transpose()?;
    let default = input.parse::<Option<Token![=]>>()?.map(|_| default(input)).transpose()?;
    input.parse::<Token![;]>()?;
    Ok(ClientOption { name, kind: kind.to_string(), docs, setter, variable, since, default })
}

/// `none`, `false`, `100`, `30 s` or `"text"`
fn default(input: ParseStream<'_>) -> Result<String> {
    if input.peek(LitStr) {
        return Ok(input.parse::<LitStr>()?.value());
    }
    let mut default = input.parse::<proc_macro2::TokenTree>()?.to_string();
    if let Some(unit) = input.parse::<Option<Ident>>()? {
        default += &format!(" {unit}");
    }
    Ok(default)
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
