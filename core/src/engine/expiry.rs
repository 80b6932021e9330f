//! [`Expiry`]: when it is too late to send a row.

use jiff::Timestamp;

use crate::{Error, Kind, Outcome};

/// The times after which a row must not be sent.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Expiry {
    /// The time after which the run sends nothing.
    pub(crate) not_after: Option<Timestamp>,
    /// The time at which the message was to be sent, if a later one would be wrong.
    pub(crate) scheduled_at: Option<Timestamp>,
}

impl Expiry {
    /// Returns an error if it is too late to send the row.
    pub(crate) fn check(&self) -> Result<(), Error> {
        if self.not_after.is_none() && self.scheduled_at.is_none() {
            return Ok(()); // without asking the clock
        }
        let now = Timestamp::now();
        if let Some(time) = self.not_after.filter(|time| *time < now) {
            let message = format!("`not_after` has passed: it is {time}");
            return Err(Error::new(Kind::Validation, Outcome::NotSent, message));
        }
        match self.scheduled_at.filter(|time| *time < now) {
            Some(time) => {
                Err(Error::invalid("scheduled_at", time.to_string(), "has passed; to send it anyway, set `allow_past`"))
            }
            None => Ok(()),
        }
    }
}
