//! `zexa._zexa`: the extension module of the Python package.
//!
//! The package in `python/zexa` adds the exceptions and the clients, whose methods are Python functions so that `inspect` and mocks see their signatures.
//! `cargo xtask codegen` generates models, parameters and operations in `generated` from the definitions in `core`. The other modules are behaviour.
//!
//! - A call of the blocking client runs on the caller's thread without the GIL: `waiting`.
//! - A call of the async client is a coroutine that polls the core's future on the thread of the event loop: `coroutine` and `event_loop`.

use pyo3::prelude::*;

mod arguments;
mod async_list;
mod bulk;
mod client;
mod coroutine;
mod errors;
mod event_loop;
mod events;
mod fields;
mod generated;
mod imported;
mod interpreter;
mod iterator_lock;
mod json;
mod ledger;
mod list;
mod logging;
mod loop_waker;
mod members;
mod model;
mod options;
mod page;
mod prelude;
mod response;
mod segments;
mod waiting;

/// Overwrites all freed memory. The HTTP and TLS libraries have copies of keys and messages, too.
#[global_allocator]
static ALLOCATOR: zeroizing_alloc::ZeroAlloc<std::alloc::System> = zeroizing_alloc::ZeroAlloc(std::alloc::System);

/// The extension module. It has not been tested without the GIL.
#[pymodule(gil_used = true)]
fn _zexa(module: &Bound<'_, PyModule>) -> PyResult<()> {
    interpreter::reserve(module.py())?;
    errors::import(module.py())?;
    generated::add(module)?;
    module.add_class::<list::List>()?;
    module.add_class::<list::Pages>()?;
    module.add_class::<async_list::AsyncList>()?;
    module.add_class::<async_list::AsyncPages>()?;
    bulk::add(module)?;
    module.add_class::<page::Page>()?;
    module.add_class::<response::Response>()?;
    module.add_class::<ledger::Ledger>()?;
    // For the package; not exported.
    module.setattr("_Client", module.py().get_type::<client::Client>())?;
    module.setattr("_AsyncClient", module.py().get_type::<client::AsyncClient>())?;
    module.setattr("_parse_event", wrap_pyfunction!(events::_parse_event, module)?)?;
    module.setattr("_segments", wrap_pyfunction!(segments::_segments, module)?)?;
    module.setattr("_estimate", wrap_pyfunction!(generated::messages::_estimate, module)?)?;
    module.add("__version__", env!("CARGO_PKG_VERSION"))
}
