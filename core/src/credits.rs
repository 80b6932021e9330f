//! Credits: what messages are paid with.

use crate::model::model;
use crate::private::discreet_debug;

model! {
    /// The account's balance.
    Credits {
        required {
            /// How many there are. An email or Slack message costs half a credit, so it may be a fraction.
            credits: f64,
            /// The currency that they are bought in.
            currency: String,
        }
        optional {}
    }
}

discreet_debug!(Credits { credits, currency });
