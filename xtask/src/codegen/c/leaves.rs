//! The values of an object in C: the fields of its model, and those of nested models, flattened.

use crate::codegen::context::Context;
use crate::codegen::definition::{Field, Span, Type};

/// The value of one accessor, or a list of values.
pub(super) struct Leaf<'a> {
    /// Name of the accessor, without the name of the object's type.
    pub(super) name: String,
    pub(super) kind: &'a Type,
    /// Documentation, as lines of a doc comment.
    pub(super) docs: String,
    pub(super) span: &'a Span,
    pub(super) value: Value,
}

/// How to reach a value in its model: the expression that follows the model.
pub(super) enum Value {
    /// A required field, such as `.id`.
    Required(String),
    /// An `Option` of a reference, such as `.email.as_ref()`.
    Optional(String),
}

impl Leaf<'_> {
    /// Whether the value is one of the object's strings.
    pub(super) fn is_string(&self) -> bool {
        matches!(self.kind, Type::String | Type::Enum(_) | Type::Timestamp | Type::Json | Type::Model(_))
    }

    pub(super) fn is_list(&self) -> bool {
        matches!(self.kind, Type::List(_))
    }

    pub(super) fn is_required(&self) -> bool {
        matches!(self.value, Value::Required(_))
    }
}

/// The values of these fields. The names of nested values start with the name of their model's field.
pub(super) fn of<'a>(context: &'a Context<'a>, fields: &'a [Field]) -> Vec<Leaf<'a>> {
    fields.iter().flat_map(|field| of_field(context, field, &field.name, own(field))).collect()
}

/// How to reach a field of the model itself.
fn own(field: &Field) -> Value {
    if field.required {
        Value::Required(format!(".{}", field.name))
    } else {
        Value::Optional(format!(".{}.as_ref()", field.name))
    }
}

/// How to reach a field of a nested model.
fn inner(outer: &Value, field: &Field) -> Value {
    let name = &field.name;
    match (outer, own(field)) {
        (Value::Required(outer), Value::Required(inner)) => Value::Required(format!("{outer}{inner}")),
        (Value::Required(outer), Value::Optional(inner)) => Value::Optional(format!("{outer}{inner}")),
        (Value::Optional(outer), Value::Required(_)) => Value::Optional(format!("{outer}.map(|inner| &inner.{name})")),
        (Value::Optional(outer), Value::Optional(_)) => {
            Value::Optional(format!("{outer}.and_then(|inner| inner.{name}.as_ref())"))
        }
    }
}

fn of_field<'a>(context: &'a Context<'a>, field: &'a Field, name: &str, value: Value) -> Vec<Leaf<'a>> {
    let fields = match &field.kind {
        Type::Model(model) => context.model(model).fields.as_slice(),
        _ => &[],
    };
    let within =
        fields.iter().flat_map(|one| of_field(context, one, &format!("{name}_{}", one.name), inner(&value, one)));
    let within: Vec<_> = within.collect();
    let is_json = matches!(field.kind, Type::Json | Type::Model(_));
    let leaf = Leaf {
        name: if is_json { format!("{name}_json") } else { name.to_owned() },
        kind: &field.kind,
        docs: context.docs(&field.docs),
        span: &field.span,
        value,
    };
    std::iter::once(leaf).chain(within).collect()
}
