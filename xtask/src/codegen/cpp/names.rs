//! Names in C++, and the checks that they can be names there.

use std::cell::RefCell;
use std::collections::HashSet;

use heck::ToSnakeCase;

use crate::codegen::c::names::KEYWORDS;
use crate::codegen::definition::{Definition, Docs, Model, Operation, Place, Type};
use crate::codegen::docs::{commented, translate};
use crate::codegen::read::Complaint;

/// What is written, and what cannot be written.
pub(super) struct Context<'a> {
    definition: &'a Definition,
    taken: RefCell<HashSet<String>>,
    complaints: RefCell<Vec<Complaint>>,
}

impl<'a> Context<'a> {
    pub(super) fn new(definition: &'a Definition) -> Context<'a> {
        Context { definition, taken: RefCell::default(), complaints: RefCell::default() }
    }

    pub(super) fn definition(&self) -> &'a Definition {
        self.definition
    }

    pub(super) fn complain(&self, place: &Place, message: impl Into<String>) {
        self.complaints.borrow_mut().push(Complaint { place: place.clone(), message: message.into() });
    }

    pub(super) fn finish<T>(self, written: T) -> Result<T, Vec<Complaint>> {
        let complaints = self.complaints.into_inner();
        if complaints.is_empty() { Ok(written) } else { Err(complaints) }
    }

    /// A name that nothing else in its `scope` has, and that is no keyword. The scope of a type of the namespace is "zexa".
    pub(super) fn take(&self, scope: &str, name: &str, place: &Place) -> String {
        if KEYWORDS.contains(&name) {
            self.complain(place, format!("`{name}` is a keyword of C++"));
        }
        let known = format!("{scope}::{name}");
        if !self.taken.borrow_mut().insert(known.clone()) {
            self.complain(place, format!("in C++, two things would be called `{known}`"));
        }
        name.to_owned()
    }

    /// Documentation as the lines of a comment.
    pub(super) fn docs(&self, docs: &Docs) -> String {
        commented("///", &self.lines(docs))
    }

    /// Documentation, with links as the names that C++ knows.
    pub(super) fn lines(&self, docs: &Docs) -> Vec<String> {
        translate(docs, |link| self.link(link)).unwrap_or_else(|complaint| {
            self.complaints.borrow_mut().push(complaint);
            Vec::new()
        })
    }

    /// What rustdoc would link to, in C++.
    fn link(&self, link: &str) -> Option<String> {
        let sections = &self.definition.sections;
        match link.rsplit_once("::") {
            _ if link == "parse_event" => Some("parse_event()".to_owned()),
            Some((model, method)) => Some(format!("{}::{method}()", model.to_snake_case())),
            None if link == "Template" => Some("message_template".to_owned()),
            None if sections.iter().any(|section| section.params.iter().any(|params| params.name == link)) => {
                Some(params_type(link))
            }
            None => {
                let known = sections.iter().any(|section| {
                    section.models.iter().any(|model| model.name == link)
                        || section.enums.iter().any(|one| one.name == link)
                });
                known.then(|| link.to_snake_case())
            }
        }
    }

    /// Whether objects of this model come only within others.
    pub(super) fn is_nested(&self, model: &str) -> bool {
        let models = self.definition.sections.iter().flat_map(|section| &section.models);
        models.flat_map(|model| &model.fields).any(|field| field.kind == Type::Model(model.to_owned()))
    }

    pub(super) fn model(&self, name: &str) -> &'a Model {
        let mut models = self.definition.sections.iter().flat_map(|section| &section.models);
        models.find(|model| model.name == name).expect("the reader found it")
    }
}

pub(super) fn params_type(name: &str) -> String {
    format!("{}_params", name.to_snake_case())
}

/// The method of an operation. One of them is a keyword, in whose place C++ has another word.
pub(super) fn method(operation: &Operation) -> &str {
    match operation.name.as_str() {
        "delete" => "remove",
        name => name,
    }
}
