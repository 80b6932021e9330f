//! The context of a writer: the definition, the names in use, and the diagnostics.

use std::cell::RefCell;
use std::collections::HashSet;

use super::definition::{Definition, Docs, Model, Operation, Params, Place, Section, Type};
use super::docs::{commented, translate};
use super::read::Complaint;

/// Naming rules of a language.
pub(super) struct Language {
    pub(super) name: &'static str,
    /// Reserved words.
    pub(super) keywords: &'static [&'static str],
    /// Returns the name in this language for the target of a rustdoc link.
    pub(super) link: fn(&Definition, &str) -> Option<String>,
}

/// State of a writer.
pub(super) struct Context<'a> {
    pub(super) definition: &'a Definition,
    language: Language,
    taken: RefCell<HashSet<String>>,
    complaints: RefCell<Vec<Complaint>>,
}

impl<'a> Context<'a> {
    /// `reserved` contains the names in hand-written code.
    pub(super) fn new(definition: &'a Definition, language: Language, reserved: HashSet<String>) -> Context<'a> {
        Context { definition, language, taken: RefCell::new(reserved), complaints: RefCell::default() }
    }

    /// Reports a problem, unless it has already been reported.
    pub(super) fn complain(&self, place: &Place, message: impl Into<String>) {
        let complaint = Complaint { place: place.clone(), message: message.into() };
        let mut complaints = self.complaints.borrow_mut();
        if !complaints.contains(&complaint) {
            complaints.push(complaint);
        }
    }

    pub(super) fn finish<T>(self, written: T) -> Result<T, Vec<Complaint>> {
        let complaints = self.complaints.into_inner();
        if complaints.is_empty() { Ok(written) } else { Err(complaints) }
    }

    /// Reserves a name, and reports it if it is already in use.
    pub(super) fn take(&self, name: String, place: &Place) -> String {
        if !self.taken.borrow_mut().insert(name.clone()) {
            self.complain(place, format!("in {}, two things would be called `{name}`", self.language.name));
        }
        name
    }

    /// Reserves a name in a scope. Reports duplicates and keywords.
    pub(super) fn take_in(&self, scope: &str, name: &str, place: &Place) -> String {
        self.take(format!("{scope}::{name}"), place);
        self.member(name, place)
    }

    /// Name of a field or an argument. Reports keywords.
    pub(super) fn member(&self, name: &str, place: &Place) -> String {
        if self.language.keywords.contains(&name) {
            self.complain(place, format!("in {}, `{name}` is a keyword", self.language.name));
        }
        name.to_owned()
    }

    /// Documentation as a doc comment.
    pub(super) fn docs(&self, docs: &Docs) -> String {
        self.comment("///", docs)
    }

    /// Documentation as lines that start with `mark`.
    pub(super) fn comment(&self, mark: &str, docs: &Docs) -> String {
        commented(mark, &self.lines(docs))
    }

    /// Documentation with links replaced by names in this language.
    pub(super) fn lines(&self, docs: &Docs) -> Vec<String> {
        translate(docs, |link| (self.language.link)(self.definition, link)).unwrap_or_else(|complaint| {
            self.complaints.borrow_mut().push(complaint);
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
            self.complain(&operation.place, format!("a `{model}` has no status to wait for"));
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
