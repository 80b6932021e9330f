//! Checks of the definitions: duplicate names, and types that the templates do not support.

use super::names::attribute;
use crate::codegen::context::Context;
use crate::codegen::definition::Type;
use crate::codegen::errors;
use crate::codegen::shared::{about, class};

/// Members that every model has in addition to its fields.
const COMMON: [&str; 5] = ["extra", "to_dict", "to_json", "from_json", "from_dict"];

/// Reports the names and types that cannot be generated.
pub(super) fn check(context: &Context<'_>) {
    let definition = context.definition;
    for model in definition.models() {
        context.take_in("zexa", &model.name, &model.span);
        for name in COMMON.into_iter().chain(about(model).iter().map(|accessor| accessor.name)) {
            context.take_in(&model.name, name, &model.span);
        }
        for field in &model.fields {
            context.take_in(&model.name, &attribute(&field.name), &field.span);
            if matches!((&field.kind, field.required), (Type::Template, _) | (Type::List(_), false)) {
                context.report(&field.span, format!("a field cannot be a `{}` in Python", field.kind));
            }
            let of_enum = definition.enums().find(|one| field.required && field.kind == Type::Enum(one.name.clone()));
            for predicate in of_enum.iter().flat_map(|one| &one.predicates) {
                context.take_in(&model.name, &predicate.name, &model.span);
            }
        }
    }
    for field in definition.params().flat_map(|params| &params.fields) {
        let (required, is_supported) = match field.required {
            true => ("required", matches!(field.kind, Type::String | Type::Enum(_) | Type::List(_))),
            false => {
                ("optional", !matches!(field.kind, Type::U64 | Type::F64 | Type::Json | Type::Model(_) | Type::List(_)))
            }
        };
        if !is_supported {
            context.report(&field.span, format!("{required} parameters cannot be a `{}` in Python", field.kind));
        }
    }
    for resource in definition.resources() {
        for class in [class(resource), format!("Async{}", class(resource))] {
            context.take_in("zexa", &class, &resource.span);
            for operation in &resource.operations {
                context.take_in(&class, &operation.name, &operation.span);
            }
        }
    }
    for one in definition.enums() {
        context.take_in("zexa", &one.name, &one.span);
    }
    // `APIError` is written by hand.
    for class in errors::classes(definition).filter(|class| class.name != "APIError") {
        context.take_in("zexa", &class.name, &class.kind.span);
    }
}
