//! Parameters: a table of their names and types, by which `lib/arguments.js` reads them.

use heck::ToShoutySnakeCase;

use super::imports::{ARGUMENTS, Imports};
use super::names::camel;
use crate::codegen::context::Context;
use crate::codegen::definition::{Field, Params, Type};

/// The JavaScript table of the parameters.
pub(super) fn table(context: &Context<'_>, imports: &Imports, params: &Params) -> String {
    let members: String = params
        .fields
        .iter()
        .map(|field| {
            let name = context.take_in(&params.name, &camel(&field.name), &field.span);
            let reader = imports.add(ARGUMENTS, reader(context, field));
            format!("  {name}: {reader}('{}'),\n", field.name)
        })
        .collect();
    format!("\nconst {} = {{\n{members}}}\n", constant(&params.name))
}

/// The name of that table.
pub(super) fn constant(params: &str) -> String {
    params.to_shouty_snake_case()
}

/// The function of `lib/arguments.js` that reads a parameter of this type.
fn reader(context: &Context<'_>, field: &Field) -> &'static str {
    match &field.kind {
        Type::String | Type::Enum(_) => "string",
        // The size of a page.
        Type::U32 => "positiveInteger",
        Type::Timestamp => "dateTime",
        Type::Template => "object",
        Type::List(element) if matches!(**element, Type::String | Type::Enum(_)) => "strings",
        kind => {
            context.report(&field.span, format!("parameters cannot be a `{kind}` in JavaScript"));
            ""
        }
    }
}
