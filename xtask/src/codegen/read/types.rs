//! Converts Rust types of fields.

use std::collections::HashSet;

use proc_macro2::TokenTree;
use syn::{GenericArgument, Ident, Macro, PathArguments};

use super::source::{Source, is_called};
use crate::codegen::definition::Type;

/// Names of the types that the core defines.
#[derive(Default)]
pub(super) struct Names {
    pub(super) enums: HashSet<String>,
    pub(super) models: HashSet<String>,
    pub(super) params: HashSet<String>,
}

impl Names {
    pub(super) fn of<'a>(sources: impl Iterator<Item = &'a Source> + Clone) -> Names {
        let of = |name| {
            let calls = sources.clone().flat_map(Source::macros).filter(move |call| is_called(call, name));
            // The first identifier that is not part of an attribute or a comment.
            let defined = |call: &Macro| {
                call.tokens.clone().into_iter().find_map(|token| match token {
                    TokenTree::Ident(name) => Some(name.to_string()),
                    _ => None,
                })
            };
            calls.filter_map(defined).collect()
        };
        Names { enums: of("open_enum"), models: of("model"), params: of("params") }
    }
}

/// The position of a field, which determines the types that it may have.
#[derive(Clone, Copy)]
pub(crate) struct Position {
    pub(crate) owner: Owner,
    pub(crate) required: bool,
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Owner {
    Model,
    Params,
}

impl Position {
    /// Position of a field outside the `required` part. In a model, such a field is always present unless its type is `Option`.
    pub(super) fn of(owner: Owner, written: &syn::Type) -> Position {
        Position { owner, required: owner == Owner::Model && argument_of("Option", written).is_none() }
    }

    /// Description of the supported types.
    pub(super) fn choices(self) -> String {
        let more = match (self.owner, self.required) {
            (Owner::Model, true) => ", u32, u64, f64, Timestamp, Value",
            (Owner::Model, false) => {
                return "Option of String, u32, u64, f64, Timestamp, Value, a model, an open enum".into();
            }
            (Owner::Params, true) => "",
            (Owner::Params, false) => ", u32, Timestamp, Template",
        };
        format!("String{more}, an open enum, Vec of String or of an open enum")
    }

    /// Whether a field in this position can have a type.
    pub(crate) fn admits(self, kind: &Type) -> bool {
        match kind {
            Type::String | Type::Enum(_) => true,
            // In a model, a list is empty instead of absent.
            Type::List(_) => self.owner == Owner::Params || self.required,
            Type::U64 | Type::F64 | Type::Json => self.owner == Owner::Model,
            Type::Model(_) => self.owner == Owner::Model && !self.required,
            // Required parameters must have an empty value that represents an unset field. Numbers and times have none.
            Type::U32 | Type::Timestamp => self.owner == Owner::Model || !self.required,
            Type::Template => self.owner == Owner::Params && !self.required,
        }
    }
}

/// Converts a type, if it is supported in this position. In a model, the type of an optional field is the argument of `Option`.
pub(super) fn field_type(written: &syn::Type, position: Position, names: &Names) -> Option<Type> {
    let written = match position {
        Position { owner: Owner::Model, required: false } => argument_of("Option", written)?,
        _ => written,
    };
    let kind = match argument_of("Vec", written) {
        Some(element) => plain(element, names)
            .filter(|kind| matches!(kind, Type::String | Type::Enum(_)))
            .map(Box::new)
            .map(Type::List),
        None => plain(written, names),
    };
    kind.filter(|kind| position.admits(kind))
}

/// Name of a type, if the type is a plain name.
pub(super) fn name_of(written: &syn::Type) -> Option<&Ident> {
    let syn::Type::Path(path) = written else { return None };
    path.path.get_ident().filter(|_| path.qself.is_none())
}

/// Type argument of `name<T>`, such as `T` of `Vec<T>`.
fn argument_of<'a>(name: &str, written: &'a syn::Type) -> Option<&'a syn::Type> {
    let syn::Type::Path(path) = written else { return None };
    let only = path.path.segments.first().filter(|one| path.path.segments.len() == 1 && one.ident == name)?;
    let PathArguments::AngleBracketed(arguments) = &only.arguments else { return None };
    if let Some(GenericArgument::Type(element)) = arguments.args.first() { Some(element) } else { None }
}

fn plain(written: &syn::Type, names: &Names) -> Option<Type> {
    let name = name_of(written)?.to_string();
    match name.as_str() {
        "String" => Some(Type::String),
        "u32" => Some(Type::U32),
        "u64" => Some(Type::U64),
        "f64" => Some(Type::F64),
        "Timestamp" => Some(Type::Timestamp),
        "Value" => Some(Type::Json),
        "Template" => Some(Type::Template),
        _ if names.enums.contains(&name) => Some(Type::Enum(name)),
        _ if names.models.contains(&name) => Some(Type::Model(name)),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const EVERYWHERE: [Position; 4] = [
        Position { owner: Owner::Model, required: true },
        Position { owner: Owner::Model, required: false },
        Position { owner: Owner::Params, required: true },
        Position { owner: Owner::Params, required: false },
    ];

    /// Converts a type. For an optional field of a model, wraps the text in `Option`.
    fn understood(text: &str, position: Position) -> Option<Type> {
        let is_optional = position.owner == Owner::Model && !position.required;
        let text = if is_optional { format!("Option<{text}>") } else { text.to_owned() };
        let names = Names {
            enums: HashSet::from(["Channel".to_owned()]),
            models: HashSet::from(["Message".to_owned()]),
            params: HashSet::from(["SendMessage".to_owned()]),
        };
        field_type(&syn::parse_str(&text).expect("a type"), position, &names)
    }

    #[test]
    fn types_that_are_supported_everywhere() {
        for (text, kind) in [("String", Type::String), ("Channel", Type::Enum("Channel".into()))] {
            let anywhere = Some(kind);
            assert_eq!(
                EVERYWHERE.map(|position| understood(text, position)),
                [(); 4].map(|()| anywhere.clone()),
                "{text}"
            );
        }
    }

    #[test]
    fn types_that_are_supported_in_some_positions() {
        for (text, kind, positions) in [
            ("Vec<String>", Type::List(Box::new(Type::String)), [true, false, true, true]),
            ("Vec<Channel>", Type::List(Box::new(Type::Enum("Channel".into()))), [true, false, true, true]),
            ("u32", Type::U32, [true, true, false, true]),
            ("u64", Type::U64, [true, true, false, false]),
            ("f64", Type::F64, [true, true, false, false]),
            ("Timestamp", Type::Timestamp, [true, true, false, true]),
            ("Value", Type::Json, [true, true, false, false]),
            ("Template", Type::Template, [false, false, false, true]),
            ("Message", Type::Model("Message".into()), [false, true, false, false]),
        ] {
            let expected = positions.map(|is_possible| is_possible.then(|| kind.clone()));
            assert_eq!(EVERYWHERE.map(|position| understood(text, position)), expected, "{text}");
        }
    }

    #[test]
    fn optional_fields_of_models_are_options() {
        let position = |owner, text| Position::of(owner, &syn::parse_str(text).expect("a type"));
        assert!(position(Owner::Model, "Vec<String>").required && !position(Owner::Model, "Option<String>").required);
        assert!(!position(Owner::Params, "String").required);
    }

    #[test]
    fn a_type_is_displayed_as_written() {
        for text in ["u32", "Timestamp", "Value", "Template", "Channel", "Vec<String>"] {
            let kinds = EVERYWHERE.map(|position| understood(text, position));
            assert_eq!(kinds.iter().flatten().next().expect("possible somewhere").to_string(), text);
        }
    }

    #[test]
    fn types_that_are_not_supported() {
        for text in [
            "i32",
            "bool",
            "Vec<u8>",
            "Vec<Message>",
            "Vec<Value>",
            "Vec<Vec<String>>",
            "Vec",
            "HashMap<String, String>",
            "SendMessage",
            "Option<String>",
            "&'static str",
            "(String, u32)",
            "serde_json::Value",
            "Strnig",
        ] {
            assert_eq!(EVERYWHERE.map(|position| understood(text, position)), [const { None }; 4], "{text}");
        }
    }
}
