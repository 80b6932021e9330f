//! From the body of a response to what a call returns.

use serde_json::Value;

use crate::model::Model;
use crate::tolerant::body::{self, Unreadable};
use crate::tolerant::fill::FillFrom;
use crate::tolerant::notes::Note;
use crate::{Page, Response, json};

/// What a response with a status of 2xx becomes.
pub(crate) trait Decode: Sized + Send + 'static {
    /// Whether the call needs the body of the response. If not, a body that is lost is no error.
    const NEEDS_BODY: bool = true;

    fn decode(status: u16, body: &[u8]) -> Result<Self, Unreadable>;

    /// Adds the fields that are not as documented.
    fn add_notes(&self, _: &mut Vec<Note>) {}
}

/// Takes the body of a response, whatever becomes of it. So there is one engine, and not one for each type of response.
pub(crate) trait Sink: Send {
    /// As [`Decode::NEEDS_BODY`].
    fn needs_body(&self) -> bool;

    /// As [`Decode::decode`], into this. Returns which fields are not as documented.
    fn take(&mut self, status: u16, body: &[u8]) -> Result<Vec<Note>, Unreadable>;

    /// Whether what was taken is what the call is for. If it is not yet, the call goes on and sends the request again.
    fn is_enough(&self) -> bool;
}

/// The sink of one type of response.
pub(crate) struct Decoded<T> {
    answer: Option<T>,
    enough: Box<dyn Fn(&T) -> bool + Send>,
    fill: Fill<T>,
}

/// Fills in what a response omits. The bytes are its body.
type Fill<T> = Box<dyn Fn(&mut T, &[u8]) + Send>;

impl<T: Decode> Decoded<T> {
    /// For a call that is done with its first response.
    pub(crate) fn once() -> Decoded<T> {
        Decoded::until(|_| true)
    }

    /// For a call that waits for a response of which this is true.
    pub(crate) fn until(enough: impl Fn(&T) -> bool + Send + 'static) -> Decoded<T> {
        Decoded { answer: None, enough: Box::new(enough), fill: Box::new(|_, _| {}) }
    }

    /// For a call whose response repeats its parameters. What it omits is filled in from them.
    pub(crate) fn filled_from<P: Send + 'static>(params: P) -> Decoded<T>
    where
        T: FillFrom<P>,
    {
        let fill = move |answer: &mut T, body: &[u8]| answer.fill_from(&params, &|name| body::has_field(body, name));
        Decoded { fill: Box::new(fill), ..Decoded::once() }
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

    fn take(&mut self, status: u16, body: &[u8]) -> Result<Vec<Note>, Unreadable> {
        let answer = self.answer.insert(T::decode(status, body)?);
        (self.fill)(answer, body);
        let mut notes = Vec::new();
        answer.add_notes(&mut notes);
        Ok(notes)
    }

    fn is_enough(&self) -> bool {
        self.answer.as_ref().is_some_and(&self.enough)
    }
}

impl<T: Model + Send + 'static> Decode for T {
    fn decode(_: u16, body: &[u8]) -> Result<T, Unreadable> {
        body::read(body)
    }

    fn add_notes(&self, notes: &mut Vec<Note>) {
        Model::add_notes(self, notes);
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

/// A page, and the size of the body that it was decoded from: lists bound by it how much they prefetch.
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
