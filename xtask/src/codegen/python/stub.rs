//! The stub of the extension module, for editors and type checkers, and the classes of the resources.

use super::models;
use super::names::attribute;
use super::operations::{self, ClientKind};
use super::params;
use crate::codegen::context::Context;
use crate::codegen::definition::{Field, Model, Operation, OperationKind, Params, Resource, Type};
use crate::codegen::docs::paragraphs;
use crate::codegen::shared::{About, FINAL, about};

/// How annotations refer to names that have to be imported.
#[derive(Clone, Copy)]
pub(super) enum Spelling {
    /// In the stub, which imports the names.
    Stub,
    /// In a module, which imports the names only when an annotation is evaluated.
    Module,
}

impl Spelling {
    /// A name from `typing`, `datetime` and so on, or an open enum.
    fn of(self, name: &str) -> String {
        match (self, name) {
            (Spelling::Stub, _) => name.to_owned(),
            (Spelling::Module, "Mapping" | "Sequence") => format!("collections.abc.{name}"),
            (Spelling::Module, "Any") => format!("typing.{name}"),
            (Spelling::Module, "datetime" | "timedelta") => format!("datetime.{name}"),
            (Spelling::Module, "FinalStatus") => format!("_types.{name}"),
            // The literal types of the package.
            (Spelling::Module, _) => format!("zexa.{name}"),
        }
    }

    /// The call options of an operation.
    fn call_options(self, operation_kind: &OperationKind) -> String {
        let (mapping, sequence) = (self.of("Mapping"), self.of("Sequence"));
        let seconds = format!("float | {}", self.of("timedelta"));
        let query = format!("{mapping}[str, str | int | float | {sequence}[str | int | float]]");
        let mut options = format!(
            "timeout: {seconds} | None = None, deadline: {seconds} | None = None, max_retries: int | None = None, \
             retry_ambiguous: bool | None = None, extra_headers: {mapping}[str, str] | None = None, \
             extra_query: {query} | None = None"
        );
        if operation_kind.has_body() {
            options += &format!(", extra_body: {mapping}[str, {}] | None = None", self.of("Any"));
        }
        options
    }
}

/// An indented docstring, wrapped, with a final line break.
pub(super) fn docstring(indent: &str, lines: &[String]) -> String {
    let lines: Vec<String> = paragraphs(lines).iter().flat_map(|line| wrapped(line, WIDTH - indent.len())).collect();
    match &lines[..] {
        [] => String::new(),
        // Fits on one line with its quotes.
        [line] if line.len() + indent.len() + 6 <= WIDTH => format!("{indent}\"\"\"{line}\"\"\"\n"),
        lines => {
            let lines: String =
                lines.iter().map(|line| format!("{indent}{line}").trim_end().to_owned() + "\n").collect();
            format!("{indent}\"\"\"{}{indent}\"\"\"\n", &lines[indent.len()..])
        }
    }
}

/// The line length of ruff.toml.
const WIDTH: usize = 120;

/// Wraps a line of documentation. Continuation lines of list items and arguments are indented further.
fn wrapped(line: &str, width: usize) -> Vec<String> {
    let text = line.trim_start();
    let indent = " ".repeat(line.len() - text.len());
    let hanging_indent = match indent.is_empty() && !text.starts_with("- ") {
        true => String::new(),
        false if text.starts_with("- ") => indent.clone() + "  ",
        false => indent.clone() + "    ",
    };
    let mut lines = vec![indent.clone()];
    for word in text.split(' ') {
        let last = lines.last_mut().expect("starts with one line");
        let is_empty = last.trim_start().is_empty();
        if !is_empty && last.chars().count() + 1 + word.chars().count() > width - 6 {
            lines.push(format!("{hanging_indent}{word}"));
        } else {
            last.push_str(if is_empty { "" } else { " " });
            last.push_str(word);
        }
    }
    lines
}

pub(super) fn model(context: &Context<'_>, model: &Model) -> String {
    let docs = docstring("    ", &context.lines(&model.docs));
    let mut text = format!("\n@final\nclass {}:\n{docs}\n{}", model.name, constructor(model));
    let mut property = |name: &str, kind: &str, docs: &[String]| {
        text += &format!("\n    @property\n    def {name}(self) -> {kind}:\n{}", docstring("        ", docs));
    };
    for field in &model.fields {
        property(&attribute(&field.name), &field_annotation(field), &context.lines(&field.docs));
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

/// The constructor of a model: keyword arguments, required ones first.
fn constructor(model: &Model) -> String {
    let (required, optional): (Vec<_>, Vec<_>) =
        model.fields.iter().partition(|field| models::is_required_argument(field));
    let required = required
        .iter()
        .map(|field| format!("{}: {}", attribute(&field.name), argument_annotation(&field.kind, Spelling::Stub)));
    let optional = optional.iter().map(|field| {
        format!("{}: {} = None", attribute(&field.name), or_none(argument_annotation(&field.kind, Spelling::Stub)))
    });
    let parameters: Vec<String> =
        required.chain(optional).chain(["extra: Mapping[str, Any] | None = None".to_owned()]).collect();
    format!("    def __new__(cls, *, {}) -> Self: ...\n", parameters.join(", "))
}

fn or_none(kind: String) -> String {
    if kind == "Any" { kind } else { format!("{kind} | None") }
}

const COMMON: &str = r#"
    @property
    def extra(self) -> dict[str, Any]:
        """Fields that this version does not know, and the raw values of fields in an unexpected form."""

    def to_dict(self, *, mode: Literal["python", "json"] = "python") -> dict[str, Any]:
        """Convert the model to a dict with the field names of the API.

        Absent fields are omitted, and the fields in `extra` are included.

        Args:
            mode: `python` for times as datetimes, `json` for times as strings, as `json.dumps()` needs them.
        """

    def to_json(self) -> str:
        """Convert the model to JSON with the field names of the API. The fields in `extra` are included."""

    @classmethod
    def from_json(cls, text: str | bytes | bytearray | memoryview) -> Self:
        """Create a model from JSON: the result of `to_json()`, or an object that the API returned.

        Raises:
            DecodeError: The text is not JSON, or lacks a field that the model requires.
        """

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Self:
        """Create a model from the result of `to_dict()` in either mode.

        Raises:
            DecodeError: The data lacks a field that the model requires.
        """

    @classmethod
    def __get_pydantic_core_schema__(cls, source: Any, handler: Any, /) -> Any: ...
    def __eq__(self, other: object, /) -> bool: ...
    def __hash__(self) -> int: ...
    def __reduce__(self) -> tuple[Any, ...]: ...
    __match_args__ = ({MATCH_ARGS})
"#;

fn field_annotation(field: &Field) -> String {
    let kind = annotation(&field.kind, Spelling::Stub);
    if field.required || field.kind == Type::Json { kind } else { format!("{kind} | None") }
}

/// The annotation of a field.
pub(super) fn annotation(kind: &Type, spelling: Spelling) -> String {
    match kind {
        Type::String => "str".to_owned(),
        Type::U32 | Type::U64 => "int".to_owned(),
        Type::F64 => "float".to_owned(),
        Type::Timestamp => spelling.of("datetime"),
        Type::Json => spelling.of("Any"),
        Type::Template => format!("{}[str, {}]", spelling.of("Mapping"), spelling.of("Any")),
        Type::Enum(name) => spelling.of(name),
        Type::Model(name) => name.clone(),
        Type::List(element) => format!("tuple[{}, ...]", annotation(element, spelling)),
    }
}

/// The annotation of an argument.
fn argument_annotation(kind: &Type, spelling: Spelling) -> String {
    match kind {
        Type::Timestamp => format!("{} | str", spelling.of("datetime")),
        Type::List(element) => format!("{}[{}]", spelling.of("Sequence"), annotation(element, spelling)),
        kind => annotation(kind, spelling),
    }
}

/// The class of a resource in the extension module.
pub(super) fn calls(context: &Context<'_>, resource: &Resource, kind: ClientKind) -> String {
    let methods = resource.operations.iter().map(|operation| {
        let returns = match (&operation.kind, kind) {
            (OperationKind::List { item, .. }, ClientKind::Blocking) => format!("List[{item}]"),
            (OperationKind::List { item, .. }, ClientKind::Async) => format!("AsyncList[{item}]"),
            (operation_kind, ClientKind::Blocking) => operation_kind.answer().unwrap_or("None").to_owned(),
            (operation_kind, ClientKind::Async) => format!("Awaitable[{}]", operation_kind.answer().unwrap_or("None")),
        };
        format!("    def {} -> {returns}: ...\n", head(context, operation, Spelling::Stub))
    });
    format!("\n@final\nclass _{}:\n", kind.class(resource)) + &methods.collect::<String>()
}

/// The class of a resource that users see, in Python.
pub(super) fn resource(context: &Context<'_>, resource: &Resource, kind: ClientKind) -> String {
    let class = kind.class(resource);
    let docs = docstring("    ", &context.lines(&resource.docs));
    let methods = resource.operations.iter().map(|operation| {
        let call = format!("self._calls.{}({})", operation.name, forwarded(context, operation));
        let (word, awaited) = match kind {
            ClientKind::Async if !operation.kind.is_list() => ("async def", "await "),
            _ => ("def", ""),
        };
        let (returns, call) = match (&operation.kind, kind) {
            (OperationKind::List { item, .. }, ClientKind::Blocking) => {
                (format!("List[{item}]"), format!("return {call}"))
            }
            (OperationKind::List { item, .. }, ClientKind::Async) => {
                (format!("AsyncList[{item}]"), format!("return {call}"))
            }
            (OperationKind::Delete, _) => ("None".to_owned(), format!("{awaited}{call}")),
            (operation_kind, _) => {
                (operation_kind.answer().unwrap_or("None").to_owned(), format!("return {awaited}{call}"))
            }
        };
        let docs = documented(context, operation);
        let head = head(context, operation, Spelling::Module);
        format!("\n    {word} {head} -> {returns}:\n{docs}        {call}\n")
    });
    format!(
        "\n\nclass {class}:\n{docs}\n    __module__ = \"zexa\"\n\n    def __init__(self, calls: _{class}) -> None:\n        self._calls = calls\n"
    ) + &methods.collect::<String>()
}

/// The name and parameters of an operation.
fn head(context: &Context<'_>, operation: &Operation, spelling: Spelling) -> String {
    let params = operation.kind.params().map(|params| context.params(params));
    let mut parameters = vec!["self".to_owned()];
    if operation.kind.is_by_id() {
        parameters.push("id: str".to_owned());
    }
    parameters.push("*".to_owned());
    if let OperationKind::Wait { answer } = &operation.kind {
        let status = context.status(operation, answer).map(|kind| annotation(kind, spelling)).unwrap_or_default();
        parameters.push(match spelling {
            Spelling::Stub => format!("until: {status} | None = None"),
            // Ruff would remove the quotes inside a `Literal` that is an attribute of a module.
            Spelling::Module => format!("until: {status} | {} = {FINAL:?}", spelling.of("FinalStatus")),
        });
    }
    parameters.extend(params.into_iter().flat_map(|params| self::parameters(params, spelling)));
    if operation.kind.is_list() {
        parameters.push("limit: int | None = None".to_owned());
    }
    parameters.push(spelling.call_options(&operation.kind));
    format!("{}({})", operation.name, parameters.join(", "))
}

/// The arguments of a call that forwards all parameters.
fn forwarded(context: &Context<'_>, operation: &Operation) -> String {
    let mut arguments = Vec::new();
    if operation.kind.is_by_id() {
        arguments.push("id".to_owned());
    }
    if matches!(operation.kind, OperationKind::Wait { .. }) {
        arguments.push("until=until".to_owned());
    }
    let params = operation.kind.params().map(|params| context.params(params));
    arguments.extend(params.into_iter().flat_map(params::arguments).map(|argument| format!("{0}={0}", argument.name)));
    if operation.kind.is_list() {
        arguments.push("limit=limit".to_owned());
    }
    arguments.extend(params::call_options(&operation.kind).map(|name| format!("{name}={name}")));
    arguments.join(", ")
}

fn documented(context: &Context<'_>, operation: &Operation) -> String {
    let params = operation.kind.params().map(|params| context.params(params));
    docstring("        ", &operations::docs(context, operation, params))
}

/// The parameters of an operation, required ones first.
fn parameters(params: &Params, spelling: Spelling) -> Vec<String> {
    let all = params.fields.iter().zip(params::arguments(params));
    let (required, optional): (Vec<_>, Vec<_>) = all.partition(|(_, argument)| argument.required);
    let required = required
        .iter()
        .map(|(field, argument)| format!("{}: {}", argument.name, argument_annotation(&field.kind, spelling)));
    let optional = optional.iter().map(|(field, argument)| {
        format!("{}: {} | None = None", argument.name, argument_annotation(&field.kind, spelling))
    });
    required.chain(optional).collect()
}
