//! Credits: what messages are paid with.

use crate::model::model;

model! {
    /// The account's balance.
    #[derive(Debug)]
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
