//! The definitions of the core in the form that the writers use: models, parameters, enums, endpoints and errors.

use std::fmt;
use std::path::PathBuf;

use serde::{Deserialize, Serialize};

/// All data definitions of the core.
#[derive(Serialize)]
pub(crate) struct Definition {
    /// Sections in documentation order: channel, messages, sender_ids, campaigns, contacts, webhooks, credits.
    pub(crate) sections: Vec<Section>,
    /// Constants of `Kind`, ordered by number.
    pub(crate) kinds: Vec<Constant>,
    /// Constants of `Outcome`, ordered by number.
    pub(crate) outcomes: Vec<Constant>,
    pub(crate) client_options: Vec<ClientOption>,
    pub(crate) call_options: Vec<ClientOption>,
    pub(crate) bulk_options: Vec<ClientOption>,
}

impl Definition {
    pub(crate) fn enums(&self) -> impl Iterator<Item = &OpenEnum> {
        self.sections.iter().flat_map(|section| &section.enums)
    }

    pub(crate) fn models(&self) -> impl Iterator<Item = &Struct> {
        self.sections.iter().flat_map(|section| &section.models)
    }

    pub(crate) fn params(&self) -> impl Iterator<Item = &Struct> {
        self.sections.iter().flat_map(|section| &section.params)
    }

    pub(crate) fn resources(&self) -> impl Iterator<Item = &Resource> {
        self.sections.iter().filter_map(|section| section.resource.as_ref())
    }

    /// The operations, each with its resource.
    pub(crate) fn operations(&self) -> impl Iterator<Item = (&Resource, &Operation)> {
        self.resources().flat_map(|resource| resource.operations.iter().map(move |operation| (resource, operation)))
    }

    pub(crate) fn model(&self, name: &str) -> &Struct {
        self.models().find(|model| model.name == name).expect("the reader has resolved the name")
    }

    /// Whether the model occurs only as a field of other models.
    pub(crate) fn is_nested(&self, model: &str) -> bool {
        let mut fields = self.models().flat_map(|model| &model.fields);
        fields.any(|field| matches!(&field.kind, Type::Model(name) if name == model))
    }

    /// Type of the status of a model, if it has one.
    pub(crate) fn status(&self, model: &str) -> Option<&Type> {
        self.model(model).fields.iter().find(|field| field.name == "status").map(|field| &field.kind)
    }
}

/// Definitions of one file of the core, with the resource of the same name.
#[derive(Serialize)]
pub(crate) struct Section {
    /// Name of the file without extension, such as `messages`.
    pub(crate) name: String,
    /// Documentation of the file, including its title.
    pub(crate) docs: Docs,
    pub(crate) enums: Vec<OpenEnum>,
    pub(crate) models: Vec<Struct>,
    pub(crate) params: Vec<Struct>,
    pub(crate) resource: Option<Resource>,
}

/// An enum to which the API may add values.
#[derive(Serialize)]
pub(crate) struct OpenEnum {
    pub(crate) name: String,
    pub(crate) docs: Docs,
    pub(crate) values: Vec<EnumValue>,
    /// Public methods of the form `fn name(&self) -> bool`.
    pub(crate) predicates: Vec<Predicate>,
    pub(crate) span: Span,
}

#[derive(Serialize)]
pub(crate) struct EnumValue {
    /// Name in Rust, such as `Queued`.
    pub(crate) variant: String,
    /// Name in the API, such as `queued`.
    pub(crate) text: String,
    pub(crate) docs: Docs,
}

#[derive(Serialize)]
pub(crate) struct Predicate {
    pub(crate) name: String,
    pub(crate) docs: Docs,
}

/// An object that the API returns, or the parameters of an operation.
#[derive(Serialize)]
pub(crate) struct Struct {
    pub(crate) name: String,
    pub(crate) docs: Docs,
    pub(crate) fields: Vec<Field>,
    pub(crate) span: Span,
}

#[derive(Serialize)]
pub(crate) struct Field {
    pub(crate) name: String,
    #[serde(rename = "type")]
    pub(crate) kind: Type,
    /// In a model: whether the field is always present, possibly empty. In parameters: whether the caller must set it.
    pub(crate) required: bool,
    pub(crate) docs: Docs,
    /// Whether the field is a list that is not sent if it is empty.
    pub(crate) may_be_empty: bool,
    pub(crate) shown: Shown,
    pub(crate) span: Span,
}

impl Field {
    /// Name in the languages that accept a template as JSON.
    pub(crate) fn member_name(&self) -> String {
        match self.kind {
            Type::Template => format!("{}_json", self.name),
            _ => self.name.clone(),
        }
    }
}

/// How much of a field may be shown in a log: from `redacted_debug!`, or all of it where the struct derives `Debug`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Shown {
    Plain,
    Masked,
    Hidden,
    Never,
}

/// Types of fields.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "kind", content = "of", rename_all = "snake_case")]
pub(crate) enum Type {
    String,
    U32,
    U64,
    F64,
    Timestamp,
    /// Any JSON value: `Value`.
    Json,
    /// A JSON object: `Template`. Only in parameters.
    Template,
    /// Name of an [`OpenEnum`].
    Enum(String),
    /// Name of a model.
    Model(String),
    /// `Vec` of `String` or of an enum.
    List(Box<Type>),
}

impl Type {
    /// The types that contain no other type, as written in the core.
    pub(crate) const PLAIN: [(&str, Type); 7] = [
        ("String", Type::String),
        ("u32", Type::U32),
        ("u64", Type::U64),
        ("f64", Type::F64),
        ("Timestamp", Type::Timestamp),
        ("Value", Type::Json),
        ("Template", Type::Template),
    ];
}

/// The type as written in the core.
impl fmt::Display for Type {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Type::Enum(name) | Type::Model(name) => f.write_str(name),
            Type::List(element) => write!(f, "Vec<{element}>"),
            _ => f.write_str(Type::PLAIN.iter().find(|(_, plain)| plain == self).map_or("", |(name, _)| name)),
        }
    }
}

/// A resource of the client with its operations, from the endpoint table.
#[derive(Serialize)]
pub(crate) struct Resource {
    pub(crate) name: String,
    /// Name of its class in the languages that have classes: `Messages`, or `CreditBalance`, because `Credits` is a model.
    pub(crate) class: String,
    pub(crate) docs: Docs,
    pub(crate) operations: Vec<Operation>,
    pub(crate) span: Span,
}

#[derive(Serialize)]
pub(crate) struct Operation {
    pub(crate) name: String,
    pub(crate) docs: Docs,
    pub(crate) path: String,
    /// `post`, `get`, `get_one` for an object that exists once per account, `wait`, `list` or `delete`.
    pub(crate) kind: String,
    /// Name of the parameters.
    pub(crate) params: Option<String>,
    /// Name of the model that it returns, or of the items of a list.
    pub(crate) answer: Option<String>,
    /// Variants of `Kind` that the API documents for the operation, in addition to those that follow from its kind.
    pub(crate) error_kinds: Vec<String>,
    pub(crate) span: Span,
}

impl Operation {
    /// Whether it takes an id.
    pub(crate) fn is_by_id(&self) -> bool {
        self.path.contains("{id}")
    }
}

/// An option of a client or of a call.
#[derive(Serialize)]
pub(crate) struct ClientOption {
    pub(crate) name: String,
    /// Method of the core's `ReadOptions` that reads it, such as `duration`.
    pub(crate) kind: String,
    /// A noun phrase if possible.
    pub(crate) docs: Docs,
    /// Method of the core that sets it, or that adds one element.
    pub(crate) setter: String,
    /// Environment variable that is read if the option is not set.
    pub(crate) variable: Option<String>,
    /// Version that added it, if that is not the first of its SONAME.
    pub(crate) since: Option<String>,
    /// `30 s`, `100`, `false`, a text, `none`, or `client` for the option of the client. If absent, the docs describe it.
    pub(crate) default: Option<String>,
}

/// A constant of a closed enum. Its number never changes.
#[derive(Serialize)]
pub(crate) struct Constant {
    pub(crate) variant: String,
    /// Name, which is the same in all languages.
    pub(crate) name: String,
    pub(crate) number: u32,
    pub(crate) docs: Docs,
    pub(crate) span: Span,
}

/// Documentation as lines of Markdown. Links have the form of rustdoc.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Docs {
    pub(crate) lines: Vec<String>,
    pub(crate) span: Span,
}

/// Position in a source file.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Span {
    pub(crate) file: PathBuf,
    pub(crate) line: usize,
}

impl fmt::Display for Span {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.file.display(), self.line)
    }
}
