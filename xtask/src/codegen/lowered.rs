//! The definitions as the templates see them: with resolved references, and with documentation for one language.
//!
//! All names are those of the core. Templates convert them with filters, such as `field.name | camel`.

use serde::Serialize;

use super::context::{Context, Language};
use super::definition::{self as core, Constant, OperationKind, Type as CoreType};
use super::shared;

#[derive(Serialize)]
pub(super) struct Lowered {
    pub(super) sections: Vec<Section>,
    pub(super) kinds: Vec<Named>,
    pub(super) outcomes: Vec<Named>,
    pub(super) client_options: Vec<Opt>,
    pub(super) call_options: Vec<Opt>,
}

#[derive(Serialize)]
pub(super) struct Section {
    pub(super) name: String,
    pub(super) docs: Vec<String>,
    pub(super) enums: Vec<OpenEnum>,
    pub(super) models: Vec<Model>,
    pub(super) params: Vec<Params>,
    pub(super) resource: Option<Resource>,
}

#[derive(Serialize)]
pub(super) struct OpenEnum {
    pub(super) name: String,
    pub(super) docs: Vec<String>,
    pub(super) values: Vec<EnumValue>,
    pub(super) predicates: Vec<Named>,
}

#[derive(Serialize)]
pub(super) struct EnumValue {
    pub(super) variant: String,
    pub(super) text: String,
    pub(super) docs: Vec<String>,
}

/// A name with documentation: a predicate, a kind of error or an outcome.
#[derive(Serialize)]
pub(super) struct Named {
    pub(super) name: String,
    /// Variant in Rust, of a kind or an outcome.
    pub(super) variant: String,
    /// Number, of a kind or an outcome.
    pub(super) number: u32,
    pub(super) docs: Vec<String>,
}

#[derive(Clone, Serialize)]
pub(super) struct Model {
    pub(super) name: String,
    /// Name of the section that defines it.
    pub(super) section: String,
    pub(super) docs: Vec<String>,
    pub(super) fields: Vec<Field>,
    /// Whether it occurs only as a field of other models.
    pub(super) is_nested: bool,
    /// Methods that return another model.
    pub(super) accessors: Vec<Accessor>,
}

#[derive(Clone, Serialize)]
pub(super) struct Accessor {
    pub(super) name: &'static str,
    #[serde(rename = "type")]
    pub(super) kind: Type,
    /// False, as for an optional field.
    pub(super) required: bool,
    pub(super) model: &'static str,
    /// Name of the section that defines the model.
    pub(super) section: String,
    pub(super) docs: Vec<String>,
}

#[derive(Clone, Serialize)]
pub(super) struct Params {
    pub(super) name: String,
    pub(super) docs: Vec<String>,
    pub(super) fields: Vec<Field>,
}

#[derive(Clone, Serialize)]
pub(super) struct Field {
    pub(super) name: String,
    #[serde(rename = "type")]
    pub(super) kind: Type,
    /// In a model: whether the field is always present, possibly empty. In parameters: whether the caller must set it.
    pub(super) required: bool,
    /// Whether it is a list that is not sent if it is empty.
    pub(super) may_be_empty: bool,
    /// `plain`, `masked`, `hidden` or `never`.
    pub(super) shown: &'static str,
    /// Predicates of its enum.
    pub(super) predicates: Vec<String>,
    pub(super) docs: Vec<String>,
}

#[derive(Clone, Serialize)]
pub(super) struct Type {
    /// `string`, `u32`, `u64`, `f64`, `timestamp`, `json`, `template`, `enum`, `model` or `list`.
    pub(super) kind: &'static str,
    /// Name of the enum or the model.
    pub(super) name: Option<String>,
    /// Section that defines the enum or the model.
    pub(super) section: Option<String>,
    /// Type of the elements of a list.
    pub(super) element: Option<Box<Type>>,
    /// The type in the core.
    pub(super) rust: String,
}

#[derive(Serialize)]
pub(super) struct Resource {
    pub(super) name: String,
    /// Name of its class in the languages that have classes: `Messages`, or `CreditBalance`, because `Credits` is a model.
    pub(super) class: String,
    pub(super) docs: Vec<String>,
    pub(super) operations: Vec<Operation>,
}

#[derive(Serialize)]
pub(super) struct Operation {
    pub(super) name: String,
    pub(super) docs: Vec<String>,
    /// `post`, `get`, `get_one`, `wait`, `list` or `delete`.
    pub(super) kind: &'static str,
    /// HTTP method.
    pub(super) method: &'static str,
    pub(super) path: String,
    /// Whether it takes an id.
    pub(super) is_by_id: bool,
    /// Whether its parameters are sent as a body.
    pub(super) has_body: bool,
    /// What it is about, from its path: `message` of `/messages/{id}`.
    pub(super) noun: String,
    pub(super) params: Option<Params>,
    /// Model that it returns, or of the items of a list.
    pub(super) answer: Option<Model>,
    /// Type of the status that a wait operation waits for.
    pub(super) status: Option<Type>,
    /// Names of the kinds of errors in addition to those of every call, in the order of their numbers.
    pub(super) errors: Vec<String>,
}

/// An option of a client or of a call.
#[derive(Serialize)]
pub(super) struct Opt {
    pub(super) name: String,
    /// `text`, `secret`, `path`, `duration`, `wait`, `count`, `limit`, `flag`, `headers`, `query` or `object`.
    pub(super) kind: String,
    /// Method of the core that sets it, or that adds one element.
    pub(super) setter: String,
    /// Documentation as a noun phrase if possible, with the default at the end of the first paragraph.
    pub(super) docs: Vec<String>,
    /// Environment variable that is read if the option is not set.
    pub(super) variable: Option<String>,
    /// Version that added it, if that is not the first of its SONAME.
    pub(super) since: Option<String>,
}

/// Lowers the definitions of a language. Reports links that do not exist in it.
pub(super) fn lower(context: &Context<'_>) -> Lowered {
    let definition = context.definition;
    let named = |constant: &Constant| Named {
        name: constant.name.clone(),
        variant: constant.variant.clone(),
        number: constant.number,
        docs: context.lines(&constant.docs),
    };
    Lowered {
        sections: definition.sections.iter().map(|one| section(context, one)).collect(),
        kinds: definition.kinds.iter().map(named).collect(),
        outcomes: definition.outcomes.iter().map(named).collect(),
        client_options: definition.client_options.iter().map(|one| option(context, one)).collect(),
        call_options: definition.call_options.iter().map(|one| option(context, one)).collect(),
    }
}

fn section(context: &Context<'_>, section: &core::Section) -> Section {
    Section {
        name: section.name.clone(),
        docs: context.lines(&section.docs),
        enums: section.enums.iter().map(|one| open_enum(context, one)).collect(),
        models: section.models.iter().map(|one| model(context, one)).collect(),
        params: section.params.iter().map(|one| params(context, one)).collect(),
        resource: section.resource.as_ref().map(|one| resource(context, one)),
    }
}

fn open_enum(context: &Context<'_>, one: &core::OpenEnum) -> OpenEnum {
    let predicate = |predicate: &core::Predicate| Named {
        name: predicate.name.clone(),
        variant: String::new(),
        number: 0,
        docs: context.lines(&predicate.docs),
    };
    let value = |value: &core::EnumValue| EnumValue {
        variant: value.variant.clone(),
        text: value.text.clone(),
        docs: context.lines(&value.docs),
    };
    OpenEnum {
        name: one.name.clone(),
        docs: context.lines(&one.docs),
        values: one.values.iter().map(value).collect(),
        predicates: one.predicates.iter().map(predicate).collect(),
    }
}

fn model(context: &Context<'_>, model: &core::Model) -> Model {
    let accessor = |about: &shared::About| Accessor {
        name: about.name,
        kind: kind(context, &CoreType::Model(about.model.to_owned())),
        required: false,
        model: about.model,
        section: context.section_of(about.model).name.clone(),
        docs: vec![about.docs.to_owned()],
    };
    Model {
        name: model.name.clone(),
        section: context.section_of(&model.name).name.clone(),
        docs: context.lines(&model.docs),
        fields: model.fields.iter().map(|one| field(context, one)).collect(),
        is_nested: context.is_nested(&model.name),
        accessors: shared::about(model).iter().map(accessor).collect(),
    }
}

fn params(context: &Context<'_>, params: &core::Params) -> Params {
    Params {
        name: params.name.clone(),
        docs: context.lines(&params.docs),
        fields: params.fields.iter().map(|one| field(context, one)).collect(),
    }
}

fn field(context: &Context<'_>, field: &core::Field) -> Field {
    let of_enum = context.definition.enums().find(|one| field.kind == CoreType::Enum(one.name.clone()));
    Field {
        name: field.name.clone(),
        kind: kind(context, &field.kind),
        required: field.required,
        may_be_empty: field.may_be_empty,
        shown: match field.shown {
            core::Shown::Plain => "plain",
            core::Shown::Masked => "masked",
            core::Shown::Hidden => "hidden",
            core::Shown::Never => "never",
        },
        predicates: of_enum.iter().flat_map(|one| &one.predicates).map(|one| one.name.clone()).collect(),
        docs: context.lines(&field.docs),
    }
}

fn kind(context: &Context<'_>, of: &CoreType) -> Type {
    let (name, section) = match of {
        CoreType::Enum(name) => {
            let defines = |section: &&core::Section| section.enums.iter().any(|one| one.name == *name);
            (Some(name), context.definition.sections.iter().find(defines))
        }
        CoreType::Model(name) => (Some(name), Some(context.section_of(name))),
        _ => (None, None),
    };
    Type {
        kind: match of {
            CoreType::String => "string",
            CoreType::U32 => "u32",
            CoreType::U64 => "u64",
            CoreType::F64 => "f64",
            CoreType::Timestamp => "timestamp",
            CoreType::Json => "json",
            CoreType::Template => "template",
            CoreType::Enum(_) => "enum",
            CoreType::Model(_) => "model",
            CoreType::List(_) => "list",
        },
        name: name.cloned(),
        section: section.map(|section| section.name.clone()),
        element: if let CoreType::List(element) = of { Some(Box::new(kind(context, element))) } else { None },
        rust: of.to_string(),
    }
}

fn resource(context: &Context<'_>, resource: &core::Resource) -> Resource {
    Resource {
        name: resource.name.clone(),
        class: shared::class(resource),
        docs: context.lines(&resource.docs),
        operations: resource.operations.iter().map(|one| operation(context, one)).collect(),
    }
}

fn operation(context: &Context<'_>, operation: &core::Operation) -> Operation {
    let (name, answer) = match &operation.kind {
        OperationKind::Post { answer, .. } => ("post", Some(answer)),
        OperationKind::Get { answer } => ("get", Some(answer)),
        OperationKind::GetOne { answer } => ("get_one", Some(answer)),
        OperationKind::Wait { answer } => ("wait", Some(answer)),
        OperationKind::List { item, .. } => ("list", Some(item)),
        OperationKind::Delete => ("delete", None),
    };
    let status = match &operation.kind {
        OperationKind::Wait { answer } => context.status(operation, answer),
        _ => None,
    };
    let collection = operation.path.trim_start_matches('/').split('/').next().unwrap_or_default();
    Operation {
        name: operation.name.clone(),
        docs: context.lines(&operation.docs),
        kind: name,
        method: operation.kind.method(),
        path: operation.path.clone(),
        is_by_id: operation.kind.is_by_id(),
        has_body: operation.kind.has_body(),
        noun: collection.trim_end_matches('s').to_owned(),
        params: operation.kind.params().map(|name| params(context, context.params(name))),
        answer: answer.map(|name| model(context, context.model(name))),
        status: status.map(|of| kind(context, of)),
        errors: super::errors::additional(context.definition, operation).map(|kind| kind.name.clone()).collect(),
    }
}

fn option(context: &Context<'_>, option: &core::ClientOption) -> Opt {
    let mut docs = context.lines(&option.docs);
    if let Some(first) = docs.first_mut() {
        *first = as_noun(first);
    }
    if let Some(default) = default(context.language(), option) {
        let end = docs.iter().position(String::is_empty).unwrap_or(docs.len());
        docs.insert(end, default);
    }
    Opt {
        name: option.name.clone(),
        kind: format!("{:?}", option.kind).to_lowercase(),
        setter: option.setter.clone(),
        docs,
        variable: option.variable.clone(),
        since: option.since.clone(),
    }
}

/// The sentence about the default of an option, with the values and units of the language. `None` if the docs of the option describe it.
fn default(language: &Language, option: &core::ClientOption) -> Option<String> {
    let value = option.default.as_deref().map(|value| match (value, value.strip_suffix(" s")) {
        ("client", _) => "that of the client".to_owned(),
        ("none", _) => "none".to_owned(),
        ("false", _) => language.no.to_owned(),
        (_, Some(seconds)) if language.milliseconds => format!("{seconds}000"),
        (url, None) if url.contains("://") => format!("`{url}`"),
        (value, _) => value.to_owned(),
    });
    match (&option.variable, value) {
        (None, None) => None,
        (None, Some(value)) => Some(format!("Default: {value}.")),
        (Some(variable), None) => Some(format!("Default: the environment variable `{variable}`.")),
        (Some(variable), Some(value)) => Some(format!("Default: the environment variable `{variable}`, else {value}.")),
    }
}

/// Converts the docs of a method, such as "Set the timeout of …", to those of a member: "Timeout of …". Other docs, such as "Enable HTTP/2 …", are
/// unchanged.
fn as_noun(docs: &str) -> String {
    let Some(noun) = ["Set the ", "Set a ", "Add "].iter().find_map(|verb| docs.strip_prefix(verb)) else {
        return docs.to_owned();
    };
    let mut rest = noun.chars();
    rest.next().into_iter().flat_map(char::to_uppercase).chain(rest).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn docs_of_methods_become_docs_of_members() {
        assert_eq!(as_noun("Set the timeout of one attempt."), "Timeout of one attempt.");
        assert_eq!(as_noun("Set a suffix for it."), "Suffix for it.");
        assert_eq!(as_noun("Add headers to it."), "Headers to it.");
        assert_eq!(as_noun("Enable HTTP/2."), "Enable HTTP/2.");
    }
}
