//! [`Object`]: a model with its strings in the form that C reads.

use std::ffi::{CString, c_char};
use std::io::Write;
use std::ptr;

use once_cell::race::OnceBox;
use serde::Serialize;
use serde_json::{Map, Value};
use smallvec::SmallVec;
use zexa::Timestamp;

/// A model, and NUL-terminated copies of its strings, which live as long as it does.
///
/// Strings that take long to write are written when they are first read. If two threads do that at the same time, one of the results is dropped: a lock
/// could be held by a thread that a forked child does not have.
pub(crate) struct Object<M> {
    pub(crate) model: M,
    strings: StringTable,
    derived: OnceBox<StringTable>,
    json: OnceBox<CString>,
    extra: OnceBox<CString>,
}

/// A model with string fields.
pub(crate) trait StringFields {
    /// Adds the strings of the model to the table. The accessors refer to them by their position.
    fn write_strings(&self, _: &mut StringTable) {}

    /// Adds times and JSON to another table.
    fn write_derived_strings(&self, _: &mut StringTable) {}
}

impl<M: StringFields> Object<M> {
    pub(crate) fn new(model: M) -> Object<M> {
        let mut strings = StringTable::default();
        model.write_strings(&mut strings);
        Object { model, strings, derived: OnceBox::new(), json: OnceBox::new(), extra: OnceBox::new() }
    }

    /// The time or JSON at this position. NULL if it is absent.
    pub(crate) fn derived_string(&self, position: usize) -> *const c_char {
        let write = || {
            let mut strings = StringTable::default();
            self.model.write_derived_strings(&mut strings);
            Box::new(strings)
        };
        self.derived.get_or_init(write).get(position)
    }
}

impl<M> Object<M> {
    /// The string at this position. NULL if it is absent, or the position is beyond the last.
    pub(crate) fn string(&self, position: usize) -> *const c_char {
        self.strings.get(position)
    }

    /// The model as JSON.
    pub(crate) fn json(&self) -> *const c_char
    where
        M: Serialize,
    {
        self.json.get_or_init(|| Box::new(to_json(&self.model))).as_ptr()
    }

    /// The unknown fields of the model, as a JSON object.
    pub(crate) fn extra(&self, extra: impl FnOnce(&M) -> &Map<String, Value>) -> *const c_char {
        self.extra.get_or_init(|| Box::new(to_json(extra(&self.model)))).as_ptr()
    }
}

/// NUL-terminated strings in one buffer.
pub(crate) struct StringTable {
    bytes: Vec<u8>,
    /// Offset of each string, or `ABSENT`.
    starts: SmallVec<[u32; 12]>,
}

/// In place of the offset of an absent string. The size limit of responses is far below 4 GiB.
const ABSENT: u32 = u32::MAX;

impl Default for StringTable {
    /// With space for the strings of a usual model, so that it need not grow.
    fn default() -> StringTable {
        StringTable { bytes: Vec::with_capacity(128), starts: SmallVec::new() }
    }
}

impl StringTable {
    /// Adds a string. A NUL within it, which would end it in C, becomes U+FFFD. The JSON of the object keeps the NUL, escaped.
    pub(crate) fn push(&mut self, text: &str) {
        self.start();
        match text.contains('\0') {
            false => self.bytes.extend_from_slice(text.as_bytes()),
            true => self.bytes.extend_from_slice(text.replace('\0', "\u{fffd}").as_bytes()),
        }
        self.bytes.push(0);
    }

    pub(crate) fn push_option(&mut self, text: Option<&str>) {
        match text {
            Some(text) => self.push(text),
            None => self.starts.push(ABSENT),
        }
    }

    /// Adds a time as the API writes it. It is formatted in place, because an object has several times.
    pub(crate) fn push_time(&mut self, time: Option<&Timestamp>) {
        match time {
            Some(time) => {
                self.start();
                write!(self.bytes, "{time}\0").expect("a vector grows");
            }
            None => self.starts.push(ABSENT),
        }
    }

    /// Records that a string starts here.
    fn start(&mut self) {
        self.starts.push(u32::try_from(self.bytes.len()).unwrap_or(ABSENT));
    }

    /// Adds a value as JSON.
    pub(crate) fn push_json<T: Serialize>(&mut self, value: Option<&T>) {
        let json = value.map(to_json);
        self.push_option(json.as_ref().and_then(|json| json.to_str().ok()));
    }

    fn get(&self, position: usize) -> *const c_char {
        let start = self.starts.get(position).filter(|start| **start != ABSENT);
        let text = start.and_then(|start| self.bytes.get(*start as usize..));
        text.map_or(ptr::null(), |text| text.as_ptr().cast())
    }
}

/// A value as JSON. JSON escapes NUL, so the string contains none.
pub(crate) fn to_json(value: &(impl Serialize + ?Sized)) -> CString {
    let json = serde_json::to_vec(value).expect("models can be written as JSON");
    CString::new(json).expect("JSON escapes a NUL")
}

#[cfg(test)]
mod tests {
    use std::ffi::CStr;

    use super::*;

    fn read(strings: &StringTable, position: usize) -> Option<&str> {
        let text = strings.get(position);
        // SAFETY: it is not NULL and ends in a NUL.
        (!text.is_null()).then(|| unsafe { CStr::from_ptr(text) }.to_str().expect("UTF-8"))
    }

    #[test]
    fn strings_are_read_by_position() {
        let mut strings = StringTable::default();
        strings.push("Olá");
        strings.push_option(None);
        strings.push("");
        strings.push_json(Some(&["a"]));
        strings.push("cut\0off");
        strings.push_time(Some(&Timestamp::UNIX_EPOCH));
        strings.push_time(None);
        let all: Vec<_> = (0..8).map(|position| read(&strings, position)).collect();
        assert_eq!(
            all,
            [
                Some("Olá"),
                None,
                Some(""),
                Some("[\"a\"]"),
                Some("cut\u{fffd}off"),
                Some("1970-01-01T00:00:00Z"),
                None,
                None
            ]
        );
    }
    #[test]
    fn derived_strings_stay_where_they_are() {
        struct Times;

        impl StringFields for Times {
            fn write_derived_strings(&self, strings: &mut StringTable) {
                strings.push_time(Some(&Timestamp::UNIX_EPOCH));
                strings.push_time(None);
            }
        }

        let object = Object::new(Times);
        let addresses = std::thread::scope(|scope| {
            let readers = [(); 8].map(|()| scope.spawn(|| object.derived_string(0).addr()));
            readers.map(|reader| reader.join().expect("it reads"))
        });
        assert_eq!(addresses, [object.derived_string(0).addr(); 8]);
        // SAFETY: it is not NULL and ends in a NUL.
        let text = unsafe { CStr::from_ptr(object.derived_string(0)) };
        assert_eq!(text, c"1970-01-01T00:00:00Z");
        assert!(object.derived_string(1).is_null() && object.string(0).is_null());
    }
}
