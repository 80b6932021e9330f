//! The C declarations of one Rust file, as cbindgen writes them.

use std::collections::BTreeMap;
use std::io::Write;

use syn::{Fields, Item, ItemEnum, ItemStruct, ItemType, Visibility};

use super::comments::rewrap;
use super::names::init_macro;
use crate::command::Result;

/// One declaration with its comment.
pub(super) struct Declaration {
    /// The file that it comes from, such as `client`.
    pub(super) file: String,
    pub(super) name: String,
    pub(super) text: String,
    pub(super) is_function: bool,
    /// Whether it is a function with an error.
    pub(super) can_fail: bool,
}

/// The declarations of a file: constants, types, and then functions in the order of the source.
pub(super) fn declarations(file: &str, source: &str) -> Result<Vec<Declaration>> {
    let parsed = syn::parse_file(source).map_err(|error| format!("{file}: {error}"))?;
    let text = cbindgen(source, public_types(&parsed))?;
    let macros = init_macros(&parsed);
    let declaration = |text: &str| {
        let mut text = text.trim_matches('\n').to_owned() + "\n";
        let code = text.lines().filter(|line| !is_comment(line)).collect::<Vec<_>>().join("\n");
        let name = name(&code).ok_or_else(|| format!("{file}: a declaration without a name:\n{text}"))?;
        // A struct with a tag can be declared before it is defined.
        text = text.replacen("typedef struct {\n", &format!("typedef struct {name} {{\n"), 1);
        if let Some(define) = macros.get(&name) {
            text += &format!("\n{define}\n");
        }
        let is_function = !code.starts_with("typedef") && !code.starts_with('#');
        let can_fail = is_function && code.contains("zexa_error **error");
        Ok(Declaration { file: file.to_owned(), name, text, is_function, can_fail })
    };
    text.split("\n\n").filter(|text| !text.trim().is_empty()).map(declaration).collect()
}

fn is_comment(line: &str) -> bool {
    line.trim_start().starts_with(['/', '*'])
}

/// The name that a declaration without its comment declares.
fn name(code: &str) -> Option<String> {
    let code = code.trim_start_matches(WARN_UNUSED).trim_start();
    let is_part = |one: char| one.is_ascii_alphanumeric() || one == '_';
    let last_word = |text: &str| text.rsplit(|one| !is_part(one)).find(|word| !word.is_empty()).map(str::to_owned);
    if let Some(define) = code.strip_prefix("#define ") {
        return define.split(' ').next().map(str::to_owned);
    }
    if let Some((_, pointer)) = code.strip_prefix("typedef").and_then(|code| code.split_once("(*")) {
        return pointer.split(')').next().map(str::to_owned);
    }
    if code.starts_with("typedef") { last_word(code) } else { last_word(code.split('(').next()?) }
}

/// What cbindgen writes for one file alone, with the comments and macros of the header.
fn cbindgen(source: &str, types: Vec<String>) -> Result<String> {
    // cbindgen reads files, and a generated one may not have been written yet.
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
    // By default, cbindgen omits types that no function uses.
    config.export.include = types;
    // In C the value of an enum can be any number; in Rust that is undefined behaviour.
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
    let text = String::from_utf8(text).map_err(|_| "cbindgen: the output is not UTF-8".to_owned())?;
    Ok(rewrap(&with_warnings(&in_parentheses(&text))))
}

/// The macro before functions whose result must not be ignored.
const WARN_UNUSED: &str = "ZEXA_WARN_UNUSED_RESULT";

/// Puts the macro before each function that can fail, and before each that returns an object to free.
fn with_warnings(text: &str) -> String {
    let mut written = String::new();
    let mut rest = text;
    while let Some((line, after)) = rest.split_once('\n') {
        let declaration = rest.split(';').next().unwrap_or_default();
        let can_fail = line.starts_with("zexa_status zexa_") && declaration.contains("zexa_error **error");
        let returns_object =
            line.starts_with("zexa_") && line.split('(').next().is_some_and(|before| before.contains(" *zexa_"));
        if can_fail || returns_object {
            written += &format!("{WARN_UNUSED}\n");
        }
        written += &format!("{line}\n");
        rest = after;
    }
    written + rest
}

/// Puts negative numbers of macros in parentheses, so that operators before them cannot change them.
fn in_parentheses(text: &str) -> String {
    let line = |line: &str| match line.strip_prefix("#define ").and_then(|define| define.split_once(' ')) {
        Some((name, number)) if number.starts_with('-') => format!("#define {name} ({number})\n"),
        _ => format!("{line}\n"),
    };
    text.lines().map(line).collect()
}

/// The types of the C ABI in a file.
pub(super) fn public_types(file: &syn::File) -> Vec<String> {
    let names = file.items.iter().filter_map(|item| match item {
        Item::Struct(ItemStruct { vis: Visibility::Public(_), ident, .. })
        | Item::Enum(ItemEnum { vis: Visibility::Public(_), ident, .. })
        | Item::Type(ItemType { vis: Visibility::Public(_), ident, .. }) => Some(ident.to_string()),
        _ => None,
    });
    names.collect()
}

/// The `_INIT` macro of each struct that starts with its size, by the name of the struct.
fn init_macros(file: &syn::File) -> BTreeMap<String, String> {
    let structs = file.items.iter().filter_map(|item| match item {
        Item::Struct(one) => Some((one.ident.to_string(), init_values(one)?)),
        _ => None,
    });
    let define = |(name, values): (String, String)| {
        let comment = format!("/** Initial value of {name}: its size, and all members absent. */");
        let define = format!("{comment}\n#define {} {{{values}}}", init_macro(&name));
        (name, define)
    };
    structs.map(define).collect()
}

/// The initial values of a struct that starts with its size: all other members are absent.
pub(super) fn init_values(one: &ItemStruct) -> Option<String> {
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn functions_whose_result_matters_get_the_macro() {
        let can_fail = "zexa_status zexa_a_get(const zexa_a *a,\n                        zexa_error **error);\n";
        let returns_object = "zexa_a *zexa_a_new(void);\n";
        let others = "zexa_status zexa_error_kind(const zexa_error *error);\nconst zexa_a *zexa_a_at(size_t index);\n";
        let typedef = "typedef zexa_status (*zexa_callback)(zexa_error **error);\n";
        let marked = format!("{WARN_UNUSED}\n{can_fail}{others}{typedef}{WARN_UNUSED}\n{returns_object}");
        assert_eq!(with_warnings(&format!("{can_fail}{others}{typedef}{returns_object}")), marked);
    }

    #[test]
    fn a_negative_number_is_in_parentheses() {
        let text = "#define NONE -1\n#define ONE 1\nint minus = -1;\n";
        assert_eq!(in_parentheses(text), "#define NONE (-1)\n#define ONE 1\nint minus = -1;\n");
    }

    #[test]
    fn the_name_of_a_declaration() {
        for (code, expected) in [
            ("typedef struct zexa_a zexa_a;", "zexa_a"),
            ("typedef struct zexa_a {\n    int b;\n} zexa_a;", "zexa_a"),
            ("typedef void (*zexa_callback)(int one, void *two);", "zexa_callback"),
            ("#define ZEXA_ONE (1)", "ZEXA_ONE"),
            ("ZEXA_WARN_UNUSED_RESULT\nzexa_status zexa_get(const zexa_a *a);", "zexa_get"),
            ("const char *zexa_version(void);", "zexa_version"),
        ] {
            assert_eq!(name(code).as_deref(), Some(expected));
        }
    }
}
