//! Error kinds and outcomes in C: enums with frozen numbers.

use heck::ToShoutySnakeCase;

use super::names::Context;
use crate::codegen::definition::Constant;

/// What a status can be beside a kind of error: name, number, what it means.
const FURTHER: &[(&str, u32, &str)] = &[
    ("DONE", 100, "There is nothing more in a list. No failure: there is no error."),
    (
        "INVALID_ARGUMENT",
        101,
        "An argument is none: a NULL where something is needed, a string that is not UTF-8, a struct that was not begun with its _INIT macro.",
    ),
    ("INTERNAL", 102, "A bug in this library, which it has survived. Please tell us."),
];

pub(super) fn write(context: &Context<'_>) -> String {
    let kinds = &context.definition.kinds;
    let outcomes = &context.definition.outcomes;
    let each =
        |constants: &[Constant], line: &dyn Fn(&Constant) -> String| constants.iter().map(line).collect::<String>();
    let further = |line: &dyn Fn(&str, u32, &str) -> String| {
        FURTHER.iter().map(|(name, number, docs)| line(name, *number, docs)).collect::<String>()
    };
    format!(
        "
        use std::ffi::{{CStr, c_char, c_int}};
        use std::ptr;

        use zexa::{{Kind, Outcome}};

        use crate::guard;

        /// How a call ended. The numbers are frozen; there may be more of them one day.
        #[repr(C)]
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub enum zexa_status {{
            /// It succeeded.
            ZEXA_OK = 0,
            {kind_variants}
            {further_variants}
        }}

        /// How far a failed request got: may the server have carried it out? The numbers are frozen.
        #[repr(C)]
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub enum zexa_outcome {{
            {outcome_variants}
        }}

        impl From<Kind> for zexa_status {{
            fn from(kind: Kind) -> zexa_status {{
                match kind {{
                    {from_kind}
                    _ => zexa_status::ZEXA_OTHER,
                }}
            }}
        }}

        impl From<Outcome> for zexa_outcome {{
            fn from(outcome: Outcome) -> zexa_outcome {{
                match outcome {{
                    {from_outcome}
                    _ => zexa_outcome::ZEXA_OUTCOME_UNKNOWN,
                }}
            }}
        }}

        impl zexa_status {{
            /// The name of the status with this number.
            pub(crate) fn name(status: c_int) -> &'static CStr {{
                match status {{
                    0 => c\"ok\",
                    {kind_names}
                    {further_names}
                    _ => c\"unknown\",
                }}
            }}
        }}

        /// The name of a zexa_status, such as \"rate_limited\": the same in every language. \"unknown\" of any other number.
        ///
        /// Static; not to be freed.
        #[unsafe(no_mangle)]
        pub extern \"C\" fn zexa_status_name(status: c_int) -> *const c_char {{
            guard::value(ptr::null(), || zexa_status::name(status).as_ptr())
        }}

        /// The name of a zexa_outcome, such as \"not_sent\": the same in every language. \"unknown\" of any other number.
        ///
        /// Static; not to be freed.
        #[unsafe(no_mangle)]
        pub extern \"C\" fn zexa_outcome_name(outcome: c_int) -> *const c_char {{
            let name = || match outcome {{
                {outcome_names}
                _ => c\"unknown\",
            }};
            guard::value(ptr::null(), || name().as_ptr())
        }}
        ",
        kind_variants = each(kinds, &|kind| format!("{}ZEXA_{} = {},\n", context.docs(&kind.docs), shout(&kind.name), kind.number)),
        further_variants = further(&|name, number, docs| format!("/// {docs}\nZEXA_{name} = {number},\n")),
        outcome_variants =
            each(outcomes, &|one| format!("{}ZEXA_OUTCOME_{} = {},\n", context.docs(&one.docs), shout(&one.name), one.number)),
        from_kind = each(kinds, &|kind| format!("Kind::{} => zexa_status::ZEXA_{},\n", kind.variant, shout(&kind.name))),
        from_outcome =
            each(outcomes, &|one| format!("Outcome::{} => zexa_outcome::ZEXA_OUTCOME_{},\n", one.variant, shout(&one.name))),
        kind_names = each(kinds, &|kind| format!("{} => c{:?},\n", kind.number, kind.name)),
        further_names = further(&|name, number, _| format!("{number} => c{:?},\n", name.to_lowercase())),
        outcome_names = each(outcomes, &|one| format!("{} => c{:?},\n", one.number, one.name)),
    )
}

fn shout(name: &str) -> String {
    name.to_shouty_snake_case()
}
