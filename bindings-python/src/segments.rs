//! `segments()`: how an SMS is encoded and split. `estimate()` is generated, because it has the parameters of `messages.send()`.

use pyo3::prelude::*;

use crate::arguments::Argument;
use crate::generated::Segments;

/// The implementation of `segments()` in `_segments.py`.
#[pyfunction]
pub(crate) fn _segments(text: Argument<'_>) -> PyResult<Segments> {
    Ok(Segments(zexa::segments(&text.text("text")?)))
}
