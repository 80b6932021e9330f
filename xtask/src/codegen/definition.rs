//! What the core defines, as the writers of the other languages see it: models, parameters, enums, endpoints and errors.

use std::fmt;
use std::path::PathBuf;

/// Everything that the core defines as data.
pub(crate) struct Definition {
    /// What belongs together, in the order in which a reader meets it: channel, messages, sender_ids, campaigns, contacts, webhooks, credits.
    pub(crate) sections: Vec<Section>,
    /// `Kind`, in the order of its numbers.
    pub(crate) kinds: Vec<Constant>,
    /// `Outcome`, likewise.
    pub(crate) outcomes: Vec<Constant>,
}

impl Definition {
    pub(crate) fn enums(&self) -> impl Iterator<Item = &OpenEnum> {
        self.sections.iter().flat_map(|section| &section.enums)
    }

    pub(crate) fn models(&self) -> impl Iterator<Item = &Model> {
        self.sections.iter().flat_map(|section| &section.models)
    }

    pub(crate) fn params(&self) -> impl Iterator<Item = &Params> {
        self.sections.iter().flat_map(|section| &section.params)
    }

    pub(crate) fn resources(&self) -> impl Iterator<Item = &Resource> {
        self.sections.iter().filter_map(|section| section.resource.as_ref())
    }
}

/// One file of the core, and the resource of the same name.
pub(crate) struct Section {
    /// The name of the file, such as `messages`.
    pub(crate) name: String,
    /// What its `//!` says after the title, and the title.
    pub(crate) docs: Docs,
    pub(crate) enums: Vec<OpenEnum>,
    pub(crate) models: Vec<Model>,
    pub(crate) params: Vec<Params>,
    pub(crate) resource: Option<Resource>,
}

/// An enum that the API may add values to.
pub(crate) struct OpenEnum {
    pub(crate) name: String,
    pub(crate) docs: Docs,
    pub(crate) values: Vec<EnumValue>,
    /// Its `pub fn name(&self) -> bool`.
    pub(crate) predicates: Vec<Predicate>,
    pub(crate) place: Place,
}

pub(crate) struct EnumValue {
    /// The name in Rust, such as `Queued`.
    pub(crate) variant: String,
    /// The name in the API, such as `queued`.
    pub(crate) text: String,
    pub(crate) docs: Docs,
}

pub(crate) struct Predicate {
    pub(crate) name: String,
    pub(crate) docs: Docs,
}

/// An object that the API answers with.
pub(crate) struct Model {
    pub(crate) name: String,
    pub(crate) docs: Docs,
    pub(crate) fields: Vec<Field>,
    pub(crate) place: Place,
}

/// The parameters of a call.
pub(crate) struct Params {
    pub(crate) name: String,
    pub(crate) docs: Docs,
    pub(crate) fields: Vec<Field>,
    pub(crate) place: Place,
}

pub(crate) struct Field {
    pub(crate) name: String,
    pub(crate) kind: Type,
    /// In a model, whether it is always there, be it empty; in parameters, whether it is to be given.
    pub(crate) required: bool,
    pub(crate) docs: Docs,
    /// Whether it is a list that may as well be left out: it is not sent where it is empty.
    pub(crate) may_be_empty: bool,
    pub(crate) shown: Shown,
    pub(crate) place: Place,
}

impl Field {
    /// What the languages call it that take a template as JSON.
    pub(crate) fn member_name(&self) -> String {
        match self.kind {
            Type::Template => format!("{}_json", self.name),
            _ => self.name.clone(),
        }
    }
}

/// How much of a field may be shown in a log: from `redacted_debug!`, or all of it where the struct derives `Debug`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Shown {
    Plain,
    Masked,
    Hidden,
    Never,
}

/// The types that a field may have: a closed set.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Type {
    String,
    U32,
    U64,
    F64,
    Timestamp,
    /// Any JSON: `Value`.
    Json,
    /// A JSON object: `Template`. Only in parameters.
    Template,
    /// The name of an [`OpenEnum`].
    Enum(String),
    /// The name of a [`Model`].
    Model(String),
    /// `Vec` of a `String` or an enum.
    List(Box<Type>),
}

/// As it is written in the core.
impl fmt::Display for Type {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Type::String => "String",
            Type::U32 => "u32",
            Type::U64 => "u64",
            Type::F64 => "f64",
            Type::Timestamp => "Timestamp",
            Type::Json => "Value",
            Type::Template => "Template",
            Type::Enum(name) | Type::Model(name) => name,
            Type::List(element) => return write!(f, "Vec<{element}>"),
        })
    }
}

/// A resource of the client and its operations, from the endpoint table.
pub(crate) struct Resource {
    pub(crate) name: String,
    pub(crate) docs: Docs,
    pub(crate) operations: Vec<Operation>,
    pub(crate) place: Place,
}

pub(crate) struct Operation {
    pub(crate) name: String,
    pub(crate) docs: Docs,
    pub(crate) path: String,
    pub(crate) shape: Shape,
    /// Variants of `Kind` that the API documents for it, beside those that follow from the shape.
    pub(crate) kinds: Vec<String>,
    pub(crate) place: Place,
}

/// What an operation takes and gives; names are those of [`Params`] and [`Model`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Shape {
    /// Parameters in the body, an object back.
    Post { params: String, answer: String },
    /// By its id.
    Get { answer: String },
    /// There is but one.
    GetOne { answer: String },
    /// By its id, again and again until it has a status.
    Wait { answer: String },
    /// Page by page.
    List { params: String, item: String },
    /// By its id; nothing back.
    Delete,
}

impl Shape {
    /// The parameters that it takes.
    pub(crate) fn params(&self) -> Option<&str> {
        match self {
            Shape::Post { params, .. } | Shape::List { params, .. } => Some(params),
            Shape::Get { .. } | Shape::GetOne { .. } | Shape::Wait { .. } | Shape::Delete => None,
        }
    }

    /// Whether it takes an id.
    pub(crate) fn is_by_id(&self) -> bool {
        matches!(self, Shape::Get { .. } | Shape::Wait { .. } | Shape::Delete)
    }

    /// Whether it returns a list.
    pub(crate) fn is_list(&self) -> bool {
        matches!(self, Shape::List { .. })
    }

    /// Whether it sends its parameters as a body.
    pub(crate) fn has_body(&self) -> bool {
        matches!(self, Shape::Post { .. })
    }

    /// The object that it gives.
    pub(crate) fn answer(&self) -> Option<&str> {
        match self {
            Shape::Post { answer, .. } | Shape::Get { answer } | Shape::GetOne { answer } | Shape::Wait { answer } => {
                Some(answer)
            }
            Shape::List { .. } | Shape::Delete => None,
        }
    }

    /// Its method in HTTP.
    pub(crate) fn method(&self) -> &'static str {
        match self {
            Shape::Post { .. } => "POST",
            Shape::Get { .. } | Shape::GetOne { .. } | Shape::Wait { .. } | Shape::List { .. } => "GET",
            Shape::Delete => "DELETE",
        }
    }
}

/// A constant of a closed set whose numbers are frozen.
pub(crate) struct Constant {
    pub(crate) variant: String,
    /// The name, the same in every language.
    pub(crate) name: String,
    pub(crate) number: u32,
    pub(crate) docs: Docs,
    pub(crate) place: Place,
}

/// Documentation, line by line, in Markdown. Links to other items are still as rustdoc has them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Docs {
    pub(crate) lines: Vec<String>,
    pub(crate) place: Place,
}

/// Where something is written.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Place {
    pub(crate) file: PathBuf,
    pub(crate) line: usize,
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.file.display(), self.line)
    }
}
