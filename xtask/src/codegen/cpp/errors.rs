//! Error kinds and outcomes in C++: enums with frozen numbers, and a class of exception for each kind.

use std::fmt::Write;

use crate::codegen::context::Context;
use crate::codegen::definition::{Constant, Span};
use crate::codegen::status_codes::{INTERNAL, INVALID_ARGUMENT, StatusCode};

/// The kinds of errors that the core does not have, and their documentation.
const OTHERS: &[(StatusCode, &str)] = &[
    (
        INVALID_ARGUMENT,
        "Invalid argument: a string that is not UTF-8 or contains a NUL, or a negative count or duration.",
    ),
    (INTERNAL, "Internal error: a bug in this library. Please report it."),
];

/// The names that this file writes in addition to the classes.
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
        /// Kind of an error. The numbers never change; later versions may add more.
        enum class kind {{
            {kinds}        }};

        /// Whether the server may have carried out a failed request. The numbers never change.
        enum class outcome {{
            {outcomes}        }};

        /// Return the name of a kind, such as \"rate_limited\". The names are the same in all languages.
        [[nodiscard]] inline std::string_view to_string(kind kind) noexcept {{ return zexa_status_name(static_cast<zexa_status>(kind)); }}

        /// Return the name of an outcome, such as \"not_sent\". The names are the same in all languages.
        [[nodiscard]] inline std::string_view to_string(outcome outcome) noexcept {{
            return zexa_outcome_name(static_cast<zexa_outcome>(outcome));
        }}

        "
    )
}

/// The classes, and the function that throws one of them.
pub(super) fn classes(context: &Context<'_>) -> String {
    let (mut classes, mut cases) = (String::new(), String::new());
    for Kind { name, docs, span, .. } in kinds(context) {
        let class = context.take_in("zexa", &format!("{name}_error"), &span);
        write!(classes, "{docs}class {class} : public error {{ public: using error::error; }};\n\n")
            .expect("writing to a string succeeds");
        writeln!(cases, "case kind::{name}: throw {class}(std::move(failure));").expect("writing to a string succeeds");
    }
    format!(
        "
        {classes}/// @cond

        namespace detail {{

        [[noreturn]] inline void raise(failure failure) {{
            switch (failure.kind) {{
                {cases}            }}
            // A kind of a later version of the library.
            throw error(std::move(failure));
        }}

        }} // namespace detail

        /// @endcond

        "
    )
}

struct Kind {
    name: String,
    number: u32,
    docs: String,
    span: Span,
}

impl Kind {
    fn of(context: &Context<'_>, constant: &Constant) -> Kind {
        Kind {
            name: constant.name.clone(),
            number: constant.number,
            docs: context.docs(&constant.docs),
            span: constant.span.clone(),
        }
    }

    fn enumerator(self, scope: &str, context: &Context<'_>) -> String {
        let name = context.take_in(scope, &self.name, &self.span);
        format!("{}{name} = {},\n", self.docs, self.number)
    }
}

/// The kinds of the core, and those that only C and C++ have.
fn kinds(context: &Context<'_>) -> Vec<Kind> {
    let known = context.definition.kinds.iter().map(|kind| Kind::of(context, kind));
    let others = OTHERS.iter().map(|(one, docs)| Kind {
        name: one.name.to_owned(),
        number: one.number,
        docs: format!("/// {docs}\n"),
        span: Span::default(),
    });
    known.chain(others).collect()
}
