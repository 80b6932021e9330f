//! [`Response`]: the result of [`Client::request`](crate::Client::request).

use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::tolerant::body::Unreadable;
use crate::{Error, Kind, Outcome, Result};

/// A successful response, undecoded. Returned by [`Client::request`](crate::Client::request).
#[derive(Clone, PartialEq, serde::Serialize)]
#[non_exhaustive]
pub struct Response {
    /// HTTP status, 200 to 299.
    pub status: u16,
    /// Body as JSON. Null if the body is empty.
    pub body: Value,
}

impl Response {
    /// Deserialize the body to a type of the caller or of this crate.
    ///
    /// # Errors
    ///
    /// [`Kind::Decode`], with outcome [`Outcome::Accepted`], if the body does not fit the type.
    pub fn into_type<T: DeserializeOwned>(self) -> Result<T> {
        let status = self.status;
        serde_json::from_value(self.body).map_err(|error| {
            Error::new(
                Kind::Decode,
                Outcome::Accepted,
                format!("the response body does not fit the requested type: {}", Unreadable::from(error).0),
            )
            .with_status(status)
            .with_attempts(1)
        })
    }
}

impl std::fmt::Debug for Response {
    /// Omits the body, which may contain phone numbers and message text.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Response").field("status", &self.status).finish_non_exhaustive()
    }
}
