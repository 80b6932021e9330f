//! Resources and operations in C++: a class for each resource, with a method for each operation.

use heck::ToSnakeCase;

use super::names::{method, params_type};
use crate::codegen::c::operations::parameters;
use crate::codegen::context::Context;
use crate::codegen::definition::{Operation, OperationKind, Resource, Type};
use crate::codegen::errors::additional;

/// Declares the class of a resource.
pub(super) fn declare(resource: &Resource) -> String {
    format!("class {};\n", class(resource))
}

/// Declares the method of the client that returns the resource.
pub(super) fn accessor(context: &Context<'_>, resource: &Resource) -> String {
    let name = context.take_in("client", &resource.name, &resource.span);
    format!("{}[[nodiscard]] {} {name}() const;\n\n", context.docs(&resource.docs), class(resource))
}

/// Defines the method of the client that returns the resource.
pub(super) fn accessor_body(resource: &Resource) -> String {
    let (name, class) = (&resource.name, class(resource));
    format!("inline {class} client::{name}() const {{ return {class}(*this); }}\n\n")
}

pub(super) fn write(context: &Context<'_>, resource: &Resource) -> String {
    let class = context.take_in("zexa", &class(resource), &resource.span);
    let listings: String = resource.operations.iter().map(|operation| listing(resource, operation)).collect();
    let methods: String =
        resource.operations.iter().map(|operation| Method { context, resource, operation }.write()).collect();
    format!(
        "
        {listings}{docs}class {class} {{
        public:
            {methods}
            /// Create the resource of a client. Use client::{name}().
            explicit {class}(client client) : client_(std::move(client)) {{}}

        private:
            client client_;
        }};

        ",
        docs = context.docs(&resource.docs),
        name = resource.name,
    )
}

fn class(resource: &Resource) -> String {
    format!("{}_resource", resource.name)
}

struct Method<'a> {
    context: &'a Context<'a>,
    resource: &'a Resource,
    operation: &'a Operation,
}

impl Method<'_> {
    fn write(&self) -> String {
        match &self.operation.kind {
            OperationKind::Post { params, answer } => {
                let argument = format!("const {} &params, ", params_type(params));
                let lower = "const auto lowered = detail::lower(params, arrays);\n";
                self.call("POST", &argument, lower, "&lowered, ", Some(answer))
            }
            OperationKind::Get { answer } => self.call("GET", ID, READ_ID, "c_id, ", Some(answer)),
            OperationKind::GetOne { answer } => self.call("GET", "", "", "", Some(answer)),
            OperationKind::Wait { answer } => {
                let (arguments, lower) = (format!("{ID}{UNTIL}"), format!("{READ_ID}{READ_UNTIL}"));
                self.call("GET", &arguments, &lower, "c_id, c_until, ", Some(answer))
            }
            OperationKind::Delete => self.call("DELETE", ID, READ_ID, "c_id, ", None),
            OperationKind::List { params, item } => self.list(params, item),
        }
    }

    fn docs(&self, verb: &str) -> String {
        let mut docs = format!(
            "{}///\n/// Endpoint: `{verb} {}`.\n",
            self.context.docs(&self.operation.docs),
            self.operation.path
        );
        if method(self.operation) != self.operation.name {
            docs += &format!("///\n/// Other languages name it `{}`, which is a C++ keyword.\n", self.operation.name);
        }
        let kinds = additional(self.context.definition, self.operation);
        let errors: String = kinds.map(|kind| format!("{}_error, ", kind.name)).collect();
        let other = if errors.is_empty() { "" } else { "or another " };
        docs + &format!("///\n/// Throws {errors}{other}zexa::error.\n///\n") + &self.parameters()
    }

    /// The parameters and the return value, as lines of a doc comment.
    fn parameters(&self) -> String {
        let id = |object: &str| ("id", format!("id of the {}", object.to_snake_case().replace('_', " ")));
        let (mut inputs, result) = match &self.operation.kind {
            OperationKind::Post { answer, .. } => (vec![("params", "the parameters".to_owned())], Some(answer)),
            OperationKind::Get { answer } => (vec![id(answer)], Some(answer)),
            OperationKind::GetOne { answer } => (Vec::new(), Some(answer)),
            OperationKind::Wait { answer } => {
                let constants = match self.context.status(self.operation, answer) {
                    Some(Type::Enum(name)) => name.to_snake_case(),
                    _ => String::new(),
                };
                let until =
                    format!("status to wait for, one of the `{constants}::` constants; \"final\" for any final status");
                (vec![id(answer), ("until", until)], Some(answer))
            }
            OperationKind::Delete => (vec![id(self.resource.name.trim_end_matches('s'))], None),
            OperationKind::List { .. } => (vec![("params", "filter and page size".to_owned())], None),
        };
        inputs.push(("options", "call options, which override those of the client".to_owned()));
        let documented: Vec<_> = inputs.into_iter().map(|(name, about)| (name.to_owned(), about)).collect();
        let result = match (&self.operation.kind, result) {
            (OperationKind::List { .. }, _) => "/// @return the list; nothing is sent before it is read\n".to_owned(),
            (_, Some(answer)) => format!("/// @return the {}\n", answer.to_snake_case().replace('_', " ")),
            (_, None) => String::new(),
        };
        parameters(&documented) + &result
    }

    fn name(&self) -> String {
        self.context.take_in(&class(self.resource), method(self.operation), &self.operation.span)
    }

    /// Writes a method that makes one request.
    fn call(&self, verb: &str, arguments: &str, lower: &str, passed: &str, answer: Option<&String>) -> String {
        let (docs, name) = (self.docs(verb), self.name());
        let function = format!("zexa_{}_{}", self.resource.name, self.operation.name);
        let answer = answer.map(|answer| answer.to_snake_case());
        let kind = answer.as_ref().map_or_else(|| "void".to_owned(), |answer| format!("zexa::{answer}"));
        // Only the result of a GET must not be ignored: other requests have an effect, and throw on failure.
        let nodiscard = if verb == "GET" { "[[nodiscard]] " } else { "" };
        let call = match &answer {
            Some(answer) => format!(
                "return {kind}(detail::create<zexa_{answer}>([&](zexa_{answer} **{answer}, zexa_error **error) {{
                    return {function}(detail::handle(client_), {passed}&c_options, {answer}, error);
                }}));"
            ),
            None => format!(
                "zexa_error *error = nullptr;
                const zexa_status status = {function}(detail::handle(client_), {passed}&c_options, &error);
                detail::check(status, error);"
            ),
        };
        format!(
            "
            {docs}{nodiscard}{kind} {name}({arguments}const call_options &options = {{}}) const {{
                detail::arrays arrays;
                {lower}const zexa_call_options c_options = detail::lower(options, arrays);
                {call}
            }}
            "
        )
    }

    fn list(&self, params: &str, item: &str) -> String {
        let (docs, name) = (self.docs("GET"), self.name());
        let (params, item) = (params_type(params), item.to_snake_case());
        format!(
            "
            {docs}[[nodiscard]] zexa::list<zexa::{item}> {name}({params} params = {{}}, call_options options = {{}}) const {{
                return zexa::list<zexa::{item}>(client_, std::move(params), std::move(options));
            }}
            "
        )
    }
}

const ID: &str = "std::string_view id, ";

const READ_ID: &str = "const std::string id_string(id);
const char *c_id = detail::text(\"id\", id_string);
";

const UNTIL: &str = "std::string_view until = \"final\", ";

const READ_UNTIL: &str = "const std::string until_string(until);
const char *c_until = detail::text(\"until\", until_string);
";

/// Specialises the functions of a list, if the operation is one.
fn listing(resource: &Resource, operation: &Operation) -> String {
    let OperationKind::List { params, item } = &operation.kind else { return String::new() };
    let (params, item) = (params_type(params), item.to_snake_case());
    let function = format!("zexa_{}_{}", resource.name, operation.name);
    format!(
        "
        /// @cond

        namespace detail {{

        template <> struct listing<{item}> {{
            using params = {params};
            using item_handle = zexa_{item};
            using items_handle = zexa_{item}_iter;
            using page_handle = zexa_{item}_page;
            using pages_handle = zexa_{item}_pages;
            static constexpr auto list = {function};
            static constexpr auto list_page = {function}_page;
            static constexpr auto list_pages = {function}_pages;
            static constexpr auto items_next = zexa_{item}_iter_next;
            static constexpr auto items_is_incomplete = zexa_{item}_iter_is_incomplete;
            static constexpr auto items_free = zexa_{item}_iter_free;
            static constexpr auto pages_next = zexa_{item}_pages_next;
            static constexpr auto pages_is_incomplete = zexa_{item}_pages_is_incomplete;
            static constexpr auto pages_free = zexa_{item}_pages_free;
            static constexpr auto page_count = zexa_{item}_page_count;
            static constexpr auto page_at = zexa_{item}_page_at;
            static constexpr auto page_total = zexa_{item}_page_total;
            static constexpr auto page_number = zexa_{item}_page_number;
            static constexpr auto page_per_page = zexa_{item}_page_per_page;
            static constexpr auto page_extra_json = zexa_{item}_page_extra_json;
            static constexpr auto page_free = zexa_{item}_page_free;
        }};

        }} // namespace detail

        /// @endcond

        "
    )
}
