//! Parameters in C: a struct that starts with its size, and the function that reads it.

use std::fmt::Write;

use super::names::{init_macro, params_type};
use crate::codegen::context::Context;
use crate::codegen::definition::{Field, Params, Type};

pub(super) fn write(context: &Context<'_>, params: &Params) -> String {
    let members: Vec<Member> = params.fields.iter().flat_map(|field| members(context, field)).collect();
    let structure = structure(context, params, &members);
    let inits: String = members.iter().map(|member| format!("{}: {},\n", member.name, member.absent)).collect();
    let mut reads: String =
        params.fields.iter().map(|field| format!("params.{} = {};\n", field.name, read(field))).collect();
    // Numbers are read without unsafe code.
    if params.fields.iter().any(|field| field.kind != Type::U32) {
        reads = format!("// SAFETY: as the caller promised.\nunsafe {{ {reads} }}");
    }
    let name = params_type(&params.name);
    format!(
        "
        {structure}
        // SAFETY: repr(C); the size comes first, then pointers and numbers; the macro is generated from the same fields.
        unsafe impl input::SizedStruct for {name} {{
            const INIT: {name} = {name} {{ struct_size: size_of::<{name}>(), {inits} }};
            const INIT_MACRO: &'static str = {init:?};
            const MIN_SIZE: usize = {min_size};
        }}

        impl {name} {{
            /// # Safety
            ///
            /// The strings and arrays are valid, as the header requires.
            unsafe fn read(&self) -> Result<zexa::{rust}, Failure> {{
                let mut params = zexa::{rust}::empty();
                {reads}
                Ok(params)
            }}
        }}
        ",
        rust = params.name,
        init = init_macro(&name),
        min_size = min_size(params, &name),
    )
}

fn structure(context: &Context<'_>, params: &Params, members: &[Member]) -> String {
    let name = context.take(params_type(&params.name), &params.span);
    let init = context.take(init_macro(&name), &params.span);
    let has = |kind: fn(&Type) -> bool| params.fields.iter().any(|field| kind(&field.kind));
    let copied = match (has(|kind| matches!(kind, Type::List(_))), has(|kind| *kind != Type::U32)) {
        (true, _) => " The strings and arrays are copied during the call.",
        (_, true) => " The strings are copied during the call.",
        _ => "",
    };
    let mut written = context.docs(&params.docs);
    write!(
        written,
        "///
        /// Initialise with `{init}`, which sets all members to absent.{copied}
        #[repr(C)]
        #[derive(Clone, Copy)]
        pub struct {name} {{
            /// Set by `{init}`.
            pub struct_size: usize,
        "
    )
    .expect("writing to a string succeeds");
    for Member { docs, name, kind, .. } in members {
        writeln!(written, "{docs}pub {name}: {kind},").expect("writing to a string succeeds");
    }
    written + "}\n"
}

/// The minimum size of the struct: up to its required members, which the first version already had.
fn min_size(params: &Params, name: &str) -> String {
    match params.fields.iter().find(|field| !field.required) {
        Some(field) => format!("offset_of!({name}, {})", field.member_name()),
        None => format!("size_of::<{name}>()"),
    }
}

/// One member of the struct; a list takes two.
struct Member {
    name: String,
    kind: &'static str,
    absent: &'static str,
    docs: String,
}

fn members(context: &Context<'_>, field: &Field) -> Vec<Member> {
    // The reader rejects these as well: the code below would not compile.
    if field.required && matches!(field.kind, Type::U32 | Type::Timestamp | Type::Template) {
        context.report(&field.span, format!("a required parameter cannot be a `{}` in C", field.kind));
    }
    let docs = context.docs(&field.docs);
    let name = context.member(&field.member_name(), &field.span);
    let text = |docs| Member { name: name.clone(), kind: "*const c_char", absent: "ptr::null()", docs };
    match &field.kind {
        Type::String | Type::Enum(_) => vec![text(docs)],
        Type::Timestamp => vec![text(docs + "/// RFC 3339, such as \"2026-07-01T09:00:00Z\".\n")],
        Type::Template => vec![text(docs + "/// A JSON object. zexa_template can build it.\n")],
        Type::U32 => vec![Member { kind: "i64", absent: "ZEXA_DEFAULT", ..text(docs) }],
        Type::List(_) => {
            let count =
                Member { name: format!("{name}_count"), kind: "usize", absent: "0", docs: count_docs(field, &name) };
            vec![Member { kind: "*const *const c_char", ..text(docs) }, count]
        }
        Type::U64 | Type::F64 | Type::Json | Type::Model(_) => {
            context.report(&field.span, format!("a parameter cannot be a `{}` in C", field.kind));
            Vec::new()
        }
    }
}

/// Documentation of the number of elements of a list.
fn count_docs(field: &Field, name: &str) -> String {
    match field.required {
        true => format!("/// Number of elements of `{name}`. 0 counts as absent, even if `{name}` is not NULL.\n"),
        false => format!(
            "/// Number of elements of `{name}`. If it is 0 and `{name}` is not NULL, an empty array is sent. Ignored if `{name}` is NULL.\n"
        ),
    }
}

/// Writes the expression that reads the field from its members.
fn read(field: &Field) -> String {
    let Field { name, kind, required, .. } = field;
    let member = field.member_name();
    let text = format!("input::optional_string({member:?}, self.{member})?");
    match kind {
        Type::Timestamp => format!("{text}.map(|text| binding::timestamp({member:?}, text)).transpose()?"),
        Type::Template => format!("{text}.map(|json| binding::template({member:?}, json)).transpose()?"),
        Type::U32 => format!("number::parameter({name:?}, self.{name})?"),
        Type::List(_) => {
            let list = format!(
                "input::strings({name:?}, self.{name}, self.{name}_count)?.into_iter().map(Into::into).collect()"
            );
            if *required { list } else { format!("if self.{name}.is_null() {{ None }} else {{ Some({list}) }}") }
        }
        _ if *required => format!("{text}.unwrap_or_default().into()"),
        _ => format!("{text}.map(Into::into)"),
    }
}
