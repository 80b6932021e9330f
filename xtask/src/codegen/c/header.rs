//! `include/zexa.h`: each file of `ffi-c` is a section, opened by its `//!`; cbindgen declares what is in it.

use std::collections::{BTreeMap, HashSet};
use std::fs;
use std::io::Write;
use std::path::Path;

use syn::{Fields, Item, ItemConst, ItemEnum, ItemFn, ItemStruct, ItemType, Visibility};

use super::Written;
use super::comments::{comment, rewrap, wrap};
use super::names::init_macro;
use crate::codegen::GENERATED;
use crate::command::Result;

/// The files whose functions the header declares, in the order in which a reader meets them.
const SECTIONS: &[&str] = &[
    "version",
    "generated/status",
    "error",
    "number",
    "pair",
    "attempt",
    "client",
    "cancel",
    "call_options",
    "generated/channel",
    "template",
    "generated/messages",
    "generated/sender_ids",
    "generated/campaigns",
    "generated/contacts",
    "generated/webhooks",
    "event",
    "generated/credits",
    "request",
];

/// The whole header, not yet formatted. The generated files are taken as they were written now, the others from the folder `ffi`.
pub(crate) fn write(ffi: &Path, written: &Written, version: &str) -> Result<String> {
    let lib = read(&ffi.join("lib.rs"))?;
    let mut header = format!("/* {GENERATED} */\n\n{}\n{}", comment("/*", "", &module_docs(&lib)), opening(version));
    for section in SECTIONS {
        let (source, constants) = match section.strip_prefix("generated/") {
            Some(name) => (written.files.get(name).cloned(), written.constants.get(name)),
            None => (Some(read(&ffi.join(format!("{section}.rs")))?), None),
        };
        let source = source.ok_or_else(|| format!("{section}: there is no such section"))?;
        header += &title(&module_docs(&source));
        header += constants.map_or("", String::as_str);
        let parsed = syn::parse_file(&source).map_err(|error| format!("{section}: {error}"))?;
        header += &with_init_macros(&declarations(&source, public_types(&parsed))?, &parsed);
    }
    Ok(header + CLOSING)
}

fn opening(version: &str) -> String {
    let mut parts = version.split(['.', '-']);
    let mut part = || parts.next().unwrap_or("0").to_owned();
    let (major, minor, patch) = (part(), part(), part());
    format!(
        "#ifndef ZEXA_H
#define ZEXA_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/** The version of this header. That of the library which runs is zexa_version(). */
#define ZEXA_VERSION \"{version}\"
#define ZEXA_VERSION_MAJOR {major}
#define ZEXA_VERSION_MINOR {minor}
#define ZEXA_VERSION_PATCH {patch}

/**
 * Has the compiler warn where the result of a function is ignored: the status of a call that may have failed, or an object to be freed. GCC
 * warns in C even if the result is cast to void: to ignore it on purpose, assign it to a variable. If this macro is defined as nothing before this header is
 * included, there are no warnings.
 */
#ifndef {WARN_UNUSED}
#if defined(__cplusplus) && __cplusplus >= 201703L
#define {WARN_UNUSED} [[nodiscard]]
#elif defined(__GNUC__)
#define {WARN_UNUSED} __attribute__((warn_unused_result))
#else
#define {WARN_UNUSED}
#endif
#endif

#ifdef __cplusplus
extern \"C\" {{
#endif
"
    )
}

/// The macro before functions whose result is not to be ignored.
const WARN_UNUSED: &str = "ZEXA_WARN_UNUSED_RESULT";

const CLOSING: &str = "
#ifdef __cplusplus
} /* extern \"C\" */
#endif

#endif /* ZEXA_H */
";

/// What cbindgen makes of one file alone.
fn declarations(source: &str, types: Vec<String>) -> Result<String> {
    // It reads files, and a generated one may not be written yet.
    let failed = |error: std::io::Error| format!("a temporary file: {error}");
    let mut file = tempfile::Builder::new().suffix(".rs").tempfile().map_err(failed)?;
    file.write_all(source.as_bytes()).map_err(failed)?;
    let mut config = cbindgen::Config {
        language: cbindgen::Language::C,
        style: cbindgen::Style::Type,
        documentation_style: cbindgen::DocumentationStyle::Doxy,
        usize_is_size_t: true,
        no_includes: true,
        line_length: 100,
        tab_width: 4,
        ..cbindgen::Config::default()
    };
    // It would leave out what no function beside it takes.
    config.export.include = types;
    // C passes any number as a value of an enum, and Rust must not.
    for (number, name) in [("StatusNumber", "zexa_status"), ("OutcomeNumber", "zexa_outcome")] {
        config.export.rename.insert(number.to_owned(), name.to_owned());
    }
    let bindings = cbindgen::Builder::new()
        .with_config(config)
        .with_src(file.path())
        .generate()
        .map_err(|error| format!("cbindgen: {error}"))?;
    let mut text = Vec::new();
    bindings.write(&mut text);
    let text = String::from_utf8(text).map_err(|_| "cbindgen wrote what is no text".to_owned())?;
    Ok(rewrap(&with_warnings(&in_parentheses(&text))))
}

/// Puts the macro that warns before each function that can fail, and before each that returns an object to be freed.
fn with_warnings(text: &str) -> String {
    let mut written = String::new();
    let mut rest = text;
    while let Some((line, after)) = rest.split_once('\n') {
        let declaration = rest.split(';').next().unwrap_or_default();
        let can_fail = line.starts_with("zexa_status zexa_") && declaration.contains("zexa_error **error");
        let gives_object =
            line.starts_with("zexa_") && line.split('(').next().is_some_and(|before| before.contains(" *zexa_"));
        if can_fail || gives_object {
            written += &format!("{WARN_UNUSED}\n");
        }
        written += &format!("{line}\n");
        rest = after;
    }
    written + rest
}

/// Puts negative numbers of macros in parentheses, so that each stays one number whatever stands before it.
fn in_parentheses(text: &str) -> String {
    let line = |line: &str| match line.strip_prefix("#define ").and_then(|define| define.split_once(' ')) {
        Some((name, number)) if number.starts_with('-') => format!("#define {name} ({number})\n"),
        _ => format!("{line}\n"),
    };
    text.lines().map(line).collect()
}

/// The names that the header has of what is written by hand in the folder `ffi`.
pub(crate) fn names(ffi: &Path) -> Result<HashSet<String>> {
    let mut names: HashSet<String> = opening("0").lines().filter_map(defined).collect();
    for section in SECTIONS.iter().filter(|section| !section.starts_with("generated/")) {
        let source = read(&ffi.join(format!("{section}.rs")))?;
        let parsed = syn::parse_file(&source).map_err(|error| format!("{section}: {error}"))?;
        names.extend(public_types(&parsed));
        for item in &parsed.items {
            match item {
                Item::Fn(ItemFn { vis: Visibility::Public(_), sig, .. }) => names.insert(sig.ident.to_string()),
                Item::Const(ItemConst { vis: Visibility::Public(_), ident, .. }) => names.insert(ident.to_string()),
                Item::Struct(one) if init_values(one).is_some() => names.insert(init_macro(&one.ident.to_string())),
                _ => false,
            };
        }
    }
    Ok(names)
}

/// The macro that a line defines.
fn defined(line: &str) -> Option<String> {
    line.strip_prefix("#define ")?.split(' ').next().map(str::to_owned)
}

/// The types of the C ABI in a file.
fn public_types(file: &syn::File) -> Vec<String> {
    let names = file.items.iter().filter_map(|item| match item {
        Item::Struct(ItemStruct { vis: Visibility::Public(_), ident, .. })
        | Item::Enum(ItemEnum { vis: Visibility::Public(_), ident, .. })
        | Item::Type(ItemType { vis: Visibility::Public(_), ident, .. }) => Some(ident.to_string()),
        _ => None,
    });
    names.collect()
}

/// Puts the `_INIT` macro behind each struct that begins with its size.
fn with_init_macros(declarations: &str, file: &syn::File) -> String {
    let mut macros = BTreeMap::new();
    for item in &file.items {
        if let Item::Struct(one) = item
            && let Some(values) = init_values(one)
        {
            let name = one.ident.to_string();
            let define = format!("#define {} {{{values}}}", init_macro(&name));
            macros.insert(format!("}} {name};"), define);
        }
    }
    let line = |line: &str| match macros.get(line) {
        Some(define) => {
            format!("{line}\n\n/** What such a struct begins with: its size, and nothing given. */\n{define}\n")
        }
        None => format!("{line}\n"),
    };
    declarations.lines().map(line).collect()
}

/// The initial values of a struct that begins with its size: nothing is given.
fn init_values(one: &ItemStruct) -> Option<String> {
    let Fields::Named(fields) = &one.fields else { return None };
    let mut fields = fields.named.iter();
    let first = fields.next()?;
    if first.ident.as_ref()? != "struct_size" {
        return None;
    }
    let values = fields.map(|field| match &field.ty {
        syn::Type::Path(path) if path.path.is_ident("usize") => "0",
        syn::Type::Path(path) if path.path.is_ident("i64") || path.path.is_ident("i32") => "ZEXA_DEFAULT",
        _ => "NULL",
    });
    Some(
        std::iter::once(format!("sizeof({})", one.ident))
            .chain(values.map(str::to_owned))
            .collect::<Vec<_>>()
            .join(", "),
    )
}

/// The lines of a file's `//!`.
fn module_docs(source: &str) -> Vec<&str> {
    let lines = source.lines().skip_while(|line| !line.starts_with("//!"));
    lines.map_while(|line| line.strip_prefix("//!")).map(|line| line.strip_prefix(' ').unwrap_or(line)).collect()
}

/// What opens a section.
fn title(docs: &[&str]) -> String {
    let rule = "=".repeat(94);
    let text = wrap(docs, 94).iter().map(|line| format!(" * {line}").trim_end().to_owned() + "\n").collect::<String>();
    format!("\n/* {rule}\n{text} * {rule} */\n\n")
}

fn read(file: &Path) -> Result<String> {
    fs::read_to_string(file).map_err(|error| format!("{}: {error}", file.display()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_to_be_ignored_is_marked() {
        let can_fail = "zexa_status zexa_a_get(const zexa_a *a,\n                        zexa_error **error);\n";
        let gives_object = "zexa_a *zexa_a_new(void);\n";
        let others = "zexa_status zexa_error_kind(const zexa_error *error);\nconst zexa_a *zexa_a_at(size_t index);\n";
        let typedef = "typedef zexa_status (*zexa_callback)(zexa_error **error);\n";
        let marked = format!("{WARN_UNUSED}\n{can_fail}{others}{typedef}{WARN_UNUSED}\n{gives_object}");
        assert_eq!(with_warnings(&format!("{can_fail}{others}{typedef}{gives_object}")), marked);
    }

    #[test]
    fn a_negative_number_stays_one_number() {
        let text = "#define NONE -1\n#define ONE 1\nint minus = -1;\n";
        assert_eq!(in_parentheses(text), "#define NONE (-1)\n#define ONE 1\nint minus = -1;\n");
    }
}
