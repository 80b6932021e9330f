//! `include/zexa.h`: the template `zexa.h.jinja`, with the declarations of `ffi-c/src` in the places that it names.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use minijinja::value::Value;
use minijinja::{Environment, Error, ErrorKind};

use super::declarations::{Declaration, declarations};
use crate::codegen::template::render;
use crate::command;

const TEMPLATE: &str = "zexa.h.jinja";

/// The hand-written files with declarations.
const FILES: &str = "version error number key_value attempt client cancel call_options template event request";

/// The declarations of the hand-written files.
pub(super) fn hand_written(ffi: &Path) -> command::Result<Vec<Declaration>> {
    let mut all = Vec::new();
    for name in FILES.split(' ') {
        let file = ffi.join(format!("{name}.rs"));
        let source = fs::read_to_string(&file).map_err(|error| format!("{}: {error}", file.display()))?;
        all.extend(declarations(name, &source)?);
    }
    Ok(all)
}

/// The macros that the template defines.
pub(super) fn macros(environment: &Environment<'_>) -> command::Result<Vec<String>> {
    let template = environment.get_template(TEMPLATE).map_err(|error| format!("{error:#}"))?;
    let defined = |line: &str| line.strip_prefix("#define ")?.split(' ').next().map(str::to_owned);
    Ok(template.source().lines().filter_map(defined).filter(|name| !name.contains('{')).collect())
}

/// Writes the header, before clang-format. The template places each declaration once, with these functions:
///
/// - `declare(names)`: the declarations of these names;
/// - `rest(file)`: the declarations of a file that have no place yet, except the functions of pages and iterators;
/// - `rest_by_kind(file)`: the same, with types first, then operations;
/// - `lists()`: the functions of pages and iterators.
pub(super) fn write(
    mut environment: Environment<'_>,
    all: Vec<Declaration>,
    context: Value,
) -> command::Result<String> {
    let header = Arc::new(Header { all, placed: Mutex::default() });
    let (declare, rest, by_kind, lists) = (header.clone(), header.clone(), header.clone(), header.clone());
    environment.add_function("declare", move |names: &str| declare.named(names));
    environment.add_function("rest", move |file: &str| rest.rest(file, false));
    environment.add_function("rest_by_kind", move |file: &str| by_kind.rest(file, true));
    environment.add_function("lists", move || lists.place(lists.all.iter().filter(|one| lists.is_of_list(one))));
    let text = render(&environment, TEMPLATE, context)?;
    let placed = header.placed();
    match header.all.iter().find(|one| !placed.contains(&one.name)) {
        Some(lost) => Err(format!("{TEMPLATE}: `{}` of {} has no place", lost.name, lost.file)),
        None => Ok(text),
    }
}

/// The declarations, and which of them have a place.
struct Header {
    all: Vec<Declaration>,
    placed: Mutex<BTreeSet<String>>,
}

impl Header {
    fn placed(&self) -> MutexGuard<'_, BTreeSet<String>> {
        self.placed.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Returns the text of the declarations, which then have a place.
    fn place<'a>(&self, declarations: impl IntoIterator<Item = &'a Declaration>) -> Result<String, Error> {
        let mut texts = Vec::new();
        for one in declarations {
            if !self.placed().insert(one.name.clone()) {
                return Err(error(format!("`{}` has two places", one.name)));
            }
            texts.push(one.text.as_str());
        }
        Ok(texts.join("\n"))
    }

    fn named(&self, names: &str) -> Result<String, Error> {
        let find = |name| {
            let found = self.all.iter().find(|one| one.name == name);
            found.ok_or_else(|| error(format!("there is no declaration of `{name}`")))
        };
        self.place(names.split(' ').map(find).collect::<Result<Vec<_>, _>>()?)
    }

    fn rest(&self, file: &str, is_sorted: bool) -> Result<String, Error> {
        let is_left =
            |one: &&Declaration| one.file == file && !self.placed().contains(&one.name) && !self.is_of_list(one);
        let mut rest: Vec<_> = self.all.iter().filter(is_left).collect();
        if is_sorted {
            rest.sort_by_key(|one| (one.is_function, !one.can_fail));
        }
        self.place(rest)
    }

    /// Whether it is a function of a page or an iterator.
    fn is_of_list(&self, function: &Declaration) -> bool {
        let is_type = |one: &&Declaration| {
            !one.is_function && ["_iter", "_page", "_pages"].iter().any(|suffix| one.name.ends_with(suffix))
        };
        let is_of = |one: &Declaration| function.name.starts_with(&format!("{}_", one.name));
        function.is_function && self.all.iter().filter(is_type).any(is_of)
    }
}

fn error(message: String) -> Error {
    Error::new(ErrorKind::InvalidOperation, message)
}

#[cfg(test)]
mod tests {
    use minijinja::context;

    use super::*;
    use crate::codegen::template::environment;

    fn header(template: &str) -> command::Result<String> {
        let source = "/// One.\n#[unsafe(no_mangle)]\npub extern \"C\" fn zexa_one() {}\n\n/// Two.\n#[unsafe(no_mangle)]\npub extern \"C\" fn zexa_two() {}\n";
        let mut environment = environment("c");
        environment.add_template_owned(TEMPLATE, template.to_owned()).expect("a valid template");
        write(environment, declarations("version", source)?, context! {})
    }

    #[test]
    fn declarations_go_where_the_template_names_them() {
        let text = header("{{ declare('zexa_two') }}int x;\n{{ rest('version') }}").expect("complete");
        assert_eq!(text, "/** Two. */\nvoid zexa_two(void);\nint x;\n/** One. */\nvoid zexa_one(void);\n");
    }

    #[test]
    fn every_declaration_has_one_place() {
        for (template, reason) in [
            ("{{ declare('zexa_two') }}", "`zexa_one` of version has no place"),
            ("{{ declare('zexa_two zexa_two') }}", "`zexa_two` has two places"),
            ("{{ declare('zexa_three') }}", "no declaration of `zexa_three`"),
            ("{{ everything() }}", "everything is unknown"),
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
