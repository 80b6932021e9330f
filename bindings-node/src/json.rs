//! Objects as JSON, as JavaScript has them: camelCase, times as the numbers that `Date` takes, and what is not known of them under `extra`.

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

/// An object that is being written.
pub(crate) struct Object<'a> {
    json: &'a mut Vec<u8>,
    is_empty: bool,
}

impl<'a> Object<'a> {
    pub(crate) fn begin(json: &'a mut Vec<u8>) -> Object<'a> {
        json.push(b'{');
        Object { json, is_empty: true }
    }

    /// The name of a member needs no escaping: it is one of ours.
    fn name(&mut self, name: &'static str) {
        self.json.extend_from_slice(if self.is_empty { b"\"" } else { b",\"" });
        self.json.extend_from_slice(name.as_bytes());
        self.json.extend_from_slice(b"\":");
        self.is_empty = false;
    }

    pub(crate) fn field(&mut self, name: &'static str, value: &impl Serialize) -> &mut Self {
        self.name(name);
        serde_json::to_writer(&mut *self.json, value).expect("a text, a number or JSON can be written as JSON");
        self
    }

    pub(crate) fn optional(&mut self, name: &'static str, value: &Option<impl Serialize>) -> &mut Self {
        if let Some(value) = value {
            self.field(name, value);
        }
        self
    }

    pub(crate) fn time(&mut self, name: &'static str, time: Timestamp) -> &mut Self {
        self.field(name, &time.as_millisecond())
    }

    pub(crate) fn optional_time(&mut self, name: &'static str, time: Option<Timestamp>) -> &mut Self {
        if let Some(time) = time {
            self.time(name, time);
        }
        self
    }

    pub(crate) fn plain(&mut self, name: &'static str, value: &impl Plain) -> &mut Self {
        self.name(name);
        value.write(self.json);
        self
    }

    pub(crate) fn optional_plain(&mut self, name: &'static str, value: &Option<impl Plain>) -> &mut Self {
        if let Some(value) = value {
            self.plain(name, value);
        }
        self
    }

    /// Ends an object of the API's, with what is not known of it.
    pub(crate) fn end(&mut self, extra: &Map<String, Value>) {
        self.field("extra", extra);
        self.close();
    }

    /// Ends an object of ours.
    pub(crate) fn close(&mut self) {
        self.json.push(b'}');
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
        let mut page = Object::begin(json);
        page.plain("items", &self.items);
        page.field("total", &self.total).field("page", &self.page).field("perPage", &self.per_page);
        page.end(&self.extra);
    }
}

impl Plain for zexa::Response {
    fn write(&self, json: &mut Vec<u8>) {
        serde_json::to_writer(json, self).expect("an answer is JSON");
    }
}
