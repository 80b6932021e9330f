//! Resources and their operations in Python, for both clients.

use super::params::{self, ARGUMENT, Argument, CALLING, EXTRA_BODY, calling};
use crate::codegen::alike::{self, FINAL};
use crate::codegen::context::Context;
use crate::codegen::definition::{Operation, Params, Resource, Shape};

/// Which of the two clients a class is of.
#[derive(Clone, Copy, PartialEq)]
pub(super) enum Of {
    Client,
    AsyncClient,
}

impl Of {
    pub(super) const BOTH: [Of; 2] = [Of::Client, Of::AsyncClient];

    fn handle(self) -> &'static str {
        match self {
            Of::Client => "Handle",
            Of::AsyncClient => "AsyncHandle",
        }
    }

    /// The class of the client.
    pub(super) fn client(self) -> &'static str {
        match self {
            Of::Client => "Client",
            Of::AsyncClient => "AsyncClient",
        }
    }

    /// The class of its lists.
    pub(super) fn list(self) -> &'static str {
        match self {
            Of::Client => "List",
            Of::AsyncClient => "AsyncList",
        }
    }

    /// Its part of a template, which is written for the async client: without the words that make calls async.
    pub(super) fn adapt(self, template: &str) -> String {
        const WORDS: [(&str, &str); 5] = [
            ("AsyncClient", "Client"),
            ("async def ", "def "),
            ("await ", ""),
            ("__aenter__", "__enter__"),
            ("__aexit__", "__exit__"),
        ];
        match self {
            Of::Client => WORDS.iter().fold(template.to_owned(), |text, (word, other)| text.replace(word, other)),
            Of::AsyncClient => template.to_owned(),
        }
    }

    /// The class of a resource, such as `AsyncMessages`.
    pub(super) fn class(self, resource: &Resource) -> String {
        match self {
            Of::Client => alike::class(resource),
            Of::AsyncClient => format!("Async{}", alike::class(resource)),
        }
    }
}

pub(super) fn write(context: &Context<'_>, resource: &Resource, of: Of) -> String {
    let class = context.take_in("zexa", &of.class(resource), &resource.place);
    let docs = context.docs(&resource.docs);
    let methods: String = resource.operations.iter().map(|one| method(context, resource, one, of)).collect();
    format!(
        "
        {docs}#[pyclass(frozen, module = \"zexa._zexa\", name = \"_{class}\")]
        pub(crate) struct {class}(pub(crate) {handle});

        #[pymethods]
        impl {class} {{
            {methods}
        }}
        ",
        handle = of.handle(),
    )
}

fn method(context: &Context<'_>, resource: &Resource, operation: &Operation, of: Of) -> String {
    let name = context.take_in(&of.class(resource), &operation.name, &operation.place);
    let params = operation.shape.params().map(|params| context.params(params));
    let arguments: Vec<Argument> = params.into_iter().flat_map(params::arguments).collect();
    // Users see the classes that are written in Python, which have the complete documentation.
    let docs: String = context
        .lines(&operation.docs)
        .iter()
        .take(1)
        .map(|line| format!("/// {line}").trim_end().to_owned() + "\n")
        .collect();
    format!(
        "
        {docs}#[pyo3(signature = ({signature}))]
        #[allow(clippy::too_many_arguments, reason = \"they are named where they are given\")]
        fn {name}(&self, {taken}) -> {gives} {{
            let calling = Calling {{ {calling} }};
            {body}
        }}
        ",
        calling = options(&operation.shape),
        signature = signature(&operation.shape, &arguments),
        taken = taken(&arguments, of, &operation.shape),
        gives = gives(&operation.shape, of),
        body = body(resource, operation, params, &arguments, of),
    )
}

const LIMIT_DOCS: &str = "The number of items after which iteration ends. Pages that are not needed for them are not requested. Default: all items.";

const EXTRA_BODY_DOCS: &str =
    "Fields added to the body, sent unchanged. One that its argument sets, too, raises `ConfigError`.";

/// What it does, and what it takes, as `help()` shows it.
pub(super) fn docs(context: &Context<'_>, operation: &Operation, params: Option<&Params>) -> Vec<String> {
    let mut lines = context.lines(&operation.docs);
    if let Some(params) = params {
        // What the parameters are called is in the first line, and what is refused behind it.
        let more: Vec<String> = context.lines(&params.docs).into_iter().skip(1).skip_while(String::is_empty).collect();
        if !more.is_empty() {
            lines.push(String::new());
            lines.extend(more);
        }
    }
    lines.push(String::new());
    lines.push(format!("`{} {}`", operation.shape.method(), operation.path));
    let taken: Vec<(String, String)> = params
        .into_iter()
        .flat_map(|params| params.fields.iter().zip(params::arguments(params)))
        .map(|(field, argument)| (argument.name, context.lines(&field.docs).join(" ")))
        .collect();
    lines.extend([String::new(), "Args:".to_owned()]);
    if operation.shape.is_by_id() {
        lines.push("    id: Its id.".to_owned());
    }
    if matches!(operation.shape, Shape::Wait { .. }) {
        lines.push(format!("    until: The name of a status, or `{FINAL}`."));
    }
    lines.extend(taken.into_iter().map(|(name, docs)| format!("    {name}: {docs}")));
    if operation.shape.is_list() {
        lines.push(format!("    limit: {LIMIT_DOCS}"));
    }
    lines.push(format!("    {}: See `with_options()`.", CALLING.join(", ")));
    if operation.shape.has_body() {
        lines.push(format!("    {EXTRA_BODY}: {EXTRA_BODY_DOCS}"));
    }
    lines
}

fn signature(shape: &Shape, arguments: &[Argument]) -> String {
    let mut parts = Vec::new();
    if shape.is_by_id() {
        parts.push("id".to_owned());
    }
    parts.push("*".to_owned());
    if matches!(shape, Shape::Wait { .. }) {
        parts.push("until=None".to_owned());
    }
    parts.extend(arguments.iter().filter(|one| one.required).map(|one| one.name.clone()));
    parts.extend(arguments.iter().filter(|one| !one.required).map(|one| format!("{}=None", one.name)));
    if shape.is_list() {
        parts.push("limit=None".to_owned());
    }
    parts.extend(calling(shape).map(|name| format!("{name}=None")));
    parts.join(", ")
}

fn taken(arguments: &[Argument], of: Of, shape: &Shape) -> String {
    let mut parts = Vec::new();
    // A list of the blocking client makes no call of its own.
    if !(of == Of::Client && matches!(shape, Shape::List { .. })) {
        parts.push("py: Python<'_>".to_owned());
    }
    if shape.is_by_id() {
        parts.push(format!("id: {ARGUMENT}"));
    }
    if matches!(shape, Shape::Wait { .. }) {
        parts.push(format!("until: {ARGUMENT}"));
    }
    let (required, optional): (Vec<_>, Vec<_>) = arguments.iter().partition(|one| one.required);
    parts.extend(required.into_iter().chain(optional).map(|one| format!("{}: {ARGUMENT}", one.name)));
    if shape.is_list() {
        parts.push(format!("limit: {ARGUMENT}"));
    }
    parts.extend(calling(shape).map(|name| format!("{name}: {ARGUMENT}")));
    parts.join(", ")
}

/// The members of `Calling`.
fn options(shape: &Shape) -> String {
    let others = if shape.has_body() { String::new() } else { format!(", {EXTRA_BODY}: None") };
    calling(shape).collect::<Vec<_>>().join(", ") + &others
}

fn gives(shape: &Shape, of: Of) -> String {
    match (of, shape) {
        (Of::Client, Shape::List { .. }) => "PyResult<List>".to_owned(),
        (Of::AsyncClient, Shape::List { .. }) => "PyResult<AsyncList>".to_owned(),
        (Of::AsyncClient, _) => "Coroutine".to_owned(),
        (Of::Client, _) => format!("PyResult<{}>", shape.answer().unwrap_or("()")),
    }
}

const LIMIT: &str = "let limit = limit.map(|limit| limit.number(\"limit\")).transpose()?;";

fn body(resource: &Resource, operation: &Operation, params: Option<&Params>, arguments: &[Argument], of: Of) -> String {
    let method = format!("client.{}().{}", resource.name, operation.name);
    let names = arguments.iter().map(|one| one.name.as_str()).collect::<Vec<_>>().join(", ");
    let params =
        params.map_or_else(String::new, |params| format!("let params = {}({names})?;", params::function(&params.name)));
    let text = |name: &str| {
        format!("let {name} = {name}.map(|{name}| {name}.text({name:?})).transpose()?.unwrap_or_default();")
    };
    let id = if operation.shape.is_by_id() { text("id") } else { String::new() };
    let until = if matches!(operation.shape, Shape::Wait { .. }) { text("until") } else { String::new() };
    let params = params + &id + &until;
    let call = match operation.shape {
        Shape::Post { .. } | Shape::List { .. } => format!("{method}(&params)"),
        Shape::Get { .. } | Shape::Delete => format!("{method}(&id)"),
        Shape::Wait { .. } => format!("{method}(&id, &until)"),
        Shape::GetOne { .. } => format!("{method}()"),
    };
    let wrapped = operation.shape.answer().map_or_else(String::new, |answer| format!(".map({answer})"));
    match (of, &operation.shape) {
        (Of::Client, Shape::List { .. }) => {
            format!("{params} {LIMIT} Ok(List::new(self.0.with_options(calling)?, limit, move |client| {call}))")
        }
        (Of::AsyncClient, Shape::List { .. }) => format!(
            "let (client, told) = self.0.list(py, calling)?; {params} {LIMIT} Ok(AsyncList::new(told, limit, move || {call}))"
        ),
        (Of::Client, _) => format!("{params} self.0.call(py, calling, |client| {call}){wrapped}"),
        (Of::AsyncClient, _) => {
            let name = format!("{}.{}", of.class(resource), operation.name);
            format!(
                "let begin = || {{ let (client, watch) = self.0.begin(py, calling)?; {params} Ok((watch, {call})) }};
                Coroutine::begin({name:?}, begin())"
            )
        }
    }
}
