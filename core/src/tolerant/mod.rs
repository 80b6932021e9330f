//! Tolerant deserialization of the fields of models. The documented form of a value is read without a copy of its JSON; several other forms are
//! accepted.
//!
//! - [`Reading`] reads one value, and [`Tolerant`] defines the forms that a type accepts;
//! - [`field`] stores the value in its field, or in `extra`;
//! - `array` reads arrays, `time` reads times, `fill` fills in fields that a response omits;
//! - [`body`] reads a complete response, and [`notes`] describes deviations from the documentation.

pub(crate) mod array;
pub(crate) mod body;
pub(crate) mod field;
pub(crate) mod fill;
#[cfg(any(test, fuzzing))]
pub(crate) mod fuzzing;
pub(crate) mod notes;
mod time;

use std::fmt;
use std::marker::PhantomData;

use jiff::Timestamp;
use serde::de::value::{MapAccessDeserializer, SeqAccessDeserializer};
use serde::de::{Deserialize, Deserializer, Error, MapAccess, SeqAccess, Visitor};
use serde_json::{Number, Value};

use self::notes::Note;

/// The result of reading the value of a field.
pub(crate) enum Reading<T> {
    /// Null.
    Absent,
    /// In an accepted form.
    Known(T),
    /// The raw value, in another form.
    Other(Value),
}

/// The forms that a type accepts. By default none.
pub(crate) trait Tolerant: Sized {
    /// From a string.
    fn from_text(_: &str) -> Option<Self> {
        None
    }

    /// From a number.
    fn from_number(_: &Number) -> Option<Self> {
        None
    }

    /// From any other value.
    ///
    /// # Errors
    ///
    /// The value itself, if its form is not accepted.
    fn from_value(value: Value) -> Result<Self, Value> {
        Err(value)
    }

    /// From an array.
    fn from_array<'de, A: SeqAccess<'de>>(array: A) -> Result<Reading<Self>, A::Error> {
        let value = Value::deserialize(SeqAccessDeserializer::new(array))?;
        Ok(Self::from_value(value).into())
    }

    /// From an object.
    fn from_object<'de, A: MapAccess<'de>>(object: A) -> Result<Reading<Self>, A::Error> {
        let value = Value::deserialize(MapAccessDeserializer::new(object))?;
        Ok(Self::from_value(value).into())
    }

    /// Adds a note for each field within the value that is not as documented.
    fn add_notes(&self, _: &mut Vec<Note>) {}
}

impl<T> From<Result<T, Value>> for Reading<T> {
    fn from(result: Result<T, Value>) -> Reading<T> {
        match result {
            Ok(value) => Reading::Known(value),
            Err(value) => Reading::Other(value),
        }
    }
}

impl<T: Tolerant> Reading<T> {
    /// Reads a value that is already parsed.
    pub(crate) fn of(value: Value) -> Reading<T> {
        let understood = match &value {
            Value::Null => return Reading::Absent,
            Value::String(text) => T::from_text(text),
            Value::Number(number) => T::from_number(number),
            _ => return T::from_value(value).into(),
        };
        understood.ok_or(value).into()
    }
}

impl<'de, T: Tolerant> Deserialize<'de> for Reading<T> {
    #[inline]
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Reading<T>, D::Error> {
        struct AnyForm<T>(PhantomData<T>);

        impl<'de, T: Tolerant> Visitor<'de> for AnyForm<T> {
            type Value = Reading<T>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a JSON value")
            }

            #[inline]
            fn visit_str<E: Error>(self, text: &str) -> Result<Reading<T>, E> {
                Ok(match T::from_text(text) {
                    Some(value) => Reading::Known(value),
                    None => Reading::Other(text.into()),
                })
            }

            fn visit_u64<E: Error>(self, number: u64) -> Result<Reading<T>, E> {
                Ok(Reading::of(Value::from(number)))
            }

            fn visit_i64<E: Error>(self, number: i64) -> Result<Reading<T>, E> {
                Ok(Reading::of(Value::from(number)))
            }

            fn visit_f64<E: Error>(self, number: f64) -> Result<Reading<T>, E> {
                Ok(Reading::of(Value::from(number)))
            }

            fn visit_bool<E: Error>(self, truth: bool) -> Result<Reading<T>, E> {
                Ok(Reading::of(Value::Bool(truth)))
            }

            fn visit_unit<E: Error>(self) -> Result<Reading<T>, E> {
                Ok(Reading::Absent)
            }

            fn visit_none<E: Error>(self) -> Result<Reading<T>, E> {
                Ok(Reading::Absent)
            }

            fn visit_some<D: Deserializer<'de>>(self, deserializer: D) -> Result<Reading<T>, D::Error> {
                Reading::deserialize(deserializer)
            }

            fn visit_seq<A: SeqAccess<'de>>(self, array: A) -> Result<Reading<T>, A::Error> {
                T::from_array(array)
            }

            fn visit_map<A: MapAccess<'de>>(self, object: A) -> Result<Reading<T>, A::Error> {
                T::from_object(object)
            }
        }

        deserializer.deserialize_any(AnyForm(PhantomData))
    }
}

impl Tolerant for String {
    #[inline]
    fn from_text(text: &str) -> Option<String> {
        Some(text.to_owned())
    }
}

/// An id or a code, which may also be a whole number.
pub(crate) struct Code<T>(T);

impl<T> From<Code<T>> for String
where
    T: Into<String>,
{
    fn from(code: Code<T>) -> String {
        code.0.into()
    }
}

impl Tolerant for Code<String> {
    #[inline]
    fn from_text(text: &str) -> Option<Code<String>> {
        Some(Code(text.to_owned()))
    }

    fn from_number(number: &Number) -> Option<Code<String>> {
        (!number.is_f64()).then(|| Code(number.to_string()))
    }
}

impl Tolerant for Timestamp {
    fn from_text(text: &str) -> Option<Timestamp> {
        time::from_text(text)
    }

    fn from_number(number: &Number) -> Option<Timestamp> {
        time::from_number(number)
    }
}

impl Tolerant for f64 {
    /// Accepts a number as text.
    fn from_text(text: &str) -> Option<f64> {
        let is_numeric = |c: char| c.is_ascii_digit() || matches!(c, '+' | '-' | '.' | 'e' | 'E');
        let text = text.trim();
        text.parse().ok().filter(|number: &f64| number.is_finite() && text.chars().all(is_numeric))
    }

    fn from_number(number: &Number) -> Option<f64> {
        number.as_f64()
    }
}

impl Tolerant for u64 {
    /// Accepts a number as text.
    fn from_text(text: &str) -> Option<u64> {
        text.trim().parse().ok().or_else(|| f64::from_text(text).and_then(whole))
    }

    fn from_number(number: &Number) -> Option<u64> {
        number.as_u64().or_else(|| number.as_f64().and_then(whole))
    }
}

impl Tolerant for u32 {
    fn from_text(text: &str) -> Option<u32> {
        u64::from_text(text)?.try_into().ok()
    }

    fn from_number(number: &Number) -> Option<u32> {
        u64::from_number(number)?.try_into().ok()
    }
}

/// Accepts an integer that is written with a fraction of zero.
fn whole(number: f64) -> Option<u64> {
    // A double cannot represent every integer above this limit.
    let is_exact = (0.0..=9_007_199_254_740_992.0).contains(&number) && number.fract() == 0.0;
    is_exact.then_some(number as u64)
}

impl Tolerant for Value {
    fn from_text(text: &str) -> Option<Value> {
        Some(text.into())
    }

    fn from_number(number: &Number) -> Option<Value> {
        Some(number.clone().into())
    }

    fn from_value(value: Value) -> Result<Value, Value> {
        Ok(value)
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn known<T: Tolerant>(value: Value) -> Option<T> {
        // From a value and from text.
        let by_text = serde_json::from_str::<Reading<T>>(&value.to_string()).expect("JSON");
        match (Reading::of(value.clone()), by_text) {
            (Reading::Known(one), Reading::Known(_)) => Some(one),
            (Reading::Other(one), Reading::Other(other)) => {
                assert_eq!((&one, &other), (&value, &value));
                None
            }
            (Reading::Absent, Reading::Absent) => None,
            _ => panic!("both ways do not agree on {value}"),
        }
    }

    #[test]
    fn numbers_may_be_text() {
        for (value, expected) in [
            (json!(4250), Some(4250.0)),
            (json!(4250.5), Some(4250.5)),
            (json!("4250.5"), Some(4250.5)),
            (json!(" 7 "), Some(7.0)),
            (json!("-0.5"), Some(-0.5)),
            (json!("NaN"), None),
            (json!("inf"), None),
            (json!("1e999"), None),
            (json!("4 250"), None),
            (json!("4,250"), None),
            (json!(""), None),
            (json!(true), None),
            (json!([1]), None),
            (json!(null), None),
        ] {
            assert_eq!(known::<f64>(value.clone()), expected, "{value}");
        }
    }

    #[test]
    fn counts_are_non_negative_integers() {
        for (value, expected) in [
            (json!(3), Some(3)),
            (json!("3"), Some(3)),
            (json!(3.0), Some(3)),
            (json!("3.0"), Some(3)),
            (json!(u64::MAX), Some(u64::MAX)),
            (json!("18446744073709551615"), Some(u64::MAX)),
            (json!(-1), None),
            (json!("-1"), None),
            (json!(0.5), None),
            (json!(1e30), None),
            (json!({"count": 3}), None),
        ] {
            assert_eq!(known::<u64>(value.clone()), expected, "{value}");
        }
        assert_eq!((known::<u32>(json!("50")), known::<u32>(json!(5_000_000_000_u64))), (Some(50), None));
    }

    #[test]
    fn only_ids_and_codes_may_be_numbers() {
        assert_eq!(
            known::<Code<String>>(json!(9_007_199_254_740_993_u64)).map(String::from),
            Some("9007199254740993".into())
        );
        assert_eq!(known::<Code<String>>(json!(-30)).map(String::from), Some("-30".into()));
        assert_eq!(known::<Code<String>>(json!("msg_1")).map(String::from), Some("msg_1".into()));
        for value in [json!(1.5), json!(true), json!({"id": "msg_1"}), json!(["msg_1"])] {
            assert!(known::<Code<String>>(value.clone()).is_none(), "{value}");
        }
        assert_eq!((known::<String>(json!("x")), known::<String>(json!(5))), (Some("x".into()), None));
    }
}
