//! [`Page`], and how it is parsed: as documented, as a bare array, or with incomplete `meta`.

use std::fmt;
use std::marker::PhantomData;

use serde::Deserialize;
use serde::de::{Deserializer, SeqAccess, Visitor};
use serde::ser::{Serialize, SerializeMap, Serializer};
use serde_json::{Map, Value};

use crate::json;
use crate::model::{Model, model};
use crate::tolerant::Reading;
use crate::tolerant::body::{self, Path, Unreadable};
use crate::tolerant::notes::{Deviation, Note};

/// One page of a list.
#[derive(Clone, PartialEq)]
#[non_exhaustive]
pub struct Page<T> {
    /// Items on the page.
    pub items: Vec<T>,
    /// Number of items in the whole list. `None` if the API omits it.
    pub total: Option<u64>,
    /// Page number. The first page is 1.
    pub page: u32,
    /// Page size: number of items on a full page. `None` if the API omits it.
    pub per_page: Option<u32>,
    /// Fields that this version does not know, and the raw values of fields in an unexpected form.
    pub extra: Map<String, Value>,
}

model! {
    /// The `meta` object of a page.
    #[derive(Debug)]
    #[allow(unreachable_pub, reason = "models are public, and this one is in a private module")]
    Meta {
        required {}
        documented {
            /// Number of items in the whole list.
            total: Option<u64>,
            /// Number of the page, from 1.
            page: Option<u32>,
            /// Number of items on a full page.
            per_page: Option<u32>,
        }
        optional {}
    }
}

/// The documented form of a page. Its items and its `meta` are read tolerantly.
#[derive(Deserialize)]
#[serde(bound = "T: Model")]
struct Documented<T> {
    data: Items<T>,
    meta: Option<Reading<Meta>>,
}

/// The items of a page.
struct Items<T>(Vec<T>);

/// The largest page size of the API. A vector that grows with the items moves each of them twice.
const LARGEST_PAGE: usize = 100;

impl<'de, T: Model> Deserialize<'de> for Items<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Items<T>, D::Error> {
        struct Array<T>(PhantomData<T>);

        impl<'de, T: Model> Visitor<'de> for Array<T> {
            type Value = Items<T>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an array")
            }

            fn visit_seq<A: SeqAccess<'de>>(self, mut array: A) -> Result<Items<T>, A::Error> {
                let mut items = Vec::with_capacity(LARGEST_PAGE);
                while let Some(item) = array.next_element()? {
                    items.push(item);
                }
                if items.len() < LARGEST_PAGE / 2 {
                    items.shrink_to_fit();
                }
                Ok(Items(items))
            }
        }

        deserializer.deserialize_seq(Array(PhantomData))
    }
}

impl<T: Model> Page<T> {
    pub(crate) fn read(body: &[u8]) -> Result<Page<T>, Unreadable> {
        let straight = match body.trim_ascii_start().first() {
            Some(b'{') => json::parse_strict(body)
                .map(|Documented { data: Items(items), meta }| Page::new(items, meta.unwrap_or(Reading::Absent))),
            Some(b'[') => json::parse_strict(body).map(|Items(items)| Page::new(items, Reading::Absent)),
            _ => None,
        };
        straight.map_or_else(|| Page::read_value(json::parse_tolerant(body)?, &Path::ROOT), Ok)
    }

    fn read_value(value: Value, path: &Path<'_>) -> Result<Page<T>, Unreadable> {
        let mut object = match value {
            Value::Array(items) => return Page::read_items(items, Value::Null, path),
            Value::Object(object) => object,
            _ => return Err(path.error("is neither an object nor an array")),
        };
        let data_path = path.member("data");
        match object.remove("data") {
            Some(Value::Array(items)) => Page::read_items(items, object.remove("meta").unwrap_or_default(), &data_path),
            // A page in an envelope.
            Some(Value::Object(inner)) if inner.contains_key("data") => Page::read_value(inner.into(), &data_path),
            None | Some(Value::Null) => Err(data_path.error("is missing")),
            Some(_) => Err(data_path.error("is not an array")),
        }
    }

    fn read_items(items: Vec<Value>, meta: Value, path: &Path<'_>) -> Result<Page<T>, Unreadable> {
        let items = items.into_iter().enumerate();
        let items = items.map(|(index, item)| body::read_value(item, &path.index(index))).collect::<Result<_, _>>()?;
        Ok(Page::new(items, Reading::of(meta)))
    }

    fn new(items: Vec<T>, meta: Reading<Meta>) -> Page<T> {
        let (meta, extra) = match meta {
            Reading::Absent => (None, Map::new()),
            Reading::Known(mut meta) => {
                let extra = std::mem::take(&mut meta.extra);
                (Some(meta), extra)
            }
            Reading::Other(raw) => (None, Map::from_iter([("meta".to_owned(), raw)])),
        };
        let (total, page, per_page) = meta.map_or((None, None, None), |meta| (meta.total, meta.page, meta.per_page));
        Page { items, total, page: page.unwrap_or(UNKNOWN), per_page, extra }
    }

    pub(crate) fn add_notes(&self, notes: &mut Vec<Note>) {
        let Page { total, page, per_page, extra, .. } = self;
        let page = Some(*page).filter(|page| *page != UNKNOWN);
        let meta = Note { model: "Page", field: "meta", deviation: Deviation::Missing };
        match (total, page, per_page) {
            _ if extra.contains_key("meta") => notes.push(Note { deviation: Deviation::OtherForm, ..meta }),
            (None, None, None) if extra.is_empty() => notes.push(meta),
            _ => {
                let meta = Meta { total: *total, page, per_page: *per_page, extra: extra.clone() };
                let first = notes.len();
                Model::add_notes(&meta, notes);
                notes[first..].iter_mut().for_each(|note| note.model = "Page");
            }
        }
        self.items.iter().for_each(|item| item.add_notes(notes));
    }
}

/// The page number if the API omits it. Real page numbers start with 1.
const UNKNOWN: u32 = 0;

impl<T> Page<T> {
    /// Sets the page number to the requested one if the API omits it.
    pub(super) fn numbered(mut self, number: u32) -> Page<T> {
        if self.page == UNKNOWN {
            self.page = number;
        }
        self
    }
}

impl<T: Serialize> Serialize for Page<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let Page { items, total, page, per_page, extra } = self;
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry("items", items)?;
        map.serialize_entry("page", page)?;
        if let Some(total) = total {
            map.serialize_entry("total", total)?;
        }
        if let Some(per_page) = per_page {
            map.serialize_entry("per_page", per_page)?;
        }
        // The page number is always known, even if the API's is in an unexpected form.
        for (name, value) in extra.iter().filter(|(name, _)| !matches!(name.as_str(), "items" | "page")) {
            map.serialize_entry(name, value)?;
        }
        map.end()
    }
}

impl<T: fmt::Debug> fmt::Debug for Page<T> {
    /// Omits `extra`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Page")
            .field("items", &self.items)
            .field("total", &self.total)
            .field("page", &self.page)
            .field("per_page", &self.per_page)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::{Contact, SenderId};

    fn notes(page: &Page<Contact>) -> Vec<String> {
        let mut notes = Vec::new();
        page.add_notes(&mut notes);
        notes.retain(|note| note.model == "Page");
        notes.iter().map(ToString::to_string).collect()
    }

    #[test]
    fn pages_in_every_form() {
        let item = json!({"id": "cnt_1"});
        for (body, total, per_page, extra, note) in [
            (
                json!({"data": [item], "meta": {"total": 3, "page": 1, "per_page": 50, "x": 1}}),
                Some(3),
                Some(50),
                json!({"x": 1}),
                "",
            ),
            (
                json!({"data": [item], "meta": {"total": "3", "page": "1", "per_page": "50"}}),
                Some(3),
                Some(50),
                json!({}),
                "",
            ),
            (json!({"data": {"data": [item], "meta": {"total": 3}}}), Some(3), None, json!({}), "field `page`"),
            (
                json!({"data": [item], "meta": {"total": {"of": 3}, "page": 1, "per_page": 50}}),
                None,
                Some(50),
                json!({"total": {"of": 3}}),
                "`total` of",
            ),
            (
                json!({"data": [item], "meta": {"total": 3, "page": "first", "per_page": 50}}),
                Some(3),
                Some(50),
                json!({"page": "first"}),
                "`page` of",
            ),
            (json!({"data": [item], "meta": {}}), None, None, json!({}), "field `meta`"),
            (json!({"data": [item], "meta": null}), None, None, json!({}), "field `meta`"),
            (json!({"data": [item], "meta": "n/a"}), None, None, json!({"meta": "n/a"}), "`meta` of"),
            (json!({"data": [item]}), None, None, json!({}), "field `meta`"),
            (json!([item]), None, None, json!({}), "field `meta`"),
        ] {
            for text in [body.to_string(), format!("\u{feff}{body}")] {
                let page: Page<Contact> =
                    Page::read(text.as_bytes()).unwrap_or_else(|error| panic!("{}: {body}", error.0));
                assert_eq!((page.items.len(), page.total, page.per_page), (1, total, per_page), "{body}");
                assert_eq!(Value::from(page.extra.clone()), extra, "{body}");
                assert!(notes(&page).first().map_or("", |note| note).contains(note), "{body}: {:?}", notes(&page));
                assert_eq!(notes(&page).is_empty(), note.is_empty(), "{body}");
                // No name is written twice.
                let written = serde_json::to_string(&page.numbered(1)).expect("JSON");
                let names = serde_json::from_str::<Map<String, Value>>(&written).expect("an object");
                assert!(names["page"] == 1 && written.matches("\"page\"").count() == 1, "{written}");
            }
        }
    }

    #[test]
    fn errors_name_the_path() {
        for (body, expected) in [
            (json!({"data": [{"id": "cnt_1"}, {"name": "Ana"}]}), "`data[1].id` is missing"),
            (json!([{"id": "cnt_1"}, {"id": ["Ana"]}]), "`[1].id` has an unexpected form"),
            (json!({"data": [null]}), "`data[0]` is not an object"),
            (json!({"data": null}), "`data` is missing"),
            (json!({"contacts": []}), "`data` is missing"),
            (json!({"data": {"id": "cnt_1"}}), "`data` is not an array"),
            (json!({"data": {"data": [{}]}}), "`data.data[0].id` is missing"),
            (json!("Ana"), "the body is neither an object nor an array"),
        ] {
            let error = Page::<Contact>::read(body.to_string().as_bytes()).expect_err("unreadable");
            assert_eq!(error.0, expected);
        }
        assert!(Page::<Contact>::read(b"<html>").is_err_and(|error| error.0.starts_with("not JSON")));
    }

    #[test]
    fn an_item_in_another_form_does_not_affect_the_others() {
        let body =
            r#"{"data": [{"id": "cnt_1", "name": "Beto \ud83d"}, {"id": 2, "lists": [{"id": "lst_1"}], "email": 0}]}"#;
        let page: Page<Contact> = Page::read(body.as_bytes()).expect("a page");
        assert_eq!(page.items[0].name.as_deref(), Some("Beto \u{fffd}"));
        assert_eq!((&*page.items[1].id, &page.items[1].lists[..]), ("2", &["lst_1".to_owned()][..]));
        let page: Page<SenderId> = Page::read(br#"[{}, {"name": "ZEXA"}]"#).expect("a page");
        assert_eq!(page.items[1].sender_id.as_deref(), Some("ZEXA"));
    }
}
