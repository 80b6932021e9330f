//! Contacts: add one with [`CreateContact`], list them with [`ListContacts`]; the result is a [`Contact`].

use jiff::Timestamp;

use crate::Result;
use crate::binding::Empty;
use crate::check;
use crate::model::{model, params};
use crate::redact::redacted_debug;

model! {
    /// A contact: a person who can receive messages.
    ///
    /// If the response to a create omits a field that the request has, the field has the value of the request.
    Contact {
        required {
            /// Contact id, `cnt_…`.
            id: String as Code,
        }
        documented {
            /// Name of the person. Absent if the API omits it.
            name: Option<String>,
            /// Phone number in E.164 format. Absent if the API omits it.
            phone: Option<String>,
            /// Ids of the contact lists that contain the contact, `lst_…`. Empty if the API omits them.
            lists: Vec<String> as Code,
            /// Creation time (UTC). Absent if the API omits it.
            created_at: Option<Timestamp>,
        }
        optional {
            /// Email address. Absent if the contact has none.
            email: Option<String>,
        }
        from CreateContact { name, phone, lists, email }
    }
}

params! {
    /// A contact to add.
    ///
    /// The following is checked before anything is sent. The name and the phone number are required; otherwise, the call fails with
    /// [`Kind::InvalidRequest`](crate::Kind::InvalidRequest). The phone number must be in E.164 format; otherwise, the call fails with
    /// [`Kind::Validation`](crate::Kind::Validation).
    CreateContact {
        required {
            /// Name of the person.
            name: String,
            /// Phone number in E.164 format, such as `+244912345678`. Must be unique among the contacts of the account.
            phone: String,
            /// Ids of the contact lists to add the contact to, `lst_…`. Default: none.
            #[serde(skip_serializing_if = "Vec::is_empty")]
            lists: Vec<String>,
        }
        optional {
            /// Email address. Required to reach the contact by email.
            email: String,
        }
        extra
    }
}

params! {
    /// Which contacts to list. Default: all.
    #[derive(Default)]
    ListContacts {
        required {}
        optional {
            /// List only the contacts of this contact list, `lst_…`. The API does not document the name of this filter.
            list_id: String,
            /// List only the contacts that match this text. The API does not document the name of this filter: a server may ignore it and return
            /// every contact.
            search: String,
            /// Page size: number of items per request, 1 to 100. Default: 50, set by the API.
            per_page: u32,
        }
    }
}

impl CreateContact {
    /// Create a contact with a name and an E.164 number.
    pub fn new(name: impl Into<String>, phone: impl Into<String>) -> CreateContact {
        CreateContact { name: name.into(), phone: phone.into(), ..CreateContact::empty() }
    }

    /// Ids of the contact lists to add the contact to, `lst_…`. Default: none.
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
    /// List all contacts.
    pub fn new() -> ListContacts {
        ListContacts::default()
    }
}

redacted_debug!(Contact { id, name as Masked, phone as Masked, lists, created_at, email as Masked });
redacted_debug!(CreateContact { name as Masked, phone as Masked, email as Masked, lists });
redacted_debug!(ListContacts { list_id, search as Masked, per_page });
