//! Models in C: an opaque type, and an accessor for each field. A model within a model is flattened.

use std::fmt::Write;

use heck::ToSnakeCase;

use super::names::{Context, model_type};
use crate::codegen::definition::{Field, Model, Place, Type};

pub(super) fn write(context: &Context<'_>, model: &Model) -> String {
    let handle = Handle { context, model, name: model.name.to_snake_case() };
    let leaves = handle.leaves(&model.fields, "", None);
    let mut written = handle.structure(&leaves);
    let mut number = 0;
    for leaf in &leaves {
        written += &handle.accessors(leaf, number, &leaves);
        number += usize::from(leaf.is_text());
    }
    written + &handle.rest()
}

/// The type that C has of a model.
struct Handle<'a> {
    context: &'a Context<'a>,
    model: &'a Model,
    /// Without `zexa_`, which is also what an argument of this type is called.
    name: String,
}

/// A value that one accessor gives, or the elements of a list.
struct Leaf<'a> {
    name: String,
    kind: &'a Type,
    docs: String,
    place: &'a Place,
    /// Where it is in the model: an expression of type `&T` if it is always there, of `Option<&T>` if not.
    value: String,
    always: bool,
}

impl Leaf<'_> {
    /// Whether it is a string of the object.
    fn is_text(&self) -> bool {
        matches!(self.kind, Type::String | Type::Enum(_) | Type::Timestamp | Type::Json | Type::Model(_))
    }

    fn is_list(&self) -> bool {
        matches!(self.kind, Type::List(_))
    }

    /// The value, where the model is called `model`.
    fn of(&self, model: &str) -> String {
        self.value.replace("MODEL", model)
    }
}

impl<'a> Handle<'a> {
    /// The fields, those of a model within this one by its name and theirs.
    fn leaves(&self, fields: &'a [Field], prefix: &str, parent: Option<&str>) -> Vec<Leaf<'a>> {
        let mut leaves = Vec::new();
        for field in fields {
            let (value, always) = match (parent, field.required) {
                (None, true) => (format!("&MODEL.{}", field.name), true),
                (None, false) => (format!("MODEL.{}.as_ref()", field.name), false),
                (Some(parent), true) => (format!("{parent}.map(|inner| &inner.{})", field.name), false),
                (Some(parent), false) => (format!("{parent}.and_then(|inner| inner.{}.as_ref())", field.name), false),
            };
            let name = format!("{prefix}{}", field.name);
            let json = matches!(field.kind, Type::Json | Type::Model(_));
            let inner = self.inner(field, &name, &value, always);
            leaves.push(Leaf {
                name: if json { format!("{name}_json") } else { name },
                kind: &field.kind,
                docs: self.context.docs(&field.docs),
                place: &field.place,
                value,
                always,
            });
            leaves.extend(inner);
        }
        leaves
    }

    fn inner(&self, field: &'a Field, name: &str, value: &str, always: bool) -> Vec<Leaf<'a>> {
        let Type::Model(inner) = &field.kind else { return Vec::new() };
        let models = self.context.definition.sections.iter().flat_map(|section| &section.models);
        let inner = models.into_iter().find(|model| model.name == *inner).expect("the reader found it");
        let value = if always { format!("Some({value})") } else { value.to_owned() };
        self.leaves(&inner.fields, &format!("{name}_"), Some(&value))
    }

    fn structure(&self, leaves: &[Leaf<'_>]) -> String {
        let handle = self.context.take(model_type(&self.model.name), &self.model.place);
        let rust = &self.model.name;
        let mut texts: String = leaves.iter().filter(|leaf| leaf.is_text()).map(push).collect();
        // Behind those that have a number of their own.
        for leaf in leaves.iter().filter(|leaf| leaf.is_list()) {
            texts += &push_each(leaf);
        }
        format!(
            "
            {docs}///
            /// Yours to free with {handle}_free(). Its strings live as long as it does.
            pub struct {handle}(pub(crate) Object<zexa::{rust}>);

            impl From<zexa::{rust}> for {handle} {{
                fn from(model: zexa::{rust}) -> {handle} {{
                    {handle}(Object::new(model))
                }}
            }}

            impl Fields for zexa::{rust} {{
                fn write(&self, texts: &mut Texts) {{
                    {texts}
                }}
            }}
            ",
            docs = self.context.docs(&self.model.docs),
        )
    }

    fn accessors(&self, leaf: &Leaf<'_>, number: usize, leaves: &[Leaf<'_>]) -> String {
        let me = &self.name;
        let value = leaf.of(&format!("{me}.0.model"));
        let Leaf { name, docs, .. } = leaf;
        let absent = |what: &str| if leaf.always { String::new() } else { format!("/// {what} where it is absent.\n") };
        let text = |docs: &str, body: String| self.accessor(leaf, name, "*const c_char", "ptr::null()", docs, &body);
        match leaf.kind {
            Type::Json | Type::Model(_) => {
                text(&format!("{docs}///\n/// As JSON. NULL where it is absent.\n"), format!("{me}.0.text({number})"))
            }
            Type::String | Type::Enum(_) | Type::Template => {
                text(&(docs.clone() + &absent("NULL")), format!("{me}.0.text({number})"))
            }
            Type::Timestamp => {
                let form = format!("{docs}///\n/// In the form of RFC 3339.\n");
                let number_of = format!("{docs}///\n/// In milliseconds since 1970.\n");
                let body = self.number(leaf, &value, "time.as_millisecond()", "time");
                text(&(form + &absent("NULL")), format!("{me}.0.text({number})"))
                    + &self.accessor(leaf, &format!("{name}_unix_ms"), "i64", "-1", &(number_of + &absent("-1")), &body)
            }
            Type::U32 | Type::U64 => {
                let body = self.number(leaf, &value, "i64::try_from(*number).unwrap_or(i64::MAX)", "number");
                self.accessor(leaf, name, "i64", "-1", &(docs.clone() + &absent("-1")), &body)
            }
            Type::F64 => {
                let body =
                    if leaf.always { value[1..].to_owned() } else { format!("{value}.copied().unwrap_or(f64::NAN)") };
                self.accessor(leaf, name, "f64", "f64::NAN", &(docs.clone() + &absent("Not a number")), &body)
            }
            Type::List(_) => self.list(leaf, &value, leaves),
        }
    }

    /// What an accessor of a number does.
    fn number(&self, leaf: &Leaf<'_>, value: &str, number: &str, name: &str) -> String {
        if leaf.always {
            return number
                .replace(&format!("*{name}"), &value[1..])
                .replace(&format!("{name}."), &format!("{}.", &value[1..]));
        }
        format!("{value}.map_or(-1, |{name}| {number})")
    }

    fn list(&self, leaf: &Leaf<'_>, value: &str, leaves: &[Leaf<'_>]) -> String {
        let me = &self.name;
        let Leaf { name, docs, .. } = leaf;
        let length = |leaf: &Leaf<'_>| {
            let value = leaf.of(&format!("{me}.0.model"));
            if leaf.always { format!("{}.len()", &value[1..]) } else { format!("{value}.map_or(0, Vec::len)") }
        };
        let texts = leaves.iter().filter(|leaf| leaf.is_text()).count();
        let before = leaves.iter().filter(|leaf| leaf.is_list()).take_while(|other| other.name != leaf.name);
        let first = before.fold(texts.to_string(), |sum, leaf| format!("{sum} + {}", length(leaf)));
        let count = format!("{docs}///\n/// How many there are.\n");
        let docs = format!("{docs}///\n/// The one at `index`, from 0; NULL where there is none.\n");
        let body = format!("if index < {} {{ {me}.0.text({first} + index) }} else {{ ptr::null() }}", length(leaf));
        let _ = value;
        self.accessor(leaf, &format!("{name}_count"), "usize", "0", &count, &length(leaf))
            + &self.accessor_at(
                leaf,
                &format!("{name}_at"),
                "index: usize",
                "*const c_char",
                "ptr::null()",
                &docs,
                &body,
            )
    }

    fn accessor(&self, leaf: &Leaf<'_>, name: &str, kind: &str, absent: &str, docs: &str, body: &str) -> String {
        self.accessor_at(leaf, name, "", kind, absent, docs, body)
    }

    #[allow(clippy::too_many_arguments, reason = "they are the parts of one function, in their order")]
    fn accessor_at(
        &self,
        leaf: &Leaf<'_>,
        name: &str,
        argument: &str,
        kind: &str,
        absent: &str,
        docs: &str,
        body: &str,
    ) -> String {
        let (me, handle) = (&self.name, model_type(&self.model.name));
        let function = self.context.take(format!("{handle}_{name}"), leaf.place);
        format!(
            "
            {docs}#[unsafe(no_mangle)]
            pub unsafe extern \"C\" fn {function}({me}: *const {handle}, {argument}) -> {kind} {{
                // SAFETY: the caller's pointers are as the header asks.
                unsafe {{ guard::get({me}, {absent}, |{me}| {body}) }}
            }}
            "
        )
    }

    /// What every object has.
    fn rest(&self) -> String {
        let (me, handle) = (&self.name, model_type(&self.model.name));
        let mut written = String::new();
        for (name, docs, body) in [
            (
                "json",
                "All of it as a JSON object, by the names of the API, with what this version does not know.",
                "json()",
            ),
            (
                "extra_json",
                "What the API sent beside these fields, and what it sent in them that is not of their type, as a JSON object.",
                "extra(|model| &model.extra)",
            ),
        ] {
            let function = self.context.take(format!("{handle}_{name}"), &self.model.place);
            write!(
                written,
                "
                /// {docs} NULL of NULL.
                #[unsafe(no_mangle)]
                pub unsafe extern \"C\" fn {function}({me}: *const {handle}) -> *const c_char {{
                    // SAFETY: the caller's pointers are as the header asks.
                    unsafe {{ guard::get({me}, ptr::null(), |{me}| {me}.0.{body}) }}
                }}
                "
            )
            .expect("a string takes it");
        }
        written + &free(self.context, &handle, me, &self.model.place)
    }
}

/// The function that frees a type.
pub(super) fn free(context: &Context<'_>, handle: &str, argument: &str, place: &Place) -> String {
    let function = context.take(format!("{handle}_free"), place);
    format!(
        "
        /// Frees it. NULL is fine.
        #[unsafe(no_mangle)]
        pub unsafe extern \"C\" fn {function}({argument}: *mut {handle}) {{
            // SAFETY: the caller's pointers are as the header asks.
            unsafe {{ guard::free({argument}) }}
        }}
        "
    )
}

/// Writes the string of a field.
fn push(leaf: &Leaf<'_>) -> String {
    let value = leaf.of("self");
    match (leaf.kind, leaf.always) {
        (Type::Json | Type::Model(_), true) => format!("texts.push_json(Some({value}));\n"),
        (Type::Json | Type::Model(_), false) => format!("texts.push_json({value});\n"),
        (Type::Timestamp, true) => format!("texts.push(&{}.to_string());\n", &value[1..]),
        (Type::Timestamp, false) => format!("texts.push_option({value}.map(ToString::to_string).as_deref());\n"),
        (Type::Enum(_), true) => format!("texts.push({}.as_str());\n", &value[1..]),
        (Type::Enum(name), false) => format!("texts.push_option({value}.map(zexa::{name}::as_str));\n"),
        (_, true) => format!("texts.push({value});\n"),
        (_, false) => match value.strip_suffix(".as_ref()") {
            Some(field) => format!("texts.push_option({field}.as_deref());\n"),
            None => format!("texts.push_option({value}.map(String::as_str));\n"),
        },
    }
}

/// Writes the strings of a list.
fn push_each(leaf: &Leaf<'_>) -> String {
    let value = leaf.of("self");
    let items = if leaf.always { value } else { format!("{value}.into_iter().flatten()") };
    let text =
        if matches!(leaf.kind, Type::List(kind) if matches!(**kind, Type::Enum(_))) { "text.as_str()" } else { "text" };
    format!("for text in {items} {{ texts.push({text}); }}\n")
}
