//! [`Account`]: what a ledger belongs to.

use super::key::Hasher;
use crate::config::Config;

/// The account of a client, and how it uses the ledger.
pub(crate) struct Account<'a> {
    /// The base URL of the API.
    pub(crate) origin: &'a str,
    pub(crate) api_key: &'a str,
    pub(crate) secret: Option<&'a str>,
    /// Whether another key of the same account may use the ledger.
    pub(crate) allows_other_key: bool,
}

/// What a ledger stores about the account that it belongs to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Binding {
    pub(crate) origin: String,
    /// The HMAC of the API key.
    pub(crate) fingerprint: [u8; 16],
    /// An HMAC with the secret.
    pub(crate) secret_check: [u8; 16],
}

impl<'a> Account<'a> {
    pub(super) fn of(config: &'a Config) -> Account<'a> {
        let options = &config.ledger_options;
        Account {
            origin: config.base_url.as_str(),
            api_key: config.api_key(),
            secret: options.secret.as_ref().map(|secret| secret.as_str()),
            allows_other_key: options.same_account,
        }
    }
}

impl Account<'_> {
    /// What a ledger with this salt stores about the account, and the hasher of the ledger.
    pub(crate) fn binding(&self, salt: &[u8]) -> (Binding, Hasher) {
        let hasher = Hasher::new(salt, self.secret);
        let binding = Binding {
            origin: self.origin.to_owned(),
            fingerprint: Hasher::new(salt, None).fingerprint(self.api_key),
            secret_check: hasher.secret_check(),
        };
        (binding, hasher)
    }

    /// Why a ledger that has stored this does not belong to the account, whose own binding is `own`.
    pub(crate) fn reject(&self, found: &Binding, own: &Binding) -> Option<String> {
        if found.origin != own.origin {
            let Binding { origin, .. } = found;
            return Some(format!("belongs to {origin}, and this client uses {}; use another ledger", self.origin));
        }
        if found.fingerprint != own.fingerprint && !self.allows_other_key {
            let reason = "belongs to another API key; if it is a key of the same account, set `ledger_same_account`";
            return Some(reason.to_owned());
        }
        let has_other_secret = found.secret_check != own.secret_check;
        has_other_secret.then(|| "was created with another `ledger_secret`, or without one".to_owned())
    }
}
