//! The context of a writer: the definition, the names in use, and the diagnostics.

use std::cell::RefCell;
use std::collections::HashSet;

use super::definition::{Definition, Docs, Model, Operation, Params, Section, Span, Type};
use super::docs::translate;
use super::read::Diagnostic;

/// Naming rules of a language.
pub(super) struct Language {
    pub(super) name: &'static str,
    /// Reserved words.
    pub(super) keywords: &'static [&'static str],
    /// Returns the name in this language for the target of a rustdoc link.
    pub(super) link: fn(&Definition, &str) -> Option<String>,
    /// How docs name the value false.
    pub(super) no: &'static str,
    /// Whether durations are milliseconds. Otherwise, docs give them with their unit.
    pub(super) milliseconds: bool,
}

/// State of a writer.
pub(super) struct Context<'a> {
    pub(super) definition: &'a Definition,
    language: Language,
    taken: RefCell<HashSet<String>>,
    diagnostics: RefCell<Vec<Diagnostic>>,
}

impl<'a> Context<'a> {
    /// `reserved` contains the names in hand-written code.
    pub(super) fn new(definition: &'a Definition, language: Language, reserved: HashSet<String>) -> Context<'a> {
        Context { definition, language, taken: RefCell::new(reserved), diagnostics: RefCell::default() }
    }

    /// The naming rules.
    pub(super) fn language(&self) -> &Language {
        &self.language
    }

    /// Reports a problem, unless it has already been reported.
    pub(super) fn report(&self, span: &Span, message: impl Into<String>) {
        let diagnostic = Diagnostic { span: span.clone(), message: message.into() };
        let mut diagnostics = self.diagnostics.borrow_mut();
        if !diagnostics.contains(&diagnostic) {
            diagnostics.push(diagnostic);
        }
    }

    pub(super) fn finish<T>(self, written: T) -> Result<T, Vec<Diagnostic>> {
        let diagnostics = self.diagnostics.into_inner();
        if diagnostics.is_empty() { Ok(written) } else { Err(diagnostics) }
    }

    /// Reserves a name, and reports it if it is already in use.
    pub(super) fn take(&self, name: String, span: &Span) -> String {
        if !self.taken.borrow_mut().insert(name.clone()) {
            self.report(span, format!("duplicate name `{name}` in {}", self.language.name));
        }
        name
    }

    /// Reserves a name in a scope. Reports duplicates and keywords.
    pub(super) fn take_in(&self, scope: &str, name: &str, span: &Span) -> String {
        self.take(format!("{scope}::{name}"), span);
        self.member(name, span)
    }

    /// Name of a field or an argument. Reports keywords.
    pub(super) fn member(&self, name: &str, span: &Span) -> String {
        if self.language.keywords.contains(&name) {
            self.report(span, format!("`{name}` is a keyword in {}", self.language.name));
        }
        name.to_owned()
    }

    /// Documentation with links replaced by names in this language.
    pub(super) fn lines(&self, docs: &Docs) -> Vec<String> {
        translate(docs, |link| (self.language.link)(self.definition, link)).unwrap_or_else(|diagnostic| {
            self.report(&diagnostic.span, diagnostic.message);
            Vec::new()
        })
    }

    /// Model with this name.
    pub(super) fn model(&self, name: &str) -> &'a Model {
        let found = self.definition.models().find(|model| model.name == name);
        found.expect("the reader has resolved the name")
    }

    /// Section that defines the model with this name.
    pub(super) fn section_of(&self, model: &str) -> &'a Section {
        let found = self.definition.sections.iter().find(|section| section.models.iter().any(|one| one.name == model));
        found.expect("the reader has resolved the name")
    }

    /// Type of the status of a model, which a wait operation compares.
    pub(super) fn status(&self, operation: &Operation, model: &str) -> Option<&'a Type> {
        let status = self.model(model).fields.iter().find(|field| field.name == "status");
        if status.is_none() {
            self.report(&operation.span, format!("`{model}` has no field `status` to wait for"));
        }
        status.map(|field| &field.kind)
    }

    /// Parameters with this name.
    pub(super) fn params(&self, name: &str) -> &'a Params {
        let found = self.definition.params().find(|params| params.name == name);
        found.expect("the reader has resolved the name")
    }

    /// Whether the model occurs only as a field of other models.
    pub(super) fn is_nested(&self, model: &str) -> bool {
        let mut fields = self.definition.models().flat_map(|model| &model.fields);
        fields.any(|field| field.kind == Type::Model(model.to_owned()))
    }
}
