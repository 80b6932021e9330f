//! The fields of a model, with those of nested models, for languages whose objects are flat.

use serde::Serialize;

use super::definition::{Definition, Docs, Field, Struct, Type};

/// A field of a model, or of a nested model.
#[derive(Serialize)]
pub(super) struct FlatField<'a> {
    /// Name, which starts with the name of the nested model's field.
    pub(super) name: String,
    #[serde(rename = "type")]
    pub(super) kind: &'a Type,
    docs: &'a Docs,
    required: bool,
    /// The expression in Rust that follows the model: `.id`, or an `Option` of a reference such as `.email.as_ref()`.
    value: String,
    is_nested: bool,
    /// Position among the strings of the object, if it is one. Those of the model and those that are derived are counted separately.
    position: Option<usize>,
    /// Whether the string must be written first: a time, or JSON.
    is_derived: bool,
}

pub(super) fn values<'a>(definition: &'a Definition, model: &'a Struct) -> Vec<FlatField<'a>> {
    let mut values: Vec<_> = model.fields.iter().flat_map(|field| of_field(definition, field)).collect();
    for is_derived in [false, true] {
        let is_string = |value: &&mut FlatField<'_>| value.is_derived == is_derived && !is_number_or_list(value.kind);
        for (position, value) in values.iter_mut().filter(is_string).enumerate() {
            value.position = Some(position);
        }
    }
    values
}

fn is_number_or_list(kind: &Type) -> bool {
    matches!(kind, Type::U32 | Type::U64 | Type::F64 | Type::List(_))
}

/// The field, and those of its model if it has one.
pub(super) fn of_field<'a>(definition: &'a Definition, field: &'a Field) -> Vec<FlatField<'a>> {
    let Field { name: outer, kind, docs, required, .. } = field;
    let value = format!(".{outer}{}", if *required { "" } else { ".as_ref()" });
    let nested = if let Type::Model(model) = kind { &definition.model(model).fields[..] } else { &[] };
    let nested = nested.iter().flat_map(|inner| of_field(definition, inner)).map(|inner| FlatField {
        name: format!("{outer}_{}", inner.name),
        value: match (required, inner.required) {
            (true, _) => format!("{value}{}", inner.value),
            (false, true) => format!("{value}.map(|inner| &inner{})", inner.value),
            (false, false) => format!("{value}.and_then(|inner| inner{})", inner.value),
        },
        required: *required && inner.required,
        is_nested: true,
        ..inner
    });
    let name = if matches!(kind, Type::Json | Type::Model(_)) { format!("{outer}_json") } else { outer.clone() };
    let own = FlatField {
        name,
        kind,
        docs,
        required: *required,
        value: value.clone(),
        is_nested: false,
        position: None,
        is_derived: matches!(kind, Type::Json | Type::Model(_) | Type::Timestamp),
    };
    std::iter::once(own).chain(nested).collect()
}
