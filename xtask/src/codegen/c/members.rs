//! The members of the structs of parameters and options.

use serde::Serialize;

use crate::codegen::lowered::{Field, Opt};

#[derive(Clone, Serialize)]
pub(super) struct Member {
    name: String,
    #[serde(rename = "type")]
    kind: &'static str,
    /// The initial value.
    absent: &'static str,
    docs: Vec<String>,
    /// Whether structs of the first version may end before it.
    is_later: bool,
}

pub(super) fn of_params(fields: &[Field]) -> Vec<Member> {
    let of_field = |field: &Field| {
        let kind = field.kind.kind;
        let name = if kind == "template" { format!("{}_json", field.name) } else { field.name.clone() };
        let if_zero = match field.required {
            true => format!(" 0 counts as absent, even if `{name}` is not NULL."),
            false => {
                format!(" If it is 0 and `{name}` is not NULL, an empty array is sent. Ignored if `{name}` is NULL.")
            }
        };
        members(name, kind, &field.docs, !field.required, &if_zero)
    };
    fields.iter().flat_map(of_field).collect()
}

pub(super) fn of_options(options: &[Opt]) -> Vec<Member> {
    let of_option = |option: &Opt| {
        let suffix = if matches!(option.kind.as_str(), "duration" | "wait") { "_ms" } else { "" };
        let since = option.since.iter().flat_map(|version| [String::new(), format!("Since {version}.")]);
        let docs: Vec<String> = option.docs.iter().cloned().chain(since).collect();
        members(option.name.clone() + suffix, &option.kind, &docs, option.since.is_some(), "")
    };
    options.iter().flat_map(of_option).collect()
}

/// The member for a value, and the one for its number of elements.
fn members(name: String, kind: &str, docs: &[String], is_later: bool, if_zero: &str) -> Vec<Member> {
    let (of_value, absent) = match kind {
        "u32" | "duration" | "wait" | "count" | "limit" | "flag" => ("i64", "ZEXA_DEFAULT"),
        "list" => ("*const *const c_char", "ptr::null()"),
        "headers" => ("*const zexa_key_value", "ptr::null()"),
        _ => ("*const c_char", "ptr::null()"),
    };
    let format = match kind {
        "timestamp" => "RFC 3339, such as \"2026-07-01T09:00:00Z\".",
        "template" => "A JSON object. zexa_template can build it.",
        "duration" | "wait" => "In milliseconds.",
        "flag" => "Set it to 1 to enable it.",
        "query" => "A JSON object of strings, numbers and booleans; an array of these repeats the parameter.",
        "object" => "A JSON object.",
        _ => "",
    };
    let mut docs = docs.to_vec();
    if !format.is_empty() {
        let end = docs.iter().position(|line| line.is_empty() || line.starts_with("Default: ")).unwrap_or(docs.len());
        docs.insert(end, format.to_owned());
    }
    let count = matches!(kind, "list" | "headers").then(|| Member {
        name: format!("{name}_count"),
        kind: "usize",
        absent: "0",
        docs: vec![format!("Number of elements of `{name}`.{if_zero}")],
        is_later,
    });
    [Member { name, kind: of_value, absent, docs, is_later }].into_iter().chain(count).collect()
}
