//! Models in Python: frozen classes with a property for each field.

use super::names::attribute;
use super::params::ARGUMENT;
use super::stub::{Spelling, annotation};
use crate::codegen::context::Context;
use crate::codegen::definition::{Field, Model, Predicate, Shown, Type};
use crate::codegen::shared::{About, about};

/// Members that every model has in addition to its fields.
const COMMON: [&str; 5] = ["extra", "to_dict", "to_json", "from_json", "from_dict"];

pub(super) fn write(context: &Context<'_>, model: &Model) -> String {
    let name = context.take_in("zexa", &model.name, &model.span);
    let docs = context.docs(&model.docs);
    let mut table = String::new();
    let mut getters = String::new();
    for name in COMMON {
        context.take_in(&model.name, name, &model.span);
    }
    for field in &model.fields {
        let attribute = context.take_in(&model.name, &attribute(&field.name), &field.span);
        let (key, shown, kind) = (&field.name, shown(field.shown), annotation(&field.kind, Spelling::Stub));
        let required = is_required_argument(field);
        table += &format!(
            "Field {{ attribute: {attribute:?}, key: {key:?}, shown: {shown}, kind: {kind:?}, required: {required} }},\n"
        );
        getters += &format!("{}#[getter]\n{}\n\n", context.docs(&field.docs), getter(context, &attribute, field));
    }
    for (field, predicate) in predicates(context, model) {
        let name = context.take_in(&model.name, &predicate.name, &model.span);
        let docs = context.docs(&predicate.docs);
        getters +=
            &format!("{docs}#[getter]\nfn {name}(&self) -> bool {{ self.0.{field}.{name}() }}\n\n", field = field.name);
    }
    for About { name: method, model: class, docs } in about(model) {
        context.take_in(&model.name, method, &model.span);
        getters += &format!(
            "/// {docs}\n#[getter]\nfn {method}(&self) -> Option<{class}> {{ self.0.{method}().map({class}) }}\n\n"
        );
    }
    format!(
        "
        {docs}#[pyclass(frozen, module = \"zexa\")]
        pub(crate) struct {name}(pub(crate) zexa::{name});

        impl Model for {name} {{
            type Core = zexa::{name};

            const FIELDS: &'static [Field] = &[
                {table}
            ];

            fn core(&self) -> &zexa::{name} {{ &self.0 }}
        }}

        impl IntoPython for zexa::{name} {{
            const CLASS: &'static str = {name:?};

            fn into_python(self, py: Python<'_>) -> PyResult<Py<PyAny>> {{ Ok(Py::new(py, {name}(self))?.into_any()) }}
        }}

        #[pymethods]
        impl {name} {{
            {constructor}
            {getters}
            {COMMON_METHODS}
            /// Create a model from JSON: the result of `to_json()`, or an object that the API returned.
            ///
            /// Raises:
            ///     DecodeError: The text is not JSON, or lacks a field that the model requires.
            #[classmethod]
            fn from_json(_class: &Bound<'_, PyType>, text: Argument<'_>) -> PyResult<{name}> {{
                binding::model(&text.bytes(\"text\")?).map({name}).map_err(errors::raise)
            }}

            /// Create a model from the result of `to_dict()` in either mode.
            ///
            /// Raises:
            ///     DecodeError: The data lacks a field that the model requires.
            #[classmethod]
            fn from_dict(_class: &Bound<'_, PyType>, data: Argument<'_>) -> PyResult<{name}> {{
                binding::model(&data.plain_data(\"data\")?).map({name}).map_err(errors::raise)
            }}

            /// The pydantic schema of the model.
            #[classmethod]
            #[pyo3(signature = (source, handler, /))]
            fn __get_pydantic_core_schema__<'py>(
                class: &Bound<'py, PyType>,
                source: &Bound<'py, PyAny>,
                handler: &Bound<'py, PyAny>,
            ) -> PyResult<Bound<'py, PyAny>> {{
                let _ = (source, handler);
                model::pydantic_schema(class)
            }}

            fn __eq__(&self, other: &Self) -> bool {{ self.0 == other.0 }}

            fn __hash__(&self) -> u64 {{ model::hash(self) }}

            fn __repr__(slf: &Bound<'_, Self>) -> PyResult<String> {{ model::repr(slf) }}

            fn __reduce__<'py>(slf: &Bound<'py, Self>) -> PyResult<(Bound<'py, PyAny>, (String,))> {{ model::reduce(slf) }}

            #[classattr]
            fn __match_args__(py: Python<'_>) -> PyResult<Py<PyTuple>> {{ model::match_args::<Self>(py) }}

            /// For each field: attribute, name in the API, type, and whether it is required.
            #[classattr]
            fn _fields(py: Python<'_>) -> PyResult<Py<PyTuple>> {{ model::fields::<Self>(py) }}
        }}
        ",
        constructor = constructor(context, model),
    )
}

/// Whether the constructor requires the field. Missing strings and lists are empty.
pub(super) fn is_required_argument(field: &Field) -> bool {
    let has_empty_value = matches!(field.kind, Type::String | Type::Enum(_) | Type::List(_));
    field.required && (field.name == "id" || !has_empty_value)
}

/// The constructor, which users need in their tests.
fn constructor(context: &Context<'_>, model: &Model) -> String {
    let name = &model.name;
    let (required, optional): (Vec<_>, Vec<_>) = model.fields.iter().partition(|field| is_required_argument(field));
    let attributes = |fields: &[&Field], default: &str| -> String {
        fields.iter().map(|field| format!("{}{default}, ", attribute(&field.name))).collect()
    };
    let signature = attributes(&required, "") + &attributes(&optional, "=None");
    let parameters: String =
        required.iter().chain(&optional).map(|field| format!("{}: {ARGUMENT}, ", attribute(&field.name))).collect();
    let set: String = model.fields.iter().map(|field| member(context, field)).collect();
    format!(
        "
        #[new]
        #[pyo3(signature = (*, {signature}extra=None))]
        #[allow(clippy::too_many_arguments, reason = \"one for each field of the model\")]
        fn new({parameters}extra: {ARGUMENT}) -> PyResult<{name}> {{
            let mut members = Members::new(extra)?;
            {set}
            members.model().map({name})
        }}
        "
    )
}

/// The statement that sets a field.
fn member(context: &Context<'_>, field: &Field) -> String {
    let attribute = attribute(&field.name);
    let key = &field.name;
    let value = match &field.kind {
        Type::String | Type::Enum(_) => format!("text({attribute:?})"),
        Type::Timestamp => format!("time({attribute:?})"),
        Type::U32 | Type::U64 => format!("whole_number({attribute:?})"),
        Type::F64 => format!("decimal_number({attribute:?})"),
        Type::Json => format!("json_value({attribute:?})"),
        Type::List(_) => format!("texts({attribute:?})"),
        Type::Model(name) => format!("model::<{name}>({attribute:?})"),
        Type::Template => {
            context.report(&field.span, "a field cannot be a `Template` in Python");
            return String::new();
        }
    };
    let set = match &field.kind {
        Type::String | Type::Enum(_) if field.required && !is_required_argument(field) => "set_or_empty_text",
        Type::List(_) => "set_or_empty_list",
        _ => "set",
    };
    format!("members.{set}({key:?}, {attribute}.map(|value| value.{value}).transpose()?);\n")
}

const COMMON_METHODS: &str = "
    /// Fields that this version does not know, and the raw values of fields in an unexpected form.
    #[getter]
    fn extra<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> { json::to_python(py, &self.0.extra) }

    /// Convert the model to a dict with the field names of the API.
    ///
    /// Absent fields are omitted, and the fields in `extra` are included.
    ///
    /// Args:
    ///     mode: `python` for times as datetimes, `json` for times as strings, as `json.dumps()` needs them.
    #[pyo3(signature = (*, mode = \"python\"))]
    fn to_dict<'py>(slf: &Bound<'py, Self>, mode: &str) -> PyResult<Bound<'py, PyDict>> { model::to_dict(slf, mode) }

    /// Convert the model to JSON with the field names of the API. The fields in `extra` are included.
    fn to_json(&self) -> String { model::to_json(self) }
";

/// The predicates of the fields of a model, such as whether a status is final.
pub(super) fn predicates<'a>(
    context: &Context<'a>,
    model: &'a Model,
) -> impl Iterator<Item = (&'a Field, &'a Predicate)> {
    let definition = context.definition;
    model.fields.iter().filter(|field| field.required).flat_map(move |field| {
        let open_enum = definition.enums().find(|one| field.kind == Type::Enum(one.name.clone()));
        open_enum.into_iter().flat_map(move |one| one.predicates.iter().map(move |predicate| (field, predicate)))
    })
}

fn shown(shown: Shown) -> &'static str {
    match shown {
        Shown::Plain => "Shown::Plain",
        Shown::Masked => "Shown::Masked",
        Shown::Hidden => "Shown::Hidden",
        Shown::Never => "Shown::Never",
    }
}

fn getter(context: &Context<'_>, attribute: &str, field: &Field) -> String {
    let value = format!("self.0.{}", field.name);
    let with_py = |returns: &str, body: &str| {
        format!("fn {attribute}<'py>(&self, py: Python<'py>) -> PyResult<{returns}> {{ {body} }}")
    };
    let plain = |returns: &str, body: &str| format!("fn {attribute}(&self) -> {returns} {{ {body} }}");
    match (&field.kind, field.required) {
        (Type::String, true) => plain("&str", &format!("&{value}")),
        (Type::String, false) => plain("Option<&str>", &format!("{value}.as_deref()")),
        (Type::Timestamp, true) => plain("Timestamp", &format!("model::time({value})")),
        (Type::Timestamp, false) => plain("Option<Timestamp>", &format!("{value}.map(model::time)")),
        (Type::U32 | Type::U64 | Type::F64, true) => plain(&field.kind.to_string(), &value),
        (Type::U32 | Type::U64 | Type::F64, false) => plain(&format!("Option<{}>", field.kind), &value),
        (Type::Enum(_), true) => plain("&str", &format!("{value}.as_str()")),
        (Type::Enum(name), false) => plain("Option<&str>", &format!("{value}.as_ref().map(zexa::{name}::as_str)")),
        (Type::Model(name), true) => plain(name, &format!("{name}({value}.clone())")),
        (Type::Model(name), false) => plain(&format!("Option<{name}>"), &format!("{value}.clone().map({name})")),
        (Type::Json, true) => with_py("Bound<'py, PyAny>", &format!("json::to_python(py, &{value})")),
        (Type::Json, false) => with_py(
            "Option<Bound<'py, PyAny>>",
            &format!("{value}.as_ref().map(|value| json::to_python(py, value)).transpose()"),
        ),
        (Type::List(element), true) => match &**element {
            Type::Enum(name) => {
                with_py("Bound<'py, PyTuple>", &format!("PyTuple::new(py, {value}.iter().map(zexa::{name}::as_str))"))
            }
            _ => with_py("Bound<'py, PyTuple>", &format!("PyTuple::new(py, &{value})")),
        },
        (kind, _) => {
            context.report(&field.span, format!("a field cannot be a `{kind}` in Python"));
            String::new()
        }
    }
}
