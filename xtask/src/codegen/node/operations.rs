//! Resources and their operations: methods of the addon's client, and the classes of JavaScript that call them.

use super::models::reviver;
use super::names::{camel, class, lines};
use super::params::constant;
use crate::codegen::context::Context;
use crate::codegen::definition::{Operation, Resource, Shape};
use crate::codegen::docs::commented;

/// What is waited for where nothing else is said.
pub(super) const FINAL: &str = "final";

/// The methods of the addon.
pub(super) fn in_rust(context: &Context<'_>, resource: &Resource) -> String {
    let methods: String = resource.operations.iter().map(|operation| native(context, resource, operation)).collect();
    format!("\n#[napi]\nimpl NativeClient {{\n{methods}}}\n")
}

fn native(context: &Context<'_>, resource: &Resource, operation: &Operation) -> String {
    let name = context.take(format!("{}_{}", resource.name, operation.name), &operation.place);
    let docs = commented("///", &lines(context, &operation.docs)[..1]);
    let method = format!("client.{}().{}", resource.name, operation.name);
    let (taken, call) = match operation.shape {
        Shape::Post { .. } | Shape::List { .. } => {
            ("params: String, ", format!("{method}(&binding::params(&params)?)"))
        }
        Shape::Get { .. } | Shape::Delete => ("id: String, ", format!("{method}(&id)")),
        Shape::Wait { .. } => ("id: String, until: String, ", format!("{method}(&id, &until)")),
        Shape::GetOne { .. } => ("", format!("{method}()")),
    };
    let (number, gives, function, arguments) = match operation.shape {
        Shape::List { .. } => ("", " -> napi::Result<NativeList>", "list", ""),
        _ => ("call: u32, ", "", "begin", "call, "),
    };
    let end = if gives.is_empty() { ";" } else { "" };
    format!(
        "
        {docs}#[napi(catch_unwind)]
        pub fn {name}(&self, {number}{taken}options: Option<String>, token: Option<&Token>){gives} {{
            self.{function}({arguments}options, token, |client| Ok({call})){end}
        }}
        "
    )
}

/// The class.
pub(super) fn in_javascript(context: &Context<'_>, resource: &Resource) -> String {
    let class = context.take_in("zexa", &class(resource), &resource.place);
    let methods: Vec<String> =
        resource.operations.iter().map(|operation| method(context, resource, operation)).collect();
    format!(
        "
/** {docs} */
class {class} {{
  #connection

  constructor(connection) {{
    this.#connection = connection
  }}

{methods}}}
",
        docs = lines(context, &resource.docs).join(" "),
        methods = methods.join("\n"),
    )
}

fn method(context: &Context<'_>, resource: &Resource, operation: &Operation) -> String {
    let name = context.take_in(&class(resource), &camel(&operation.name), &operation.place);
    let native = camel(&format!("{}_{}", resource.name, operation.name));
    let of = |what: &str| format!("'{what} of {}.{name}'", camel(&resource.name));
    let params = |params: &str| format!("encoded({}, params, {})", constant(params), of("parameters"));
    let (taken, arguments) = match &operation.shape {
        Shape::Post { params: given, .. } | Shape::List { params: given, .. } => ("params, ", params(given)),
        Shape::Get { .. } | Shape::Delete => ("given, ", "id(given)".to_owned()),
        Shape::Wait { .. } => ("given, params, ", format!("id(given), until(params, {})", of("parameters"))),
        Shape::GetOne { .. } => ("", String::new()),
    };
    let revive = match &operation.shape {
        Shape::List { item, .. } => reviver(item),
        Shape::Delete => "nothing".to_owned(),
        shape => reviver(shape.answer().expect("the others have one")),
    };
    let how = if matches!(operation.shape, Shape::List { .. }) { "list" } else { "call" };
    let docs = lines(context, &operation.docs).into_iter().next().unwrap_or_default();
    format!(
        "  /** {docs} */
  {name}({taken}options) {{
    return this.#connection.{how}({class}.prototype.{name}, options, {revive}, '{native}', () => [{arguments}])
  }}
",
        class = class(resource),
    )
}
