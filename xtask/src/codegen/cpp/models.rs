//! Models in C++: a handle of the C object, with an accessor for each field. A nested model is a part of the outer object, and keeps it alive.

use heck::ToSnakeCase;

use crate::codegen::context::Context;
use crate::codegen::definition::{Field, Model, Type};

/// Writes the class of a model, with `members` in addition to the accessors.
pub(super) fn write(context: &Context<'_>, model: &Model, members: &str) -> String {
    let name = context.take_in("zexa", &model.name.to_snake_case(), &model.span);
    let c = format!("zexa_{name}");
    let class = Class { context, path: name.clone(), object: "get()".to_owned(), prefix: format!("{c}_") };
    for rest in ["json", "extra_json", "get"] {
        context.take_in(&class.path, rest, &model.span);
    }
    format!(
        "
        {docs}class {name} {{
        public:
            {accessors}{members}
            /// Return the object as JSON, with the field names of the API, including fields that this version does not know.
            [[nodiscard]] std::string_view json() const {{ return detail::view({c}_json(get())); }}

            /// Return unknown fields, and the raw values of fields in an unexpected form, as a JSON object.
            [[nodiscard]] std::string_view extra_json() const {{ return detail::view({c}_extra_json(get())); }}

            /// Take ownership of an object of the C API.
            explicit {name}({c} *handle) : handle_(handle, {c}_free) {{}}

            /// Share an object of the C API.
            explicit {name}(std::shared_ptr<const {c}> handle) : handle_(std::move(handle)) {{}}

            /// Return the object of the C API, which this object keeps owning.
            [[nodiscard]] const {c} *get() const noexcept {{ return handle_.get(); }}

        private:
            std::shared_ptr<const {c}> handle_;
        }};

        ",
        docs = context.docs(&model.docs),
        accessors = class.accessors(&model.fields, true, model),
    )
}

struct Class<'a> {
    context: &'a Context<'a>,
    /// Name, with the names of the enclosing classes.
    path: String,
    /// Expression for the C object, in its methods.
    object: String,
    /// What the functions of C begin with.
    prefix: String,
}

impl Class<'_> {
    /// `whole` is whether the model is always present, and with it its required fields.
    fn accessors(&self, fields: &[Field], whole: bool, model: &Model) -> String {
        fields.iter().map(|field| self.accessor(field, field.required && whole, model) + "\n").collect()
    }

    fn accessor(&self, field: &Field, always: bool, model: &Model) -> String {
        let mut docs = self.context.docs(&field.docs);
        let name = self.name(field, model);
        if name != field.name && !matches!(field.kind, Type::Json) {
            docs += &format!("///\n/// The API names it `{}`, which is the name of the class.\n", field.name);
        }
        let method = |kind: &str, read: &str, c: &str| {
            let (kind, read) = match always {
                true => (kind.to_owned(), format!("detail::{read}")),
                false => (format!("std::optional<{kind}>"), format!("detail::optional_{read}")),
            };
            format!("{docs}[[nodiscard]] {kind} {name}() const {{ return {read}({c}); }}\n")
        };
        let c = |suffix: &str| format!("{}{}{suffix}({})", self.prefix, field.name, self.object);
        match &field.kind {
            Type::String | Type::Enum(_) => method("std::string_view", "view", &c("")),
            // As in C: a value may be null or absent.
            Type::Json => format!(
                "{docs}///\n/// Returns JSON.\n[[nodiscard]] std::optional<std::string_view> {name}() const {{ return detail::optional_view({}); }}\n",
                c("_json")
            ),
            Type::Timestamp => {
                let text = self.context.take_in(&self.path, &format!("{name}_text"), &field.span);
                let time = if always { c("_unix_ms") } else { format!("{}, {}", c(""), c("_unix_ms")) };
                let (kind, read) = if always { ("", "view") } else { ("optional", "optional_view") };
                let view = if kind.is_empty() { "std::string_view" } else { "std::optional<std::string_view>" };
                method("time_point", "time", &time)
                    + &format!(
                        "\n/// The same time in RFC 3339 format, with the precision of the API.\n[[nodiscard]] {view} {text}() const {{ return detail::{read}({}); }}\n",
                        c("")
                    )
            }
            Type::U32 | Type::U64 => self.number("std::int64_t", always, &docs, &name, &c("")),
            Type::F64 => self.number("double", always, &docs, &name, &c("")),
            Type::List(_) => format!(
                "{docs}[[nodiscard]] std::vector<std::string_view> {name}() const {{
                    return detail::views({}, [this](std::size_t index) {{ return {}{}_at({}, index); }});
                }}\n",
                c("_count"),
                self.prefix,
                field.name,
                self.object,
            ),
            Type::Model(inner) => self.part(field, &docs, &name, self.context.model(inner)),
            Type::Template => {
                self.context.report(&field.span, "a model cannot have a `Template` in C++");
                String::new()
            }
        }
    }

    fn number(&self, kind: &str, always: bool, docs: &str, name: &str, c: &str) -> String {
        if always {
            return format!("{docs}[[nodiscard]] {kind} {name}() const {{ return {c}; }}\n");
        }
        format!("{docs}[[nodiscard]] std::optional<{kind}> {name}() const {{ return detail::optional_number({c}); }}\n")
    }

    /// Writes a nested class, and the accessor that returns it.
    fn part(&self, field: &Field, docs: &str, name: &str, inner: &Model) -> String {
        let outer = self.path.split("::").next().expect("a path begins with a name");
        let class = self.context.take_in(&self.path, &format!("{}_part", field.name), &field.span);
        let part = Class {
            context: self.context,
            path: format!("{}::{class}", self.path),
            object: "handle_.get()".to_owned(),
            prefix: format!("{}{}_", self.prefix, field.name),
        };
        self.context.take_in(&part.path, "json", &field.span);
        let json = format!("{}{}_json", self.prefix, field.name);
        format!(
            "
            {inner_docs}class {class} {{
            public:
                {accessors}
                /// Return the object as JSON.
                [[nodiscard]] std::string_view json() const {{ return detail::view({json}(handle_.get())); }}

            private:
                friend class {outer};
                explicit {class}(std::shared_ptr<const zexa_{outer}> handle) : handle_(std::move(handle)) {{}}
                std::shared_ptr<const zexa_{outer}> handle_;
            }};

            {docs}[[nodiscard]] std::optional<{class}> {name}() const {{
                if ({json}({object}) == nullptr)
                    return std::nullopt;
                return {class}(handle_);
            }}
            ",
            inner_docs = self.context.docs(&inner.docs),
            accessors = part.accessors(&inner.fields, true, inner),
            object = self.object,
        )
    }

    /// Name of an accessor. It must differ from the name of its class, which would be a constructor.
    fn name(&self, field: &Field, model: &Model) -> String {
        let name = match field.kind {
            Type::Json => format!("{}_json", field.name),
            _ if field.name != model.name.to_snake_case() => field.name.clone(),
            Type::U32 | Type::U64 | Type::F64 => "value".to_owned(),
            _ => "name".to_owned(),
        };
        self.context.take_in(&self.path, &name, &field.span)
    }
}
