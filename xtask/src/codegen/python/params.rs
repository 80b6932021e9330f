//! Parameters in Python: keyword arguments, and what makes the core's of them.

use heck::ToSnakeCase;

use super::names::attribute;
use crate::codegen::context::Context;
use crate::codegen::definition::{Field, Params, Type};

/// An argument of an operation.
pub(super) struct Argument {
    pub(super) name: String,
    /// What pyo3 makes of it.
    pub(super) kind: &'static str,
    /// Whether it has to be there.
    pub(super) required: bool,
}

/// The options that every call has.
pub(super) const CALLING: [(&str, &str); 5] = [
    ("timeout", "Option<Seconds>"),
    ("deadline", "Option<Seconds>"),
    ("max_retries", "Option<Whole>"),
    ("retry_ambiguous", "Option<bool>"),
    ("extra_headers", "Option<Headers>"),
];

/// The function that makes the core's parameters.
pub(super) fn write(context: &Context<'_>, params: &Params) -> String {
    let (name, function) = (&params.name, function(&params.name));
    let mut taken: String = String::new();
    let mut set = String::new();
    for (field, argument) in params.fields.iter().zip(arguments(params)) {
        taken += &format!("{}: {},", argument.name, argument.kind);
        set += &format!("params.{} = {};\n", field.name, value(context, field, &argument));
    }
    format!(
        "
        #[allow(clippy::too_many_arguments, reason = \"as many as the API has\")]
        fn {function}({taken}) -> PyResult<zexa::{name}> {{
            let mut params = zexa::{name}::blank();
            {set}
            Ok(params)
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
    params.fields.iter().map(|field| Argument {
        name: attribute(&field.name),
        kind: match &field.kind {
            Type::Timestamp => "Option<Time>",
            Type::Template => "Option<Document<'_>>",
            Type::U32 => "Option<Whole>",
            Type::List(_) => "Option<Vec<String>>",
            _ => "Option<String>",
        },
        required: field.required && !field.may_be_empty,
    })
}

/// What a field is set to. What is required and `None` is refused by the core, as it is in every language.
fn value(context: &Context<'_>, field: &Field, argument: &Argument) -> String {
    let (name, key) = (&argument.name, &field.name);
    match (&field.kind, field.required) {
        (Type::String, true) => format!("{name}.unwrap_or_default()"),
        (Type::String, false) => name.clone(),
        (Type::Enum(_), true) => format!("{name}.unwrap_or_default().into()"),
        (Type::Enum(_), false) => format!("{name}.map(Into::into)"),
        (Type::List(element), true) => match &**element {
            Type::Enum(_) => format!("{name}.unwrap_or_default().into_iter().map(Into::into).collect()"),
            _ => format!("{name}.unwrap_or_default()"),
        },
        (Type::Timestamp, false) => format!("{name}.map(|time| time.parameter({key:?})).transpose()?"),
        (Type::U32, false) => format!("{name}.map(|number| number.parameter({key:?})).transpose()?"),
        (Type::Template, false) => format!("{name}.map(|template| template.template({key:?})).transpose()?"),
        (kind, required) => {
            let required = if required { "required" } else { "optional" };
            context.complain(&field.place, format!("{required} parameters cannot be a `{kind}` in Python"));
            String::new()
        }
    }
}
