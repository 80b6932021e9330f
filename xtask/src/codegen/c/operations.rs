//! Operations in C: one function each; a list has three.

use heck::ToSnakeCase;

use super::lists;
use super::names::{enum_prefix, init_macro, model_type, params_type};
use super::status::status;
use crate::codegen::context::Context;
use crate::codegen::definition::{Operation, OperationKind, Resource, Type};
use crate::codegen::errors::additional;

pub(super) fn write(context: &Context<'_>, resource: &Resource, operation: &Operation) -> String {
    let operations = Operations { context, resource: &resource.name, operation };
    let method = operations.method();
    match &operation.kind {
        OperationKind::Post { params, answer } => operations.function(Function {
            docs: operations.docs("POST"),
            inputs: vec![Input {
                name: "params",
                kind: format!("*const {}", params_type(params)),
                docs: format!("the parameters; initialise with `{}`", init_macro(&params_type(params))),
            }],
            output: Some(Output::object(answer)),
            read: "let params = input::sized_struct(\"params\", params)?.read()?;",
            call: format!("{method}(&params)?"),
            ..Function::default()
        }),
        OperationKind::Get { answer } => operations.function(Function {
            docs: operations.docs("GET"),
            output: Some(Output::object(answer)),
            ..Function::by_id(answer, format!("{method}(id)?"))
        }),
        OperationKind::GetOne { answer } => operations.function(Function {
            docs: operations.docs("GET"),
            output: Some(Output::object(answer)),
            call: format!("{method}()?"),
            ..Function::default()
        }),
        OperationKind::Wait { answer } => {
            let prefix = match context.status(operation, answer) {
                Some(Type::Enum(name)) => enum_prefix(name),
                _ => String::new(),
            };
            let mut function = Function::by_id(answer, format!("{method}(id, until)?"));
            function.inputs.push(Input {
                name: "until",
                kind: "*const c_char".to_owned(),
                docs: format!(
                    "[optional] status to wait for, one of the `{prefix}...` constants; NULL or \"final\" for any final status"
                ),
            });
            operations.function(Function {
                docs: operations.docs("GET"),
                output: Some(Output::object(answer)),
                read: "let id = input::string(\"id\", id)?;
                    let until = input::optional_string(\"until\", until)?.unwrap_or_default();",
                ..function
            })
        }
        OperationKind::Delete => operations.function(Function {
            docs: operations.docs("DELETE"),
            ..Function::by_id(resource.name.trim_end_matches('s'), format!("{method}(id)?"))
        }),
        OperationKind::List { params, item } => lists::write(&operations, params, item),
    }
}

/// Documentation of the parameter `error`.
pub(super) const ERROR: &str = "[optional] the error on failure; free with zexa_error_free()";

/// A list of parameters as lines of a doc comment. A name may start with `[out]`. The descriptions are aligned.
pub(in crate::codegen) fn parameters(documented: &[(String, String)]) -> String {
    let commands: Vec<String> = documented
        .iter()
        .map(|(name, _)| match name.strip_prefix("[out] ") {
            Some(name) => format!("@param[out] {name}"),
            None => format!("@param {name}"),
        })
        .collect();
    let width = commands.iter().map(String::len).max().unwrap_or_default();
    commands.iter().zip(documented).map(|(command, (_, about))| format!("/// {command:width$}  {about}\n")).collect()
}

/// The functions of an operation.
pub(super) struct Operations<'a> {
    pub(super) context: &'a Context<'a>,
    resource: &'a str,
    pub(super) operation: &'a Operation,
}

/// How a function that makes a call differs from others.
#[derive(Default)]
pub(super) struct Function<'a> {
    /// Suffix of the name.
    pub(super) suffix: &'a str,
    /// Documentation, as lines of a doc comment.
    pub(super) docs: String,
    /// Arguments between the client and the options.
    pub(super) inputs: Vec<Input<'a>>,
    pub(super) output: Option<Output>,
    /// Statements that read the inputs.
    pub(super) read: &'a str,
    /// Expression that makes the call, with `client`.
    pub(super) call: String,
}

pub(super) struct Input<'a> {
    pub(super) name: &'a str,
    pub(super) kind: String,
    pub(super) docs: String,
}

pub(super) struct Output {
    pub(super) name: String,
    pub(super) kind: String,
}

impl Output {
    fn object(model: &str) -> Output {
        Output { name: model.to_snake_case(), kind: model_type(model) }
    }
}

impl Function<'_> {
    /// A call with an id.
    fn by_id(object: &str, call: String) -> Self {
        Function {
            inputs: vec![Input {
                name: "id",
                kind: "*const c_char".to_owned(),
                docs: format!("id of the {}", object.to_snake_case().replace('_', " ")),
            }],
            read: "let id = input::string(\"id\", id)?;",
            call,
            ..Function::default()
        }
    }
}

impl Operations<'_> {
    /// Documentation of the operation, as lines of a doc comment.
    pub(super) fn docs(&self, method: &str) -> String {
        format!(
            "{}///\n/// Endpoint: `{method} {}`. Thread-safe.\n",
            self.context.docs(&self.operation.docs),
            self.operation.path
        )
    }

    /// The method of the core's client, such as `client.messages().send`.
    pub(super) fn method(&self) -> String {
        format!("client.{}().{}", self.resource, self.operation.name)
    }

    pub(super) fn function(&self, function: Function<'_>) -> String {
        let span = &self.operation.span;
        let name = format!("zexa_{}_{}{}", self.resource, self.operation.name, function.suffix);
        let name = self.context.take(name, span);
        let mut documented = vec![("client".to_owned(), "the client".to_owned())];
        let mut arguments = String::from("client: *const zexa_client, ");
        for Input { name, kind, docs } in function.inputs {
            documented.push((name.to_owned(), docs));
            arguments += &format!("{name}: {kind}, ");
        }
        documented.push(("options".to_owned(), "[optional] call options; NULL for those of the client".to_owned()));
        arguments += "options: *const zexa_call_options, ";
        let (mut open, mut done) = (String::new(), format!("{}; Ok(())", function.call));
        if let Some(Output { name, kind }) = function.output {
            let name = self.context.member(&name, span);
            // Creating an iterator has no effect but the iterator itself.
            let is_required = matches!(name.as_str(), "iter" | "pages");
            let about = match is_required {
                true => format!("the iterator; free with {kind}_free()"),
                false => format!("[optional] the {}; free with {kind}_free()", name.replace('_', " ")),
            };
            documented.push((format!("[out] {name}"), about));
            arguments += &format!("{name}: *mut *mut {kind}, ");
            open = match is_required {
                true => format!("let {name} = Output::required({name:?}, {name})?;"),
                false => format!("let {name} = Output::optional({name});"),
            };
            done = format!("{name}.set({})", function.call);
        }
        documented.push(("[out] error".to_owned(), ERROR.to_owned()));
        format!(
            "
            {docs}///
            {parameters}/// @return `ZEXA_OK`, {statuses}or a common error
            #[unsafe(no_mangle)]
            pub unsafe extern \"C\" fn {name}({arguments} error: *mut *mut zexa_error) -> zexa_status {{
                let call = || {{
                    // SAFETY: the caller's pointers are valid, as the header requires.
                    unsafe {{
                        {open}
                        let client = call_options::client(client, options)?;
                        {read}
                        {done}
                    }}
                }};
                // SAFETY: likewise.
                unsafe {{ panic_boundary::fallible(error, call) }}
            }}
            ",
            docs = function.docs,
            parameters = parameters(&documented),
            read = function.read,
            statuses = self.statuses(),
        )
    }

    /// The statuses that this operation can return in addition to those of every call.
    fn statuses(&self) -> String {
        let kinds = additional(self.context.definition, self.operation);
        kinds.map(|kind| format!("`{}`, ", status(&kind.name))).collect()
    }
}
