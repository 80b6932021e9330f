//! Operations in C: one function each, and for a list three.

use heck::ToSnakeCase;

use super::lists;
use super::names::{init_macro, model_type, params_type};
use super::status::status;
use crate::codegen::context::Context;
use crate::codegen::definition::{Operation, Resource, Shape};

pub(super) fn write(context: &Context<'_>, resource: &Resource, operation: &Operation) -> String {
    let operations = Operations { context, resource: &resource.name, operation };
    let method = operations.method();
    match &operation.shape {
        Shape::Post { params, answer } => operations.function(Function {
            docs: operations.docs("POST"),
            inputs: vec![Input {
                name: "params",
                kind: format!("*const {}", params_type(params)),
                docs: format!("begun with `{}`.", init_macro(&params_type(params))),
            }],
            output: Some(Output::object(answer)),
            read: "let params = input::sized_struct(\"params\", params)?.read()?;",
            call: format!("{method}(&params)?"),
            ..Function::default()
        }),
        Shape::Get { answer } => operations.function(Function {
            docs: operations.docs("GET"),
            output: Some(Output::object(answer)),
            ..Function::by_id(format!("{method}(id)?"))
        }),
        Shape::GetOne { answer } => operations.function(Function {
            docs: operations.docs("GET"),
            output: Some(Output::object(answer)),
            call: format!("{method}()?"),
            ..Function::default()
        }),
        Shape::Wait { answer } => {
            let mut function = Function::by_id(format!("{method}(id, until)?"));
            function.inputs.push(Input {
                name: "until",
                kind: "*const c_char".to_owned(),
                docs: "the name of a status, or NULL for `final`.".to_owned(),
            });
            operations.function(Function {
                docs: operations.docs("GET"),
                output: Some(Output::object(answer)),
                read: "let id = input::text(\"id\", id)?;
                    let until = input::optional_text(\"until\", until)?.unwrap_or_default();",
                ..function
            })
        }
        Shape::Delete => operations
            .function(Function { docs: operations.docs("DELETE"), ..Function::by_id(format!("{method}(id)?")) }),
        Shape::List { params, item } => lists::write(&operations, params, item),
    }
}

/// The functions of an operation.
pub(super) struct Operations<'a> {
    pub(super) context: &'a Context<'a>,
    resource: &'a str,
    pub(super) operation: &'a Operation,
}

/// What is different between functions that make a call.
#[derive(Default)]
pub(super) struct Function<'a> {
    /// Behind the name of the operation.
    pub(super) suffix: &'a str,
    /// What it does, as lines of a doc comment.
    pub(super) docs: String,
    /// The arguments between the client and the options.
    pub(super) inputs: Vec<Input<'a>>,
    pub(super) output: Option<Output>,
    /// Reads the inputs.
    pub(super) read: &'a str,
    /// Makes the call, with `client`.
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
    /// A call that takes an id.
    fn by_id(call: String) -> Self {
        Function {
            inputs: vec![Input { name: "id", kind: "*const c_char".to_owned(), docs: "its id.".to_owned() }],
            read: "let id = input::text(\"id\", id)?;",
            call,
            ..Function::default()
        }
    }
}

impl Operations<'_> {
    /// What the operation does, as lines of a doc comment.
    pub(super) fn docs(&self, method: &str) -> String {
        format!("{}///\n/// `{method} {}`\n", self.context.docs(&self.operation.docs), self.operation.path)
    }

    /// The method of the client that does it, such as `client.messages().send`.
    pub(super) fn method(&self) -> String {
        format!("client.{}().{}", self.resource, self.operation.name)
    }

    pub(super) fn function(&self, function: Function<'_>) -> String {
        let place = &self.operation.place;
        let name = format!("zexa_{}_{}{}", self.resource, self.operation.name, function.suffix);
        let name = self.context.take(name, place);
        let mut docs = function.docs + "///\n";
        let mut arguments = String::from("client: *const zexa_client, ");
        for Input { name, kind, docs: about } in &function.inputs {
            docs += &format!("/// - `{name}`: {about}\n");
            arguments += &format!("{name}: {kind}, ");
        }
        docs += "/// - `options`: NULL for those of the client.\n";
        arguments += "options: *const zexa_call_options, ";
        let (mut open, mut done) = (String::new(), format!("{}; Ok(())", function.call));
        if let Some(Output { name, kind }) = function.output {
            let name = self.context.member(&name, place);
            // A list that nobody receives would never be read.
            let is_required = matches!(name.as_str(), "iter" | "pages");
            docs += &match is_required {
                true => format!("/// - `{name}`: [out] the list; free with {kind}_free().\n"),
                false => format!("/// - `{name}`: [out, optional] the result; free with {kind}_free().\n"),
            };
            arguments += &format!("{name}: *mut *mut {kind}, ");
            open = match is_required {
                true => format!("let {name} = Output::new({name:?}, {name})?;"),
                false => format!("let {name} = Output::optional({name});"),
            };
            done = format!("{name}.give({})", function.call);
        }
        format!(
            "
            {docs}/// - `error`: [out, optional] the error on failure; free with zexa_error_free().
            ///
            /// Returns `ZEXA_OK`, {statuses}or a status of every call: see zexa_status.
            #[unsafe(no_mangle)]
            pub unsafe extern \"C\" fn {name}({arguments} error: *mut *mut zexa_error) -> zexa_status {{
                let call = || {{
                    // SAFETY: the caller's pointers are as the header asks.
                    unsafe {{
                        {open}
                        let client = call_options::client(client, options)?;
                        {read}
                        {done}
                    }}
                }};
                // SAFETY: likewise.
                unsafe {{ guard::call(error, call) }}
            }}
            ",
            read = function.read,
            statuses = self.statuses(),
        )
    }

    /// The statuses of the errors that this operation has beside those of every call, in the order of their numbers.
    fn statuses(&self) -> String {
        let Operation { shape, kinds, .. } = self.operation;
        let is_possible = |variant: &str| match variant {
            "NotFound" if shape.is_by_id() => true,
            // Of parameters and of an id.
            "Validation" => !matches!(shape, Shape::GetOne { .. }),
            _ => kinds.iter().any(|kind| kind == variant),
        };
        let possible = self.context.definition.kinds.iter().filter(|kind| is_possible(&kind.variant));
        possible.map(|kind| format!("`{}`, ", status(&kind.name))).collect()
    }
}
