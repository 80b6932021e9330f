//! Models in C: an opaque type, and an accessor for each field.

use heck::ToSnakeCase;

use super::leaves::{self, Leaf, Value};
use super::names::model_type;
use crate::codegen::context::Context;
use crate::codegen::definition::{Model, Place, Type};

pub(super) fn write(context: &Context<'_>, model: &Model) -> String {
    let leaves = leaves::of(context, &model.fields);
    let object = Object {
        context,
        place: &model.place,
        handle: model_type(&model.name),
        argument: model.name.to_snake_case(),
        leaves: &leaves,
    };
    let docs = context.docs(&model.docs);
    object.structure(&docs, &model.name) + &object.accessors() + &object.rest()
}

/// What C has of a model.
struct Object<'a> {
    context: &'a Context<'a>,
    place: &'a Place,
    /// The name of the type.
    handle: String,
    /// What an argument of that type is called.
    argument: String,
    leaves: &'a [Leaf<'a>],
}

/// A function that gives something of an object.
struct Accessor<'a> {
    /// Behind the name of the type.
    name: &'a str,
    /// An argument beside the object.
    argument: &'a str,
    gives: &'a str,
    /// What it gives of NULL.
    otherwise: &'a str,
    docs: &'a str,
    /// What it does with the object.
    body: &'a str,
}

impl Object<'_> {
    fn structure(&self, docs: &str, rust: &str) -> String {
        let handle = self.context.take(self.handle.clone(), self.place);
        let texts: String = self.leaves.iter().filter(|leaf| leaf.is_text()).map(push).collect();
        // Those of lists come behind: how many they are is not known here.
        let lists: String = self.leaves.iter().filter(|leaf| leaf.is_list()).map(push_each).collect();
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
                    {texts}{lists}
                }}
            }}
            "
        )
    }

    fn accessors(&self) -> String {
        let mut number = 0;
        let mut written = String::new();
        for leaf in self.leaves {
            let docs = format!("{}{}", leaf.docs, more_docs(leaf));
            if leaf.is_text() {
                written += &self.text(leaf, &docs, number);
                number += 1;
            }
            match leaf.kind {
                Type::Timestamp => {
                    let docs = format!("{}///\n/// In milliseconds since 1970.{}\n", leaf.docs, absent(leaf, " -1"));
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

    fn text(&self, leaf: &Leaf<'_>, docs: &str, number: usize) -> String {
        let body = format!("{}.0.text({number})", self.argument);
        self.accessor(leaf.place, &Accessor { name: &leaf.name, docs, body: &body, ..TEXT })
    }

    /// A whole number, or a time as one.
    fn number(&self, leaf: &Leaf<'_>, name: &str, docs: &str) -> String {
        let model = format!("{}.0.model", self.argument);
        let body = match (&leaf.value, leaf.kind) {
            (Value::Always(value), Type::Timestamp) => format!("{model}{value}.as_millisecond()"),
            (Value::Maybe(value), Type::Timestamp) => {
                format!("{model}{value}.map_or(-1, |time| time.as_millisecond())")
            }
            (Value::Always(value), _) => format!("number::to_c({model}{value})"),
            (Value::Maybe(value), _) => format!("{model}{value}.map_or(-1, |number| number::to_c(*number))"),
        };
        self.accessor(leaf.place, &Accessor { name, argument: "", gives: "i64", otherwise: "-1", docs, body: &body })
    }

    fn fraction(&self, leaf: &Leaf<'_>, docs: &str) -> String {
        let model = format!("{}.0.model", self.argument);
        let body = match &leaf.value {
            Value::Always(value) => format!("{model}{value}"),
            Value::Maybe(value) => format!("{model}{value}.copied().unwrap_or(f64::NAN)"),
        };
        let name = &leaf.name;
        self.accessor(
            leaf.place,
            &Accessor { name, argument: "", gives: "f64", otherwise: "f64::NAN", docs, body: &body },
        )
    }

    fn list(&self, leaf: &Leaf<'_>) -> String {
        let Leaf { name, docs, place, .. } = leaf;
        let texts = self.leaves.iter().filter(|leaf| leaf.is_text()).count();
        let before = self.leaves.iter().filter(|leaf| leaf.is_list()).take_while(|other| other.name != leaf.name);
        let first = before.fold(texts.to_string(), |sum, leaf| format!("{sum} + {}", self.length(leaf)));
        let (length, argument) = (self.length(leaf), &self.argument);
        let count = Accessor {
            name: &format!("{name}_count"),
            argument: "",
            gives: "usize",
            otherwise: "0",
            docs: &format!("{docs}///\n/// How many `{name}` there are.\n"),
            body: &length,
        };
        let at = Accessor {
            name: &format!("{name}_at"),
            argument: "index: usize",
            docs: &format!("{docs}///\n/// The one of `{name}` at `index`, from 0; NULL where there is none.\n"),
            body: &format!("if index < {length} {{ {argument}.0.text({first} + index) }} else {{ ptr::null() }}"),
            ..TEXT
        };
        self.accessor(place, &count) + &self.accessor(place, &at)
    }

    fn length(&self, leaf: &Leaf<'_>) -> String {
        match &leaf.value {
            Value::Always(value) => format!("{}.0.model{value}.len()", self.argument),
            Value::Maybe(value) => format!("{}.0.model{value}.map_or(0, Vec::len)", self.argument),
        }
    }

    fn accessor(&self, place: &Place, accessor: &Accessor<'_>) -> String {
        let Accessor { name, argument, gives, otherwise, docs, body } = accessor;
        let Object { handle, argument: object, .. } = self;
        let function = self.context.take(format!("{handle}_{name}"), place);
        format!(
            "
            {docs}#[unsafe(no_mangle)]
            pub unsafe extern \"C\" fn {function}({object}: *const {handle}, {argument}) -> {gives} {{
                // SAFETY: the caller's pointers are as the header asks.
                unsafe {{ guard::get({object}, {otherwise}, |{object}| {body}) }}
            }}
            "
        )
    }

    /// What every object has.
    fn rest(&self) -> String {
        let json = Accessor {
            name: "json",
            docs: "/// All of it as a JSON object, by the names of the API, with what this version does not know. NULL of NULL.\n",
            body: &format!("{}.0.json()", self.argument),
            ..TEXT
        };
        let extra = Accessor {
            name: "extra_json",
            docs: "/// Fields that this version does not know, and the raw values of fields in an unexpected form, as a JSON object. NULL if the object is NULL.\n",
            body: &format!("{}.0.extra(|model| &model.extra)", self.argument),
            ..TEXT
        };
        let free = free(self.context, "free", &self.handle, &self.argument, self.place);
        self.accessor(self.place, &json) + &self.accessor(self.place, &extra) + &free
    }
}

/// An accessor of a string.
const TEXT: Accessor<'static> =
    Accessor { name: "", argument: "", gives: "*const c_char", otherwise: "ptr::null()", docs: "", body: "" };

/// The function that frees a type, in the guard named: `free`, or `end` where it may have connections.
pub(super) fn free(context: &Context<'_>, guard: &str, handle: &str, argument: &str, place: &Place) -> String {
    let function = context.take(format!("{handle}_free"), place);
    format!(
        "
        /// Frees it. NULL is fine.
        #[unsafe(no_mangle)]
        pub unsafe extern \"C\" fn {function}({argument}: *mut {handle}) {{
            // SAFETY: the caller's pointers are as the header asks.
            unsafe {{ guard::{guard}({argument}) }}
        }}
        "
    )
}

/// What C has to say of a value beside its own documentation.
fn more_docs(leaf: &Leaf<'_>) -> String {
    match leaf.kind {
        Type::Json | Type::Model(_) => format!("///\n/// As JSON.{}\n", absent(leaf, " NULL")),
        Type::Timestamp => format!("///\n/// In the form of RFC 3339.{}\n", absent(leaf, " NULL")),
        _ if leaf.is_always_there() => String::new(),
        Type::U32 | Type::U64 => format!("///{}\n", absent(leaf, " -1")),
        Type::F64 => format!("///{}\n", absent(leaf, " Not a number")),
        _ => format!("///{}\n", absent(leaf, " NULL")),
    }
}

fn absent(leaf: &Leaf<'_>, what: &str) -> String {
    if leaf.is_always_there() { String::new() } else { format!("{what} where it is absent.") }
}

/// Writes the string of a value.
fn push(leaf: &Leaf<'_>) -> String {
    let call = match (&leaf.value, leaf.kind) {
        (Value::Always(value), Type::Json | Type::Model(_)) => {
            format!("push_json(Some(&self{value}))")
        }
        (Value::Maybe(value), Type::Json | Type::Model(_)) => format!("push_json(self{value})"),
        (Value::Always(value), Type::Timestamp) => format!("push(&self{value}.to_string())"),
        (Value::Maybe(value), Type::Timestamp) => {
            format!("push_option(self{value}.map(ToString::to_string).as_deref())")
        }
        (Value::Always(value), Type::Enum(_)) => format!("push(self{value}.as_str())"),
        (Value::Maybe(value), Type::Enum(name)) => format!("push_option(self{value}.map(zexa::{name}::as_str))"),
        (Value::Always(value), _) => format!("push(&self{value})"),
        (Value::Maybe(value), _) => match value.strip_suffix(".as_ref()").filter(|field| !field.contains('(')) {
            Some(field) => format!("push_option(self{field}.as_deref())"),
            None => format!("push_option(self{value}.map(String::as_str))"),
        },
    };
    format!("texts.{call};\n")
}

/// Writes the strings of a list.
fn push_each(leaf: &Leaf<'_>) -> String {
    let items = match &leaf.value {
        Value::Always(value) => format!("&self{value}"),
        Value::Maybe(value) => format!("self{value}.into_iter().flatten()"),
    };
    let is_enum = matches!(leaf.kind, Type::List(kind) if matches!(**kind, Type::Enum(_)));
    let text = if is_enum { "text.as_str()" } else { "text" };
    format!("for text in {items} {{ texts.push({text}); }}\n")
}
