//! `include/zexa.h`: the template `zexa.h.jinja`, with the declarations of `ffi-c/src` in the places that it names.

use std::collections::BTreeMap;
use std::path::Path;

use minijinja::{Environment, context};

use super::declarations::{Declaration, declarations};
use crate::codegen::template::render;
use crate::command::Result;
use crate::files::read;

const TEMPLATE: &str = "zexa.h.jinja";

/// The hand-written files with declarations.
const FILES: &str =
    "version error number key_value attempt client cancel call_options template event sms ledger_file request";

/// The declarations of the hand-written files.
pub(super) fn hand_written(root: &Path) -> Result<Vec<Declaration>> {
    let mut all = Vec::new();
    for name in FILES.split(' ') {
        let file = root.join(format!("ffi-c/src/{name}.rs"));
        let source = read(&file)?;
        all.extend(declarations(name, &source)?);
    }
    Ok(all)
}

/// The macros that the template defines.
pub(super) fn macros(environment: &Environment<'_>) -> Result<Vec<String>> {
    let defined = |line: &str| line.strip_prefix("#define ")?.split(' ').next().map(str::to_owned);
    Ok(source(environment)?.lines().filter_map(defined).filter(|name| !name.contains('{')).collect())
}

fn source(environment: &Environment<'_>) -> Result<String> {
    let template = environment.get_template(TEMPLATE).map_err(|error| format!("{error:#}"))?;
    Ok(template.source().to_owned())
}

/// Writes the header, before clang-format. In the template, `c.NAME` is a declaration, `lists` contains the generated functions of pages and iterators,
/// and `rest.FILE` contains the other declarations of a file: types, operations, and then accessors. Each declaration must have one place.
pub(super) fn write(environment: &Environment<'_>, all: &[Declaration]) -> Result<String> {
    let source = source(environment)?;
    let is_hand_written = |one: &Declaration| FILES.split(' ').any(|file| file == one.file);
    let is_list = |one: &&Declaration| {
        let is_list = ["_iter", "_page", "_pages"].iter().any(|suffix| one.name.ends_with(suffix));
        is_list && !one.is_function && !is_hand_written(one)
    };
    let list_types: Vec<String> = all.iter().filter(is_list).map(|one| format!("{}_", one.name)).collect();
    let is_of_list = |one: &&Declaration| one.is_function && list_types.iter().any(|list| one.name.starts_with(list));
    let (of_lists, mut others): (Vec<_>, Vec<_>) = all.iter().partition(is_of_list);
    others.sort_by_key(|one| (one.is_function, !one.can_fail));
    let mut rest = BTreeMap::<_, String>::new();
    for one in others {
        let of_file = rest.entry(one.file.clone()).or_default();
        if !source.contains(&format!("c.{} ", one.name)) {
            *of_file += &format!("{}\n", one.text);
        }
    }
    let lists = of_lists.iter().map(|one| one.text.as_str()).collect::<Vec<_>>().join("\n");
    let c = all.iter().map(|one| (one.name.clone(), one.text.clone())).collect::<BTreeMap<_, _>>();
    let text = render(environment, TEMPLATE, context! { c, rest, lists })?;
    let misplaced = |one: &&Declaration| text.matches(&one.text).count() != 1;
    match all.iter().find(misplaced) {
        Some(one) if text.contains(&one.text) => Err(format!("{TEMPLATE}: `{}` has two places", one.name)),
        Some(one) => Err(format!("{TEMPLATE}: `{}` of {} has no place", one.name, one.file)),
        None => Ok(text),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::codegen::template::environment;

    fn header(template: &str) -> Result<String> {
        let source = "/// One.\n#[unsafe(no_mangle)]\npub extern \"C\" fn zexa_one() {}\n\n/// Two.\n#[unsafe(no_mangle)]\npub extern \"C\" fn zexa_two() {}\n";
        let mut environment = environment("c", serde_json::json!({}));
        environment.add_template_owned(TEMPLATE, template.to_owned()).expect("a valid template");
        write(&environment, &declarations("version", source)?)
    }

    #[test]
    fn declarations_go_where_the_template_names_them() {
        let text = header("{{ c.zexa_two }}int x;\n{{ rest.version -}}").expect("complete");
        assert_eq!(text, "/** Two. */\nvoid zexa_two(void);\nint x;\n/** One. */\nvoid zexa_one(void);\n\n");
    }

    #[test]
    fn every_declaration_has_one_place() {
        for (template, reason) in [
            ("{{ c.zexa_two }}", "`zexa_one` of version has no place"),
            ("{{ c.zexa_two }}{{ c.zexa_two }}{{ rest.version }}", "`zexa_two` has two places"),
            ("{{ c.zexa_three }}", "`c.zexa_three` is undefined"),
            ("{{ everything }}", "`everything` is undefined"),
        ] {
            let error = header(template).expect_err(template);
            assert!(error.contains(reason), "{error}");
        }
    }

    #[test]
    fn the_first_send_is_on_the_first_pages() {
        let header = read(&crate::paths::root().join("include/zexa.h")).expect("generated");
        let first: Vec<&str> = header.lines().take(300).collect();
        let declaration = first.iter().position(|line| line.starts_with("zexa_status zexa_messages_send("));
        let end = declaration.map(|start| first[start..].iter().any(|line| line.ends_with(");")));
        assert_eq!(end, Some(true), "zexa.h must declare the client and the first send within 300 lines");
    }
}
