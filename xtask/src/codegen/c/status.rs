//! Error kinds and outcomes in C: enums with frozen numbers.

use heck::ToShoutySnakeCase;

use crate::codegen::context::Context;
use crate::codegen::definition::{Constant, Place};
use crate::codegen::further::{DONE, Further, INTERNAL, INVALID_ARGUMENT};

/// What a status can be beside a kind of error, and what it means.
const FURTHER: &[(Further, &str)] = &[
    (DONE, "There is nothing more in a list. No failure: there is no error."),
    (
        INVALID_ARGUMENT,
        "An argument is none: a NULL where something is needed, a string that is not UTF-8, a struct that was not begun with its _INIT macro.",
    ),
    (INTERNAL, "A bug in this library, which it has survived. Please tell us."),
];

pub(super) fn write(context: &Context<'_>) -> String {
    let kinds = &context.definition.kinds;
    let outcomes = &context.definition.outcomes;
    let each =
        |constants: &[Constant], line: &dyn Fn(&Constant) -> String| constants.iter().map(line).collect::<String>();
    let further = |line: &dyn Fn(&str, u32, &str) -> String| {
        FURTHER.iter().map(|(one, docs)| line(one.name, one.number, docs)).collect::<String>()
    };
    take_names(context);
    format!(
        "
        use std::ffi::{{CStr, c_char, c_int}};
        use std::ptr;

        use zexa::{{Kind, Outcome}};

        use crate::enumeration::{{OutcomeNumber, StatusNumber}};
        use crate::guard;

        /// How a call ended. The numbers are frozen; there may be more of them one day.
        ///
        /// Every function that makes requests can return these:
        ///
        /// - before anything is sent: `ZEXA_INVALID_ARGUMENT`, `ZEXA_INVALID_REQUEST`, and `ZEXA_CONFIG` for an option of the call;
        /// - as the server answers: `ZEXA_INVALID_REQUEST`, `ZEXA_UNAUTHORIZED`, `ZEXA_RATE_LIMITED`, `ZEXA_SERVER`, `ZEXA_DECODE`, and `ZEXA_OTHER`
        ///   for an answer that the API does not document;
        /// - if there is no answer: `ZEXA_CONNECT` or `ZEXA_TIMEOUT`;
        /// - if the program ends it: `ZEXA_CANCELLED` or `ZEXA_CLOSED`;
        /// - `ZEXA_INTERNAL`.
        ///
        /// The comment of a function names what it can return beside them.
        #[repr(C)]
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub enum zexa_status {{
            /// It succeeded.
            {OK} = 0,
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
                    _ => c\"invalid\",
                }}
            }}
        }}

        /// Return the name of a status, such as \"rate_limited\": the same in every language. \"invalid\" for a number that is no status.
        ///
        /// Static; not to be freed.
        #[unsafe(no_mangle)]
        pub extern \"C\" fn zexa_status_name(status: StatusNumber) -> *const c_char {{
            guard::value(ptr::null(), || zexa_status::name(status).as_ptr())
        }}

        /// Return the name of an outcome, such as \"not_sent\": the same in every language. \"invalid\" for a number that is no outcome, such as 0.
        ///
        /// Static; not to be freed.
        #[unsafe(no_mangle)]
        pub extern \"C\" fn zexa_outcome_name(outcome: OutcomeNumber) -> *const c_char {{
            let name = || match outcome {{
                {outcome_names}
                _ => c\"invalid\",
            }};
            guard::value(ptr::null(), || name().as_ptr())
        }}
        ",
        kind_variants = each(kinds, &|kind| format!("{}{} = {},\n", context.docs(&kind.docs), status(&kind.name), kind.number)),
        further_variants = further(&|name, number, docs| format!("/// {docs}\n{} = {number},\n", status(name))),
        outcome_variants =
            each(outcomes, &|one| format!("{}{} = {},\n", context.docs(&one.docs), outcome(&one.name), one.number)),
        from_kind = each(kinds, &|kind| format!("Kind::{} => zexa_status::{},\n", kind.variant, status(&kind.name))),
        from_outcome =
            each(outcomes, &|one| format!("Outcome::{} => zexa_outcome::{},\n", one.variant, outcome(&one.name))),
        kind_names = each(kinds, &|kind| format!("{} => c{:?},\n", kind.number, kind.name)),
        further_names = further(&|name, number, _| format!("{number} => c{:?},\n", name)),
        outcome_names = each(outcomes, &|one| format!("{} => c{:?},\n", one.number, one.name)),
    )
}

/// The names and numbers of all that stands here. The kinds come last: what is wrong with one is said at its line.
fn take_names(context: &Context<'_>) {
    let ours = ["zexa_status", "zexa_status_name", "zexa_outcome", "zexa_outcome_name", OK];
    let further = FURTHER.iter().map(|(one, _)| status(one.name));
    for name in ours.map(str::to_owned).into_iter().chain(further) {
        context.take(name, &Place::default());
    }
    for kind in &context.definition.kinds {
        context.take(status(&kind.name), &kind.place);
        let number = kind.number;
        if number == 0 || FURTHER.iter().any(|(one, _)| one.number == number) {
            context.complain(&kind.place, format!("in C, {number} is the number of a status that is no kind of error"));
        }
    }
    for one in &context.definition.outcomes {
        context.take(outcome(&one.name), &one.place);
    }
}

const OK: &str = "ZEXA_OK";

pub(super) fn status(name: &str) -> String {
    format!("ZEXA_{}", name.to_shouty_snake_case())
}

fn outcome(name: &str) -> String {
    format!("ZEXA_OUTCOME_{}", name.to_shouty_snake_case())
}
