//! Reads one file of the core: its open enums, models and parameters.

use std::collections::HashMap;

use syn::ext::IdentExt;
use syn::parse::ParseStream;
use syn::punctuated::Punctuated;
use syn::{FnArg, Ident, ImplItem, Item, LitStr, Result, ReturnType, Signature, Token, Type, Visibility, braced};

use super::source::{Head, Source, has_attribute, in_braces, written};
use super::types::{Names, Owner, Position, field_type};
use super::word;
use crate::codegen::definition::{EnumValue, Field, OpenEnum, Predicate, Section, Shown, Struct};

/// Attributes that do not affect the other languages: JSON options of the core, and derived traits.
const ON_A_FIELD: [&str; 2] = ["serde(default)", "serde(skip_serializing_if)"];
const ON_A_STRUCT: [&str; 2] = [DERIVED_DEBUG, "derive(Default)"];
const DERIVED_DEBUG: &str = "derive(Debug)";

/// How much of each field of a struct may be shown.
type ShownFields = HashMap<String, Shown>;

pub(super) struct Reader<'a> {
    source: &'a Source,
    names: &'a Names,
    /// The fields in `redacted_debug!`, by the name of the struct.
    shown: HashMap<String, ShownFields>,
}

impl<'a> Reader<'a> {
    pub(super) fn new(source: &'a Source, names: &'a Names) -> Reader<'a> {
        let shown = source.calls("redacted_debug", |input| redacted(source, input)).into_iter().collect();
        Reader { source, names, shown }
    }

    /// The resource is added later from the endpoint table.
    pub(super) fn section(&self) -> Section {
        Section {
            name: self.source.name.clone(),
            docs: self.source.own_docs(),
            enums: self.source.calls("open_enum", |input| self.open_enum(input)),
            models: self.source.calls("model", |input| self.structure(input, Owner::Model)),
            params: self.source.calls("params", |input| self.structure(input, Owner::Params)),
            resource: None,
        }
    }

    /// `Channel { Sms = "sms", }`
    fn open_enum(&self, input: ParseStream<'_>) -> Result<OpenEnum> {
        let Head { name, docs, .. } = self.source.head(input, &[])?;
        Ok(OpenEnum {
            name: name.to_string(),
            docs,
            values: in_braces(input, |input| {
                let Head { name, docs, .. } = self.source.head(input, &[])?;
                Ok(EnumValue { variant: name.to_string(), text: assigned_text(input)?, docs })
            })?,
            predicates: self.predicates(&name.to_string()),
            span: self.source.span(&name),
        })
    }

    /// Public methods of the form `fn name(&self) -> bool`. Other methods exist only in Rust.
    fn predicates(&self, name: &str) -> Vec<Predicate> {
        let inherent = self.source.syntax.items.iter().filter_map(|item| match item {
            Item::Impl(item) if item.trait_.is_none() && written(&item.self_ty) == name => Some(item),
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

    /// `Message { required { id: String as Code, } documented { to: Option<String>, } optional { body or "text": Option<String>, } }`, or parameters, which
    /// have no `documented` part. The fields are in this order.
    ///
    /// Other parts of a model, such as `from SendMessage { to }`, concern only the decoder in the core and are skipped. So is the `extra` of
    /// parameters, which is a call option in the other languages. A parameter in `local` differs only in that the core does not send it.
    fn structure(&self, input: ParseStream<'_>, owner: Owner) -> Result<Struct> {
        let Head { name, docs, attributes } = self.source.head(input, &ON_A_STRUCT)?;
        let shown = self.shown.get(&name.to_string());
        if shown.is_none() && !has_attribute(&attributes, DERIVED_DEBUG) {
            self.source.report(&name, format!("`{name}` has neither `redacted_debug!` nor `{DERIVED_DEBUG}`"));
        }
        let parts;
        braced!(parts in input);
        parts.parse::<word::required>()?;
        let mut fields = in_braces(&parts, |input| self.field(input, shown, |_| Position { owner, required: true }))?;
        let others = || in_braces(&parts, |input| self.field(input, shown, |kind| Position::of(owner, kind)));
        if parts.parse::<Option<word::documented>>()?.is_some() {
            fields.extend(others()?);
        }
        parts.parse::<word::optional>()?;
        fields.extend(others()?);
        if parts.parse::<Option<word::from>>()?.is_some() {
            parts.parse::<Ident>()?;
            let filled;
            braced!(filled in parts);
            Punctuated::<Ident, Token![,]>::parse_terminated(&filled)?;
        }
        if parts.parse::<Option<word::then>>()?.is_some() {
            parts.parse::<syn::Path>()?;
        }
        parts.parse::<Option<word::extra>>()?;
        if parts.parse::<Option<word::local>>()?.is_some() {
            fields.extend(others()?);
        }
        let fields = fields.into_iter().flatten().collect();
        Ok(Struct { name: name.to_string(), docs, fields, span: self.source.span(&name) })
    }

    /// `body or "text": Option<String> as Code,`. The aliases of a field and the form of its values concern only the decoder, and are skipped.
    fn field(
        &self,
        input: ParseStream<'_>,
        shown: Option<&ShownFields>,
        position: impl Fn(&str) -> Position,
    ) -> Result<Option<Field>> {
        let Head { name, docs, attributes } = self.source.head(input, &ON_A_FIELD)?;
        while input.parse::<Option<word::or>>()?.is_some() {
            input.parse::<LitStr>()?;
        }
        input.parse::<Token![:]>()?;
        let kind: Type = input.parse()?;
        if input.parse::<Option<Token![as]>>()?.is_some() {
            input.parse::<Ident>()?;
        }
        input.parse::<Token![,]>()?;
        let text = written(&kind).replace(' ', "");
        let (span, name, position) = (self.source.span(&name), name.unraw().to_string(), position(&text));
        let shown = shown.map_or(Shown::Plain, |shown| shown.get(&name).copied().unwrap_or(Shown::Never));
        let may_be_empty = has_attribute(&attributes, "serde(skip_serializing_if)");
        let Some(kind) = field_type(&text, position, self.names) else {
            let message = format!("`{}` is not supported here, expected {}", written(&kind), position.choices());
            self.source.report(&kind, message);
            return Ok(None);
        };
        Ok(Some(Field { name, kind, required: position.required, docs, may_be_empty, shown, span }))
    }
}

/// `= "sms",`
pub(super) fn assigned_text(input: ParseStream<'_>) -> Result<String> {
    input.parse::<Token![=]>()?;
    let text: LitStr = input.parse()?;
    input.parse::<Token![,]>()?;
    Ok(text.value())
}

/// `Message { id, to as Masked }`
fn redacted(source: &Source, input: ParseStream<'_>) -> Result<(String, ShownFields)> {
    let name: Ident = input.parse()?;
    let inside;
    braced!(inside in input);
    let field = |input: ParseStream<'_>| {
        let name: Ident = input.parse()?;
        Ok((name, input.parse::<Option<Token![as]>>()?.map(|_| input.parse::<Ident>()).transpose()?))
    };
    let mut fields = ShownFields::new();
    for (name, how) in inside.parse_terminated(field, Token![,])? {
        let shown = match how {
            None => Shown::Plain,
            Some(how) if how == "Masked" => Shown::Masked,
            Some(how) if how == "Hidden" => Shown::Hidden,
            Some(how) => {
                source.report(&how, format!("unknown form `as {how}`: expected Masked or Hidden"));
                Shown::Never
            }
        };
        fields.insert(name.unraw().to_string(), shown);
    }
    Ok((name.to_string(), fields))
}

/// Whether a method has the form `fn name(&self) -> bool`.
fn is_predicate(signature: &Signature) -> bool {
    let mut inputs = signature.inputs.iter();
    let (Some(FnArg::Receiver(this)), None) = (inputs.next(), inputs.next()) else { return false };
    let ReturnType::Type(_, answer) = &signature.output else { return false };
    this.reference.is_some() && this.mutability.is_none() && written(answer) == "bool"
}
