//! The values that an object in C has: those of its model, and those of models within it, flattened.

use crate::codegen::context::Context;
use crate::codegen::definition::{Field, Place, Type};

/// A value that one accessor gives, or a list of them.
pub(super) struct Leaf<'a> {
    /// What its accessor is called, behind the name of the object's type.
    pub(super) name: String,
    pub(super) kind: &'a Type,
    /// Lines of a doc comment.
    pub(super) docs: String,
    pub(super) place: &'a Place,
    pub(super) value: Value,
}

/// Where a value is in its model: what follows the model in an expression.
pub(super) enum Value {
    /// A place, such as `.id`.
    Always(String),
    /// An `Option` of a reference, such as `.email.as_ref()`.
    Maybe(String),
}

impl Leaf<'_> {
    /// Whether it is one of the object's strings.
    pub(super) fn is_text(&self) -> bool {
        matches!(self.kind, Type::String | Type::Enum(_) | Type::Timestamp | Type::Json | Type::Model(_))
    }

    pub(super) fn is_list(&self) -> bool {
        matches!(self.kind, Type::List(_))
    }

    pub(super) fn is_always_there(&self) -> bool {
        matches!(self.value, Value::Always(_))
    }
}

/// The leaves of these fields, those of a model within by its name and theirs.
pub(super) fn of<'a>(context: &'a Context<'a>, fields: &'a [Field]) -> Vec<Leaf<'a>> {
    fields.iter().flat_map(|field| of_field(context, field, &field.name, own(field))).collect()
}

/// A field of the model itself.
fn own(field: &Field) -> Value {
    if field.required {
        Value::Always(format!(".{}", field.name))
    } else {
        Value::Maybe(format!(".{}.as_ref()", field.name))
    }
}

/// A field of a model within the model.
fn inner(outer: &Value, field: &Field) -> Value {
    let name = &field.name;
    match (outer, own(field)) {
        (Value::Always(outer), Value::Always(inner)) => Value::Always(format!("{outer}{inner}")),
        (Value::Always(outer), Value::Maybe(inner)) => Value::Maybe(format!("{outer}{inner}")),
        (Value::Maybe(outer), Value::Always(_)) => Value::Maybe(format!("{outer}.map(|inner| &inner.{name})")),
        (Value::Maybe(outer), Value::Maybe(_)) => {
            Value::Maybe(format!("{outer}.and_then(|inner| inner.{name}.as_ref())"))
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
        place: &field.place,
        value,
    };
    std::iter::once(leaf).chain(within).collect()
}
