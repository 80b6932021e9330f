//! Parsers for the macros with which the core defines its data.
//!
//! The compiler has already checked the input of the macros. The other modules interpret the parsed syntax.

use syn::parse::{Parse, ParseStream};
use syn::punctuated::Punctuated;
use syn::{Attribute, Ident, LitStr, Result, Token, Type, braced, parenthesized};

mod word {
    syn::custom_keyword!(required);
    syn::custom_keyword!(documented);
    syn::custom_keyword!(optional);
    syn::custom_keyword!(from);
    syn::custom_keyword!(then);
    syn::custom_keyword!(extra);
    syn::custom_keyword!(or);
    syn::custom_keyword!(of);
    syn::custom_keyword!(by);
    syn::custom_keyword!(since);
}

/// `open_enum! { Channel { Sms = "sms", } }`
pub(super) struct EnumCall {
    pub(super) attributes: Vec<Attribute>,
    pub(super) name: Ident,
    pub(super) values: Vec<ValueLine>,
}

pub(super) struct ValueLine {
    pub(super) attributes: Vec<Attribute>,
    pub(super) variant: Ident,
    pub(super) text: LitStr,
}

/// `model! { Message { required { id: String as Code, } documented { to: Option<String>, } optional { body or "text": Option<String>, } } }`, and
/// `params!` without `documented`.
///
/// Other parts of a model, such as `from SendMessage { to }`, concern only the decoder in the core and are skipped. So is the
/// `extra` at the end of parameters, which is a call option in the other languages.
pub(super) struct StructCall {
    pub(super) attributes: Vec<Attribute>,
    pub(super) name: Ident,
    pub(super) required: Vec<FieldLine>,
    pub(super) documented: Vec<FieldLine>,
    pub(super) optional: Vec<FieldLine>,
}

/// A field. Its aliases and the form of its values concern only the decoder, and are skipped.
pub(super) struct FieldLine {
    pub(super) attributes: Vec<Attribute>,
    pub(super) name: Ident,
    pub(super) kind: Type,
}

/// `redacted_debug!(Message { id, to as Masked })`
pub(super) struct DebugCall {
    pub(super) name: Ident,
    pub(super) fields: Punctuated<DebugField, Token![,]>,
}

pub(super) struct DebugField {
    pub(super) name: Ident,
    pub(super) how: Option<Ident>,
}

/// `names!(Kind { Config = "config", })`
pub(super) struct NamesCall {
    pub(super) name: Ident,
    pub(super) values: Vec<ValueLine>,
}

/// `endpoints! { messages: Messages, AsyncMessages { get get("/messages/{id}") -> Message, or NotFound | Conflict; } }`
pub(super) struct EndpointsCall {
    pub(super) resources: Vec<ResourceBlock>,
}

pub(super) struct ResourceBlock {
    pub(super) attributes: Vec<Attribute>,
    pub(super) name: Ident,
    pub(super) operations: Vec<OperationLine>,
}

pub(super) struct OperationLine {
    pub(super) attributes: Vec<Attribute>,
    pub(super) operation_kind: Ident,
    pub(super) name: Ident,
    pub(super) path: LitStr,
    /// Type of the argument. Its name is used only in Rust.
    pub(super) argument: Option<Type>,
    pub(super) answer: Option<Type>,
    /// Kinds of errors.
    pub(super) kinds: Vec<Ident>,
}

/// `options! { ClientValues of ClientBuilder { timeout: duration = 30 s; } }`
pub(super) struct OptionsCall {
    pub(super) owner: Ident,
    pub(super) options: Vec<OptionLine>,
}

pub(super) struct OptionLine {
    pub(super) attributes: Vec<Attribute>,
    pub(super) name: Ident,
    pub(super) kind: Ident,
    /// Method that adds one element.
    pub(super) adder: Option<Ident>,
    pub(super) variable: Option<LitStr>,
    pub(super) since: Option<LitStr>,
    /// Default with its unit, such as `30 s`.
    pub(super) default: Option<String>,
}

impl Parse for OptionsCall {
    fn parse(input: ParseStream<'_>) -> Result<Self> {
        input.parse::<Ident>()?;
        input.parse::<word::of>()?;
        Ok(OptionsCall { owner: input.parse()?, options: in_braces(input)? })
    }
}

impl Parse for OptionLine {
    fn parse(input: ParseStream<'_>) -> Result<Self> {
        let attributes = Attribute::parse_outer(input)?;
        let name = input.parse()?;
        input.parse::<Token![:]>()?;
        let kind = input.parse()?;
        let adder = input.parse::<Option<word::by>>()?.map(|_| input.parse()).transpose()?;
        let variable = input.parse::<Option<word::from>>()?.map(|_| input.parse()).transpose()?;
        let since = input.parse::<Option<word::since>>()?.map(|_| input.parse()).transpose()?;
        let default = input.parse::<Option<Token![=]>>()?.map(|_| default(input)).transpose()?;
        input.parse::<Token![;]>()?;
        Ok(OptionLine { attributes, name, kind, adder, variable, since, default })
    }
}

/// `none`, `false`, `100`, `30 s` or `"text"`
fn default(input: ParseStream<'_>) -> Result<String> {
    if input.peek(LitStr) {
        return Ok(input.parse::<LitStr>()?.value());
    }
    let mut default = input.parse::<proc_macro2::TokenTree>()?.to_string();
    if let Some(unit) = input.parse::<Option<Ident>>()? {
        default += &format!(" {unit}");
    }
    Ok(default)
}

impl Parse for EnumCall {
    fn parse(input: ParseStream<'_>) -> Result<Self> {
        Ok(EnumCall { attributes: Attribute::parse_outer(input)?, name: input.parse()?, values: in_braces(input)? })
    }
}

impl Parse for ValueLine {
    fn parse(input: ParseStream<'_>) -> Result<Self> {
        let attributes = Attribute::parse_outer(input)?;
        let variant = input.parse()?;
        input.parse::<Token![=]>()?;
        let text = input.parse()?;
        input.parse::<Token![,]>()?;
        Ok(ValueLine { attributes, variant, text })
    }
}

impl Parse for StructCall {
    fn parse(input: ParseStream<'_>) -> Result<Self> {
        let attributes = Attribute::parse_outer(input)?;
        let name = input.parse()?;
        let parts;
        braced!(parts in input);
        parts.parse::<word::required>()?;
        let required = in_braces(&parts)?;
        let documented = parts.parse::<Option<word::documented>>()?.map(|_| in_braces(&parts)).transpose()?;
        parts.parse::<word::optional>()?;
        let optional = in_braces(&parts)?;
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
        Ok(StructCall { attributes, name, required, documented: documented.unwrap_or_default(), optional })
    }
}

impl Parse for FieldLine {
    fn parse(input: ParseStream<'_>) -> Result<Self> {
        let attributes = Attribute::parse_outer(input)?;
        let name = input.parse()?;
        while input.parse::<Option<word::or>>()?.is_some() {
            input.parse::<LitStr>()?;
        }
        input.parse::<Token![:]>()?;
        let kind = input.parse()?;
        if input.parse::<Option<Token![as]>>()?.is_some() {
            input.parse::<Ident>()?;
        }
        input.parse::<Token![,]>()?;
        Ok(FieldLine { attributes, name, kind })
    }
}

impl Parse for DebugCall {
    fn parse(input: ParseStream<'_>) -> Result<Self> {
        let name = input.parse()?;
        let fields;
        braced!(fields in input);
        Ok(DebugCall { name, fields: Punctuated::parse_terminated(&fields)? })
    }
}

impl Parse for DebugField {
    fn parse(input: ParseStream<'_>) -> Result<Self> {
        let name = input.parse()?;
        let how = if input.parse::<Option<Token![as]>>()?.is_some() { Some(input.parse()?) } else { None };
        Ok(DebugField { name, how })
    }
}

impl Parse for NamesCall {
    fn parse(input: ParseStream<'_>) -> Result<Self> {
        Ok(NamesCall { name: input.parse()?, values: in_braces(input)? })
    }
}

impl Parse for EndpointsCall {
    fn parse(input: ParseStream<'_>) -> Result<Self> {
        Ok(EndpointsCall { resources: all_of(input)? })
    }
}

impl Parse for ResourceBlock {
    fn parse(input: ParseStream<'_>) -> Result<Self> {
        let attributes = Attribute::parse_outer(input)?;
        let name = input.parse()?;
        input.parse::<Token![:]>()?;
        // Names of the blocking and the async Rust type.
        input.parse::<Ident>()?;
        input.parse::<Token![,]>()?;
        input.parse::<Ident>()?;
        Ok(ResourceBlock { attributes, name, operations: in_braces(input)? })
    }
}

impl Parse for OperationLine {
    fn parse(input: ParseStream<'_>) -> Result<Self> {
        let attributes = Attribute::parse_outer(input)?;
        let operation_kind = input.parse()?;
        let name = input.parse()?;
        let inside;
        parenthesized!(inside in input);
        let path = inside.parse()?;
        let argument = inside.parse::<Option<Token![,]>>()?.map(|_| argument(&inside)).transpose()?;
        let answer = input.parse::<Option<Token![->]>>()?.map(|_| input.parse()).transpose()?;
        let mut kinds = Vec::new();
        if input.parse::<Option<Token![,]>>()?.is_some() {
            input.parse::<word::or>()?;
            kinds.extend(Punctuated::<Ident, Token![|]>::parse_separated_nonempty(input)?);
        }
        input.parse::<Token![;]>()?;
        Ok(OperationLine { attributes, operation_kind, name, path, argument, answer, kinds })
    }
}

/// `message: SendMessage`
fn argument(input: ParseStream<'_>) -> Result<Type> {
    input.parse::<Ident>()?;
    input.parse::<Token![:]>()?;
    input.parse()
}

fn in_braces<T: Parse>(input: ParseStream<'_>) -> Result<Vec<T>> {
    let inside;
    braced!(inside in input);
    all_of(&inside)
}

fn all_of<T: Parse>(input: ParseStream<'_>) -> Result<Vec<T>> {
    let mut all = Vec::new();
    while !input.is_empty() {
        all.push(input.parse()?);
    }
    Ok(all)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_parts_of_a_model() {
        let model: StructCall = syn::parse_str(
            "Message {
                required { id: String as Code, }
                documented { to: Option<String>, lists: Vec<String> as Code, }
                optional { body or \"text\": Option<String>, }
                from SendMessage { to, lists }
                then Message::finish
            }",
        )
        .expect("a model");
        assert_eq!([model.required.len(), model.documented.len(), model.optional.len()], [1, 2, 1]);
    }

    #[test]
    fn the_parts_of_parameters() {
        let params: StructCall =
            syn::parse_str("SendMessage { required { to: String, } optional { body: String, } extra }")
                .expect("parameters");
        assert_eq!([params.required.len(), params.optional.len()], [1, 1]);
    }

    #[test]
    fn invalid_macro_input_is_rejected() {
        fn error<T: Parse>(text: &str) -> String {
            syn::parse_str::<T>(text).err().expect("an error").to_string()
        }
        assert_eq!(error::<EnumCall>("Channel { Sms = 1, }"), "expected string literal");
        assert_eq!(error::<StructCall>("Message { optional {} }"), "expected `required`");
        assert_eq!(
            error::<StructCall>("Message { required {} optional { a or b: String, } }"),
            "expected string literal"
        );
        assert_eq!(
            error::<StructCall>("Message { required {} optional {} from }"),
            "unexpected end of input, expected identifier"
        );
        assert_eq!(error::<StructCall>("Message { required { id: String as 1, } optional {} }"), "expected identifier");
        assert_eq!(error::<DebugCall>("Message { to as }"), "unexpected end of input, expected identifier");
        assert_eq!(error::<EndpointsCall>("a: A, B { get get(\"/\") -> C, and D; }"), "expected `or`");
        assert_eq!(
            error::<EndpointsCall>("a: A, B { get get() -> C; }"),
            "unexpected end of input, expected string literal"
        );
    }
}
