//! `Page`: one page of a list.

use pyo3::prelude::*;
use pyo3::types::{IntoPyDict, PyDict, PyTuple, PyType};

use crate::arguments::Argument;
use crate::imported::Imported;
use crate::json;
use crate::model::{self, IntoPython};

/// One page of a list: a sequence of its items.
///
/// The constructor is for tests. By default the page contains all items of the list: `total` is the number of `items`, `page` is 1 and `per_page` is 50.
#[pyclass(frozen, generic, module = "zexa")]
pub(crate) struct Page {
    /// Items of the page.
    #[pyo3(get)]
    items: Py<PyTuple>,
    /// Number of items in the whole list. `None` if the API omits it.
    #[pyo3(get)]
    total: Option<u64>,
    /// Number of the page. The first page is 1.
    #[pyo3(get)]
    page: u32,
    /// Page size: the number of items on a full page. `None` if the API omits it.
    #[pyo3(get)]
    per_page: Option<u32>,
    extra: serde_json::Map<String, serde_json::Value>,
}

impl<T: IntoPython> IntoPython for zexa::Page<T> {
    const CLASS: &'static str = "Page";

    fn into_python(self, py: Python<'_>) -> PyResult<Py<PyAny>> {
        let items = self.items.into_iter().map(|item| item.into_python(py)).collect::<PyResult<Vec<_>>>()?;
        let page = Page {
            items: PyTuple::new(py, items)?.unbind(),
            total: self.total,
            page: self.page,
            per_page: self.per_page,
            extra: self.extra,
        };
        Ok(Py::new(py, page)?.into_any())
    }
}

/// The default page size of the API.
const PER_PAGE: u32 = 50;

#[pymethods]
impl Page {
    #[new]
    #[pyo3(signature = (*, items, total=None, page=None, per_page=None, extra=None))]
    fn new(
        py: Python<'_>,
        items: &Bound<'_, PyAny>,
        total: Option<Argument<'_>>,
        page: Option<Argument<'_>>,
        per_page: Option<Argument<'_>>,
        extra: Option<Argument<'_>>,
    ) -> PyResult<Page> {
        let items = PyTuple::new(py, items.try_iter()?.collect::<PyResult<Vec<_>>>()?)?;
        let total = total.map(|total| total.whole_number("total")).transpose()?;
        Ok(Page {
            total: Some(total.unwrap_or(items.len() as u64)),
            items: items.unbind(),
            page: page.map(|page| page.number("page")).transpose()?.unwrap_or(1),
            per_page: Some(per_page.map(|size| size.number("per_page")).transpose()?.unwrap_or(PER_PAGE)),
            extra: extra.map(|extra| extra.members("extra")).transpose()?.unwrap_or_default(),
        })
    }

    /// The pydantic schema of the class.
    #[classmethod]
    #[pyo3(signature = (source, handler, /))]
    fn __get_pydantic_core_schema__<'py>(
        class: &Bound<'py, PyType>,
        source: &Bound<'py, PyAny>,
        handler: &Bound<'py, PyAny>,
    ) -> PyResult<Bound<'py, PyAny>> {
        static SCHEMA: Imported = Imported::new("zexa._pydantic", "page_schema");
        SCHEMA.get(class.py())?.call1((source, handler))
    }

    /// Fields that this version does not know, and the raw values of fields in an unexpected form.
    #[getter]
    fn extra<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        json::to_python(py, &self.extra)
    }

    fn __len__(&self, py: Python<'_>) -> usize {
        self.items.bind(py).len()
    }

    fn __iter__<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        Ok(self.items.bind(py).try_iter()?.into_any())
    }

    fn __getitem__<'py>(&self, py: Python<'py>, index: &Bound<'py, PyAny>) -> PyResult<Bound<'py, PyAny>> {
        self.items.bind(py).as_any().get_item(index)
    }

    /// Convert the page to a dict: `items`, `total`, `page`, `per_page`, and the fields in `extra`.
    ///
    /// Absent fields are omitted.
    ///
    /// Args:
    ///     mode: `python` for times as datetimes, `json` for times as strings, as `json.dumps()` needs them.
    #[pyo3(signature = (*, mode = "python"))]
    fn to_dict<'py>(&self, py: Python<'py>, mode: &str) -> PyResult<Bound<'py, PyDict>> {
        model::with_datetimes(mode)?;
        let dict = json::to_python(py, &self.extra)?.cast_into::<PyDict>()?;
        let options = [("mode", mode)].into_py_dict(py)?;
        let to_dict = |item: Bound<'py, PyAny>| item.call_method("to_dict", (), Some(&options));
        let items = self.items.bind(py).iter().map(to_dict).collect::<PyResult<Vec<_>>>()?;
        dict.set_item("items", items)?;
        for (name, number) in self.numbers() {
            dict.set_item(name, number)?;
        }
        Ok(dict)
    }

    /// Convert the page to JSON: `items`, `total`, `page`, `per_page`, and the fields in `extra`.
    fn to_json(&self, py: Python<'_>) -> PyResult<String> {
        let mut members = self.extra.clone();
        members.remove("items");
        members.extend(self.numbers().map(|(name, number)| (name.to_owned(), number.into())));
        let members = json::to_text(&members);
        let json = |item: Bound<'_, PyAny>| item.call_method0("to_json")?.extract::<String>();
        let items = self.items.bind(py).iter().map(json).collect::<PyResult<Vec<_>>>()?.join(",");
        Ok(format!("{},\"items\":[{items}]}}", &members[..members.len() - 1]))
    }

    fn __eq__(&self, py: Python<'_>, other: &Self) -> PyResult<bool> {
        let numbers = |page: &Page| (page.total, page.page, page.per_page);
        Ok(numbers(self) == numbers(other) && self.extra == other.extra && self.items.bind(py).eq(&other.items)?)
    }

    fn __hash__(&self, py: Python<'_>) -> PyResult<isize> {
        let numbers = (self.total, self.page, self.per_page).into_pyobject(py)?;
        numbers.add(self.items.bind(py))?.hash()
    }

    fn __repr__(&self, py: Python<'_>) -> PyResult<String> {
        let items = self.items.bind(py).repr()?;
        let or_none = |number: Option<u64>| number.map_or_else(|| "None".to_owned(), |number| number.to_string());
        let (total, per_page) = (or_none(self.total), or_none(self.per_page.map(Into::into)));
        Ok(format!("Page(items={items}, total={total}, page={}, per_page={per_page})", self.page))
    }

    fn __reduce__<'py>(slf: &Bound<'py, Self>) -> PyResult<Bound<'py, PyAny>> {
        let py = slf.py();
        let page = slf.get();
        let values = (page.items.bind(py), page.total, page.page, page.per_page, json::to_text(&page.extra));
        (slf.get_type().getattr("_of")?, values).into_pyobject(py).map(Bound::into_any)
    }

    /// Restores a pickled page.
    #[classmethod]
    fn _of(
        _class: &Bound<'_, PyType>,
        items: Py<PyTuple>,
        total: Option<u64>,
        page: u32,
        per_page: Option<u32>,
        extra: &str,
    ) -> PyResult<Page> {
        let extra =
            serde_json::from_str(extra).map_err(|error| pyo3::exceptions::PyValueError::new_err(error.to_string()))?;
        Ok(Page { items, total, page, per_page, extra })
    }

    #[classattr]
    fn __match_args__() -> (&'static str, &'static str, &'static str, &'static str) {
        ("items", "total", "page", "per_page")
    }
}

impl Page {
    /// The numbers by name, without absent ones.
    fn numbers(&self) -> impl Iterator<Item = (&'static str, u64)> {
        let numbers =
            [("total", self.total), ("page", Some(self.page.into())), ("per_page", self.per_page.map(Into::into))];
        numbers.into_iter().filter_map(|(name, number)| Some((name, number?)))
    }
}
