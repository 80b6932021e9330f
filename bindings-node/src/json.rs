//! What crosses to JavaScript, as JSON.
//!
//! An object of the API's is a row: the values of its members without their names, which `lib/generated` knows. That is a third less to parse.

use jiff::Timestamp;
use serde::Serialize;
use serde_json::{Map, Value};

/// What can be handed to JavaScript.
pub(crate) trait Plain {
    /// Writes it as JSON.
    fn write(&self, json: &mut Vec<u8>);
}

/// As JSON text.
pub(crate) fn text(value: &impl Plain) -> String {
    let mut json = Vec::with_capacity(256);
    value.write(&mut json);
    String::from_utf8(json).expect("it is made of text")
}

/// An object of the API's that is being written: an array of the values of its members, in their order, and last of what is not known of it. `null` is for
/// what is absent.
pub(crate) struct Row<'a>(&'a mut Vec<u8>);

impl<'a> Row<'a> {
    pub(crate) fn begin(json: &'a mut Vec<u8>) -> Row<'a> {
        json.push(b'[');
        Row(json)
    }

    pub(crate) fn value(&mut self, value: &impl Serialize) {
        serde_json::to_writer(&mut *self.0, value).expect("a text, a number or JSON can be written as JSON");
        self.0.push(b',');
    }

    /// As the number that `Date` takes.
    pub(crate) fn time(&mut self, time: impl Into<Option<Timestamp>>) {
        self.value(&time.into().map(Timestamp::as_millisecond));
    }

    pub(crate) fn plain(&mut self, value: &impl Plain) {
        value.write(self.0);
        self.0.push(b',');
    }

    pub(crate) fn end(self, extra: &Map<String, Value>) {
        let extra = (!extra.is_empty()).then_some(extra);
        serde_json::to_writer(&mut *self.0, &extra).expect("JSON can be written as JSON");
        self.0.push(b']');
    }
}

/// Nothing at all: what a deletion gives.
impl Plain for () {
    fn write(&self, json: &mut Vec<u8>) {
        json.extend_from_slice(b"null");
    }
}

impl<T: Plain> Plain for [T] {
    fn write(&self, json: &mut Vec<u8>) {
        json.push(b'[');
        for (index, item) in self.iter().enumerate() {
            if index > 0 {
                json.push(b',');
            }
            item.write(json);
        }
        json.push(b']');
    }
}

impl<T: Plain> Plain for Vec<T> {
    fn write(&self, json: &mut Vec<u8>) {
        self[..].write(json);
    }
}

/// `null` is for what has come to its end.
impl<T: Plain> Plain for Option<T> {
    fn write(&self, json: &mut Vec<u8>) {
        match self {
            Some(value) => value.write(json),
            None => ().write(json),
        }
    }
}

impl<T: Plain> Plain for zexa::Page<T> {
    fn write(&self, json: &mut Vec<u8>) {
        let mut row = Row::begin(json);
        row.plain(&self.items);
        row.value(&self.total);
        row.value(&self.page);
        row.value(&self.per_page);
        row.end(&self.extra);
    }
}

impl Plain for zexa::Response {
    fn write(&self, json: &mut Vec<u8>) {
        serde_json::to_writer(json, self).expect("an answer is JSON");
    }
}
