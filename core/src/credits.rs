//! Credits: the balance that messages are paid from.

use crate::model::model;
use crate::redact::redacted_debug;

model! {
    /// The credit balance of the account.
    Credits {
        required {
            /// Number of credits. May be fractional: an email or Slack message costs half a credit.
            credits: f64,
        }
        documented {
            /// Currency in which credits are bought, such as `USD`. Absent if the API omits it.
            currency: Option<String>,
        }
        optional {}
    }
}

redacted_debug!(Credits { credits, currency });
