//! `Page`: one page of a list.

use pyo3::prelude::*;
use pyo3::types::{IntoPyDict, PyDict, PyTuple, PyType};

use crate::json;
use crate::model::{self, Given};

/// One page of a list.
#[pyclass(frozen, generic, module = "zexa")]
pub(crate) struct Page {
    /// What is on it.
    #[pyo3(get)]
    items: Py<PyTuple>,
    /// How many items the whole list has.
    #[pyo3(get)]
    total: u64,
    /// Which page it is, from 1.
    #[pyo3(get)]
    page: u32,
    /// How many items a full page has.
    #[pyo3(get)]
    per_page: u32,
    extra: serde_json::Map<String, serde_json::Value>,
}

impl<T: Given> Given for zexa::Page<T> {
    fn give(self, py: Python<'_>) -> PyResult<Py<PyAny>> {
        let items = self.items.into_iter().map(|item| item.give(py)).collect::<PyResult<Vec<_>>>()?;
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

#[pymethods]
impl Page {
    /// What the API said of the page beside this.
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

    /// Its items and numbers as plain data, as their own `to_dict()` gives them.
    #[pyo3(signature = (*, mode = "python"))]
    fn to_dict<'py>(&self, py: Python<'py>, mode: &str) -> PyResult<Bound<'py, PyDict>> {
        model::with_datetimes(mode)?;
        let dict = json::to_python(py, &self.extra)?.cast_into::<PyDict>()?;
        let options = [("mode", mode)].into_py_dict(py)?;
        let to_dict = |item: Bound<'py, PyAny>| item.call_method("to_dict", (), Some(&options));
        let items = self.items.bind(py).iter().map(to_dict).collect::<PyResult<Vec<_>>>()?;
        dict.set_item("items", items)?;
        dict.set_item("total", self.total)?;
        dict.set_item("page", self.page)?;
        dict.set_item("per_page", self.per_page)?;
        Ok(dict)
    }

    /// As JSON: `items`, `total`, `page`, `per_page`, and what the API said beside this.
    fn to_json(&self, py: Python<'_>) -> PyResult<String> {
        let mut members = self.extra.clone();
        members.insert("total".into(), self.total.into());
        members.insert("page".into(), self.page.into());
        members.insert("per_page".into(), self.per_page.into());
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
        PyTuple::new(py, [self.total, self.page.into(), self.per_page.into()])?.add(self.items.bind(py))?.hash()
    }

    fn __repr__(&self, py: Python<'_>) -> PyResult<String> {
        let items = self.items.bind(py).repr()?;
        Ok(format!("Page(items={items}, total={}, page={}, per_page={})", self.total, self.page, self.per_page))
    }

    fn __reduce__<'py>(slf: &Bound<'py, Self>) -> PyResult<Bound<'py, PyAny>> {
        let py = slf.py();
        let page = slf.get();
        let values = (page.items.bind(py), page.total, page.page, page.per_page, json::to_text(&page.extra));
        (slf.get_type().getattr("_of")?, values).into_pyobject(py).map(Bound::into_any)
    }

    /// For pickles.
    #[classmethod]
    fn _of(
        _class: &Bound<'_, PyType>,
        items: Py<PyTuple>,
        total: u64,
        page: u32,
        per_page: u32,
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
