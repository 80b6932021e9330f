//! Parameters: keyword arguments in Python, and the functions that convert them to the core's types.

use heck::ToSnakeCase;

use super::names::attribute;
use crate::codegen::context::Context;
use crate::codegen::definition::{Field, OperationKind, Params, Type};

/// An argument of an operation.
pub(super) struct Argument {
    pub(super) name: String,
    /// Whether the argument is required.
    pub(super) required: bool,
}

/// The options of every call.
pub(super) const CALL_OPTIONS: [&str; 6] =
    ["timeout", "deadline", "max_retries", "retry_ambiguous", "extra_headers", "extra_query"];

/// A further option of calls that send a body.
pub(super) const EXTRA_BODY: &str = "extra_body";

/// The options of a call.
pub(super) fn call_options(operation_kind: &OperationKind) -> impl Iterator<Item = &'static str> {
    CALL_OPTIONS.into_iter().chain(operation_kind.has_body().then_some(EXTRA_BODY))
}

/// The Rust type of an argument.
pub(super) const ARGUMENT: &str = "Option<Argument<'_>>";

/// The function that converts the arguments to the core's parameters.
pub(super) fn write(context: &Context<'_>, params: &Params) -> String {
    let (name, function) = (&params.name, function(&params.name));
    let mut parameters: String = String::new();
    let mut set = String::new();
    for (field, argument) in params.fields.iter().zip(arguments(params)) {
        parameters += &format!("{}: {ARGUMENT},", argument.name);
        set += &format!("params.{} = {};\n", field.name, value(context, field, &argument));
    }
    format!(
        "
        #[allow(clippy::too_many_arguments, reason = \"one for each field of the request\")]
        fn {function}({parameters}) -> PyResult<zexa::{name}> {{
            let mut params = zexa::{name}::empty();
            {set}Ok(params)
        }}
        "
    )
}

/// The name of the function that `write` generates.
pub(super) fn function(params: &str) -> String {
    params.to_snake_case()
}

/// The arguments for the fields of these parameters.
pub(super) fn arguments(params: &Params) -> impl Iterator<Item = Argument> {
    params
        .fields
        .iter()
        .map(|field| Argument { name: attribute(&field.name), required: field.required && !field.may_be_empty })
}

/// The expression that a field is set to. The core rejects a missing required value, as in every language.
fn value(context: &Context<'_>, field: &Field, argument: &Argument) -> String {
    let name = &argument.name;
    let read = |reader: &str| format!("{name}.map(|value| value.{reader}({name:?})).transpose()?");
    match (&field.kind, field.required) {
        (Type::String, true) => format!("{}.unwrap_or_default()", read("text")),
        (Type::String, false) => read("text"),
        (Type::Enum(_), true) => format!("{}.unwrap_or_default().into()", read("text")),
        (Type::Enum(_), false) => format!("{}.map(Into::into)", read("text")),
        (Type::List(element), true) => match &**element {
            Type::Enum(_) => format!("{}.unwrap_or_default().into_iter().map(Into::into).collect()", read("texts")),
            _ => format!("{}.unwrap_or_default()", read("texts")),
        },
        (Type::Timestamp, false) => read("time"),
        // The size of a page.
        (Type::U32, false) => read("positive_number"),
        (Type::Template, false) => read("template"),
        (kind, required) => {
            let required = if required { "required" } else { "optional" };
            context.report(&field.span, format!("{required} parameters cannot be a `{kind}` in Python"));
            String::new()
        }
    }
}
