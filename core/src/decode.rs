//! Decodes the body of a response to the result of a call.

use serde_json::Value;

use crate::model::Model;
use crate::tolerant::body::{self, Unreadable};
use crate::tolerant::fill::FillFrom;
use crate::tolerant::notes::Note;
use crate::{Page, Response, json};

/// The result of a call, which is decoded from a response with status 2xx.
pub(crate) trait Decode: Sized + Send + 'static {
    /// Whether the call needs the body of the response. If not, the call succeeds even if the body is lost.
    const NEEDS_BODY: bool = true;

    fn decode(status: u16, body: &[u8]) -> Result<Self, Unreadable>;

    /// Adds a note for each field that is not as documented.
    fn add_notes(&self, _: &mut Vec<Note>) {}

    /// The members of a model as JSON.
    fn members(&self) -> Value {
        Value::Null
    }
}

/// Decodes the response of a call. The engine uses it as `dyn Decoder`, so that it is compiled once and not for each type of result.
pub(crate) trait Decoder: Send {
    /// See [`Decode::NEEDS_BODY`].
    fn needs_body(&self) -> bool;

    /// Decodes a response and keeps the result. Returns notes about fields that are not as documented.
    fn decode(&mut self, status: u16, body: &[u8]) -> Result<Vec<Note>, Unreadable>;

    /// Whether the call is done with this result. If not, it sends the request again.
    fn is_done(&self) -> bool;

    /// Describes the status that the call waits for and the last one, as in `while waiting for the status "sent"; the last status was "queued"`.
    /// `None` if the call does not wait for a status.
    fn awaited(&self) -> Option<String>;

    /// Returns the members of the result as JSON, for the ledger.
    fn members(&self) -> Value;
}

/// A result with a status that a call can wait for.
pub(crate) trait HasStatus {
    /// The status as text. Empty if the API omits it.
    fn status(&self) -> &str;

    /// Whether the status will not change any more.
    fn is_final(&self) -> bool;
}

/// The status that a call waits for. `final` is not the name of a status, so only a final status ends the wait. An empty name is equivalent.
struct Awaited<T> {
    name: String,
    status: fn(&T) -> &str,
    is_final: fn(&T) -> bool,
}

impl<T> Awaited<T> {
    fn is_reached(&self, result: &T) -> bool {
        (self.is_final)(result) || ((self.status)(result) == self.name && !self.name.is_empty())
    }

    fn describe(&self, last: Option<&T>) -> String {
        let awaited = match &*self.name {
            "" | "final" => "a final status".to_owned(),
            name => format!("the status {name:?}"),
        };
        let last = match last.map(self.status) {
            None => "no status was received".to_owned(),
            Some("") => "the last response had no status".to_owned(),
            Some(status) => {
                let shown: String = status.chars().take(MAX_STATUS_SHOWN).collect();
                format!("the last status was {shown:?}")
            }
        };
        format!("while waiting for {awaited}; {last}")
    }
}

/// The maximum number of characters of a status in an error. The API may send a status that is not documented.
const MAX_STATUS_SHOWN: usize = 50;

/// The decoder of a call that returns a `T`.
pub(crate) struct ResponseDecoder<T> {
    result: Option<T>,
    awaited: Option<Awaited<T>>,
    fill: Fill<T>,
}

/// Fills in the fields that a response omits. The bytes are the body of the response.
type Fill<T> = Box<dyn Fn(&mut T, &[u8]) + Send>;

impl<T: Decode> ResponseDecoder<T> {
    /// For a call that is done with its first response.
    pub(crate) fn once() -> ResponseDecoder<T> {
        ResponseDecoder { result: None, awaited: None, fill: Box::new(|_, _| {}) }
    }

    /// For a call that repeats its request until the result has this status or a final one.
    pub(crate) fn until(status: &str) -> ResponseDecoder<T>
    where
        T: HasStatus,
    {
        let awaited = Awaited { name: status.to_owned(), status: T::status, is_final: T::is_final };
        ResponseDecoder { awaited: Some(awaited), ..ResponseDecoder::once() }
    }

    /// For a call whose result has fields of its parameters. Fields that the response omits are filled in from the parameters.
    pub(crate) fn filled_from<P: Send + 'static>(params: P) -> ResponseDecoder<T>
    where
        T: FillFrom<P>,
    {
        let fill = move |result: &mut T, body: &[u8]| result.fill_from(&params, &|name| body::has_field(body, name));
        ResponseDecoder { fill: Box::new(fill), ..ResponseDecoder::once() }
    }

    /// Returns the result of a call that has succeeded.
    pub(crate) fn into_inner(self) -> T {
        self.result.expect("a call that succeeds has decoded a response")
    }
}

impl<T: Decode> Decoder for ResponseDecoder<T> {
    fn needs_body(&self) -> bool {
        T::NEEDS_BODY
    }

    fn decode(&mut self, status: u16, body: &[u8]) -> Result<Vec<Note>, Unreadable> {
        let result = self.result.insert(T::decode(status, body)?);
        (self.fill)(result, body);
        let mut notes = Vec::new();
        result.add_notes(&mut notes);
        Ok(notes)
    }

    fn is_done(&self) -> bool {
        let is_reached = |result| self.awaited.as_ref().is_none_or(|awaited| awaited.is_reached(result));
        self.result.as_ref().is_some_and(is_reached)
    }

    fn awaited(&self) -> Option<String> {
        self.awaited.as_ref().map(|awaited| awaited.describe(self.result.as_ref()))
    }

    fn members(&self) -> Value {
        self.result.as_ref().map(T::members).unwrap_or_default()
    }
}

impl<T: Model + Send + 'static> Decode for T {
    fn decode(_: u16, body: &[u8]) -> Result<T, Unreadable> {
        body::read(body)
    }

    fn add_notes(&self, notes: &mut Vec<Note>) {
        Model::add_notes(self, notes);
    }

    fn members(&self) -> Value {
        serde_json::to_value(self).unwrap_or_default()
    }
}

impl Decode for () {
    const NEEDS_BODY: bool = false;

    fn decode(_: u16, _: &[u8]) -> Result<(), Unreadable> {
        Ok(())
    }
}

impl Decode for Response {
    fn decode(status: u16, body: &[u8]) -> Result<Response, Unreadable> {
        let body = if body.is_empty() { Value::Null } else { json::parse_tolerant(body)? };
        Ok(Response { status, body })
    }
}

impl<T: Model + Send + 'static> Decode for Page<T> {
    fn decode(_: u16, body: &[u8]) -> Result<Page<T>, Unreadable> {
        Page::read(body)
    }

    fn add_notes(&self, notes: &mut Vec<Note>) {
        Page::add_notes(self, notes);
    }
}

/// A page, and the size of the body that it was decoded from. Lists use the size to limit how many pages they prefetch.
pub(crate) struct Fetched<T> {
    pub(crate) page: Page<T>,
    pub(crate) body_size: usize,
}

impl<T: Model + Send + 'static> Decode for Fetched<T> {
    fn decode(_: u16, body: &[u8]) -> Result<Fetched<T>, Unreadable> {
        Ok(Fetched { page: Page::read(body)?, body_size: body.len() })
    }

    fn add_notes(&self, notes: &mut Vec<Note>) {
        self.page.add_notes(notes);
    }
}
