//! Error kinds and outcomes in C++: enums with frozen numbers, and a class of exception for each kind.

use std::fmt::Write;

use crate::codegen::context::Context;
use crate::codegen::definition::{Constant, Place};
use crate::codegen::further::{Further, INTERNAL, INVALID_ARGUMENT};

/// What an error can be beside a kind of the core, and what it means.
const FURTHER: &[(Further, &str)] = &[
    (
        INVALID_ARGUMENT,
        "An argument is none: a string that is not UTF-8, or that holds a NUL; a negative count or time.",
    ),
    (INTERNAL, "A bug in this library, which it has survived. Please tell us."),
];

/// What stands here beside the classes.
pub(super) const NAMES: [&str; 3] = ["zexa::kind", "zexa::outcome", "zexa::to_string"];

/// The two enums and their names.
pub(super) fn constants(context: &Context<'_>) -> String {
    let kinds: String = kinds(context).into_iter().map(|kind| kind.enumerator("zexa::kind", context)).collect();
    let outcomes: String = context
        .definition
        .outcomes
        .iter()
        .map(|one| Kind::of(context, one).enumerator("zexa::outcome", context))
        .collect();
    format!(
        "
        /// What went wrong. The numbers are frozen; there may be more of them one day.
        enum class kind {{
            {kinds}        }};

        /// How far a failed request got: may the server have carried it out? The numbers are frozen.
        enum class outcome {{
            {outcomes}        }};

        /// The name of a kind, such as \"rate_limited\": the same in every language.
        [[nodiscard]] inline std::string_view to_string(kind kind) noexcept {{ return zexa_status_name(static_cast<zexa_status>(kind)); }}

        /// The name of an outcome, such as \"not_sent\": the same in every language.
        [[nodiscard]] inline std::string_view to_string(outcome outcome) noexcept {{
            return zexa_outcome_name(static_cast<zexa_outcome>(outcome));
        }}

        "
    )
}

/// The classes, and the function that throws one of them.
pub(super) fn classes(context: &Context<'_>) -> String {
    let (mut classes, mut cases) = (String::new(), String::new());
    for Kind { name, docs, place, .. } in kinds(context) {
        let class = context.take_in("zexa", &format!("{name}_error"), &place);
        write!(classes, "{docs}class {class} : public error {{ public: using error::error; }};\n\n")
            .expect("a string takes it");
        writeln!(cases, "case kind::{name}: throw {class}(std::move(failure));").expect("a string takes it");
    }
    format!(
        "
        {classes}namespace detail {{

        [[noreturn]] inline void raise(failure failure) {{
            switch (failure.kind) {{
                {cases}            }}
            // A kind that a later version of the library has.
            throw error(std::move(failure));
        }}

        }} // namespace detail

        "
    )
}

struct Kind {
    name: String,
    number: u32,
    docs: String,
    place: Place,
}

impl Kind {
    fn of(context: &Context<'_>, constant: &Constant) -> Kind {
        Kind {
            name: constant.name.clone(),
            number: constant.number,
            docs: context.docs(&constant.docs),
            place: constant.place.clone(),
        }
    }

    fn enumerator(self, scope: &str, context: &Context<'_>) -> String {
        let name = context.take_in(scope, &self.name, &self.place);
        format!("{}{name} = {},\n", self.docs, self.number)
    }
}

/// Those of the core, and those that only C and C++ have.
fn kinds(context: &Context<'_>) -> Vec<Kind> {
    let known = context.definition.kinds.iter().map(|kind| Kind::of(context, kind));
    let further = FURTHER.iter().map(|(one, docs)| Kind {
        name: one.name.to_owned(),
        number: one.number,
        docs: format!("/// {docs}\n"),
        place: Place::default(),
    });
    known.chain(further).collect()
}
