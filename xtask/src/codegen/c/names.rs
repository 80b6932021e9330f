//! Names in C, and the checks that they can be names there.

use std::cell::RefCell;
use std::collections::HashSet;

use heck::{ToShoutySnakeCase, ToSnakeCase};

use crate::codegen::definition::{Definition, Docs, Field, Model, Place, Type};
use crate::codegen::docs::{commented, translate};
use crate::codegen::read::Complaint;

/// What is written, the names that are taken by it, and what cannot be written.
pub(super) struct Context<'a> {
    pub(super) definition: &'a Definition,
    taken: RefCell<HashSet<String>>,
    complaints: RefCell<Vec<Complaint>>,
}

impl<'a> Context<'a> {
    pub(super) fn new(definition: &'a Definition) -> Context<'a> {
        Context { definition, taken: RefCell::default(), complaints: RefCell::default() }
    }

    pub(super) fn complain(&self, place: &Place, message: impl Into<String>) {
        self.complaints.borrow_mut().push(Complaint { place: place.clone(), message: message.into() });
    }

    pub(super) fn finish<T>(self, written: T) -> Result<T, Vec<Complaint>> {
        let complaints = self.complaints.into_inner();
        if complaints.is_empty() { Ok(written) } else { Err(complaints) }
    }

    /// A name that nothing else has. Types, functions and constants share one space in C.
    pub(super) fn take(&self, name: String, place: &Place) -> String {
        if !self.taken.borrow_mut().insert(name.clone()) {
            self.complain(place, format!("in C, two things would be called `{name}`"));
        }
        name
    }

    /// The name of a field or an argument.
    pub(super) fn member(&self, name: &str, place: &Place) -> String {
        if KEYWORDS.contains(&name) {
            self.complain(place, format!("`{name}` is a keyword of C or C++"));
        }
        name.to_owned()
    }

    /// Documentation as the lines of a Rust doc comment.
    pub(super) fn docs(&self, docs: &Docs) -> String {
        self.comment("///", docs)
    }

    /// Documentation as lines that begin with `mark`.
    pub(super) fn comment(&self, mark: &str, docs: &Docs) -> String {
        commented(mark, &self.lines(docs))
    }

    /// Documentation, with links as the names that C knows.
    pub(super) fn lines(&self, docs: &Docs) -> Vec<String> {
        translate(docs, |link| self.link(link)).unwrap_or_else(|complaint| {
            self.complaints.borrow_mut().push(complaint);
            Vec::new()
        })
    }

    /// What rustdoc would link to, in C.
    fn link(&self, link: &str) -> Option<String> {
        let sections = &self.definition.sections;
        match link.rsplit_once("::") {
            _ if link == "parse_event" => Some("zexa_webhooks_parse_event()".to_owned()),
            Some((model, method)) => Some(format!("{}_{method}()", model_type(model))),
            None if link == "Template" => Some(template_type()),
            None if sections.iter().any(|section| section.params.iter().any(|params| params.name == link)) => {
                Some(params_type(link))
            }
            None if sections.iter().any(|section| section.models.iter().any(|model| model.name == link)) => {
                Some(model_type(link))
            }
            None if sections.iter().any(|section| section.enums.iter().any(|one| one.name == link)) => {
                Some(enum_prefix(link) + "…")
            }
            None => None,
        }
    }

    /// The fields of a model.
    pub(super) fn fields_of(&self, name: &str) -> &'a [Field] {
        let model = self.models().find(|model| model.name == name);
        model.map_or(&[], |model| &model.fields)
    }

    /// Whether objects of this model come alone, and not just within others.
    pub(super) fn has_handle(&self, model: &str) -> bool {
        !self.models().flat_map(|model| &model.fields).any(|field| field.kind == Type::Model(model.to_owned()))
    }

    fn models(&self) -> impl Iterator<Item = &'a Model> {
        self.definition.sections.iter().flat_map(|section| &section.models)
    }
}

pub(super) fn model_type(name: &str) -> String {
    format!("zexa_{}", name.to_snake_case())
}

pub(super) fn params_type(name: &str) -> String {
    format!("zexa_{}_params", name.to_snake_case())
}

fn template_type() -> String {
    "zexa_template".to_owned()
}

/// What the constants of an enum begin with.
pub(super) fn enum_prefix(name: &str) -> String {
    format!("ZEXA_{}_", name.to_shouty_snake_case())
}

pub(super) fn init_macro(params: &str) -> String {
    format!("{}_INIT", params_type(params).to_shouty_snake_case())
}

/// Those of C11 and C++20 that a name in snake case can be.
pub(in crate::codegen) const KEYWORDS: &[&str] = &[
    "alignas",
    "alignof",
    "and",
    "and_eq",
    "asm",
    "auto",
    "bitand",
    "bitor",
    "bool",
    "break",
    "case",
    "catch",
    "char",
    "class",
    "compl",
    "concept",
    "const",
    "consteval",
    "constexpr",
    "constinit",
    "const_cast",
    "continue",
    "co_await",
    "co_return",
    "co_yield",
    "decltype",
    "default",
    "delete",
    "do",
    "double",
    "dynamic_cast",
    "else",
    "enum",
    "explicit",
    "export",
    "extern",
    "false",
    "float",
    "for",
    "friend",
    "goto",
    "if",
    "inline",
    "int",
    "long",
    "mutable",
    "namespace",
    "new",
    "noexcept",
    "not",
    "not_eq",
    "nullptr",
    "operator",
    "or",
    "or_eq",
    "private",
    "protected",
    "public",
    "register",
    "reinterpret_cast",
    "requires",
    "restrict",
    "return",
    "short",
    "signed",
    "sizeof",
    "static",
    "static_assert",
    "static_cast",
    "struct",
    "switch",
    "template",
    "this",
    "thread_local",
    "throw",
    "true",
    "try",
    "typedef",
    "typeid",
    "typename",
    "union",
    "unsigned",
    "using",
    "virtual",
    "void",
    "volatile",
    "wchar_t",
    "while",
    "xor",
    "xor_eq",
];
