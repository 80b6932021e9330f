//! Models: what writes them as JSON, and what makes of that JSON the objects of JavaScript.

use super::imports::{Imports, generated};
use super::names::{Native, camel, model as name_of};
use crate::codegen::alike::about;
use crate::codegen::context::Context;
use crate::codegen::definition::{Field, Model, OpenEnum, Type};

/// How a model is written as JSON, in Rust.
pub(super) fn in_rust(context: &Context<'_>, model: &Model) -> String {
    let mut written = String::new();
    context.take(format!("{}::extra", model.name), &model.place);
    for field in &model.fields {
        let key = context.take_in(&model.name, &camel(&field.name), &field.place);
        written += &format!("object.{};\n", write(context, &key, field));
    }
    for about in about(model) {
        let key = context.take_in(&model.name, about.name, &model.place);
        written += &format!("object.optional_plain({key:?}, &self.{}());\n", about.name);
    }
    format!(
        "
        impl Plain for {name} {{
            fn write(&self, json: &mut Vec<u8>) {{
                let mut object = Object::begin(json);
                {written}object.end(&self.extra);
            }}
        }}
        ",
        name = model.name,
    )
}

fn write(context: &Context<'_>, key: &str, field: &Field) -> String {
    let name = &field.name;
    match (&field.kind, field.required) {
        (Type::Timestamp, true) => format!("time({key:?}, self.{name})"),
        (Type::Timestamp, false) => format!("optional_time({key:?}, self.{name})"),
        (Type::Model(_), true) => format!("plain({key:?}, &self.{name})"),
        (Type::Model(_), false) => format!("optional_plain({key:?}, &self.{name})"),
        (Type::Template, _) => {
            context.complain(&field.place, "a field cannot be a `Template` in JavaScript");
            String::new()
        }
        (_, true) => format!("field({key:?}, &self.{name})"),
        (_, false) => format!("optional({key:?}, &self.{name})"),
    }
}

/// The function that makes the object of it, in JavaScript.
pub(super) fn in_javascript(context: &Context<'_>, imports: &Imports, model: &Model) -> String {
    let argument = camel(&name_of(&model.name));
    let mut revived = String::new();
    let mut revive = |key: &str, required: bool, made: &str| {
        let member = format!("{argument}.{key}");
        let made = made.replace("{}", &member);
        let condition = if required { String::new() } else { format!("if ({member} !== undefined) ") };
        revived += &format!("  {condition}{member} = {made}\n");
    };
    for field in &model.fields {
        match &field.kind {
            Type::Timestamp => revive(&camel(&field.name), field.required, "new Date({})"),
            Type::Model(other) => {
                let reviver = reviver_of(context, imports, other);
                revive(&camel(&field.name), field.required, &format!("{reviver}({{}})"));
            }
            _ => (),
        }
    }
    for about in about(model) {
        revive(about.name, false, &format!("{}({{}})", reviver_of(context, imports, about.model)));
    }
    format!("\nfunction {}({argument}) {{\n{revived}  return {argument}\n}}\n", reviver(&model.name))
}

/// The name of that function.
pub(super) fn reviver(model: &str) -> String {
    format!("revive{}", name_of(model))
}

/// The same, for whoever calls it.
pub(super) fn reviver_of(context: &Context<'_>, imports: &Imports, model: &str) -> String {
    imports.take(&generated(&context.section_of(model).name), &reviver(model))
}

/// The names of an enum, in JavaScript.
pub(super) fn names(context: &Context<'_>, imports: &Imports, one: &OpenEnum) -> String {
    let name = context.take_in("zexa", &one.name, &one.place);
    let values: String = one.values.iter().map(|value| format!("  {}: '{}',\n", value.variant, value.text)).collect();
    let predicates: String = one
        .predicates
        .iter()
        .map(|predicate| {
            let native = imports.take("../native.js", &Native::of(&one.name, &predicate.name).javascript);
            format!("  {}: (value) => {native}(String(value)),\n", camel(&predicate.name))
        })
        .collect();
    let predicates = if predicates.is_empty() { predicates } else { format!(", {{\n{predicates}}}") };
    let names = imports.take("../names.js", "names");
    format!("\nconst {name} = {names}({{\n{values}}}{predicates})\n")
}

/// What may be asked of an enum, as functions of the addon.
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
