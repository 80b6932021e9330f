//! Reads the structs of options.

use std::ffi::c_char;
use std::path::PathBuf;
use std::time::Duration;

use serde_json::{Map, Value};
use zexa::Timestamp;
use zexa::binding::{self, Pairs, ReadOptions};

use crate::generated::options::{zexa_call_options, zexa_client_options};
use crate::input::{self, SizedStruct};
use crate::key_value::{key_values, zexa_key_value};
use crate::number;
use crate::panic_boundary::Failure;

/// The value of an option in its struct.
pub(crate) enum Member {
    Text(*const c_char),
    Number(i64),
    Real(f64),
    /// The first element and the count.
    Headers(*const zexa_key_value, usize),
    None,
}

/// A struct of options.
pub(crate) trait Members {
    /// The member with this name.
    fn member(&self, name: &str) -> Member;
}

/// Reads the options of a struct. The errors contain the names of its members.
pub(crate) struct Reader<'a, T>(&'a T);

impl<'a, T: Members> Reader<'a, T> {
    /// # Safety
    ///
    /// The strings and headers are valid, as the header requires.
    pub(crate) unsafe fn new(options: &'a T) -> Reader<'a, T> {
        Reader(options)
    }

    fn string(&self, name: &str) -> Result<Option<&'a str>, Failure> {
        match self.0.member(name) {
            // SAFETY: promised when this was created.
            Member::Text(text) => unsafe { input::optional_string(name, text) },
            _ => Ok(None),
        }
    }

    fn number(&self, name: &str) -> i64 {
        match self.0.member(name) {
            Member::Number(number) => number,
            _ => number::ZEXA_DEFAULT,
        }
    }
}

impl<T: Members> ReadOptions for Reader<'_, T> {
    type Error = Failure;

    fn text(&mut self, name: &'static str) -> Result<Option<String>, Failure> {
        Ok(self.string(name)?.map(str::to_owned))
    }

    fn path(&mut self, name: &'static str) -> Result<Option<PathBuf>, Failure> {
        Ok(self.string(name)?.map(PathBuf::from))
    }

    /// The core rejects 0.
    fn duration(&mut self, name: &'static str) -> Result<Option<Duration>, Failure> {
        let name = duration_name(name);
        number::milliseconds(&name, self.number(&name), "must be more than zero")
    }

    fn wait(&mut self, name: &'static str) -> Result<Option<Duration>, Failure> {
        let name = duration_name(name);
        number::milliseconds(&name, self.number(&name), "must be 0 or more")
    }

    fn count(&mut self, name: &'static str) -> Result<Option<u32>, Failure> {
        number::count(name, self.number(name))
    }

    /// The core rejects 0.
    fn limit(&mut self, name: &'static str) -> Result<Option<u32>, Failure> {
        number::limit(name, self.number(name))
    }

    fn rate(&mut self, name: &'static str) -> Result<Option<f64>, Failure> {
        match self.0.member(name) {
            Member::Real(rate) => Ok(Some(rate).filter(|rate| *rate != number::ZEXA_DEFAULT as f64)),
            _ => Ok(None),
        }
    }

    fn time(&mut self, name: &'static str) -> Result<Option<Timestamp>, Failure> {
        Ok(self.string(name)?.map(|text| binding::timestamp(name, text)).transpose()?)
    }

    fn flag(&mut self, name: &'static str) -> Result<Option<bool>, Failure> {
        number::boolean(name, self.number(name))
    }

    fn headers(&mut self, name: &'static str) -> Result<Option<Pairs>, Failure> {
        let Member::Headers(first, count) = self.0.member(name) else { return Ok(None) };
        // SAFETY: promised when this was created.
        let headers = unsafe { key_values(name, first, count) }?;
        Ok(Some(headers.into_iter().map(|(name, value)| (name.to_owned(), value.to_owned())).collect()))
    }

    fn query(&mut self, name: &'static str) -> Result<Option<Pairs>, Failure> {
        Ok(self.object(name)?.map(binding::query).transpose()?)
    }

    fn object(&mut self, name: &'static str) -> Result<Option<Map<String, Value>>, Failure> {
        Ok(self.string(name)?.map(|json| binding::option_object(name, json)).transpose()?)
    }
}

fn duration_name(option: &str) -> String {
    format!("{option}_ms")
}

/// The name of the member of an option that has another name in C: a duration.
pub(crate) fn other_name(option: &str) -> Option<String> {
    let name = duration_name(option);
    let of_client = zexa_client_options::INIT.member(&name);
    let is_member = |member| !matches!(member, Member::None);
    (is_member(of_client) || is_member(zexa_call_options::INIT.member(&name))).then_some(name)
}
