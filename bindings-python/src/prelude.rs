//! The imports of the generated files.

pub(crate) use pyo3::types::{PyDict, PyTuple, PyType};
pub(crate) use zexa::Timestamp;
pub(crate) use zexa::binding::{self, Empty};

pub(crate) use crate::arguments::Argument;
pub(crate) use crate::async_list::AsyncList;
pub(crate) use crate::call_options::CallArguments;
pub(crate) use crate::client::{AsyncHandle, Handle};
pub(crate) use crate::coroutine::Coroutine;
pub(crate) use crate::list::List;
pub(crate) use crate::members::Members;
pub(crate) use crate::model::{self, Field, IntoPython, Model, Shown};
pub(crate) use crate::{errors, json};
