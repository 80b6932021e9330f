//! Names in Python.

use crate::codegen::definition::Type;
use crate::codegen::errors;
use crate::codegen::language::{Item, Language, Link, Names};

/// The names of the package are in the scope "zexa". A field whose name is a keyword gets an underscore, so keywords are no error.
pub(in crate::codegen) const PYTHON: Language =
    Language { name: "Python", keywords: &[], link, names, no: "`False`", milliseconds: false, optional_lists: false };

/// The keywords that are valid snake_case names.
const KEYWORDS: [&str; 32] = [
    "and", "as", "assert", "async", "await", "break", "class", "continue", "def", "del", "elif", "else", "except",
    "finally", "for", "from", "global", "if", "import", "in", "is", "lambda", "nonlocal", "not", "or", "pass", "raise",
    "return", "try", "while", "with", "yield",
];

fn link(link: Link<'_>) -> String {
    match link {
        Link::ParseEvent => "parse_event()".to_owned(),
        Link::Template => "template".to_owned(),
        Link::Kind(kind) => errors::class(kind).0,
        Link::Outcome(outcome) => outcome.name.clone(),
        Link::Enum(name) | Link::Model(name) => name.to_owned(),
        // Parameter structs are keyword arguments in Python: name the operation instead.
        Link::Params(_, (resource, operation)) => format!("{}.{}()", resource.name, operation.name),
        Link::Method(model, method) => format!("{model}.{method}"),
    }
}

/// The name of a field or an argument: a keyword gets an underscore.
pub(super) fn attribute(name: &str) -> String {
    if KEYWORDS.contains(&name) { format!("{name}_") } else { name.to_owned() }
}

fn names(names: &mut Names<'_>, item: &Item<'_>) {
    match item {
        // `APIError` is written by hand.
        Item::Kind(kind) => names.take("zexa::", Some(errors::class(kind).0).filter(|class| class != "APIError")),
        Item::Enum(one) => names.take("zexa::", [&one.name]),
        Item::Model(model) => {
            names.take("zexa::", [&model.name]);
            let members = ["extra", "to_dict", "to_json", "from_json", "from_dict"];
            names.take(&format!("{}::", model.name), members);
        }
        Item::Accessor(model, accessor) => names.take(&format!("{}::", model.name), [accessor.name]),
        Item::Field(model, field) => {
            let scope = format!("{}::", model.name);
            names.take(&scope, [attribute(&field.name)]);
            // The predicates of a required enum are properties of the model.
            let of_enum = |name: &str| names.definition.enums().find(|one| field.required && one.name == name);
            if let Type::Enum(name) = &field.kind
                && let Some(one) = of_enum(name)
            {
                names.take(&scope, one.predicates.iter().map(|predicate| &predicate.name));
            }
        }
        Item::Resource(resource) => names.take("zexa::", ["", "Async"].map(|kind| kind.to_owned() + &resource.class)),
        Item::Operation(resource, operation) => names.take(&format!("{}::", resource.class), [&operation.name]),
        // Fields and options are arguments of the same method.
        Item::Params(params) => {
            names.take(&format!("{}::", params.name), names.definition.call_options.iter().map(|option| &option.name));
        }
        Item::Parameter(params, field) => names.take(&format!("{}::", params.name), [attribute(&field.name)]),
        Item::Outcome(_) | Item::Option(..) => {}
    }
}
