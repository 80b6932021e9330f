//! Parameters in C: a struct that begins with its size, and how it is read.

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
    // Numbers are read without a pointer.
    if params.fields.iter().any(|field| field.kind != Type::U32) {
        reads = format!("// SAFETY: as the caller promised.\nunsafe {{ {reads} }}");
    }
    let name = params_type(&params.name);
    format!(
        "
        {structure}
        // SAFETY: repr(C), the size first, pointers and numbers behind it; the macro is made from the same fields.
        unsafe impl input::SizedStruct for {name} {{
            const INIT: {name} = {name} {{ struct_size: size_of::<{name}>(), {inits} }};
            const LEAST: usize = {least};
        }}

        impl {name} {{
            /// # Safety
            ///
            /// The strings and arrays are as the header asks.
            unsafe fn read(&self) -> Result<zexa::{rust}, Failure> {{
                let mut params = zexa::{rust}::empty();
                {reads}
                Ok(params)
            }}
        }}
        ",
        rust = params.name,
        least = least(params, &name),
    )
}

fn structure(context: &Context<'_>, params: &Params, members: &[Member]) -> String {
    let name = context.take(params_type(&params.name), &params.place);
    let init = context.take(init_macro(&name), &params.place);
    let has = |kind: fn(&Type) -> bool| params.fields.iter().any(|field| kind(&field.kind));
    let borrowed = match (has(|kind| matches!(kind, Type::List(_))), has(|kind| *kind != Type::U32)) {
        (true, _) => " The strings and arrays are read during the call, and stay yours.",
        (_, true) => " The strings are read during the call, and stay yours.",
        _ => "",
    };
    let mut written = context.docs(&params.docs);
    write!(
        written,
        "///
        /// Begin with `{init}`, which makes everything absent.{borrowed}
        #[repr(C)]
        #[derive(Clone, Copy)]
        pub struct {name} {{
            /// Set by `{init}`.
            pub struct_size: usize,
        "
    )
    .expect("a string takes it");
    for Member { docs, name, kind, .. } in members {
        writeln!(written, "{docs}pub {name}: {kind},").expect("a string takes it");
    }
    written + "}\n"
}

/// The size that the struct has had from the first: what is required never comes later.
fn least(params: &Params, name: &str) -> String {
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
    // The reader refuses these, too: what is written below of one would not compile.
    if field.required && matches!(field.kind, Type::U32 | Type::Timestamp | Type::Template) {
        context.complain(&field.place, format!("a required parameter cannot be a `{}` in C", field.kind));
    }
    let docs = context.docs(&field.docs);
    let name = context.member(&field.member_name(), &field.place);
    let text = |docs| Member { name: name.clone(), kind: "*const c_char", absent: "ptr::null()", docs };
    match &field.kind {
        Type::String | Type::Enum(_) => vec![text(docs)],
        Type::Timestamp => vec![text(docs + "/// In the form of RFC 3339, such as \"2026-07-01T09:00:00Z\".\n")],
        Type::Template => vec![text(docs + "/// A JSON object: see `zexa_template`.\n")],
        Type::U32 => vec![Member { kind: "i64", absent: "ZEXA_DEFAULT as i64", ..text(docs) }],
        Type::List(_) => {
            let count = Member {
                name: format!("{name}_count"),
                kind: "usize",
                absent: "0",
                docs: format!("/// How many `{name}` there are.\n"),
            };
            vec![Member { kind: "*const *const c_char", ..text(docs) }, count]
        }
        Type::U64 | Type::F64 | Type::Json | Type::Model(_) => {
            context.complain(&field.place, format!("a parameter cannot be a `{}` in C", field.kind));
            Vec::new()
        }
    }
}

/// The field as Rust has it, read from its members.
fn read(field: &Field) -> String {
    let Field { name, kind, required, .. } = field;
    let member = field.member_name();
    let text = format!("input::optional_text({member:?}, self.{member})?");
    match kind {
        Type::Timestamp => format!("{text}.map(|text| binding::timestamp({member:?}, text)).transpose()?"),
        Type::Template => format!("{text}.map(|json| binding::template({member:?}, json)).transpose()?"),
        Type::U32 => format!("number::parameter({name:?}, self.{name})?"),
        Type::List(_) => {
            let list = format!(
                "input::texts({name:?}, self.{name}, self.{name}_count)?.into_iter().map(Into::into).collect()"
            );
            if *required { list } else { format!("if self.{name}.is_null() {{ None }} else {{ Some({list}) }}") }
        }
        _ if *required => format!("{text}.unwrap_or_default().into()"),
        _ => format!("{text}.map(Into::into)"),
    }
}
