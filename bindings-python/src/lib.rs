//! `zexa._zexa`: the client of the Zexa messaging API for Python.

use pyo3::prelude::*;

#[pymodule]
mod _zexa {
    #[pymodule_export]
    #[allow(non_upper_case_globals)]
    const __version__: &str = env!("CARGO_PKG_VERSION");
}
