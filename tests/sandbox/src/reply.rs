//! Replies: a status, headers and a JSON body, including the API's error body.

use bytes::Bytes;
use hyper::HeaderMap;
use hyper::header::{ALLOW, HeaderName, HeaderValue, RETRY_AFTER, WWW_AUTHENTICATE};
use serde_json::{Value, json};

use crate::world::new_id;

/// A reply before it is converted to an HTTP response.
#[derive(Debug, Clone)]
pub(crate) struct Reply {
    pub(crate) status: u16,
    /// Headers in addition to `Content-Type`, which is JSON if the body is not empty.
    pub(crate) headers: HeaderMap,
    pub(crate) body: Bytes,
    /// Id of the message that the request created.
    pub(crate) message_id: Option<String>,
}

impl Reply {
    pub(crate) fn json(status: u16, body: &Value) -> Self {
        Self::text(status, body.to_string().into_bytes())
    }

    /// A reply from a body that is already JSON text.
    pub(crate) fn text(status: u16, body: Vec<u8>) -> Self {
        Self { status, headers: HeaderMap::new(), body: body.into(), message_id: None }
    }

    pub(crate) fn empty() -> Self {
        Self::text(204, Vec::new())
    }
}

/// A reply with the API's error body.
#[derive(Debug, Clone)]
pub(crate) struct ApiError(Box<Reply>);

impl ApiError {
    fn new(status: u16, code: &str, message: impl Into<String>, details: Value) -> Self {
        let (message, request_id) = (message.into(), new_id("req"));
        let body = json!({"error": code, "message": message, "details": details, "request_id": request_id});
        Self(Box::new(Reply::json(status, &body)))
    }

    fn with(mut self, name: HeaderName, value: HeaderValue) -> Self {
        self.0.headers.insert(name, value);
        self
    }

    pub(crate) fn unauthorized() -> Self {
        let message = "The API key is missing, invalid or revoked.";
        Self::new(401, "unauthorized", message, json!({})).with(WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"))
    }

    pub(crate) fn rate_limited(retry_after: u64) -> Self {
        let message = format!("Too many requests. Try again in {retry_after} s.");
        let details = json!({"retry_after": retry_after});
        Self::new(429, "rate_limit_exceeded", message, details).with(RETRY_AFTER, HeaderValue::from(retry_after))
    }

    /// 400: a field is missing or has the wrong type.
    pub(crate) fn request(field: &str, value: &Value, reason: &str) -> Self {
        Self::new(400, "invalid_request", sentence(field, reason), field_details(field, value, reason))
    }

    /// 400: the request cannot be read.
    pub(crate) fn unreadable(reason: impl Into<String>) -> Self {
        let reason = reason.into();
        Self::new(400, "invalid_request", reason.clone(), json!({"reason": reason}))
    }

    /// 413: the body is too large.
    pub(crate) fn too_large(limit: usize) -> Self {
        let message = format!("The body is larger than {limit} bytes.");
        Self::new(413, "payload_too_large", message, json!({"maximum": limit}))
    }

    /// 422: well-formed, but invalid.
    pub(crate) fn invalid(field: &str, value: &Value, reason: &str) -> Self {
        Self::new(422, "validation_error", sentence(field, reason), field_details(field, value, reason))
    }

    pub(crate) fn insufficient_credits(needed: f64, available: f64) -> Self {
        let details = json!({"required": amount(needed), "available": amount(available)});
        Self::new(422, "insufficient_credits", "The account does not have enough credits.", details)
    }

    pub(crate) fn not_found(what: &str, id: &str) -> Self {
        Self::new(404, "not_found", format!("There is no such {what}."), json!({"id": id}))
    }

    pub(crate) fn conflict(field: &str, value: &str, message: &str) -> Self {
        Self::new(409, "conflict", message, json!({"field": field, "value": value}))
    }

    pub(crate) fn method_not_allowed(allow: &'static str) -> Self {
        let message = format!("This path supports only {allow}.");
        Self::new(405, "method_not_allowed", message, json!({"allow": allow}))
            .with(ALLOW, HeaderValue::from_static(allow))
    }

    /// The API's likely error for a status, for a fault that sets only the status.
    pub(crate) fn of_status(status: u16) -> Self {
        let (code, message) = match status {
            400 => ("invalid_request", "The request cannot be read."),
            401 => ("unauthorized", "The API key is missing, invalid or revoked."),
            404 => ("not_found", "The resource does not exist."),
            409 => ("conflict", "A contact with this phone number already exists."),
            422 => ("validation_error", "The request is well-formed, but invalid."),
            429 => ("rate_limit_exceeded", "Too many requests."),
            502 => ("bad_gateway", "Bad gateway."),
            503 => ("service_unavailable", "The service is unavailable. Try again later."),
            504 => ("gateway_timeout", "Gateway timeout."),
            500.. => ("internal_error", "Internal server error. Try again later."),
            _ => ("error", "The request failed."),
        };
        Self::new(status, code, message, json!({}))
    }
}

impl From<ApiError> for Reply {
    fn from(refusal: ApiError) -> Self {
        *refusal.0
    }
}

fn sentence(field: &str, reason: &str) -> String {
    format!("`{field}` {reason}.")
}

fn field_details(field: &str, value: &Value, reason: &str) -> Value {
    json!({"field": field, "value": value, "reason": reason})
}

/// An amount of credits as JSON: whole numbers without a fraction.
pub(crate) fn amount(credits: f64) -> Value {
    #[expect(clippy::cast_possible_truncation, reason = "the number is whole and small enough")]
    if credits.fract() == 0.0 && credits.abs() < 9e15 { json!(credits as i64) } else { json!(credits) }
}
