//! What the writer of a language has before it: the definition, the names that are taken, and what could not be written.

use std::cell::RefCell;
use std::collections::HashSet;

use super::definition::{Definition, Docs, Model, Operation, Params, Place, Section, Type};
use super::docs::{commented, translate};
use super::read::Complaint;

/// How a language is different from the others, as far as its names go.
pub(super) struct Language {
    pub(super) name: &'static str,
    /// What cannot be the name of anything.
    pub(super) keywords: &'static [&'static str],
    /// The name of what rustdoc would link to.
    pub(super) link: fn(&Definition, &str) -> Option<String>,
}

/// What is written, the names that are taken by it, and what cannot be written.
pub(super) struct Context<'a> {
    pub(super) definition: &'a Definition,
    language: Language,
    taken: RefCell<HashSet<String>>,
    complaints: RefCell<Vec<Complaint>>,
}

impl<'a> Context<'a> {
    /// `reserved` are the names that what is written by hand has.
    pub(super) fn new(definition: &'a Definition, language: Language, reserved: HashSet<String>) -> Context<'a> {
        Context { definition, language, taken: RefCell::new(reserved), complaints: RefCell::default() }
    }

    /// Once, even where it is written more than once.
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

    /// A name that nothing else has.
    pub(super) fn take(&self, name: String, place: &Place) -> String {
        if !self.taken.borrow_mut().insert(name.clone()) {
            self.complain(place, format!("in {}, two things would be called `{name}`", self.language.name));
        }
        name
    }

    /// A name that nothing else in its `scope` has, and that is no keyword.
    pub(super) fn take_in(&self, scope: &str, name: &str, place: &Place) -> String {
        self.take(format!("{scope}::{name}"), place);
        self.member(name, place)
    }

    /// The name of a field or an argument: no keyword.
    pub(super) fn member(&self, name: &str, place: &Place) -> String {
        if self.language.keywords.contains(&name) {
            self.complain(place, format!("in {}, `{name}` is a keyword", self.language.name));
        }
        name.to_owned()
    }

    /// Documentation as the lines of a doc comment.
    pub(super) fn docs(&self, docs: &Docs) -> String {
        self.comment("///", docs)
    }

    /// Documentation as lines that begin with `mark`.
    pub(super) fn comment(&self, mark: &str, docs: &Docs) -> String {
        commented(mark, &self.lines(docs))
    }

    /// Documentation, with links as the names that the language knows.
    pub(super) fn lines(&self, docs: &Docs) -> Vec<String> {
        translate(docs, |link| (self.language.link)(self.definition, link)).unwrap_or_else(|complaint| {
            self.complaints.borrow_mut().push(complaint);
            Vec::new()
        })
    }

    /// The model of this name.
    pub(super) fn model(&self, name: &str) -> &'a Model {
        let found = self.definition.models().find(|model| model.name == name);
        found.expect("the reader found it")
    }

    /// Where the model of this name is defined.
    pub(super) fn section_of(&self, model: &str) -> &'a Section {
        let found = self.definition.sections.iter().find(|section| section.models.iter().any(|one| one.name == model));
        found.expect("the reader found it")
    }

    /// The type of the status of this model, for which an operation waits.
    pub(super) fn status(&self, operation: &Operation, model: &str) -> Option<&'a Type> {
        let status = self.model(model).fields.iter().find(|field| field.name == "status");
        if status.is_none() {
            self.complain(&operation.place, format!("a `{model}` has no status to wait for"));
        }
        status.map(|field| &field.kind)
    }

    /// The parameters of this name.
    pub(super) fn params(&self, name: &str) -> &'a Params {
        let found = self.definition.params().find(|params| params.name == name);
        found.expect("the reader found it")
    }

    /// Whether objects of this model come only within others.
    pub(super) fn is_nested(&self, model: &str) -> bool {
        let mut fields = self.definition.models().flat_map(|model| &model.fields);
        fields.any(|field| field.kind == Type::Model(model.to_owned()))
    }
}
