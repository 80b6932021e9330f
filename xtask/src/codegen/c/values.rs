//! The values of an object in C: the fields of its model, and those of nested models, flattened.

use serde::Serialize;

use crate::codegen::lowered::{Field, Lowered, Model, Type};

/// The value of one accessor, or a list of values.
#[derive(Serialize)]
pub(super) struct Value {
    /// Name of the accessor, without the name of the object's type.
    pub(super) name: String,
    #[serde(rename = "type")]
    kind: Type,
    docs: Vec<String>,
    required: bool,
    /// The expression that follows the model: `.id`, or an `Option` of a reference such as `.email.as_ref()`.
    value: String,
    /// Whether it is a field of a nested model.
    is_nested: bool,
    /// Position among the object's strings, if it is one.
    position: Option<usize>,
    /// Index of the field that it is a part of.
    pub(super) field: usize,
}

impl Value {
    /// Names of the accessors, without the name of the object's type.
    pub(super) fn accessors(&self) -> Vec<String> {
        let suffixes: &[&str] = match self.kind.kind {
            "list" => &["_count", "_at"],
            "timestamp" => &["", "_unix_ms"],
            _ => &[""],
        };
        suffixes.iter().map(|suffix| format!("_{}{suffix}", self.name)).collect()
    }
}

/// The values of a model. The names of nested values start with the name of their model's field.
pub(super) fn values(lowered: &Lowered, model: &Model) -> Vec<Value> {
    let mut values = Vec::new();
    for (index, field) in model.fields.iter().enumerate() {
        add(lowered, field, index, None, &mut values);
    }
    let is_string = |value: &&mut Value| !matches!(value.kind.kind, "u32" | "u64" | "f64" | "list");
    for (position, value) in values.iter_mut().filter(is_string).enumerate() {
        value.position = Some(position);
    }
    values
}

/// `outer` is the name, the expression and the presence of the nested model.
fn add(lowered: &Lowered, field: &Field, index: usize, outer: Option<(&str, &str, bool)>, values: &mut Vec<Value>) {
    let own = if field.required { format!(".{}", field.name) } else { format!(".{}.as_ref()", field.name) };
    let (name, value, required) = match outer {
        None => (field.name.clone(), own, field.required),
        Some((outer, value, is_present)) => {
            let value = match (is_present, field.required) {
                (true, _) => format!("{value}{own}"),
                (false, true) => format!("{value}.map(|inner| &inner{own})"),
                (false, false) => format!("{value}.and_then(|inner| inner{own})"),
            };
            (format!("{outer}_{}", field.name), value, is_present && field.required)
        }
    };
    values.push(Value {
        name: if matches!(field.kind.kind, "json" | "model") { format!("{name}_json") } else { name.clone() },
        kind: field.kind.clone(),
        docs: field.docs.clone(),
        required,
        value: value.clone(),
        is_nested: outer.is_some(),
        position: None,
        field: index,
    });
    let mut models = lowered.sections.iter().flat_map(|section| &section.models);
    let nested = models.find(|model| field.kind.kind == "model" && Some(&model.name) == field.kind.name.as_ref());
    for inner in nested.iter().flat_map(|model| &model.fields) {
        add(lowered, inner, index, Some((&name, &value, required)), values);
    }
}
