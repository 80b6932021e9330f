//! Contacts: [`CreateContact`], [`ListContacts`], and the [`Contact`] that they are about.

use std::fmt;

use jiff::Timestamp;

use crate::Result;
use crate::check;
use crate::model::{model, null_as_empty, params};
use crate::private::Masked;

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
            /// The ids of the contact lists that it is in, `lst_…`.
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
        }
        optional {
            /// The email address; needed to reach the contact by email.
            email: String,
            /// The ids of the contact lists to put it in, `lst_…`.
            lists: Vec<String>,
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
        CreateContact { name: name.into(), phone: phone.into(), email: None, lists: None }
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

impl fmt::Debug for Contact {
    /// With name, number and address masked.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Contact")
            .field("id", &self.id)
            .field("name", &Masked(&self.name))
            .field("phone", &Masked(&self.phone))
            .field("lists", &self.lists)
            .field("created_at", &self.created_at)
            .field("email", &self.email.as_deref().map(Masked))
            .finish_non_exhaustive()
    }
}

impl fmt::Debug for CreateContact {
    /// With name, number and address masked.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CreateContact")
            .field("name", &Masked(&self.name))
            .field("phone", &Masked(&self.phone))
            .field("email", &self.email.as_deref().map(Masked))
            .field("lists", &self.lists)
            .finish()
    }
}

impl fmt::Debug for ListContacts {
    /// With the search masked: it may be a number.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ListContacts")
            .field("list_id", &self.list_id)
            .field("search", &self.search.as_deref().map(Masked))
            .field("per_page", &self.per_page)
            .finish()
    }
}
