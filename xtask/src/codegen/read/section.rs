//! Reads one file of the core: its open enums, models and parameters.

use std::collections::BTreeSet;

use syn::ext::IdentExt;
use syn::{FnArg, Ident, ImplItem, Item, ReturnType, Signature, Visibility};

use super::grammar::{DebugCall, DebugField, EnumCall, FieldLine, StructCall};
use super::source::{Source, has_attribute, written};
use super::types::{Names, Owner, Position, field_type, name_of};
use crate::codegen::definition::{EnumValue, Field, OpenEnum, Predicate, Section, Shown, Struct};

/// Attributes that do not affect the other languages: JSON options of the core, and derived traits.
const ON_A_FIELD: [&str; 2] = ["serde(default)", "serde(skip_serializing_if)"];
const ON_A_STRUCT: [&str; 2] = [DERIVED_DEBUG, "derive(Default)"];
const DERIVED_DEBUG: &str = "derive(Debug)";

/// The macro calls in a file. Names in them are not resolved yet.
pub(super) struct SectionCalls<'a> {
    source: &'a Source,
    enums: Vec<EnumCall>,
    models: Vec<StructCall>,
    params: Vec<StructCall>,
    debugs: Vec<DebugCall>,
}

impl<'a> SectionCalls<'a> {
    pub(super) fn of(source: &'a Source) -> SectionCalls<'a> {
        SectionCalls {
            source,
            enums: source.calls("open_enum"),
            models: source.calls("model"),
            params: source.calls("params"),
            debugs: source.calls("redacted_debug"),
        }
    }

    /// Adds the names that this file defines.
    pub(super) fn add_names(&self, names: &mut Names) {
        fn add<'n>(to: &mut BTreeSet<String>, names: impl Iterator<Item = &'n Ident>) {
            to.extend(names.map(ToString::to_string));
        }
        add(&mut names.enums, self.enums.iter().map(|call| &call.name));
        add(&mut names.models, self.models.iter().map(|call| &call.name));
        add(&mut names.params, self.params.iter().map(|call| &call.name));
    }

    /// Resolves the names. The resource is added later from the endpoint table.
    pub(super) fn section(&self, names: &Names) -> Section {
        Section {
            name: self.source.name.clone(),
            docs: self.source.own_docs(),
            enums: self.enums.iter().map(|call| self.open_enum(call)).collect(),
            models: self.models.iter().map(|call| self.structure(call, Owner::Model, names)).collect(),
            params: self.params.iter().map(|call| self.structure(call, Owner::Params, names)).collect(),
            resource: None,
        }
    }

    fn open_enum(&self, call: &EnumCall) -> OpenEnum {
        let values = call.values.iter().map(|value| EnumValue {
            variant: value.variant.to_string(),
            text: value.text.value(),
            docs: self.source.item_docs(&value.variant, &value.attributes, &[]),
        });
        OpenEnum {
            name: call.name.to_string(),
            docs: self.source.item_docs(&call.name, &call.attributes, &[]),
            values: values.collect(),
            predicates: self.predicates(&call.name),
            span: self.source.span(&call.name),
        }
    }

    /// Public methods of the form `fn name(&self) -> bool`. Other methods exist only in Rust.
    fn predicates(&self, of: &Ident) -> Vec<Predicate> {
        let inherent = self.source.syntax.items.iter().filter_map(|item| match item {
            Item::Impl(item) if item.trait_.is_none() && name_of(&item.self_ty) == Some(of) => Some(item),
            _ => None,
        });
        let methods = inherent.flat_map(|item| &item.items).filter_map(|item| match item {
            ImplItem::Fn(item) if matches!(item.vis, Visibility::Public(_)) && is_predicate(&item.sig) => Some(item),
            _ => None,
        });
        methods
            .map(|item| Predicate {
                name: item.sig.ident.to_string(),
                docs: self.source.item_docs(&item.sig.ident, &item.attrs, &["must_use"]),
            })
            .collect()
    }

    fn structure(&self, call: &StructCall, owner: Owner, names: &Names) -> Struct {
        Struct {
            name: call.name.to_string(),
            docs: self.source.item_docs(&call.name, &call.attributes, &ON_A_STRUCT),
            fields: self.fields(call, owner, names),
            span: self.source.span(&call.name),
        }
    }

    /// Fields: required ones first, then the others.
    fn fields(&self, call: &StructCall, owner: Owner, names: &Names) -> Vec<Field> {
        let name = &call.name;
        let debug = self.debugs.iter().find(|debug| debug.name == *name);
        if debug.is_none() && !has_attribute(&call.attributes, DERIVED_DEBUG) {
            self.source.report(name, format!("`{name}` has neither `redacted_debug!` nor `{DERIVED_DEBUG}`"));
        }
        let required = call.required.iter().map(|line| (line, Position::required(owner)));
        // In a model, the type determines whether a field may be absent.
        let others = call.documented.iter().chain(&call.optional).map(|line| (line, Position::of(owner, &line.kind)));
        required.chain(others).filter_map(|(line, position)| self.field(line, position, debug, names)).collect()
    }

    fn field(&self, line: &FieldLine, position: Position, debug: Option<&DebugCall>, names: &Names) -> Option<Field> {
        let docs = self.source.item_docs(&line.name, &line.attributes, &ON_A_FIELD);
        let shown = debug.map_or(Shown::Plain, |debug| self.shown(line, debug));
        let Some(kind) = field_type(&line.kind, position, names) else {
            let (written, choices) = (written(&line.kind), position.choices());
            self.source.report(&line.kind, format!("`{written}` is not supported here, expected {choices}"));
            return None;
        };
        let span = self.source.span(&line.name);
        Some(Field {
            name: line.name.unraw().to_string(),
            kind,
            required: position.required,
            docs,
            may_be_empty: has_attribute(&line.attributes, "serde(skip_serializing_if)"),
            shown,
            span,
        })
    }

    fn shown(&self, line: &FieldLine, debug: &DebugCall) -> Shown {
        let Some(DebugField { how, .. }) = debug.fields.iter().find(|field| field.name == line.name) else {
            return Shown::Never;
        };
        match how {
            None => Shown::Plain,
            Some(how) if how == "Masked" => Shown::Masked,
            Some(how) if how == "Hidden" => Shown::Hidden,
            Some(how) => {
                let message = format!("unknown form `as {how}`: expected Masked or Hidden");
                self.source.report(how, message);
                Shown::Never
            }
        }
    }
}

/// Whether a method has the form `fn name(&self) -> bool`.
fn is_predicate(signature: &Signature) -> bool {
    let mut inputs = signature.inputs.iter();
    let (Some(FnArg::Receiver(this)), None) = (inputs.next(), inputs.next()) else { return false };
    let ReturnType::Type(_, answer) = &signature.output else { return false };
    this.reference.is_some() && this.mutability.is_none() && name_of(answer).is_some_and(|name| name == "bool")
}
