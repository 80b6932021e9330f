//! Contacts: [`CreateContact`], [`ListContacts`], and the [`Contact`] that they are about.

use jiff::Timestamp;

use crate::Result;
use crate::binding::Blank;
use crate::check;
use crate::model::{model, params};
use crate::private::discreet_debug;

model! {
    /// A person who can be reached.
    Contact {
        required {
            /// Contact id, `cnt_…`.
            id: String as Code,
        }
        documented {
            /// Name of the person. Absent if the API omits it.
            name: Option<String>,
            /// Phone number in E.164 form. Absent if the API omits it.
            phone: Option<String>,
            /// Ids of the contact lists that contain it, `lst_…`. Empty if the API omits them.
            lists: Vec<String> as Code,
            /// Creation time (UTC). Absent if the API omits it.
            created_at: Option<Timestamp>,
        }
        optional {
            /// Email address, if there is one.
            email: Option<String>,
        }
        from CreateContact { name, phone, lists, email }
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
        extra
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
            /// Only contacts that match this text. The parameter is inferred: a server may ignore it and return every contact.
            search: String,
            /// How many come with one request, 1 to 100. Default: 50, the API's own.
            per_page: u32,
        }
    }
}

impl CreateContact {
    /// A contact with a name and an E.164 number.
    pub fn new(name: impl Into<String>, phone: impl Into<String>) -> CreateContact {
        CreateContact { name: name.into(), phone: phone.into(), ..CreateContact::blank() }
    }

    /// The ids of the contact lists to put it in, `lst_…`.
    pub fn lists<L: Into<String>>(mut self, lists: impl IntoIterator<Item = L>) -> Self {
        self.lists = lists.into_iter().map(Into::into).collect();
        self
    }

    pub(crate) fn check(&self) -> Result<()> {
        check::required("name", &self.name, &self.extra)?;
        check::required("phone", &self.phone, &self.extra)?;
        if self.phone.is_empty() { Ok(()) } else { check::e164("phone", &self.phone) }
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
