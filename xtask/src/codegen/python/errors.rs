//! The exception classes, one for each kind of error, and the literal types.

use super::GENERATED_PYTHON;
use super::stub::docstring;
use crate::codegen::context::Context;
use crate::codegen::errors::{self, Class, Closed};
use crate::codegen::shared::OPEN;

/// `_errors.py`, and the names that it defines.
pub(super) fn classes(context: &Context<'_>) -> (String, Vec<String>) {
    let mut classes = String::new();
    let mut table = String::new();
    let mut names = vec!["APIError".to_owned(), "ZexaError".to_owned()];
    for Class { name: class, base, kind } in errors::classes(context.definition) {
        table += &format!("    {:?}: {class},\n", kind.name);
        // Written by hand, as the base class of the others.
        if class == "APIError" {
            continue;
        }
        let class = context.take_in("zexa", &class, &kind.span);
        let docs = docstring("    ", &context.lines(&kind.docs));
        classes += &format!(
            "\n\nclass {class}({base}):\n{docs}\n    __module__ = \"zexa\"\n    kind: _types.Kind = {:?}\n",
            kind.name
        );
        names.push(class);
    }
    names.sort_unstable();
    let text = format!(
        "# {GENERATED_PYTHON}\n\"\"\"The exceptions: one class for each kind of error.\"\"\"\n\nfrom __future__ import annotations\n\n\
         from ._error import APIError, ZexaError\n\nTYPE_CHECKING = False\nif TYPE_CHECKING:\n    from . import _types\nelse:\n    from ._lazy import types as _types\n\n\
         __all__ = {names:?}\n{classes}\n\nCLASSES: dict[str, type[ZexaError]] = {{\n{table}}}\n"
    );
    (text, names)
}

/// `_literals.py`, and the names that it defines.
pub(super) fn literals(context: &Context<'_>) -> (String, Vec<String>) {
    let mut body = String::new();
    let mut names = Vec::new();
    let mut alias = |name: &str, values: Vec<String>, open: &str, docs: Vec<String>| {
        names.push(name.to_owned());
        let values = values.join(", ");
        body += &format!("\n{name}: TypeAlias = Literal[{values}]{open}\n{}", docstring("", &docs));
    };
    for one in context.definition.enums() {
        let mut docs = context.lines(&one.docs);
        docs.extend([String::new(), OPEN.to_owned(), String::new()]);
        docs.extend(
            one.values.iter().map(|value| format!("- `{}`: {}", value.text, context.lines(&value.docs).join(" "))),
        );
        let name = context.take_in("zexa", &one.name, &one.span);
        alias(&name, one.values.iter().map(|value| format!("{:?}", value.text)).collect(), " | str", docs);
    }
    for Closed { name, docs: about, constants } in errors::closed(context.definition) {
        let mut docs = vec![about.to_owned(), String::new()];
        docs.extend(constants.iter().map(|one| format!("- `{}`: {}", one.name, context.lines(&one.docs).join(" "))));
        alias(name, constants.iter().map(|one| format!("{:?}", one.name)).collect(), "", docs);
    }
    names.sort_unstable();
    let text = format!(
        "# {GENERATED_PYTHON}\n\"\"\"Literal types for channels, statuses, event names, kinds and outcomes. Imported when they are first used.\"\"\"\n\n\
         from typing import Literal, TypeAlias\n\n__all__ = {names:?}\n{body}"
    );
    (text, names)
}
