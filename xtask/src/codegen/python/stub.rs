//! The stub of the extension module: what editors and type checkers know of it.

use super::models;
use super::names::attribute;
use super::operations::{self, Of};
use super::params;
use crate::codegen::alike::{About, FINAL, about};
use crate::codegen::context::Context;
use crate::codegen::definition::{Field, Model, Operation, Params, Resource, Shape, Type};
use crate::codegen::docs::paragraphs;

/// The call options of every operation.
const CALLING: &str = "timeout: _Seconds | None = None, deadline: _Seconds | None = None, max_retries: int | None = None, \
    retry_ambiguous: bool | None = None, extra_headers: Mapping[str, str] | None = None";

/// A docstring, indented, with its line break.
pub(super) fn docstring(indent: &str, lines: &[String]) -> String {
    let lines: Vec<String> = paragraphs(lines).iter().flat_map(|line| wrapped(line, WIDTH - indent.len())).collect();
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
    for About { name, model, docs } in about(model) {
        property(name, &format!("{model} | None"), &[(*docs).to_owned()]);
    }
    let names: String = model.fields.iter().map(|field| format!("{:?}, ", attribute(&field.name))).collect();
    text + &COMMON.replace("{MATCH_ARGS}", &names)
}

const COMMON: &str = r#"
    @property
    def extra(self) -> dict[str, Any]:
        """What the API sent beside these fields, and what it sent in them that is not of their type."""

    def to_dict(self, *, mode: Literal["python", "json"] = "python") -> dict[str, Any]:
        """As plain data, by the names of the API, with what this version does not know. What is absent is left out.

        Args:
            mode: `python` for times as datetimes, `json` for times as strings, which `json.dumps()` takes.
        """

    def to_json(self) -> str:
        """As JSON, by the names of the API, with what this version does not know."""

    @classmethod
    def from_json(cls, text: str | bytes | bytearray | memoryview) -> Self:
        """From what `to_json()` gave, or the API."""

    @classmethod
    def __get_pydantic_core_schema__(cls, source: Any, handler: Any, /) -> Any: ...
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

/// The resource of the blocking client.
pub(super) fn resource(context: &Context<'_>, resource: &Resource) -> String {
    let docs = docstring("    ", &context.lines(&resource.docs));
    let methods = resource.operations.iter().map(|operation| {
        let gives = match &operation.shape {
            Shape::List { item, .. } => format!("List[{item}]"),
            shape => shape.answer().unwrap_or("None").to_owned(),
        };
        format!("\n    def {} -> {gives}:\n{}", head(context, operation), documented(context, operation))
    });
    format!("\n@final\nclass {}:\n{docs}", Of::Client.class(resource)) + &methods.collect::<String>()
}

/// What makes the calls of the async client.
pub(super) fn calls(context: &Context<'_>, resource: &Resource) -> String {
    let methods = resource.operations.iter().map(|operation| {
        let gives = match &operation.shape {
            Shape::List { item, .. } => format!("AsyncList[{item}]"),
            shape => format!("Awaitable[{}]", shape.answer().unwrap_or("None")),
        };
        format!("    def {} -> {gives}: ...\n", head(context, operation))
    });
    format!("\n@final\nclass _{}:\n", Of::AsyncClient.class(resource)) + &methods.collect::<String>()
}

/// The resource of the async client, in Python.
pub(super) fn async_resource(context: &Context<'_>, resource: &Resource) -> String {
    let class = Of::AsyncClient.class(resource);
    let docs = docstring("    ", &context.lines(&resource.docs));
    let methods = resource.operations.iter().map(|operation| {
        let call = format!("self._calls.{}({})", operation.name, passed_on(context, operation));
        let (word, gives, call) = match &operation.shape {
            Shape::List { item, .. } => ("def", format!("AsyncList[{item}]"), format!("return {call}")),
            Shape::Delete => ("async def", "None".to_owned(), format!("await {call}")),
            shape => ("async def", shape.answer().unwrap_or("None").to_owned(), format!("return await {call}")),
        };
        let docs = documented(context, operation);
        format!("\n    {word} {} -> {gives}:\n{docs}        {call}\n", head(context, operation))
    });
    format!(
        "\n\nclass {class}:\n{docs}\n    __module__ = \"zexa\"\n\n    def __init__(self, calls: _{class}) -> None:\n        self._calls = calls\n"
    ) + &methods.collect::<String>()
}

/// The name of an operation, and what it takes.
fn head(context: &Context<'_>, operation: &Operation) -> String {
    let params = operation.shape.params().map(|params| context.params(params));
    let mut taken = vec!["self".to_owned()];
    if operation.shape.is_by_id() {
        taken.push("id: str".to_owned());
    }
    taken.push("*".to_owned());
    if let Shape::Wait { answer } = &operation.shape {
        let status = context.status(operation, answer).map(of_kind).unwrap_or_default();
        taken.push(format!("until: {status} | Literal[{FINAL:?}] = {FINAL:?}"));
    }
    taken.extend(params.into_iter().flat_map(arguments));
    taken.push(CALLING.to_owned());
    format!("{}({})", operation.name, taken.join(", "))
}

/// All that it takes, given to a function that takes the same.
fn passed_on(context: &Context<'_>, operation: &Operation) -> String {
    let mut given = Vec::new();
    if operation.shape.is_by_id() {
        given.push("id".to_owned());
    }
    if matches!(operation.shape, Shape::Wait { .. }) {
        given.push("until=until".to_owned());
    }
    let params = operation.shape.params().map(|params| context.params(params));
    given.extend(params.into_iter().flat_map(params::arguments).map(|one| format!("{0}={0}", one.name)));
    given.extend(params::CALLING.map(|name| format!("{name}={name}")));
    given.join(", ")
}

fn documented(context: &Context<'_>, operation: &Operation) -> String {
    let params = operation.shape.params().map(|params| context.params(params));
    docstring("        ", &operations::docs(context, operation, params))
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
