//! Models in C: an opaque type, and an accessor for each field.

use heck::ToSnakeCase;

use super::leaves::{self, Leaf, Value};
use super::names::model_type;
use crate::codegen::context::Context;
use crate::codegen::definition::{Model, OperationKind, Span, Type};

pub(super) fn write(context: &Context<'_>, model: &Model) -> String {
    let leaves = leaves::of(context, &model.fields);
    let object = Object {
        context,
        span: &model.span,
        handle: model_type(&model.name),
        argument: model.name.to_snake_case(),
        leaves: &leaves,
    };
    let docs = context.docs(&model.docs);
    object.structure(&docs, &model.name) + &object.accessors() + &object.rest()
}

/// The type of a model in C.
struct Object<'a> {
    context: &'a Context<'a>,
    span: &'a Span,
    /// Name of the type.
    handle: String,
    /// Name of an argument of that type.
    argument: String,
    leaves: &'a [Leaf<'a>],
}

/// A function that reads from an object.
struct Accessor<'a> {
    /// Name without the name of the type.
    name: &'a str,
    /// Argument after the object, if any.
    argument: &'a str,
    returns: &'a str,
    /// Return value for NULL.
    fallback: &'a str,
    docs: &'a str,
    /// Expression for the value.
    body: &'a str,
}

impl Object<'_> {
    fn structure(&self, docs: &str, rust: &str) -> String {
        let handle = self.context.take(self.handle.clone(), self.span);
        let strings: String = self.leaves.iter().filter(|leaf| leaf.is_string()).map(push).collect();
        // The strings of lists follow, because their number varies.
        let lists: String = self.leaves.iter().filter(|leaf| leaf.is_list()).map(push_each).collect();
        let exception = if self.is_listed(rust) { ", unless it belongs to a page" } else { "" };
        format!(
            "
            {docs}///
            /// Free it with {handle}_free(){exception}. Its strings are valid until then.
            pub struct {handle}(pub(crate) Object<zexa::{rust}>);

            impl From<zexa::{rust}> for {handle} {{
                fn from(model: zexa::{rust}) -> {handle} {{
                    {handle}(Object::new(model))
                }}
            }}

            impl StringFields for zexa::{rust} {{
                fn write_strings(&self, strings: &mut StringTable) {{
                    {strings}{lists}
                }}
            }}
            "
        )
    }

    /// Whether there are lists of this model.
    fn is_listed(&self, rust: &str) -> bool {
        let mut operations = self.context.definition.resources().flat_map(|resource| &resource.operations);
        operations.any(|operation| matches!(&operation.kind, OperationKind::List { item, .. } if item == rust))
    }

    fn accessors(&self) -> String {
        let mut number = 0;
        let mut written = String::new();
        for leaf in self.leaves {
            let docs = format!("{}{}", leaf.docs, more_docs(leaf));
            if leaf.is_string() {
                written += &self.string(leaf, &docs, number);
                number += 1;
            }
            match leaf.kind {
                Type::Timestamp => {
                    let docs =
                        format!("{}///\n/// Milliseconds since the Unix epoch.{}\n", leaf.docs, absent(leaf, "-1"));
                    written += &self.number(leaf, &format!("{}_unix_ms", leaf.name), &docs);
                }
                Type::U32 | Type::U64 => written += &self.number(leaf, &leaf.name, &docs),
                Type::F64 => written += &self.fraction(leaf, &docs),
                Type::List(_) => written += &self.list(leaf),
                _ => {}
            }
        }
        written
    }

    fn string(&self, leaf: &Leaf<'_>, docs: &str, number: usize) -> String {
        let body = format!("{}.0.string({number})", self.argument);
        self.accessor(leaf.span, &Accessor { name: &leaf.name, docs, body: &body, ..STRING })
    }

    /// An integer, or a time as an integer.
    fn number(&self, leaf: &Leaf<'_>, name: &str, docs: &str) -> String {
        let model = format!("{}.0.model", self.argument);
        let body = match (&leaf.value, leaf.kind) {
            (Value::Required(value), Type::Timestamp) => format!("{model}{value}.as_millisecond()"),
            (Value::Optional(value), Type::Timestamp) => {
                format!("{model}{value}.map_or(-1, |time| time.as_millisecond())")
            }
            (Value::Required(value), _) => format!("number::to_c({model}{value})"),
            (Value::Optional(value), _) => format!("{model}{value}.map_or(-1, |number| number::to_c(*number))"),
        };
        self.accessor(leaf.span, &Accessor { name, argument: "", returns: "i64", fallback: "-1", docs, body: &body })
    }

    fn fraction(&self, leaf: &Leaf<'_>, docs: &str) -> String {
        let model = format!("{}.0.model", self.argument);
        let body = match &leaf.value {
            Value::Required(value) => format!("{model}{value}"),
            Value::Optional(value) => format!("{model}{value}.copied().unwrap_or(f64::NAN)"),
        };
        let name = &leaf.name;
        self.accessor(
            leaf.span,
            &Accessor { name, argument: "", returns: "f64", fallback: "f64::NAN", docs, body: &body },
        )
    }

    fn list(&self, leaf: &Leaf<'_>) -> String {
        let Leaf { name, docs, span, .. } = leaf;
        let strings = self.leaves.iter().filter(|leaf| leaf.is_string()).count();
        let before = self.leaves.iter().filter(|leaf| leaf.is_list()).take_while(|other| other.name != leaf.name);
        let first = before.fold(strings.to_string(), |sum, leaf| format!("{sum} + {}", self.length(leaf)));
        let (length, argument) = (self.length(leaf), &self.argument);
        let count = Accessor {
            name: &format!("{name}_count"),
            argument: "",
            returns: "usize",
            fallback: "0",
            docs: &format!("{docs}///\n/// Returns the number of `{name}`. 0 if the object is NULL.\n"),
            body: &length,
        };
        let at = Accessor {
            name: &format!("{name}_at"),
            argument: "index: usize",
            docs: &format!(
                "{docs}///\n/// Returns the element of `{name}` at `index`, from 0. NULL if there is none.\n"
            ),
            body: &format!("if index < {length} {{ {argument}.0.string({first} + index) }} else {{ ptr::null() }}"),
            ..STRING
        };
        self.accessor(span, &count) + &self.accessor(span, &at)
    }

    fn length(&self, leaf: &Leaf<'_>) -> String {
        match &leaf.value {
            Value::Required(value) => format!("{}.0.model{value}.len()", self.argument),
            Value::Optional(value) => format!("{}.0.model{value}.map_or(0, Vec::len)", self.argument),
        }
    }

    fn accessor(&self, span: &Span, accessor: &Accessor<'_>) -> String {
        let Accessor { name, argument, returns, fallback, docs, body } = accessor;
        let Object { handle, argument: object, .. } = self;
        let function = self.context.take(format!("{handle}_{name}"), span);
        format!(
            "
            {docs}#[unsafe(no_mangle)]
            pub unsafe extern \"C\" fn {function}({object}: *const {handle}, {argument}) -> {returns} {{
                // SAFETY: the caller's pointers are valid, as the header requires.
                unsafe {{ panic_boundary::read({object}, {fallback}, |{object}| {body}) }}
            }}
            "
        )
    }

    /// The functions that every type has.
    fn rest(&self) -> String {
        let json = Accessor {
            name: "json",
            docs: "/// Return the object as JSON, with the field names of the API, including fields that this version does not know. NULL if the object is NULL.\n",
            body: &format!("{}.0.json()", self.argument),
            ..STRING
        };
        let extra = Accessor {
            name: "extra_json",
            docs: "/// Return unknown fields, and the raw values of fields in an unexpected form, as a JSON object. NULL if the object is NULL.\n",
            body: &format!("{}.0.extra(|model| &model.extra)", self.argument),
            ..STRING
        };
        let free = free(self.context, "free", &self.handle, &self.argument, self.span);
        self.accessor(self.span, &json) + &self.accessor(self.span, &extra) + &free
    }
}

/// An accessor of a string.
const STRING: Accessor<'static> =
    Accessor { name: "", argument: "", returns: "*const c_char", fallback: "ptr::null()", docs: "", body: "" };

/// Writes the function that frees a type. `function` of the panic boundary does it: `free`, or `free_with_signal_guard` for objects that may own connections.
pub(super) fn free(context: &Context<'_>, function: &str, handle: &str, argument: &str, span: &Span) -> String {
    let name = context.take(format!("{handle}_free"), span);
    format!(
        "
        /// Free the object. NULL is ignored.
        #[unsafe(no_mangle)]
        pub unsafe extern \"C\" fn {name}({argument}: *mut {handle}) {{
            // SAFETY: the caller's pointers are valid, as the header requires.
            unsafe {{ panic_boundary::{function}({argument}) }}
        }}
        "
    )
}

/// Documentation of a value that is specific to C.
fn more_docs(leaf: &Leaf<'_>) -> String {
    match leaf.kind {
        Type::Json | Type::Model(_) => format!("///\n/// Returns JSON.{}\n", absent(leaf, "NULL")),
        Type::Timestamp => format!("///\n/// RFC 3339, such as \"2026-07-01T09:00:00Z\".{}\n", absent(leaf, "NULL")),
        _ if leaf.is_required() => String::new(),
        Type::U32 | Type::U64 => format!("///{}\n", absent(leaf, "-1")),
        Type::F64 => format!("///{}\n", absent(leaf, "NaN")),
        _ => format!("///{}\n", absent(leaf, "NULL")),
    }
}

fn absent(leaf: &Leaf<'_>, what: &str) -> String {
    if leaf.is_required() { String::new() } else { format!(" {what} if absent.") }
}

/// Writes the statement that adds the string of a value.
fn push(leaf: &Leaf<'_>) -> String {
    let call = match (&leaf.value, leaf.kind) {
        (Value::Required(value), Type::Json | Type::Model(_)) => {
            format!("push_json(Some(&self{value}))")
        }
        (Value::Optional(value), Type::Json | Type::Model(_)) => format!("push_json(self{value})"),
        (Value::Required(value), Type::Timestamp) => format!("push(&self{value}.to_string())"),
        (Value::Optional(value), Type::Timestamp) => {
            format!("push_option(self{value}.map(ToString::to_string).as_deref())")
        }
        (Value::Required(value), Type::Enum(_)) => format!("push(self{value}.as_str())"),
        (Value::Optional(value), Type::Enum(name)) => format!("push_option(self{value}.map(zexa::{name}::as_str))"),
        (Value::Required(value), _) => format!("push(&self{value})"),
        (Value::Optional(value), _) => match value.strip_suffix(".as_ref()").filter(|field| !field.contains('(')) {
            Some(field) => format!("push_option(self{field}.as_deref())"),
            None => format!("push_option(self{value}.map(String::as_str))"),
        },
    };
    format!("strings.{call};\n")
}

/// Writes the loop that adds the strings of a list.
fn push_each(leaf: &Leaf<'_>) -> String {
    let items = match &leaf.value {
        Value::Required(value) => format!("&self{value}"),
        Value::Optional(value) => format!("self{value}.into_iter().flatten()"),
    };
    let is_enum = matches!(leaf.kind, Type::List(kind) if matches!(**kind, Type::Enum(_)));
    let text = if is_enum { "text.as_str()" } else { "text" };
    format!("for text in {items} {{ strings.push({text}); }}\n")
}
