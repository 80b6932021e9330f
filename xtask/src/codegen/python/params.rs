//! Parameters in Python: keyword arguments, and what makes the core's of them.

use heck::ToSnakeCase;

use super::names::attribute;
use crate::codegen::context::Context;
use crate::codegen::definition::{Field, Params, Shape, Type};

/// An argument of an operation.
pub(super) struct Argument {
    pub(super) name: String,
    /// Whether it has to be there.
    pub(super) required: bool,
}

/// The options that every call has.
pub(super) const CALLING: [&str; 6] =
    ["timeout", "deadline", "max_retries", "retry_ambiguous", "extra_headers", "extra_query"];

/// The option of calls that send a body.
pub(super) const EXTRA_BODY: &str = "extra_body";

/// The options of a call.
pub(super) fn calling(shape: &Shape) -> impl Iterator<Item = &'static str> {
    CALLING.into_iter().chain(shape.has_body().then_some(EXTRA_BODY))
}

/// What an argument is in Rust.
pub(super) const ARGUMENT: &str = "Option<Argument<'_>>";

/// The function that makes the core's parameters.
pub(super) fn write(context: &Context<'_>, params: &Params) -> String {
    let (name, function) = (&params.name, function(&params.name));
    let mut taken: String = String::new();
    let mut set = String::new();
    for (field, argument) in params.fields.iter().zip(arguments(params)) {
        taken += &format!("{}: {ARGUMENT},", argument.name);
        set += &format!("params.{} = {};\n", field.name, value(context, field, &argument));
    }
    format!(
        "
        #[allow(clippy::too_many_arguments, reason = \"as many as the API has\")]
        fn {function}({taken}) -> PyResult<zexa::{name}> {{
            let mut params = zexa::{name}::empty();
            {set}Ok(params)
        }}
        "
    )
}

/// The name of that function.
pub(super) fn function(params: &str) -> String {
    params.to_snake_case()
}

/// The arguments for the fields of these parameters: what has to be there first.
pub(super) fn arguments(params: &Params) -> impl Iterator<Item = Argument> {
    params
        .fields
        .iter()
        .map(|field| Argument { name: attribute(&field.name), required: field.required && !field.may_be_empty })
}

/// What a field is set to. What is required and `None` is refused by the core, as it is in every language.
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
        (Type::U32, false) => read("number"),
        (Type::Template, false) => read("template"),
        (kind, required) => {
            let required = if required { "required" } else { "optional" };
            context.complain(&field.place, format!("{required} parameters cannot be a `{kind}` in Python"));
            String::new()
        }
    }
}
