//! The stub of the extension module: what editors and type checkers know of it.

use super::models::{self, ABOUT};
use super::names::attribute;
use super::operations::{self, Of};
use super::params::{self, FINAL};
use crate::codegen::context::Context;
use crate::codegen::definition::{Field, Model, Operation, Params, Resource, Shape, Type};

/// The call options of every operation.
const CALLING: &str = "timeout: _Seconds | None = None, deadline: _Seconds | None = None, max_retries: int | None = None, \
    retry_ambiguous: bool | None = None, extra_headers: Mapping[str, str] | None = None";

/// A docstring, indented, with its line break.
pub(super) fn docstring(indent: &str, lines: &[String]) -> String {
    let lines: Vec<String> = lines.iter().flat_map(|line| wrapped(line, WIDTH - indent.len())).collect();
    match &lines[..] {
        [] => String::new(),
        // With its quotes, it still fits.
        [line] if line.len() + indent.len() + 6 <= WIDTH => format!("{indent}\"\"\"{line}\"\"\"\n"),
        lines => {
            let lines: String =
                lines.iter().map(|line| format!("{indent}{line}").trim_end().to_owned() + "\n").collect();
            format!("{indent}\"\"\"{}{indent}\"\"\"\n", &lines[indent.len()..])
        }
    }
}

/// As wide as the Python here is.
const WIDTH: usize = 120;

/// A line of documentation on as many as it takes. Those of a list or of arguments go on further to the right.
fn wrapped(line: &str, width: usize) -> Vec<String> {
    let text = line.trim_start();
    let indent = " ".repeat(line.len() - text.len());
    let further = match indent.is_empty() && !text.starts_with("- ") {
        true => String::new(),
        false if text.starts_with("- ") => indent.clone() + "  ",
        false => indent.clone() + "    ",
    };
    let mut lines = vec![indent.clone()];
    for word in text.split(' ') {
        let last = lines.last_mut().expect("there is one");
        let begun = last.trim_start().is_empty();
        if !begun && last.chars().count() + 1 + word.chars().count() > width - 6 {
            lines.push(format!("{further}{word}"));
        } else {
            last.push_str(if begun { "" } else { " " });
            last.push_str(word);
        }
    }
    lines
}

pub(super) fn model(context: &Context<'_>, model: &Model) -> String {
    let mut text = format!("\n@final\nclass {}:\n{}", model.name, docstring("    ", &context.lines(&model.docs)));
    let mut property = |name: &str, kind: &str, docs: &[String]| {
        text += &format!("\n    @property\n    def {name}(self) -> {kind}:\n{}", docstring("        ", docs));
    };
    for field in &model.fields {
        property(&attribute(&field.name), &of_field(field), &context.lines(&field.docs));
    }
    for (_, predicate) in models::predicates(context, model) {
        property(&predicate.name, "bool", &context.lines(&predicate.docs));
    }
    if model.name == "Event" {
        for (method, class, docs) in ABOUT {
            property(method, &format!("{class} | None"), &[docs.to_owned()]);
        }
    }
    let names: String = model.fields.iter().map(|field| format!("{:?}, ", attribute(&field.name))).collect();
    text + &COMMON.replace("{MATCH_ARGS}", &names)
}

const COMMON: &str = r#"
    @property
    def extra(self) -> dict[str, Any]:
        """What the API sent beside these fields, and what it sent in them that is not of their type."""

    def to_dict(self) -> dict[str, Any]:
        """As plain data, by the names of the API, with what this version does not know. What is absent is left out."""

    def to_json(self) -> str:
        """As JSON, by the names of the API, with what this version does not know."""

    @classmethod
    def from_json(cls, text: str | bytes | bytearray | memoryview) -> Self:
        """From what `to_json()` gave, or the API."""

    def __eq__(self, other: object, /) -> bool: ...
    def __hash__(self) -> int: ...
    def __reduce__(self) -> tuple[Any, ...]: ...
    __match_args__ = ({MATCH_ARGS})
"#;

fn of_field(field: &Field) -> String {
    let kind = of_kind(&field.kind);
    if field.required || field.kind == Type::Json { kind } else { format!("{kind} | None") }
}

fn of_kind(kind: &Type) -> String {
    match kind {
        Type::String => "str".to_owned(),
        Type::U32 | Type::U64 => "int".to_owned(),
        Type::F64 => "float".to_owned(),
        Type::Timestamp => "datetime".to_owned(),
        Type::Json => "Any".to_owned(),
        Type::Template => "Mapping[str, Any]".to_owned(),
        Type::Enum(name) | Type::Model(name) => name.clone(),
        Type::List(element) => format!("tuple[{}, ...]", of_kind(element)),
    }
}

/// What an argument may be.
fn of_argument(kind: &Type) -> String {
    match kind {
        Type::Timestamp => "datetime | str".to_owned(),
        Type::List(element) => format!("Sequence[{}]", of_kind(element)),
        kind => of_kind(kind),
    }
}

pub(super) fn resource(context: &Context<'_>, resource: &Resource, of: Of) -> String {
    let head =
        format!("\n@final\nclass {}:\n{}", of.class(resource), docstring("    ", &context.lines(&resource.docs)));
    head + &resource.operations.iter().map(|one| method(context, one, of)).collect::<String>()
}

fn method(context: &Context<'_>, operation: &Operation, of: Of) -> String {
    let params = operation.shape.params().map(|params| context.params(params));
    let mut taken = vec!["self".to_owned()];
    if operation.shape.is_by_id() {
        taken.push("id: str".to_owned());
    }
    taken.push("*".to_owned());
    if let Shape::Wait { answer } = &operation.shape {
        taken.push(format!("until: {} | Literal[{FINAL:?}] = {FINAL:?}", status(context, operation, answer)));
    }
    taken.extend(params.into_iter().flat_map(arguments));
    taken.push(CALLING.to_owned());
    let (word, gives) = match (&operation.shape, of) {
        (Shape::List { item, .. }, Of::Client) => ("def", format!("List[{item}]")),
        (Shape::List { item, .. }, Of::AsyncClient) => ("def", format!("AsyncList[{item}]")),
        (shape, Of::Client) => ("def", shape.answer().unwrap_or("None").to_owned()),
        (shape, Of::AsyncClient) => ("async def", shape.answer().unwrap_or("None").to_owned()),
    };
    let docs = docstring("        ", &operations::docs(context, operation, params));
    format!("\n    {word} {}({}) -> {gives}:\n{docs}", operation.name, taken.join(", "))
}

/// The type of what is waited for.
fn status(context: &Context<'_>, operation: &Operation, answer: &str) -> String {
    match context.model(answer).fields.iter().find(|field| field.name == "status") {
        Some(field) => of_kind(&field.kind),
        None => {
            context.complain(&operation.place, format!("a `{answer}` has no status to wait for"));
            String::new()
        }
    }
}

/// As the class itself takes them: what has to be there first.
fn arguments(params: &Params) -> Vec<String> {
    let all = params.fields.iter().zip(params::arguments(params));
    let (required, optional): (Vec<_>, Vec<_>) = all.partition(|(_, argument)| argument.required);
    let required = required.iter().map(|(field, argument)| format!("{}: {}", argument.name, of_argument(&field.kind)));
    let optional = optional
        .iter()
        .map(|(field, argument)| format!("{}: {} | None = None", argument.name, of_argument(&field.kind)));
    required.chain(optional).collect()
}
