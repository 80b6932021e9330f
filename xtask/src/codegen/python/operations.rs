//! The resources and their operations in the extension module, for both clients.

use super::params::{self, ARGUMENT, Argument, CALL_OPTIONS, EXTRA_BODY, call_options};
use crate::codegen::context::Context;
use crate::codegen::definition::{Operation, OperationKind, Params, Resource};
use crate::codegen::shared;

/// The client that a class belongs to.
#[derive(Clone, Copy, PartialEq)]
pub(super) enum ClientKind {
    Blocking,
    Async,
}

impl ClientKind {
    pub(super) const BOTH: [ClientKind; 2] = [ClientKind::Blocking, ClientKind::Async];

    fn handle(self) -> &'static str {
        match self {
            ClientKind::Blocking => "Handle",
            ClientKind::Async => "AsyncHandle",
        }
    }

    /// The class of the client.
    pub(super) fn client(self) -> &'static str {
        match self {
            ClientKind::Blocking => "Client",
            ClientKind::Async => "AsyncClient",
        }
    }

    /// The class of the client's lists.
    pub(super) fn list(self) -> &'static str {
        match self {
            ClientKind::Blocking => "List",
            ClientKind::Async => "AsyncList",
        }
    }

    /// The text of a template for this client. Templates are written for the async client.
    pub(super) fn adapt(self, template: &str) -> String {
        const WORDS: [(&str, &str); 5] = [
            ("AsyncClient", "Client"),
            ("async def ", "def "),
            ("await ", ""),
            ("__aenter__", "__enter__"),
            ("__aexit__", "__exit__"),
        ];
        match self {
            ClientKind::Blocking => {
                WORDS.iter().fold(template.to_owned(), |text, (word, other)| text.replace(word, other))
            }
            ClientKind::Async => template.to_owned(),
        }
    }

    /// The class of a resource, such as `AsyncMessages`.
    pub(super) fn class(self, resource: &Resource) -> String {
        match self {
            ClientKind::Blocking => shared::class(resource),
            ClientKind::Async => format!("Async{}", shared::class(resource)),
        }
    }
}

pub(super) fn write(context: &Context<'_>, resource: &Resource, kind: ClientKind) -> String {
    let class = context.take_in("zexa", &kind.class(resource), &resource.span);
    let docs = context.docs(&resource.docs);
    let methods: String = resource.operations.iter().map(|one| method(context, resource, one, kind)).collect();
    format!(
        "
        {docs}#[pyclass(frozen, module = \"zexa._zexa\", name = \"_{class}\")]
        pub(crate) struct {class}(pub(crate) {handle});

        #[pymethods]
        impl {class} {{
            fn __reduce__(&self) -> PyResult<()> {{
                Err(errors::cannot_pickle())
            }}

            {methods}
        }}
        ",
        handle = kind.handle(),
    )
}

fn method(context: &Context<'_>, resource: &Resource, operation: &Operation, kind: ClientKind) -> String {
    let name = context.take_in(&kind.class(resource), &operation.name, &operation.span);
    let params = operation.kind.params().map(|params| context.params(params));
    let arguments: Vec<Argument> = params.into_iter().flat_map(params::arguments).collect();
    // Users see the classes that are written in Python, which have the complete docs.
    let docs: String = context
        .lines(&operation.docs)
        .iter()
        .take(1)
        .map(|line| format!("/// {line}").trim_end().to_owned() + "\n")
        .collect();
    format!(
        "
        {docs}#[pyo3(signature = ({signature}))]
        #[allow(clippy::too_many_arguments, reason = \"callers pass them by name\")]
        fn {name}(&self, {parameters}) -> {returns} {{
            let options = CallArguments {{ {options} }};
            {body}
        }}
        ",
        options = options(&operation.kind),
        signature = signature(&operation.kind, &arguments),
        parameters = parameters(&arguments, kind, &operation.kind),
        returns = returns(&operation.kind, kind),
        body = body(resource, operation, params, &arguments, kind),
    )
}

const LIMIT_DOCS: &str =
    "Maximum number of items to yield. Pages that are not needed for them are not requested. Default: all items.";

const EXTRA_BODY_DOCS: &str =
    "Fields to add to the request body, sent unchanged. A name that an argument also sets raises `ConfigError`.";

const UNTIL_DOCS: &str = "Status to wait for, or `final` for any final status.";

const LIST_DOCS: [&str; 2] =
    ["Returns:", "    An iterable over all items, across pages. Nothing is sent until the first item is requested."];

const ERROR_DOCS: [&str; 3] = [
    "Raises:",
    "    ConfigError: An option is invalid. Nothing was sent.",
    "    APIError: The call failed. The subclass says why, and `outcome` whether the request may have taken effect.",
];

/// The docstring of an operation.
pub(super) fn docs(context: &Context<'_>, operation: &Operation, params: Option<&Params>) -> Vec<String> {
    let mut lines = context.lines(&operation.docs);
    if let Some(params) = params {
        // The first line names the parameters; the others say what is rejected locally.
        let more: Vec<String> = context.lines(&params.docs).into_iter().skip(1).skip_while(String::is_empty).collect();
        if !more.is_empty() {
            lines.push(String::new());
            lines.extend(more);
        }
    }
    lines.push(String::new());
    lines.push(format!("Endpoint: `{} {}`", operation.kind.method(), operation.path));
    let arguments: Vec<(String, String)> = params
        .into_iter()
        .flat_map(|params| params.fields.iter().zip(params::arguments(params)))
        .map(|(field, argument)| (argument.name, context.lines(&field.docs).join(" ")))
        .collect();
    lines.extend([String::new(), "Args:".to_owned()]);
    if operation.kind.is_by_id() {
        lines.push(format!("    id: Id of the {}.", resource_in_path(&operation.path)));
    }
    if matches!(operation.kind, OperationKind::Wait { .. }) {
        lines.push(format!("    until: {UNTIL_DOCS}"));
    }
    lines.extend(arguments.into_iter().map(|(name, docs)| format!("    {name}: {docs}")));
    if operation.kind.is_list() {
        lines.push(format!("    limit: {LIMIT_DOCS}"));
    }
    lines.push(format!("    {}: See `with_options()`.", CALL_OPTIONS.join(", ")));
    if operation.kind.has_body() {
        lines.push(format!("    {EXTRA_BODY}: {EXTRA_BODY_DOCS}"));
    }
    let sections = operation.kind.is_list().then_some(&LIST_DOCS[..]).into_iter().chain([&ERROR_DOCS[..]]);
    for section in sections {
        lines.push(String::new());
        lines.extend(section.iter().map(|line| (*line).to_owned()));
    }
    lines
}

/// The resource that a path names before its id: `contact` in `/contacts/{id}`.
fn resource_in_path(path: &str) -> &str {
    let (collection, _) = path.trim_start_matches('/').split_once('/').unwrap_or((path, ""));
    collection.trim_end_matches('s')
}

fn signature(operation_kind: &OperationKind, arguments: &[Argument]) -> String {
    let mut parts = Vec::new();
    if operation_kind.is_by_id() {
        parts.push("id".to_owned());
    }
    parts.push("*".to_owned());
    if matches!(operation_kind, OperationKind::Wait { .. }) {
        parts.push("until=None".to_owned());
    }
    parts.extend(arguments.iter().filter(|argument| argument.required).map(|argument| argument.name.clone()));
    parts.extend(
        arguments.iter().filter(|argument| !argument.required).map(|argument| format!("{}=None", argument.name)),
    );
    if operation_kind.is_list() {
        parts.push("limit=None".to_owned());
    }
    parts.extend(call_options(operation_kind).map(|name| format!("{name}=None")));
    parts.join(", ")
}

fn parameters(arguments: &[Argument], kind: ClientKind, operation_kind: &OperationKind) -> String {
    let mut parts = Vec::new();
    // Creating a list of the blocking client makes no call, and needs no GIL token.
    if !(kind == ClientKind::Blocking && matches!(operation_kind, OperationKind::List { .. })) {
        parts.push("py: Python<'_>".to_owned());
    }
    if operation_kind.is_by_id() {
        parts.push(format!("id: {ARGUMENT}"));
    }
    if matches!(operation_kind, OperationKind::Wait { .. }) {
        parts.push(format!("until: {ARGUMENT}"));
    }
    let (required, optional): (Vec<_>, Vec<_>) = arguments.iter().partition(|argument| argument.required);
    parts.extend(required.into_iter().chain(optional).map(|argument| format!("{}: {ARGUMENT}", argument.name)));
    if operation_kind.is_list() {
        parts.push(format!("limit: {ARGUMENT}"));
    }
    parts.extend(call_options(operation_kind).map(|name| format!("{name}: {ARGUMENT}")));
    parts.join(", ")
}

/// The fields of `CallArguments`.
fn options(operation_kind: &OperationKind) -> String {
    let others = if operation_kind.has_body() { String::new() } else { format!(", {EXTRA_BODY}: None") };
    call_options(operation_kind).collect::<Vec<_>>().join(", ") + &others
}

fn returns(operation_kind: &OperationKind, kind: ClientKind) -> String {
    match (kind, operation_kind) {
        (ClientKind::Blocking, OperationKind::List { .. }) => "PyResult<List>".to_owned(),
        (ClientKind::Async, OperationKind::List { .. }) => "PyResult<AsyncList>".to_owned(),
        (ClientKind::Async, _) => "Coroutine".to_owned(),
        (ClientKind::Blocking, _) => format!("PyResult<{}>", operation_kind.answer().unwrap_or("()")),
    }
}

const LIMIT: &str = "let limit = limit.map(|limit| limit.number(\"limit\")).transpose()?;";

fn body(
    resource: &Resource,
    operation: &Operation,
    params: Option<&Params>,
    arguments: &[Argument],
    kind: ClientKind,
) -> String {
    let method = format!("client.{}().{}", resource.name, operation.name);
    let names = arguments.iter().map(|argument| argument.name.as_str()).collect::<Vec<_>>().join(", ");
    let params =
        params.map_or_else(String::new, |params| format!("let params = {}({names})?;", params::function(&params.name)));
    let text = |name: &str| {
        format!("let {name} = {name}.map(|{name}| {name}.text({name:?})).transpose()?.unwrap_or_default();")
    };
    let id = if operation.kind.is_by_id() { text("id") } else { String::new() };
    let until = if matches!(operation.kind, OperationKind::Wait { .. }) { text("until") } else { String::new() };
    let params = params + &id + &until;
    let call = match operation.kind {
        OperationKind::Post { .. } | OperationKind::List { .. } => format!("{method}(&params)"),
        OperationKind::Get { .. } | OperationKind::Delete => format!("{method}(&id)"),
        OperationKind::Wait { .. } => format!("{method}(&id, &until)"),
        OperationKind::GetOne { .. } => format!("{method}()"),
    };
    let wrapped = operation.kind.answer().map_or_else(String::new, |answer| format!(".map({answer})"));
    match (kind, &operation.kind) {
        (ClientKind::Blocking, OperationKind::List { .. }) => {
            format!("{params} {LIMIT} Ok(List::new(self.0.with_options(options)?, limit, move |client| {call}))")
        }
        (ClientKind::Async, OperationKind::List { .. }) => format!(
            "let (client, log) = self.0.list(py, options)?; {params} {LIMIT} Ok(AsyncList::new(log, limit, move || {call}))"
        ),
        (ClientKind::Blocking, _) => format!("{params} self.0.call(py, options, |client| {call}){wrapped}"),
        (ClientKind::Async, _) => {
            let name = format!("{}.{}", kind.class(resource), operation.name);
            format!(
                "let begin = || {{ let (client, handle) = self.0.begin(py, options)?; {params} Ok((handle, {call})) }};
                Coroutine::begin({name:?}, begin())"
            )
        }
    }
}
