//! [`Object`]: something that the API answered with, and its strings as C reads them.

use std::ffi::{CString, c_char};
use std::ptr;
use std::sync::OnceLock;

use serde::Serialize;
use serde_json::{Map, Value};

/// A model, and the strings in it with a NUL behind each, which live as long as it does.
pub(crate) struct Object<M> {
    pub(crate) model: M,
    texts: Texts,
    json: OnceLock<CString>,
    extra: OnceLock<CString>,
}

/// What has strings.
pub(crate) trait Fields {
    /// Writes its strings, in the order of their numbers.
    fn write(&self, texts: &mut Texts);
}

impl<M: Fields> Object<M> {
    pub(crate) fn new(model: M) -> Object<M> {
        let mut texts = Texts::default();
        model.write(&mut texts);
        Object { model, texts, json: OnceLock::new(), extra: OnceLock::new() }
    }
}

impl<M> Object<M> {
    /// The string of this number; NULL where it is absent, or there is none of that number.
    pub(crate) fn text(&self, number: usize) -> *const c_char {
        self.texts.get(number)
    }

    /// All of it as JSON.
    pub(crate) fn json(&self) -> *const c_char
    where
        M: Serialize,
    {
        self.json.get_or_init(|| to_json(&self.model)).as_ptr()
    }

    /// What this version does not know of it, as a JSON object.
    pub(crate) fn extra(&self, extra: impl FnOnce(&M) -> &Map<String, Value>) -> *const c_char {
        self.extra.get_or_init(|| to_json(extra(&self.model))).as_ptr()
    }
}

/// Strings, one behind the other.
#[derive(Default)]
pub(crate) struct Texts {
    bytes: Vec<u8>,
    /// Where each begins.
    starts: Vec<Option<u32>>,
}

impl Texts {
    /// One string. A NUL in it, which would end it in C, becomes U+FFFD; the JSON of the object has it as it came.
    pub(crate) fn push(&mut self, text: &str) {
        // An answer is bounded far below that.
        self.starts.push(u32::try_from(self.bytes.len()).ok());
        let mut parts = text.split('\0');
        self.bytes.extend_from_slice(parts.next().unwrap_or_default().as_bytes());
        for part in parts {
            self.bytes.extend_from_slice("\u{fffd}".as_bytes());
            self.bytes.extend_from_slice(part.as_bytes());
        }
        self.bytes.push(0);
    }

    pub(crate) fn push_option(&mut self, text: Option<&str>) {
        match text {
            Some(text) => self.push(text),
            None => self.starts.push(None),
        }
    }

    /// Whatever it is, as JSON.
    pub(crate) fn push_json<T: Serialize>(&mut self, value: Option<&T>) {
        let json = value.map(to_json);
        self.push_option(json.as_ref().and_then(|json| json.to_str().ok()));
    }

    fn get(&self, number: usize) -> *const c_char {
        let start = self.starts.get(number).copied().flatten();
        let text = start.and_then(|start| self.bytes.get(start as usize..));
        text.map_or(ptr::null(), |text| text.as_ptr().cast())
    }
}

/// A value as JSON, which has no NUL: it is escaped.
pub(crate) fn to_json(value: &(impl Serialize + ?Sized)) -> CString {
    let json = serde_json::to_vec(value).expect("what came as JSON can be written as JSON");
    CString::new(json).expect("JSON escapes a NUL")
}

#[cfg(test)]
mod tests {
    use std::ffi::CStr;

    use super::*;

    fn read(texts: &Texts, number: usize) -> Option<&str> {
        let text = texts.get(number);
        // SAFETY: it is not NULL, and ends in a NUL.
        (!text.is_null()).then(|| unsafe { CStr::from_ptr(text) }.to_str().expect("UTF-8"))
    }

    #[test]
    fn strings_stand_one_behind_the_other() {
        let mut texts = Texts::default();
        texts.push("Olá");
        texts.push_option(None);
        texts.push("");
        texts.push_json(Some(&["a"]));
        texts.push("cut\0off");
        let all: Vec<_> = (0..6).map(|number| read(&texts, number)).collect();
        assert_eq!(all, [Some("Olá"), None, Some(""), Some("[\"a\"]"), Some("cut\u{fffd}off"), None]);
    }
}
