//! Contacts: [`CreateContact`], [`ListContacts`], and the [`Contact`] that they are about.

use jiff::Timestamp;

use crate::Result;
use crate::check;
use crate::model::{model, null_as_empty, params};
use crate::private::discreet_debug;

model! {
    /// A person who can be reached.
    Contact {
        required {
            /// Its id, `cnt_…`.
            id: String,
            /// The person's name.
            name: String,
            /// The phone number, in E.164 form.
            phone: String,
            /// The ids of the contact lists that it is in, `lst_…`. Empty where the API leaves them out: it documents them, yet not as always there.
            #[serde(default, deserialize_with = "null_as_empty")]
            lists: Vec<String>,
            /// When it was added.
            created_at: Timestamp,
        }
        optional {
            /// The email address, if there is one.
            email: String,
        }
    }
}

params! {
    /// A contact to add.
    ///
    /// Refused before it is sent: a missing `name` or `phone`; a `phone` that is not E.164.
    CreateContact {
        required {
            /// The person's name.
            name: String,
            /// The phone number, in E.164 form. No other contact may have it.
            phone: String,
            /// The ids of the contact lists to put it in, `lst_…`.
            #[serde(skip_serializing_if = "Vec::is_empty")]
            lists: Vec<String>,
        }
        optional {
            /// The email address; needed to reach the contact by email.
            email: String,
        }
    }
}

params! {
    /// Which contacts to list. By default all.
    #[derive(Default)]
    ListContacts {
        required {}
        optional {
            /// Only those in this contact list, `lst_…`. The parameter's name is inferred.
            list_id: String,
            /// Only those that match this text. The parameter's name is inferred.
            search: String,
            /// How many come with one request, 1 to 100. Default: 50, the API's own.
            per_page: u32,
        }
    }
}

impl CreateContact {
    /// A contact with a name and an E.164 number.
    pub fn new(name: impl Into<String>, phone: impl Into<String>) -> CreateContact {
        CreateContact { name: name.into(), phone: phone.into(), lists: Vec::new(), email: None }
    }

    /// The ids of the contact lists to put it in, `lst_…`.
    pub fn lists<L: Into<String>>(mut self, lists: impl IntoIterator<Item = L>) -> Self {
        self.lists = lists.into_iter().map(Into::into).collect();
        self
    }

    pub(crate) fn check(&self) -> Result<()> {
        check::required("name", &self.name)?;
        check::required("phone", &self.phone)?;
        check::e164("phone", &self.phone)
    }
}

impl ListContacts {
    /// All contacts.
    pub fn new() -> ListContacts {
        ListContacts::default()
    }
}

discreet_debug!(Contact { id, name as Masked, phone as Masked, lists, created_at, email as Masked });
discreet_debug!(CreateContact { name as Masked, phone as Masked, email as Masked, lists });
discreet_debug!(ListContacts { list_id, search as Masked, per_page });
