//! Models: Rust that writes them as JSON rows, and JavaScript that builds objects from these rows.

use super::imports::{Imports, generated};
use super::names::{Native, camel, model as name_of};
use crate::codegen::context::Context;
use crate::codegen::definition::{Field, Model, OpenEnum, Type};
use crate::codegen::shared::about;

/// The Rust code that writes a model as a JSON row.
pub(super) fn in_rust(context: &Context<'_>, model: &Model) -> String {
    let mut written = String::new();
    context.take(format!("{}::extra", model.name), &model.span);
    for field in &model.fields {
        context.take_in(&model.name, &camel(&field.name), &field.span);
        written += &format!("row.{};\n", write(context, field));
    }
    for about in about(model) {
        context.take_in(&model.name, about.name, &model.span);
        written += &format!("row.nested(&self.{}());\n", about.name);
    }
    format!(
        "
        impl WriteJson for {name} {{
            fn write(&self, json: &mut Vec<u8>) {{
                let mut row = Row::begin(json);
                {written}row.end(&self.extra);
            }}
        }}
        ",
        name = model.name,
    )
}

fn write(context: &Context<'_>, field: &Field) -> String {
    let name = &field.name;
    match &field.kind {
        Type::Timestamp => format!("time(self.{name})"),
        Type::Model(_) => format!("nested(&self.{name})"),
        Type::Template => {
            context.report(&field.span, "a field cannot be a `Template` in JavaScript");
            String::new()
        }
        _ => format!("value(&self.{name})"),
    }
}

/// The JavaScript function that builds the object of a model from its row.
pub(super) fn in_javascript(context: &Context<'_>, imports: &Imports, model: &Model) -> String {
    let object = camel(&name_of(&model.name));
    let mut required = String::new();
    let mut optional = String::new();
    let mut index = 0;
    let mut member = |key: &str, is_required: bool, revive: &dyn Fn(&str) -> String| {
        let value = format!("row[{index}]");
        let revived = revive(&value);
        match is_required {
            true => required += &format!("    {key}: {revived},\n"),
            false => optional += &format!("  if ({value} !== null) {object}.{key} = {revived}\n"),
        }
        index += 1;
    };
    for field in &model.fields {
        member(&camel(&field.name), field.required, &|value| match &field.kind {
            Type::Timestamp => format!("new Date({value})"),
            Type::Model(other) => format!("{}({value})", reviver_of(context, imports, other)),
            _ => value.to_owned(),
        });
    }
    for about in about(model) {
        member(about.name, false, &|value| format!("{}({value})", reviver_of(context, imports, about.model)));
    }
    format!(
        "\nfunction {reviver}(row) {{\n  const {object} = {{\n{required}  }}\n{optional}  {object}.extra = row[{index}] ?? {{}}\n  return {object}\n}}\n",
        reviver = reviver(&model.name),
    )
}

/// The name of that function.
pub(super) fn reviver(model: &str) -> String {
    format!("revive{}", name_of(model))
}

/// The name of that function, imported into the calling file.
pub(super) fn reviver_of(context: &Context<'_>, imports: &Imports, model: &str) -> String {
    imports.add(&generated(&context.section_of(model).name), &reviver(model))
}

/// The JavaScript object with the values of an enum.
pub(super) fn names(context: &Context<'_>, imports: &Imports, one: &OpenEnum) -> String {
    let name = context.take_in("zexa", &one.name, &one.span);
    let values: String = one.values.iter().map(|value| format!("  {}: '{}',\n", value.variant, value.text)).collect();
    let predicates: String = one
        .predicates
        .iter()
        .map(|predicate| {
            let native = imports.add("../native.js", &Native::of(&one.name, &predicate.name).javascript);
            format!("  {}: (value) => {native}(String(value)),\n", camel(&predicate.name))
        })
        .collect();
    let predicates = if predicates.is_empty() { predicates } else { format!(", {{\n{predicates}}}") };
    let define = imports.add("../enums.js", "defineEnum");
    format!("\nconst {name} = {define}({{\n{values}}}{predicates})\n")
}

/// The predicates of an enum, as functions of the addon.
pub(super) fn predicates(context: &Context<'_>, one: &OpenEnum) -> String {
    let write = |name: &str, docs: String| {
        let native = Native::of(&one.name, name);
        format!(
            "\n{docs}{attribute}\npub(crate) fn {function}(value: String) -> bool {{ {of}::from(value).{name}() }}\n",
            attribute = native.attribute(),
            function = native.rust,
            of = one.name,
        )
    };
    one.predicates.iter().map(|predicate| write(&predicate.name, context.docs(&predicate.docs))).collect()
}
