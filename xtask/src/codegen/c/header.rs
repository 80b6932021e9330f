//! `include/zexa.h`: the template `ffi-c/header/zexa.h.in`, with the declarations of `ffi-c/src` in the places that it names.
//!
//! A line of the template that starts with `@` is a placeholder:
//!
//! - `@declare NAME...`: the declarations of these names;
//! - `@constants FILE`: the constants of the enums of a generated file;
//! - `@rest FILE`: the declarations of a file that no other line places;
//! - `@lists`: the functions of pages and iterators.
//!
//! Every declaration has exactly one place.

use std::collections::{BTreeSet, HashSet};
use std::fs;
use std::path::Path;

use syn::{Item, ItemConst, ItemFn, Visibility};

use super::Written;
use super::declarations::{Declaration, declarations, init_values, public_types};
use super::names::init_macro;
use crate::codegen::GENERATED;
use crate::command::Result;

/// The hand-written files with declarations of the header.
const FILES: &[&str] = &[
    "version",
    "error",
    "number",
    "key_value",
    "attempt",
    "client",
    "cancel",
    "call_options",
    "template",
    "event",
    "request",
];

/// Writes the whole header, before clang-format. The text of generated files comes from `written`, that of the others from the folder `ffi`.
pub(crate) fn write(ffi: &Path, written: &Written, version: &str) -> Result<String> {
    let mut header = Header { declarations: Vec::new(), placed: BTreeSet::new(), written };
    for file in FILES {
        header.declarations.extend(declarations(file, &read(&ffi.join(format!("{file}.rs")))?)?);
    }
    for (file, source) in written.files.iter().filter(|(file, _)| *file != "mod") {
        header.declarations.extend(declarations(file, source)?);
    }
    let mut text = format!("/* {GENERATED} */\n\n");
    let template = template(ffi, version)?;
    // What other lines place has to be known when the rest of a file is written.
    for line in template.lines().filter(|line| line.starts_with('@')) {
        header.reserve(line)?;
    }
    for line in template.lines() {
        text += &if line.starts_with('@') { header.place(line)? } else { format!("{line}\n") };
    }
    header.finish()?;
    Ok(text)
}

/// The template with the version filled in.
fn template(ffi: &Path, version: &str) -> Result<String> {
    let mut parts = version.split(['.', '-']);
    let mut part = || parts.next().unwrap_or("0");
    let (major, minor, patch) = (part(), part(), part());
    let folder = ffi.parent().unwrap_or(ffi).join("header");
    let text = read(&folder.join("zexa.h.in"))?;
    Ok(text.replace("@VERSION@", version).replace("@MAJOR@", major).replace("@MINOR@", minor).replace("@PATCH@", patch))
}

/// The declarations, and which of them have a place.
struct Header<'a> {
    declarations: Vec<Declaration>,
    /// Names of declarations, and files whose constants are placed.
    placed: BTreeSet<String>,
    written: &'a Written,
}

impl Header<'_> {
    /// Marks what this line places by name.
    fn reserve(&mut self, line: &str) -> Result {
        let (names, kind): (Vec<String>, &str) = match line.split_once(' ') {
            Some(("@declare", names)) => (names.split(' ').map(str::to_owned).collect(), "name"),
            Some(("@constants", file)) => (vec![constants_of(file)], "file"),
            _ if line == "@lists" => (self.functions_of_lists().map(|one| one.name.clone()).collect(), "name"),
            _ => return Ok(()),
        };
        for name in names {
            if kind == "name" && !self.declarations.iter().any(|one| one.name == name) {
                return Err(format!("zexa.h.in: {line}: there is no declaration of `{name}`"));
            }
            if !self.placed.insert(name.clone()) {
                return Err(format!("zexa.h.in: {line}: `{name}` has two places"));
            }
        }
        Ok(())
    }

    /// The text of a placeholder.
    fn place(&mut self, line: &str) -> Result<String> {
        let joined = |declarations: Vec<&Declaration>| {
            declarations.into_iter().map(|one| one.text.as_str()).collect::<Vec<_>>().join("\n")
        };
        match line.split_once(' ') {
            Some(("@declare", names)) => Ok(joined(
                names.split(' ').filter_map(|name| self.declarations.iter().find(|one| one.name == name)).collect(),
            )),
            Some(("@constants", file)) => {
                self.constants(file).map(str::to_owned).ok_or(format!("zexa.h.in: {line}: no such file"))
            }
            Some(("@rest", file)) => {
                let mut text = String::new();
                if self.placed.insert(constants_of(file))
                    && let Some(constants) = self.constants(file).filter(|constants| !constants.trim().is_empty())
                {
                    text += constants;
                    text += "\n";
                }
                let mut rest: Vec<&Declaration> = self
                    .declarations
                    .iter()
                    .filter(|one| one.file == file && !self.placed.contains(&one.name))
                    .collect();
                if self.written.files.contains_key(file) {
                    // Types, then the operations, then the accessors.
                    rest.sort_by_key(|one| (one.is_function, !one.can_fail));
                }
                text += &joined(rest.clone());
                let names: Vec<String> = rest.iter().map(|one| one.name.clone()).collect();
                self.placed.extend(names);
                Ok(text)
            }
            _ if line == "@lists" => Ok(joined(self.functions_of_lists().collect())),
            _ => Err(format!("zexa.h.in: `{line}` is not a placeholder")),
        }
    }

    /// The functions of the types of pages and iterators.
    fn functions_of_lists(&self) -> impl Iterator<Item = &Declaration> {
        let is_list = |one: &&Declaration| {
            !one.is_function && ["_iter", "_page", "_pages"].iter().any(|suffix| one.name.ends_with(suffix))
        };
        let types: Vec<String> = self.declarations.iter().filter(is_list).map(|one| format!("{}_", one.name)).collect();
        self.declarations
            .iter()
            .filter(move |one| one.is_function && types.iter().any(|name| one.name.starts_with(name)))
    }

    fn constants(&self, file: &str) -> Option<&str> {
        self.written.constants.get(file).map(String::as_str)
    }

    /// Fails if a declaration has no place.
    fn finish(self) -> Result {
        let lost = self.declarations.iter().find(|one| !self.placed.contains(&one.name));
        let constants = |file: &&String| {
            !self.placed.contains(&constants_of(file)) && self.constants(file).is_some_and(|text| !text.is_empty())
        };
        match (lost, self.written.constants.keys().find(constants)) {
            (Some(lost), _) => Err(format!("zexa.h.in: `{}` of {} has no place", lost.name, lost.file)),
            (None, Some(file)) => Err(format!("zexa.h.in: the constants of {file} have no place")),
            (None, None) => Ok(()),
        }
    }
}

/// The name under which the constants of a file are marked as placed.
fn constants_of(file: &str) -> String {
    format!("constants of {file}")
}

/// The names in the header that do not come from generated files.
pub(crate) fn names(ffi: &Path) -> Result<HashSet<String>> {
    let mut names: HashSet<String> = template(ffi, "0")?.lines().filter_map(defined).collect();
    for file in FILES {
        let source = read(&ffi.join(format!("{file}.rs")))?;
        let parsed = syn::parse_file(&source).map_err(|error| format!("{file}: {error}"))?;
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

fn read(file: &Path) -> Result<String> {
    fs::read_to_string(file).map_err(|error| format!("{}: {error}", file.display()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn header(template: &str) -> Result<String> {
        let ffi = tempfile::tempdir().expect("a folder");
        let source = ffi.path().join("src");
        let header = ffi.path().join("header");
        for folder in [&source, &header] {
            fs::create_dir_all(folder).expect("created");
        }
        for file in FILES {
            fs::write(source.join(format!("{file}.rs")), "").expect("written");
        }
        let text = "/// One.\n#[unsafe(no_mangle)]\npub extern \"C\" fn zexa_one() {}\n\n/// Two.\n#[unsafe(no_mangle)]\npub extern \"C\" fn zexa_two() {}\n";
        fs::write(source.join("version.rs"), text).expect("written");
        fs::write(header.join("zexa.h.in"), template).expect("written");
        write(&source, &Written::default(), "1.2.3")
    }

    #[test]
    fn declarations_go_where_the_template_names_them() {
        let text = header("#define V \"@VERSION@\"\n@declare zexa_two\nint x;\n@rest version\n").expect("complete");
        let expected =
            "#define V \"1.2.3\"\n/** Two. */\nvoid zexa_two(void);\nint x;\n/** One. */\nvoid zexa_one(void);\n";
        assert!(text.ends_with(expected), "{text}");
    }

    #[test]
    fn every_declaration_has_one_place() {
        for (template, reason) in [
            ("@declare zexa_two\n", "`zexa_one` of version has no place"),
            ("@declare zexa_two zexa_two\n", "`zexa_two` has two places"),
            ("@declare zexa_three\n", "no declaration of `zexa_three`"),
            ("@everything\n", "`@everything` is not a placeholder"),
        ] {
            let error = header(template).expect_err(template);
            assert!(error.contains(reason), "{error}");
        }
    }

    #[test]
    fn the_first_send_is_on_the_first_pages() {
        let header = fs::read_to_string(crate::paths::root().join("include/zexa.h")).expect("generated");
        let first: Vec<&str> = header.lines().take(250).collect();
        let declaration = first.iter().position(|line| line.starts_with("zexa_status zexa_messages_send("));
        let end = declaration.map(|start| first[start..].iter().any(|line| line.ends_with(");")));
        assert_eq!(end, Some(true), "zexa.h must declare the client and the first send within 250 lines");
    }
}
