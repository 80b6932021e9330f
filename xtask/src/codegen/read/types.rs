//! Converts Rust types of fields.

use std::collections::HashSet;

use proc_macro2::TokenTree;
use syn::Macro;

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
    /// The names that these files define.
    pub(super) fn of<const N: usize>(sources: [&Source; N]) -> Names {
        let of = |name| {
            let calls = sources.into_iter().flat_map(Source::macros).filter(move |call| is_called(call, name));
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
    /// Position of a field with this type outside the `required` part. In a model, such a field is always present unless its type is `Option`.
    pub(super) fn of(owner: Owner, written: &str) -> Position {
        Position { owner, required: owner == Owner::Model && !written.starts_with("Option<") }
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
pub(super) fn field_type(written: &str, position: Position, names: &Names) -> Option<Type> {
    let argument_of = |name: &str, text: &'_ str| -> Option<String> {
        Some(text.strip_prefix(name)?.strip_prefix('<')?.strip_suffix('>')?.to_owned())
    };
    let text = match position {
        Position { owner: Owner::Model, required: false } => argument_of("Option", written)?,
        _ => written.to_owned(),
    };
    let kind = match argument_of("Vec", &text) {
        Some(element) => {
            let element = plain(&element, names).filter(|kind| matches!(kind, Type::String | Type::Enum(_)))?;
            Type::List(Box::new(element))
        }
        None => plain(&text, names)?,
    };
    Some(kind).filter(|kind| position.admits(kind))
}

fn plain(text: &str, names: &Names) -> Option<Type> {
    match Type::PLAIN.into_iter().find(|(name, _)| *name == text) {
        Some((_, kind)) => Some(kind),
        None if names.enums.contains(text) => Some(Type::Enum(text.to_owned())),
        None => names.models.contains(text).then(|| Type::Model(text.to_owned())),
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

    /// Converts a type in each position. For an optional field of a model, wraps the text in `Option`.
    fn understood(text: &str) -> [Option<Type>; 4] {
        let names = Names {
            enums: HashSet::from(["Channel".to_owned()]),
            models: HashSet::from(["Message".to_owned()]),
            params: HashSet::from(["SendMessage".to_owned()]),
        };
        let optional = format!("Option<{text}>");
        let texts = [text, &optional, text, text];
        std::array::from_fn(|index| field_type(texts[index], EVERYWHERE[index], &names))
    }

    #[test]
    fn types_are_supported_in_some_positions() {
        for (text, kind, positions) in [
            ("String", Type::String, [true, true, true, true]),
            ("Channel", Type::Enum("Channel".into()), [true, true, true, true]),
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
            assert_eq!(kind.to_string(), text);
            assert_eq!(understood(text), positions.map(|is_possible| is_possible.then(|| kind.clone())), "{text}");
        }
    }

    #[test]
    fn optional_fields_of_models_are_options() {
        assert!(Position::of(Owner::Model, "Vec<String>").required);
        assert!(!Position::of(Owner::Model, "Option<String>").required);
        assert!(!Position::of(Owner::Params, "String").required);
    }

    #[test]
    fn types_that_are_not_supported() {
        let scalars = ["i32", "bool", "Vec<u8>", "Vec", "&'static str", "(String,u32)", "Strnig"];
        let others = ["Vec<Message>", "Vec<Value>", "Vec<Vec<String>>", "HashMap<String,String>"];
        let of_other_kinds = ["SendMessage", "Option<String>", "serde_json::Value"];
        for text in scalars.iter().chain(&others).chain(&of_other_kinds) {
            assert_eq!(understood(text), [const { None }; 4], "{text}");
        }
    }
}
