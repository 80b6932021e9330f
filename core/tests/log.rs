//! The log. This test has its own process, because a logger is global.

mod support;

use std::sync::Mutex;

use serde_json::json;
use support::{assert_no_secrets, builder, client, json_page};
use zexa::{Client, CreateContact, ListContacts, Method, SendMessage};
use zexa_sandbox::Sandbox;

struct Lines(Mutex<Vec<String>>);

impl log::Log for Lines {
    fn enabled(&self, _: &log::Metadata<'_>) -> bool {
        true
    }

    fn log(&self, record: &log::Record<'_>) {
        if record.target().starts_with("zexa") && !record.target().starts_with("zexa_sandbox") {
            self.0.lock().expect("no thread panicked").push(format!("{} {}", record.level(), record.args()));
        }
    }

    fn flush(&self) {}
}

#[test]
fn the_log_has_a_line_for_each_attempt_and_no_secret() {
    static LINES: Lines = Lines(Mutex::new(Vec::new()));
    log::set_logger(&LINES).expect("the only logger");
    log::set_max_level(log::LevelFilter::Trace);

    let sandbox = Sandbox::from_json(json!({
        "state": {"api_key": "zx_top_secret"},
        "faults": [{"path": "/messages", "status": 429, "headers": {"Retry-After": "0.01"}}],
    }));
    let client = client(&sandbox);
    client.messages().send(&SendMessage::sms("+244912345678", "ZEXA", "the code is 4711")).expect("sent");
    client.messages().get("+244912345678").expect_err("no such id");
    let found = client.contacts().list(&ListContacts::new().search("Ana Mendes")).count();
    client.contacts().create(&CreateContact::new("Ana Mendes", "912345678")).expect_err("no E.164");
    client.request(Method::Get, "/messages/912345678", &[("to", "912345678")], None).expect_err("no such id");

    let lines = std::mem::take(&mut *LINES.0.lock().expect("no thread panicked"));
    assert_eq!((found, lines.len()), (0, 5), "{lines:#?}");
    assert!(lines[0].starts_with("DEBUG POST /messages attempt 1: 429 rate_limited in "), "{lines:#?}");
    assert!(lines[0].contains(" request req_"), "{lines:#?}");
    assert!(lines[1].starts_with("DEBUG POST /messages attempt 2: 201 ok in "), "{lines:#?}");
    assert!(lines[2].starts_with("DEBUG GET /messages/{id} attempt 1: 404 not_found in "), "{lines:#?}");
    assert_no_secrets(&lines.concat());

    let nobody =
        Client::builder().api_key("k").base_url("http://127.0.0.1:9").max_retries(0).build().expect("a client");
    nobody.credits().get().expect_err("nobody listens there");
    let lines = std::mem::take(&mut *LINES.0.lock().expect("no thread panicked"));
    assert!(lines[0].starts_with("DEBUG GET /credits attempt 1: no response (connect) in "), "{lines:#?}");

    // In Rust, a warning is always a record of the log, even if there is an observer of attempts.
    let page = json_page(&[], 5, 1, 50);
    sandbox.add_fault(json!({"path": "/contacts", "times": 0, "status": 200, "body": page}));
    let client = builder(&sandbox).on_attempt(|_| {}).build().expect("a client");
    assert_eq!(client.contacts().list(&ListContacts::new().search("912345678")).count(), 0);
    let lines = std::mem::take(&mut *LINES.0.lock().expect("no thread panicked"));
    assert_eq!(lines, ["WARN GET /contacts: the list ended with fewer items than the total that the API reported"]);

    fields_that_are_not_as_documented(&LINES);
}

/// There is one warning per client and field, whatever the call, and none contains a value.
fn fields_that_are_not_as_documented(lines: &Lines) {
    let take = || std::mem::take(&mut *lines.0.lock().expect("no thread panicked"));
    let message = json!({"id": "msg_1", "status": "queued", "to": {"number": "912345678"}, "sent_at": "4711"});
    let sandbox = Sandbox::from_json(json!({
        "faults": [{"path": "/messages", "times": 0, "status": 201, "body": message},
            {"path": "/messages/*", "times": 0, "status": 200, "body": message},
            {"path": "/campaigns/*", "times": 0, "status": 200, "body": {"id": "cmp_1", "stats": {"sent": "many"}}},
            {"path": "/contacts", "times": 0, "status": 200, "body": [{"id": "cnt_1"}, {"id": "cnt_2"}]}],
    }));
    let client = builder(&sandbox).on_attempt(|_| {}).build().expect("a client");
    client.messages().get("msg_1").expect("a message");
    client.messages().send(&SendMessage::sms("+244912345678", "ZEXA", "the code is 4711")).expect("sent");
    let expected = [
        "WARN GET /messages/{id}: the response lacks the documented field `channel` of `Message`",
        "WARN GET /messages/{id}: `to` of `Message` has an unexpected form; its raw value is in `extra`",
        "WARN GET /messages/{id}: the response lacks the documented field `created_at` of `Message`",
        "WARN GET /messages/{id}: `sent_at` of `Message` has an unexpected form; its raw value is in `extra`",
    ];
    assert_eq!(take(), expected);
    // Fields that are filled in from the request are not missing. Clones share the warnings that were logged; another client does not.
    for count in [5, 0] {
        client.clone().campaigns().get("cmp_1").expect("a campaign");
        let lines = take();
        assert_eq!(lines.len(), count, "{lines:#?}");
        assert_no_secrets(&lines.concat());
    }
    let client = builder(&sandbox).on_attempt(|_| {}).build().expect("a client");
    client.messages().send(&SendMessage::sms("+244912345678", "ZEXA", "the code is 4711")).expect("sent");
    assert_eq!(take().len(), 3, "the channel is known");
    assert_eq!(client.contacts().list(&ListContacts::new()).count(), 2);
    let expected = [
        "WARN GET /contacts: the response lacks the documented field `meta` of `Page`",
        "WARN GET /contacts: the response lacks the documented field `name` of `Contact`",
        "WARN GET /contacts: the response lacks the documented field `phone` of `Contact`",
        "WARN GET /contacts: the response lacks the documented field `created_at` of `Contact`",
    ];
    assert_eq!(take(), expected);
}
