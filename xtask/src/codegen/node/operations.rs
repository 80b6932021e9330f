//! Resources and their operations: methods of the addon's client, and the JavaScript classes that call them.

use super::imports::{ARGUMENTS, CONNECTION, Imports};
use super::models::reviver_of;
use super::names::{Native, camel, lines};
use super::params::constant;
use crate::codegen::context::Context;
use crate::codegen::definition::{Operation, OperationKind, Resource};
use crate::codegen::docs::commented;
use crate::codegen::shared::class;

/// The methods of the addon's client.
pub(super) fn in_rust(context: &Context<'_>, resource: &Resource) -> String {
    let methods: String = resource.operations.iter().map(|operation| native(context, resource, operation)).collect();
    format!("\n#[napi]\nimpl NativeClient {{\n{methods}}}\n")
}

fn native(context: &Context<'_>, resource: &Resource, operation: &Operation) -> String {
    let native = Native::of(&resource.name, &operation.name);
    let name = context.take(native.rust.clone(), &operation.span);
    let docs = commented("///", &lines(context, &operation.docs)[..1]);
    let method = format!("client.{}().{}", resource.name, operation.name);
    let (inputs, call) = match operation.kind {
        OperationKind::Post { .. } | OperationKind::List { .. } => {
            ("params: String, ", format!("{method}(&binding::params(&params)?)"))
        }
        OperationKind::Get { .. } | OperationKind::Delete => ("id: String, ", format!("{method}(&id)")),
        OperationKind::Wait { .. } => ("id: String, until: String, ", format!("{method}(&id, &until)")),
        OperationKind::GetOne { .. } => ("", format!("{method}()")),
    };
    let (number, returns, function, arguments) = match operation.kind {
        OperationKind::List { .. } => ("", " -> napi::Result<NativeList>", "list", ""),
        _ => ("call: u32, ", "", "begin", "call, "),
    };
    let end = if returns.is_empty() { ";" } else { "" };
    format!(
        "
        {docs}{attribute}
        pub fn {name}(&self, {number}{inputs}options: Option<String>, token: Option<&Token>){returns} {{
            self.{function}({arguments}options, token, |client| Ok({call})){end}
        }}
        ",
        attribute = native.attribute(),
    )
}

/// The JavaScript class of a resource.
pub(super) fn in_javascript(context: &Context<'_>, imports: &Imports, resource: &Resource) -> String {
    let class = context.take_in("zexa", &class(resource), &resource.span);
    let methods: Vec<String> =
        resource.operations.iter().map(|operation| method(context, imports, resource, operation)).collect();
    format!(
        "
/** {docs} */
class {class} {{
  constructor(connection) {{
    connection.attach(this)
  }}

{methods}}}
",
        docs = lines(context, &resource.docs).join(" "),
        methods = methods.join("\n"),
    )
}

fn method(context: &Context<'_>, imports: &Imports, resource: &Resource, operation: &Operation) -> String {
    let name = context.take_in(&class(resource), &camel(&operation.name), &operation.span);
    let native = Native::of(&resource.name, &operation.name).javascript;
    let of = format!("'parameters of {}.{name}'", camel(&resource.name));
    let from_arguments = |name: &str| imports.add(ARGUMENTS, name);
    let id = || format!("{}(id)", from_arguments("encodeId"));
    let (inputs, arguments) = match &operation.kind {
        OperationKind::Post { params, .. } | OperationKind::List { params, .. } => {
            ("params, ", format!("{}({}, params, {of})", from_arguments("encodeParams"), constant(params)))
        }
        OperationKind::Get { .. } | OperationKind::Delete => ("id, ", id()),
        OperationKind::Wait { .. } => {
            ("id, params, ", format!("{}, {}(params, {of})", id(), from_arguments("encodeUntil")))
        }
        OperationKind::GetOne { .. } => ("", String::new()),
    };
    let revive = match &operation.kind {
        OperationKind::List { item, .. } => reviver_of(context, imports, item),
        OperationKind::Delete => from_arguments("ignoreResult"),
        operation_kind => reviver_of(context, imports, operation_kind.answer().expect("the others have one")),
    };
    let how = if matches!(operation.kind, OperationKind::List { .. }) { "list" } else { "call" };
    let docs = lines(context, &operation.docs).into_iter().next().unwrap_or_default();
    format!(
        "  /** {docs} */
  {name}({inputs}options) {{
    return {connection}.of(this).{how}({class}.prototype.{name}, options, {revive}, '{native}', () => [{arguments}])
  }}
",
        class = class(resource),
        connection = imports.add(CONNECTION, "Connection"),
    )
}
