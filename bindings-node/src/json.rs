//! Values as JSON for JavaScript.
//!
//! A model is a row: the values of its fields without their names, which `lib/generated` knows. That is a third less JSON to parse.

use jiff::Timestamp;
use serde::Serialize;
use serde_json::{Map, Value};

/// A value that can be passed to JavaScript as JSON.
pub(crate) trait WriteJson {
    /// Appends the value as JSON.
    fn write(&self, json: &mut Vec<u8>);
}

/// A value as JSON text.
pub(crate) fn text(value: &impl WriteJson) -> String {
    let mut json = Vec::with_capacity(256);
    value.write(&mut json);
    String::from_utf8(json).expect("it is made of text")
}

/// Writes a model as an array: the values of its fields in order, and then its unknown fields. `null` stands for an absent value.
pub(crate) struct Row<'a>(&'a mut Vec<u8>);

impl<'a> Row<'a> {
    pub(crate) fn begin(json: &'a mut Vec<u8>) -> Row<'a> {
        json.push(b'[');
        Row(json)
    }

    /// Appends the value of a field.
    pub(crate) fn value(&mut self, value: &impl Serialize) {
        serde_json::to_writer(&mut *self.0, value).expect("a text, a number or JSON can be written as JSON");
        self.0.push(b',');
    }

    /// Appends a time as the number of milliseconds that `Date` accepts.
    pub(crate) fn time(&mut self, time: impl Into<Option<Timestamp>>) {
        self.value(&time.into().map(Timestamp::as_millisecond));
    }

    /// Appends a nested model.
    pub(crate) fn nested(&mut self, value: &impl WriteJson) {
        value.write(self.0);
        self.0.push(b',');
    }

    /// Appends the unknown fields, and ends the row.
    pub(crate) fn end(self, extra: &Map<String, Value>) {
        let extra = (!extra.is_empty()).then_some(extra);
        serde_json::to_writer(&mut *self.0, &extra).expect("JSON can be written as JSON");
        self.0.push(b']');
    }
}

/// The result of a deletion.
impl WriteJson for () {
    fn write(&self, json: &mut Vec<u8>) {
        json.extend_from_slice(b"null");
    }
}

impl WriteJson for String {
    fn write(&self, json: &mut Vec<u8>) {
        serde_json::to_writer(json, self).expect("a text can be written as JSON");
    }
}

impl WriteJson for u64 {
    fn write(&self, json: &mut Vec<u8>) {
        serde_json::to_writer(json, self).expect("a number can be written as JSON");
    }
}

impl<T: WriteJson> WriteJson for [T] {
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

impl<T: WriteJson> WriteJson for Vec<T> {
    fn write(&self, json: &mut Vec<u8>) {
        self[..].write(json);
    }
}

/// `null` marks the end of a list.
impl<T: WriteJson> WriteJson for Option<T> {
    fn write(&self, json: &mut Vec<u8>) {
        match self {
            Some(value) => value.write(json),
            None => ().write(json),
        }
    }
}

impl<T: WriteJson> WriteJson for zexa::Page<T> {
    fn write(&self, json: &mut Vec<u8>) {
        let mut row = Row::begin(json);
        row.nested(&self.items);
        row.value(&self.total);
        row.value(&self.page);
        row.value(&self.per_page);
        row.end(&self.extra);
    }
}

impl WriteJson for zexa::Response {
    fn write(&self, json: &mut Vec<u8>) {
        serde_json::to_writer(json, self).expect("a response is JSON");
    }
}
