//! The rules of a language, and the checks that it can express the definitions.

use std::collections::HashSet;

use super::definition::{ClientOption, Constant, Definition, Field, OpenEnum, Operation};
use super::definition::{Resource, Span, Struct, Type};
use super::read::{Diagnostic, Owner, Position};
use super::view::{Accessor, accessors};

pub(super) struct Language {
    pub(super) name: &'static str,
    /// Reserved words.
    pub(super) keywords: &'static [&'static str],
    /// Returns the name in this language for the target of a link in docs.
    pub(super) link: fn(Link<'_>) -> String,
    /// Reserves the names that an item has in this language.
    pub(super) names: fn(&mut Names<'_>, &Item<'_>),
    /// How docs name the value false.
    pub(super) no: &'static str,
    /// Whether durations are milliseconds. Otherwise, docs give them with their unit.
    pub(super) milliseconds: bool,
    /// Whether parameters may be lists that the caller does not have to set.
    pub(super) optional_lists: bool,
}

/// The target of a link in docs.
pub(super) enum Link<'a> {
    ParseEvent,
    Template,
    Kind(&'a Constant),
    Outcome(&'a Constant),
    Enum(&'a str),
    Model(&'a str),
    /// Parameters, with the operation that they belong to.
    Params(&'a str, (&'a Resource, &'a Operation)),
    /// A method of a model.
    Method(&'a str, &'a str),
}

impl<'a> Link<'a> {
    /// The target of a link of rustdoc.
    pub(super) fn of(definition: &'a Definition, target: &'a str) -> Option<Link<'a>> {
        let variant_of = |all: &'a [Constant], variant| all.iter().find(|one| one.variant == variant);
        let is_model = |name: &str| definition.models().any(|model| model.name == name);
        match target.split_once("::") {
            Some(("Kind", variant)) => variant_of(&definition.kinds, variant).map(Link::Kind),
            Some(("Outcome", variant)) => variant_of(&definition.outcomes, variant).map(Link::Outcome),
            Some((model, method)) => is_model(model).then_some(Link::Method(model, method)),
            None if target == "parse_event" => Some(Link::ParseEvent),
            None if target == "Template" => Some(Link::Template),
            None if is_model(target) => Some(Link::Model(target)),
            None if definition.enums().any(|one| one.name == target) => Some(Link::Enum(target)),
            None => {
                let mut operations = definition.operations();
                let with_params = operations.find(|(_, operation)| operation.params.as_deref() == Some(target));
                with_params.map(|operation| Link::Params(target, operation))
            }
        }
    }
}

/// A part of the definitions that has a name.
pub(super) enum Item<'a> {
    Kind(&'a Constant),
    Outcome(&'a Constant),
    Enum(&'a OpenEnum),
    Model(&'a Struct),
    Field(&'a Struct, &'a Field),
    Accessor(&'a Struct, &'a Accessor),
    Params(&'a Struct),
    Parameter(&'a Struct, &'a Field),
    Resource(&'a Resource),
    Operation(&'a Resource, &'a Operation),
    /// An option, with the type that it belongs to: `ClientOptions` or `CallOptions`.
    Option(&'static str, &'a ClientOption),
}

/// The names in use, and the problems that were found.
pub(super) struct Names<'a> {
    pub(super) definition: &'a Definition,
    language: &'a Language,
    taken: HashSet<String>,
    /// Position of the item that is checked.
    span: &'a Span,
    diagnostics: Vec<Diagnostic>,
}

impl<'a> Names<'a> {
    /// Reserves names with a prefix, such as the scope `Message::`. Reports duplicates and keywords.
    pub(super) fn take<I: IntoIterator<Item: AsRef<str>>>(&mut self, prefix: &str, names: I) {
        for name in names {
            let name = format!("{prefix}{}", name.as_ref());
            self.keyword(name.rsplit("::").next().unwrap_or_default());
            if !self.taken.insert(name.clone()) {
                self.report(format!("duplicate name `{name}` in {}", self.language.name));
            }
        }
    }

    /// Reports a name that is a keyword.
    pub(super) fn keyword(&mut self, name: &str) {
        if self.language.keywords.contains(&name) {
            self.report(format!("`{name}` is a keyword in {}", self.language.name));
        }
    }

    /// Reports a problem, unless it has already been reported.
    pub(super) fn report(&mut self, message: String) {
        let diagnostic = Diagnostic { span: self.span.clone(), message };
        if !self.diagnostics.contains(&diagnostic) {
            self.diagnostics.push(diagnostic);
        }
    }

    fn check(&mut self, item: &Item<'a>, span: &'a Span) {
        self.span = span;
        match item {
            Item::Field(_, field) => self.check_type(field, Owner::Model, "a field"),
            Item::Parameter(_, field) if field.required => {
                let is_never_possible = !Position { owner: Owner::Params, required: false }.admits(&field.kind);
                let what = if is_never_possible { "a parameter" } else { "a required parameter" };
                self.check_type(field, Owner::Params, what);
            }
            Item::Parameter(_, field) if !self.language.optional_lists && matches!(field.kind, Type::List(_)) => {
                self.report(format!("an optional parameter cannot be a `{}` in {}", field.kind, self.language.name));
            }
            Item::Parameter(_, field) => self.check_type(field, Owner::Params, "a parameter"),
            Item::Operation(_, Operation { kind, answer: Some(answer), .. })
                if kind == "wait" && self.definition.status(answer).is_none() =>
            {
                self.report(format!("`{answer}` has no field `status` to wait for"));
            }
            _ => {}
        }
        (self.language.names)(self, item);
    }

    fn check_type(&mut self, field: &Field, owner: Owner, what: &str) {
        if !(Position { owner, required: field.required }).admits(&field.kind) {
            self.report(format!("{what} cannot be a `{}` in {}", field.kind, self.language.name));
        }
    }
}

/// Reports names that are used twice, keywords, and types that the language cannot express. `reserved` contains the names in hand-written code.
pub(super) fn check(definition: &Definition, language: &Language, reserved: HashSet<String>) -> Vec<Diagnostic> {
    let (span, diagnostics) = (&Span::default(), Vec::new());
    let mut names = Names { definition, language, taken: reserved, span, diagnostics };
    items(definition).iter().for_each(|(item, span)| names.check(item, span));
    names.diagnostics
}

/// All items with their positions.
fn items(definition: &Definition) -> Vec<(Item<'_>, &Span)> {
    let mut items = Vec::new();
    items.extend(definition.kinds.iter().map(|one| (Item::Kind(one), &one.span)));
    items.extend(definition.outcomes.iter().map(|one| (Item::Outcome(one), &one.span)));
    items.extend(definition.client_options.iter().map(|one| (Item::Option("ClientOptions", one), &one.docs.span)));
    items.extend(definition.call_options.iter().map(|one| (Item::Option("CallOptions", one), &one.docs.span)));
    items.extend(definition.bulk_options.iter().map(|one| (Item::Option("BulkOptions", one), &one.docs.span)));
    items.extend(definition.enums().map(|one| (Item::Enum(one), &one.span)));
    for model in definition.models() {
        items.push((Item::Model(model), &model.span));
        items.extend(accessors(model).iter().map(|one| (Item::Accessor(model, one), &model.span)));
        items.extend(model.fields.iter().map(|field| (Item::Field(model, field), &field.span)));
    }
    for params in definition.params() {
        items.push((Item::Params(params), &params.span));
        items.extend(params.fields.iter().map(|field| (Item::Parameter(params, field), &field.span)));
    }
    items.extend(definition.resources().map(|one| (Item::Resource(one), &one.span)));
    items.extend(definition.operations().map(|(resource, one)| (Item::Operation(resource, one), &one.span)));
    items
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use crate::codegen::definition::{Constant, Definition, Docs, Field, Type};
    use crate::codegen::testing::{self, field, messages, model, span, wait_for_credits};
    use crate::codegen::{c, cpp, node, python};
    use crate::command::Result;
    use crate::paths;

    type View = fn(&Definition, &Path) -> Result<serde_json::Value>;

    const LANGUAGES: [(&str, View); 4] =
        [("C", c::view), ("C++", cpp::view), ("Python", python::view), ("JavaScript", node::view)];

    /// The problems of a language with the definitions of the core after a change.
    fn problems(language: &str, change: impl FnOnce(&mut Definition)) -> String {
        let (_, view) = LANGUAGES.into_iter().find(|(name, _)| *name == language).expect("a language");
        view(&testing::definition(change), paths::root()).err().unwrap_or_default()
    }

    fn of_field(language: &str, field: Field) -> String {
        problems(language, |all| messages(all).models[0].fields.push(field))
    }

    #[test]
    fn unsupported_types_are_reported_with_their_position() {
        for (language, _) in LANGUAGES {
            let found = problems(language, |all| {
                let messages = messages(all);
                messages.models[0].fields.extend([
                    field("content", Type::Template, true),
                    field("layout", Type::Template, false),
                    field("tags", Type::List(Box::new(Type::String)), false),
                ]);
                for (number, kind) in [Type::F64, Type::U32, Type::Timestamp, Type::Template].into_iter().enumerate() {
                    messages.params[0].fields.push(field(&format!("required_{number}"), kind.clone(), true));
                    messages.params[0].fields.push(field(&format!("optional_{number}"), kind, false));
                }
                wait_for_credits(messages);
            });
            let unsupported = [
                "a field cannot be a `Template`",
                "a field cannot be a `Vec<String>`",
                "a parameter cannot be a `f64`",
                "a required parameter cannot be a `u32`",
                "a required parameter cannot be a `Timestamp`",
                "a required parameter cannot be a `Template`",
            ];
            let expected = unsupported.map(|problem| format!("messages.rs:7: {problem} in {language}\n")).concat();
            assert_eq!(found, expected + "messages.rs:7: `Credits` has no field `status` to wait for");
        }
    }

    #[test]
    fn only_python_rejects_optional_lists() {
        for (language, _) in LANGUAGES {
            let list = || field("tags", Type::List(Box::new(Type::String)), false);
            let found = problems(language, |all| messages(all).params[0].fields.push(list()));
            let expected = "messages.rs:7: an optional parameter cannot be a `Vec<String>` in Python";
            assert_eq!(found, if language == "Python" { expected } else { "" });
        }
    }

    #[test]
    fn duplicate_names_and_keywords_are_reported() {
        for (language, name, duplicate) in [
            ("C", "free", "zexa_message_free"),
            ("C++", "json", "message::json"),
            ("Python", "to_dict", "Message::to_dict"),
            ("JavaScript", "extra", "Message::extra"),
        ] {
            let expected = format!("messages.rs:7: duplicate name `{duplicate}` in {language}");
            assert_eq!(of_field(language, field(name, Type::String, true)), expected);
        }
        for (language, name, duplicate) in [
            ("C", "CancelToken", "zexa_cancel_token"),
            ("C++", "Page", "zexa::page"),
            ("C++", "Client", "zexa::client"),
            ("C++", "Error", "zexa::error"),
            ("C++", "Version", "zexa::version"),
            ("C++", "KeyValues", "zexa::key_values"),
            ("C++", "ParseEvent", "zexa::parse_event"),
            ("Python", "Page", "zexa::Page"),
            ("JavaScript", "Page", "zexa::Page"),
        ] {
            let found = problems(language, |all| messages(all).models.push(model(name)));
            let expected = format!("messages.rs:7: duplicate name `{duplicate}` in {language}");
            assert_eq!(found.lines().next(), Some(expected.as_str()));
        }
        // It is in the namespace `detail`.
        assert_eq!(problems("C++", |all| messages(all).models.push(model("Arrays"))), "");
        for name in ["close", "request"] {
            let resource = |all: &mut Definition| {
                messages(all).resource.as_mut().expect("it has a resource").name = name.to_owned();
            };
            let expected = format!("duplicate name `client::{name}` in C++");
            assert!(problems("C++", resource).contains(&expected));
        }
        for (language, name) in [("C", "struct_size"), ("Python", "timeout"), ("JavaScript", "to")] {
            let parameter = field(name, Type::String, false);
            let found = problems(language, |all| messages(all).params[0].fields.push(parameter));
            assert_eq!(found, format!("messages.rs:7: duplicate name `SendMessage::{name}` in {language}"));
        }
        let event = |all: &mut Definition| {
            let mut models = all.sections.iter_mut().flat_map(|section| &mut section.models);
            let event = models.find(|model| model.name == "Event").expect("the model exists");
            event.fields.push(field("message", Type::String, false));
        };
        assert_eq!(problems("C++", event), "messages.rs:7: duplicate name `event::message` in C++");
        let parameter = |all: &mut Definition| messages(all).params[0].fields.push(field("class", Type::String, true));
        assert_eq!(problems("C", parameter), "messages.rs:7: `class` is a keyword in C");
        let expected = "messages.rs:7: `register` is a keyword in C++";
        assert_eq!(of_field("C++", field("register", Type::String, true)), expected);
    }

    #[test]
    fn a_kind_that_collides_with_a_status_of_c_is_reported() {
        let kind = |name: &str, number| {
            let (name, docs, span) = (name.to_owned(), Docs::default(), span("error.rs"));
            let kind = Constant { variant: "More".into(), name, number, docs, span };
            problems("C", |definition| definition.kinds.push(kind))
        };
        assert_eq!(kind("done", 99), "error.rs:7: duplicate name `ZEXA_DONE` in C");
        let expected = "error.rs:7: in C, 102 is the number of a status that is no kind of error";
        assert_eq!(kind("more", 102), expected);
        assert_eq!(kind("more", 99), "");
    }
}
