//! Pagination.

use serde_json::{Value, json};

use super::Call;
use crate::record::query_pairs;
use crate::reply::Reply;

/// The requested page. Values out of range are clamped, because the API documents no error for them.
pub(super) struct Page {
    page: u64,
    per_page: u64,
    query: Vec<(String, String)>,
}

impl Page {
    pub(super) fn of(call: &Call<'_>) -> Self {
        let query: Vec<_> = query_pairs(call.head.uri.query()).collect();
        let number = |name| text(&query, name).and_then(|text| text.parse::<u64>().ok());
        let most = call.server.page_size_cap.unwrap_or(100).clamp(1, 100);
        Self {
            page: number("page").unwrap_or(1).max(1),
            per_page: number("per_page").unwrap_or(50).clamp(1, most),
            query,
        }
    }

    /// Value of a filter parameter.
    pub(super) fn filter(&self, name: &str) -> Option<&str> {
        text(&self.query, name)
    }

    pub(super) fn respond<'a, T: 'a>(
        &self,
        items: impl Iterator<Item = &'a T>,
        to_json: impl Fn(&T) -> Value,
    ) -> Reply {
        let skipped = (self.page - 1).saturating_mul(self.per_page);
        let wanted = skipped..skipped.saturating_add(self.per_page);
        let mut total = 0_u64;
        let mut data = Vec::new();
        for item in items {
            if wanted.contains(&total) {
                data.push(to_json(item));
            }
            total += 1;
        }
        let meta = json!({"total": total, "page": self.page, "per_page": self.per_page});
        Reply::json(200, &json!({"data": data, "meta": meta}))
    }
}

fn text<'a>(query: &'a [(String, String)], name: &str) -> Option<&'a str> {
    query.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
}
