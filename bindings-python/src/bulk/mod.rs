//! Bulk runs: `send_many()` and `create_many()`.
//
// - `run` is a run of the core, with what both clients need;
// - `iterator` has the classes of the blocking client, which pull the rows on the caller's thread;
// - `steps` has the classes that `_bulk.py` uses for the async client, where asyncio pulls the rows;
// - `row` reads a row, and `result` has the classes of the results.

pub(crate) mod iterator;
pub(crate) mod result;
pub(crate) mod row;
mod run;
pub(crate) mod steps;

use pyo3::prelude::*;

/// Adds all classes to the module.
pub(crate) fn add(module: &Bound<'_, PyModule>) -> PyResult<()> {
    module.add_class::<iterator::SendMany>()?;
    module.add_class::<iterator::CreateMany>()?;
    module.add_class::<result::SendResult>()?;
    module.add_class::<result::CreateResult>()
}
