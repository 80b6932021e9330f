//! The C declarations of one Rust file, as cbindgen writes them.

use std::io::Write;

use heck::ToShoutySnakeCase;

use super::comments::rewrap;
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
    let text = cbindgen(source)?;
    text.split("\n\n").filter(|text| !text.trim().is_empty()).map(|text| declaration(file, text)).collect()
}

fn declaration(file: &str, text: &str) -> Result<Declaration> {
    let is_comment = |line: &&str| line.trim_start().starts_with(['/', '*']);
    let lines = || text.trim_matches('\n').lines();
    let code = lines().filter(|line| !is_comment(line)).collect::<Vec<_>>().join("\n");
    let name = name(&code).ok_or_else(|| format!("{file}: a declaration without a name:\n{text}"))?;
    let is_function = !code.starts_with("typedef") && !code.starts_with('#');
    let can_fail = is_function && code.contains("zexa_error **error");
    let returns_object =
        is_function && code.starts_with("zexa_") && code.split('(').next().unwrap_or("").contains(" *");
    let comment = lines().take_while(is_comment).map(|line| format!("{line}\n")).collect::<String>();
    let mut text = lines().skip_while(is_comment).map(|line| format!("{line}\n")).collect::<String>();
    if can_fail || returns_object {
        text.insert_str(0, "ZEXA_WARN_UNUSED_RESULT\n");
    }
    // A struct with a tag can be declared before it is defined.
    text = text.replacen("typedef struct {\n", &format!("typedef struct {name} {{\n"), 1);
    // Operators before a negative number must not change it.
    if let Some((define, number)) = text.trim_end().rsplit_once(" -").filter(|_| code.starts_with('#')) {
        text = format!("{define} (-{number})\n");
    }
    if let Some(values) = init_values(&code) {
        let about = format!("/** Initial value of {name}: its size, and all members absent. */");
        text += &format!("\n{about}\n#define {}_INIT {{sizeof({name}){values}}}\n", name.to_shouty_snake_case());
    }
    Ok(Declaration { file: file.to_owned(), name, text: rewrap(&(comment + &text)), is_function, can_fail })
}

fn is_part(of_name: char) -> bool {
    of_name.is_ascii_alphanumeric() || of_name == '_'
}

/// The name that a declaration without its comment declares.
fn name(code: &str) -> Option<String> {
    let last_word = |text: &str| text.rsplit(|one| !is_part(one)).find(|word| !word.is_empty()).map(str::to_owned);
    if let Some(define) = code.strip_prefix("#define ") {
        return define.split(' ').next().map(str::to_owned);
    }
    if let Some((_, pointer)) = code.strip_prefix("typedef").and_then(|code| code.split_once("(*")) {
        return pointer.split(')').next().map(str::to_owned);
    }
    if code.starts_with("typedef") { last_word(code) } else { last_word(code.split('(').next()?) }
}

/// The initial values of a struct that starts with its size, after that: all other members are absent.
fn init_values(code: &str) -> Option<String> {
    let (members, _) = code.strip_prefix("typedef struct {\n    size_t struct_size;\n")?.split_once('}')?;
    let value = |member: &str| match member.trim().split(' ').next() {
        Some("size_t") => ", 0",
        Some("int64_t" | "double") => ", ZEXA_DEFAULT",
        _ => ", NULL",
    };
    Some(members.lines().map(value).collect())
}

/// What cbindgen writes for one file alone.
fn cbindgen(source: &str) -> Result<String> {
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
    let name_of = |line: &str| {
        let rest = ["pub struct ", "pub enum ", "pub type "].iter().find_map(|start| line.strip_prefix(start))?;
        rest.split(|one| !is_part(one)).next().map(str::to_owned)
    };
    config.export.include = source.lines().filter_map(name_of).collect();
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
    String::from_utf8(text).map_err(|_| "cbindgen: the output is not UTF-8".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(code: &str) -> String {
        declaration("file", code).expect("it has a name").text
    }

    #[test]
    fn functions_whose_result_matters_get_the_macro() {
        for code in [
            "zexa_status zexa_a_get(const zexa_a *a,\n                        zexa_error **error);\n",
            "zexa_a *zexa_a_new(void);\n",
        ] {
            assert_eq!(text(code), format!("ZEXA_WARN_UNUSED_RESULT\n{code}"));
        }
        for code in [
            "zexa_status zexa_error_kind(const zexa_error *error);\n",
            "const zexa_a *zexa_a_at(size_t index);\n",
            "typedef zexa_status (*zexa_callback)(zexa_error **error);\n",
        ] {
            assert_eq!(text(code), code);
        }
    }

    #[test]
    fn a_negative_number_is_in_parentheses() {
        assert_eq!(text("#define NONE -1\n"), "#define NONE (-1)\n");
        assert_eq!(text("#define ONE 1\n"), "#define ONE 1\n");
        assert_eq!(text("int minus = -1;\n"), "int minus = -1;\n");
    }

    #[test]
    fn the_name_of_a_declaration() {
        for (code, expected) in [
            ("typedef struct zexa_a zexa_a;", "zexa_a"),
            ("typedef struct zexa_a {\n    int b;\n} zexa_a;", "zexa_a"),
            ("typedef void (*zexa_callback)(int one, void *two);", "zexa_callback"),
            ("#define ZEXA_ONE (1)", "ZEXA_ONE"),
            ("zexa_status zexa_get(const zexa_a *a);", "zexa_get"),
            ("const char *zexa_version(void);", "zexa_version"),
        ] {
            assert_eq!(name(code).as_deref(), Some(expected));
        }
    }
}
