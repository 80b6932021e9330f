//! Error kinds and outcomes in C: enums with frozen numbers.

use heck::ToShoutySnakeCase;

use crate::codegen::context::Context;
use crate::codegen::definition::{Constant, Span};
use crate::codegen::status_codes::{DONE, INTERNAL, INVALID_ARGUMENT, StatusCode};

/// The statuses that are not kinds of errors, and their documentation.
const OTHERS: &[(StatusCode, &str)] = &[
    (DONE, "End of a list. Not an error: `*error` is NULL."),
    (
        INVALID_ARGUMENT,
        "Invalid argument: NULL for a required pointer, a string that is not UTF-8, or a struct that was not initialised with its _INIT macro.",
    ),
    (INTERNAL, "Internal error: a bug in this library. Please report it."),
];

pub(super) fn write(context: &Context<'_>) -> String {
    let kinds = &context.definition.kinds;
    let outcomes = &context.definition.outcomes;
    let each =
        |constants: &[Constant], line: &dyn Fn(&Constant) -> String| constants.iter().map(line).collect::<String>();
    let others = |line: &dyn Fn(&str, u32, &str) -> String| {
        OTHERS.iter().map(|(one, docs)| line(one.name, one.number, docs)).collect::<String>()
    };
    take_names(context);
    format!(
        "
        use std::ffi::{{CStr, c_char, c_int}};
        use std::ptr;

        use zexa::{{Kind, Outcome}};

        use crate::open_enum::{{OutcomeNumber, StatusNumber}};
        use crate::panic_boundary;

        /// Result of a function. Numbers never change; more may be added. See section \"Errors\".
        #[repr(C)]
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub enum zexa_status {{
            /// Success.
            {OK} = 0,
            {kind_variants}
            {others_variants}
        }}

        /// Whether the server may have carried out a failed request. The numbers never change.
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
            /// Returns the name of the status with this number.
            pub(crate) fn name(status: c_int) -> &'static CStr {{
                match status {{
                    0 => c\"ok\",
                    {kind_names}
                    {others_names}
                    _ => c\"invalid\",
                }}
            }}
        }}

        /// Return the name of a status, such as \"rate_limited\". The names are the same in all languages. \"invalid\" for an unknown number.
        ///
        /// Returns a static string; do not free it.
        #[unsafe(no_mangle)]
        pub extern \"C\" fn zexa_status_name(status: StatusNumber) -> *const c_char {{
            panic_boundary::infallible(ptr::null(), || zexa_status::name(status).as_ptr())
        }}

        /// Return the name of an outcome, such as \"not_sent\". The names are the same in all languages. \"invalid\" for an unknown number.
        ///
        /// Returns a static string; do not free it.
        #[unsafe(no_mangle)]
        pub extern \"C\" fn zexa_outcome_name(outcome: OutcomeNumber) -> *const c_char {{
            let name = || match outcome {{
                {outcome_names}
                _ => c\"invalid\",
            }};
            panic_boundary::infallible(ptr::null(), || name().as_ptr())
        }}
        ",
        kind_variants = each(kinds, &|kind| format!("{}{} = {},\n", context.docs(&kind.docs), status(&kind.name), kind.number)),
        others_variants = others(&|name, number, docs| format!("/// {docs}\n{} = {number},\n", status(name))),
        outcome_variants =
            each(outcomes, &|one| format!("{}{} = {},\n", context.docs(&one.docs), outcome(&one.name), one.number)),
        from_kind = each(kinds, &|kind| format!("Kind::{} => zexa_status::{},\n", kind.variant, status(&kind.name))),
        from_outcome =
            each(outcomes, &|one| format!("Outcome::{} => zexa_outcome::{},\n", one.variant, outcome(&one.name))),
        kind_names = each(kinds, &|kind| format!("{} => c{:?},\n", kind.number, kind.name)),
        others_names = others(&|name, number, _| format!("{number} => c{:?},\n", name)),
        outcome_names = each(outcomes, &|one| format!("{} => c{:?},\n", one.number, one.name)),
    )
}

/// Reserves the names, and checks the numbers. The kinds come last, so that a collision is reported at the line of the kind.
fn take_names(context: &Context<'_>) {
    let ours = ["zexa_status", "zexa_status_name", "zexa_outcome", "zexa_outcome_name", OK];
    let others = OTHERS.iter().map(|(one, _)| status(one.name));
    for name in ours.map(str::to_owned).into_iter().chain(others) {
        context.take(name, &Span::default());
    }
    for kind in &context.definition.kinds {
        context.take(status(&kind.name), &kind.span);
        let number = kind.number;
        if number == 0 || OTHERS.iter().any(|(one, _)| one.number == number) {
            context.report(&kind.span, format!("in C, {number} is the number of a status that is no kind of error"));
        }
    }
    for one in &context.definition.outcomes {
        context.take(outcome(&one.name), &one.span);
    }
}

const OK: &str = "ZEXA_OK";

pub(super) fn status(name: &str) -> String {
    format!("ZEXA_{}", name.to_shouty_snake_case())
}

fn outcome(name: &str) -> String {
    format!("ZEXA_OUTCOME_{}", name.to_shouty_snake_case())
}
