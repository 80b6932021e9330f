//! From the bytes of an answer to what the caller gets.

use serde::Deserialize;
use serde_json::error::Category;
use serde_json::{Map, Value};

use crate::model::{self, Model};
use crate::{Page, Response};

/// What an answer with a status of 2xx becomes.
pub(crate) trait Decode: Sized + Send + 'static {
    /// Whether the answer's body matters: where it does not, its loss is none.
    const NEEDS_BODY: bool = true;

    fn decode(status: u16, body: &[u8]) -> serde_json::Result<Self>;
}

/// Takes the body of an answer, whatever becomes of it. So there is one engine, and not one for each type of answer.
pub(crate) trait Sink: Send {
    /// As [`Decode::NEEDS_BODY`].
    fn needs_body(&self) -> bool;

    /// As [`Decode::decode`], into this.
    fn take(&mut self, status: u16, body: &[u8]) -> serde_json::Result<()>;

    /// Whether what was taken is what the call is for. Where it is not yet, the call goes on and asks again.
    fn is_enough(&self) -> bool;
}

/// The sink of one type of answer.
pub(crate) struct Decoded<T> {
    answer: Option<T>,
    enough: Box<dyn Fn(&T) -> bool + Send>,
}

impl<T: Decode> Decoded<T> {
    /// For a call that is done with its first answer.
    pub(crate) fn once() -> Decoded<T> {
        Decoded::until(|_| true)
    }

    /// For a call that waits for an answer of which this is true.
    pub(crate) fn until(enough: impl Fn(&T) -> bool + Send + 'static) -> Decoded<T> {
        Decoded { answer: None, enough: Box::new(enough) }
    }

    /// What was decoded. For after a call that has succeeded.
    pub(crate) fn into_inner(self) -> T {
        self.answer.expect("a call that succeeds has decoded its answer")
    }
}

impl<T: Decode> Sink for Decoded<T> {
    fn needs_body(&self) -> bool {
        T::NEEDS_BODY
    }

    fn take(&mut self, status: u16, body: &[u8]) -> serde_json::Result<()> {
        self.answer = Some(T::decode(status, body)?);
        Ok(())
    }

    fn is_enough(&self) -> bool {
        self.answer.as_ref().is_some_and(&self.enough)
    }
}

impl<T: Model + Send + 'static> Decode for T {
    fn decode(_: u16, body: &[u8]) -> serde_json::Result<T> {
        model::from_slice(body)
    }
}

impl Decode for () {
    const NEEDS_BODY: bool = false;

    fn decode(_: u16, _: &[u8]) -> serde_json::Result<()> {
        Ok(())
    }
}

impl Decode for Response {
    fn decode(status: u16, body: &[u8]) -> serde_json::Result<Response> {
        let body = if body.is_empty() { Value::Null } else { serde_json::from_slice(body)? };
        Ok(Response { status, body })
    }
}

impl<T: Model + Send + 'static> Decode for Page<T> {
    fn decode(_: u16, body: &[u8]) -> serde_json::Result<Page<T>> {
        let (items, meta) = match serde_json::from_slice::<Envelope<T>>(body) {
            Ok(envelope) => (envelope.data, envelope.meta),
            // An item with a surprise in it: one by one, each as forgiving as an object alone.
            Err(error) => {
                let envelope: Envelope<Map<String, Value>> = serde_json::from_slice(body).map_err(|_| error)?;
                let items = envelope.data.into_iter().map(model::from_surprising).collect::<Result<_, _>>()?;
                (items, envelope.meta)
            }
        };
        Ok(Page { items, total: meta.total, page: meta.page, per_page: meta.per_page, extra: meta.extra })
    }
}

/// A page, and the size of the body that it was decoded from: lists bound by it how much they prefetch.
pub(crate) struct Fetched<T> {
    pub(crate) page: Page<T>,
    pub(crate) body_size: usize,
}

impl<T: Model + Send + 'static> Decode for Fetched<T> {
    fn decode(status: u16, body: &[u8]) -> serde_json::Result<Fetched<T>> {
        Ok(Fetched { page: Page::decode(status, body)?, body_size: body.len() })
    }
}

#[derive(Deserialize)]
struct Envelope<T> {
    data: Vec<T>,
    meta: Meta,
}

#[derive(Deserialize)]
struct Meta {
    total: u64,
    page: u32,
    per_page: u32,
    #[serde(flatten)]
    extra: Map<String, Value>,
}

/// What was wrong with an answer, without any of its values: they may be a number or a text, and errors are logged.
pub(crate) fn describe(error: &serde_json::Error) -> String {
    let text = error.to_string();
    let what = match error.classify() {
        // Only names of fields are in these.
        Category::Data if text.starts_with("missing field") => return text,
        Category::Data => "a value is not of its type",
        Category::Eof => "the JSON ends too soon",
        Category::Syntax => "not JSON",
        Category::Io => "it cannot be read",
    };
    match error.line() {
        0 => what.into(),
        line => format!("{what}, at line {line} column {}", error.column()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Credits;

    #[test]
    fn a_description_holds_no_value() {
        let error = Credits::decode(200, br#"{"credits": "+244912345678", "currency": "USD"}"#).expect_err("no number");
        assert_eq!(describe(&error), "a value is not of its type");
        let error = Credits::decode(200, br#"{"currency": "USD"}"#).expect_err("no credits");
        assert!(describe(&error).starts_with("missing field `credits`"), "{error}");
    }

    #[test]
    fn a_fraction_survives() {
        let credits = Credits::decode(200, br#"{"credits": 4250.5, "currency": "USD"}"#).expect("credits");
        assert_eq!(credits.credits, 4250.5);
    }
}
