//! Reads arrays of strings, such as names of events and ids of contact lists.

use serde::Serialize;
use serde::de::SeqAccess;
use serde_json::{Map, Value};

use super::field::Slot;
use super::notes::Note;
use super::{Code, Reading, Tolerant};

/// Accepts only a string.
struct Text<T>(T);

impl<T: Tolerant> Tolerant for Text<T> {
    #[inline]
    fn from_text(text: &str) -> Option<Text<T>> {
        T::from_text(text).map(Text)
    }
}

/// Reads an array. While its elements are strings, they are not copied as JSON. If the form of one element is not accepted, neither is that of the
/// array.
fn read<'de, T, A>(mut array: A, other: fn(Value) -> Option<T>) -> Result<Reading<Vec<T>>, A::Error>
where
    T: Tolerant + Serialize,
    A: SeqAccess<'de>,
{
    let mut items = Vec::with_capacity(array.size_hint().unwrap_or(0).min(64));
    while let Some(element) = array.next_element::<Reading<Text<T>>>()? {
        let raw = match element {
            Reading::Known(Text(item)) => {
                items.push(item);
                continue;
            }
            Reading::Absent => Value::Null,
            Reading::Other(raw) => raw,
        };
        // The elements so far are strings, so this restores their JSON.
        let mut values: Vec<_> = items.iter().map(|item| serde_json::to_value(item).unwrap_or_default()).collect();
        values.push(raw);
        while let Some(value) = array.next_element()? {
            values.push(value);
        }
        return Ok(match values.iter().cloned().map(other).collect() {
            Some(items) => Reading::Known(items),
            None => Reading::Other(values.into()),
        });
    }
    Ok(Reading::Known(items))
}

/// Reads an array that is already parsed.
fn read_value<T>(value: Value, element: fn(Value) -> Option<T>) -> Result<Vec<T>, Value> {
    let Value::Array(values) = value else { return Err(value) };
    values.iter().cloned().map(element).collect::<Option<_>>().ok_or(Value::Array(values))
}

fn element<T: Tolerant>(value: Value) -> Option<T> {
    if let Reading::Known(item) = Reading::of(value) { Some(item) } else { None }
}

impl<T: Tolerant + Serialize> Tolerant for Vec<T> {
    fn from_value(value: Value) -> Result<Vec<T>, Value> {
        read_value(value, element)
    }

    fn from_array<'de, A: SeqAccess<'de>>(array: A) -> Result<Reading<Vec<T>>, A::Error> {
        read(array, element)
    }
}

/// Ids, each of which may also be a number, or an object with an id.
impl Tolerant for Code<Vec<String>> {
    fn from_value(value: Value) -> Result<Self, Value> {
        read_value(value, id).map(Code)
    }

    fn from_array<'de, A: SeqAccess<'de>>(array: A) -> Result<Reading<Self>, A::Error> {
        Ok(match read(array, id)? {
            Reading::Known(ids) => Reading::Known(Code(ids)),
            Reading::Other(raw) => Reading::Other(raw),
            Reading::Absent => Reading::Absent,
        })
    }
}

impl From<Code<Vec<String>>> for Vec<String> {
    fn from(code: Code<Vec<String>>) -> Vec<String> {
        code.0
    }
}

fn id(value: Value) -> Option<String> {
    match value {
        Value::Object(mut object) => id_of(&mut object),
        value => element::<Code<String>>(value).map(Into::into),
    }
}

fn id_of(object: &mut Map<String, Value>) -> Option<String> {
    element::<Code<String>>(object.remove("id")?).map(Into::into)
}

impl<T: Tolerant + Serialize> Slot for Vec<T> {
    type Value = Vec<T>;

    fn new(value: Option<Vec<T>>) -> Vec<T> {
        value.unwrap_or_default()
    }

    fn is_absent(&self) -> bool {
        false
    }

    fn is_written(&self, is_extra: impl FnOnce() -> bool) -> bool {
        !self.is_empty() || !is_extra()
    }

    fn add_notes(&self, _: &mut Vec<Note>) {}
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn ids(value: &Value) -> Result<Vec<String>, Value> {
        let by_text = serde_json::from_str::<Reading<Code<Vec<String>>>>(&value.to_string()).expect("JSON");
        let by_value = Reading::<Code<Vec<String>>>::of(value.clone());
        let [one, other] = [by_text, by_value].map(|reading| match reading {
            Reading::Known(ids) => Ok(Vec::from(ids)),
            Reading::Other(raw) => Err(raw),
            Reading::Absent => Err(Value::Null),
        });
        assert_eq!(one, other);
        one
    }

    #[test]
    fn lists_in_every_form() {
        for (value, expected) in [
            (json!([]), vec![]),
            (json!(["lst_1", "lst_2"]), vec!["lst_1", "lst_2"]),
            (json!([{"id": "lst_1", "name": "Clientes"}, {"id": "lst_2"}]), vec!["lst_1", "lst_2"]),
            (json!(["lst_1", {"id": 2}, 3]), vec!["lst_1", "2", "3"]),
        ] {
            assert_eq!(ids(&value), Ok(expected.into_iter().map(str::to_owned).collect()), "{value}");
        }
    }

    #[test]
    fn an_array_with_an_unexpected_element_is_returned_unchanged() {
        for value in [json!(["lst_1", null]), json!([{"name": "x"}]), json!(["a", 5, [1]]), json!("lst_1"), json!({})] {
            assert_eq!(ids(&value), Err(value.clone()));
        }
    }
}
