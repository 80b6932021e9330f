//! [`Response`]: what [`Client::request`](crate::Client::request) gives.

use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::tolerant::body::Unreadable;
use crate::{Error, Kind, Outcome, Result};

/// An answer as it came.
#[derive(Clone, PartialEq, serde::Serialize)]
#[non_exhaustive]
pub struct Response {
    /// The HTTP status, a 2xx.
    pub status: u16,
    /// The body; null where there was none.
    pub body: Value,
}

impl Response {
    /// The body as a type of the caller's, or of this crate.
    ///
    /// # Errors
    ///
    /// [`Kind::Decode`], with [`Outcome::Accepted`], where it is not of that type.
    pub fn into_type<T: DeserializeOwned>(self) -> Result<T> {
        let status = self.status;
        serde_json::from_value(self.body).map_err(|error| {
            Error::new(
                Kind::Decode,
                Outcome::Accepted,
                format!("the body is not of the requested type: {}", Unreadable::from(error).0),
            )
            .with_status(status)
            .with_attempts(1)
        })
    }
}

impl std::fmt::Debug for Response {
    /// Without the body.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Response").field("status", &self.status).finish_non_exhaustive()
    }
}
