//! `zexa-bench-client`: the Rust client and a raw socket, for `cargo xtask bench`. Peers from other crates are in `peers/`.

mod cpu;
mod model;
mod raw;
mod rounds;

use zexa::{Client, ListContacts, SendMessage};

use self::raw::Raw;
use self::rounds::{PAGES, Sender};

fn main() -> Result<(), String> {
    rounds::run(|name, url, count| match name {
        "zexa" => {
            let client = Client::builder().base_url(format!("{url}/v1")).api_key("k").build().expect("a valid URL");
            Some((0..count).map(|_| Box::new(Zexa(client.clone())) as Box<dyn Sender>).collect())
        }
        "raw socket" => Some((0..count).map(|_| Box::new(Raw::connect(url)) as Box<dyn Sender>).collect()),
        _ => None,
    })
}

/// Threads share the client.
struct Zexa(Client);

impl Sender for Zexa {
    fn send(&mut self) -> String {
        let message = SendMessage::sms("+244912345678", "ZEXA", "Hello");
        self.0.messages().send(&message).expect("the message is sent").id
    }

    fn read_contacts(&mut self) -> usize {
        let contacts = self.0.contacts().list(&ListContacts::new().per_page(100));
        contacts.map(|contact| contact.expect("a contact")).filter(|contact| contact.created_at.is_some()).count()
    }
}

impl Sender for Raw {
    fn send(&mut self) -> String {
        let body = serde_json::to_string(&model::MESSAGE).expect("a message has text keys");
        let response = self.exchange("POST", "/v1/messages", &body);
        serde_json::from_slice::<model::Message>(response).expect("a message").id
    }

    fn read_contacts(&mut self) -> usize {
        let mut count = 0;
        for page in 1..=PAGES {
            let response = self.exchange("GET", &format!("/v1/contacts?per_page=100&page={page}"), "");
            count += serde_json::from_slice::<model::Page>(response).expect("a page").data.len();
        }
        count
    }
}
