//! Arbitrary arguments that the header permits: strings, numbers, arrays and structs. They live until the call has returned.

use std::ffi::{CString, c_char, c_void};
use std::ptr;

use super::{Call, Handle};
use crate::attempt::zexa_attempt;
use crate::cancel::zexa_cancel_token;
use crate::generated::campaigns::*;
use crate::generated::contacts::*;
use crate::generated::messages::*;
use crate::generated::options::*;
use crate::generated::sender_ids::*;
use crate::generated::webhooks::*;
use crate::input::SizedStruct;
use crate::key_value::zexa_key_value;
use crate::template::{zexa_template, zexa_template_json};

/// The arguments of a call, which are freed after it.
#[derive(Default)]
pub(super) struct Arguments {
    strings: Vec<CString>,
    arrays: Vec<Box<[*const c_char]>>,
    key_values: Vec<Box<[zexa_key_value]>>,
    structs: Vec<Box<dyn std::any::Any>>,
}

impl Arguments {
    pub(super) fn text(&mut self, bytes: impl Into<Vec<u8>>) -> *const c_char {
        let bytes: Vec<u8> = bytes.into().into_iter().filter(|byte| *byte != 0).collect();
        self.strings.push(CString::new(bytes).expect("without NUL"));
        self.strings.last().expect("pushed").as_ptr()
    }

    fn keep<T: 'static>(&mut self, value: T) -> *const T {
        let value = Box::new(value);
        let pointer = ptr::from_ref(&*value);
        self.structs.push(value);
        pointer
    }
}

const CHANNELS: &[&str] = &["sms", "whatsapp", "telegram", "email", "slack", "fax"];
const RECIPIENTS: &[&str] = &["+244912345678", "ana@shop.example", "C0123", "912", ""];
const STATUSES: &[&str] = &["queued", "sent", "delivered", "final", "completed", ""];
const TIMES: &[&str] = &["2026-07-01T09:00:00Z", "2099-01-01T00:00:00+01:00", "tomorrow", "9999-12-31T23:59:60Z"];
const JSON: &[&str] = &[
    "{}",
    "{\"x\": 1}",
    "[1]",
    "{\"name\": \"a\", \"variables\": [\"b\"]}",
    "{",
    "null",
    "\"x\"",
    "{\"n\": 99999999999999999999}",
];
const KEYS: &[&str] = &["order-1", "order-2", "order-3", "default:1", ""];
const EVENTS: &[&str] = &["message.delivered", "*", "campaign.sent", "x"];

impl Call<'_, '_> {
    /// A string that may be NULL, empty, invalid UTF-8 or anything else.
    pub(super) fn string(&mut self, likely: &[&str]) -> *const c_char {
        match self.input.byte() % 16 {
            0 => ptr::null(),
            1 => self.arguments.text("\u{ff}\u{1f600}\r\n\t\"\\\u{7f}"),
            2 => self.arguments.text(*b"\xe9 \xff\xc0\x80"),
            3 => {
                let length = self.input.below(4096);
                self.arguments.text("A".repeat(length))
            }
            4 | 5 => {
                let length = self.input.below(32);
                let bytes = self.input.bytes(length);
                self.arguments.text(bytes)
            }
            _ => {
                let choice = likely[self.input.below(likely.len())];
                self.arguments.text(choice)
            }
        }
    }

    /// An id of an object that exists, or any other string.
    pub(super) fn id(&mut self) -> *const c_char {
        match self.input.byte() % 4 {
            // SAFETY: the object is alive, or NULL, which accessors accept.
            0 => unsafe { zexa_message_id(self.pick()) },
            // SAFETY: likewise.
            1 => unsafe { zexa_campaign_id(self.pick()) },
            // SAFETY: likewise.
            2 => unsafe { zexa_contact_id(self.pick()) },
            _ => self.string(&["msg_1", "cmp_1", "../x", "%2e", "a/b"]),
        }
    }

    /// A number of which most are absent or invalid.
    fn number(&mut self, likely: &[i64]) -> i64 {
        match self.input.byte() % 8 {
            0 => i64::MIN,
            1 => -2,
            2 => i64::MAX,
            3 => i64::from(self.input.byte()),
            _ => likely[self.input.below(likely.len())],
        }
    }

    fn flag(&mut self) -> i64 {
        [-1, -1, 0, 1, 2, i64::MIN][self.input.below(6)]
    }

    /// A number of elements that the header permits for an array with `length` elements.
    fn count(&mut self, first_is_null: bool, length: usize) -> usize {
        match self.input.byte() % 8 {
            // More than the address space. It is rejected, and the array is not read.
            0 => usize::MAX,
            1 if first_is_null => 1,
            _ if first_is_null => 0,
            2 => 0,
            _ => length,
        }
    }

    fn strings(&mut self, likely: &[&str]) -> (*const *const c_char, usize) {
        let strings: Box<[_]> = (0..self.input.below(4)).map(|_| self.string(likely)).collect();
        let (first, length) = (strings.as_ptr(), strings.len());
        self.arguments.arrays.push(strings);
        let first = if self.input.byte().is_multiple_of(8) { ptr::null() } else { first };
        (first, self.count(first.is_null(), length))
    }

    pub(super) fn key_values(&mut self, names: &[&str]) -> (*const zexa_key_value, usize) {
        let pairs: Box<[_]> = (0..self.input.below(3))
            .map(|_| zexa_key_value { name: self.string(names), value: self.string(&["1", "a b", "é"]) })
            .collect();
        let (first, length) = (pairs.as_ptr(), pairs.len());
        self.arguments.key_values.push(pairs);
        let first = if self.input.byte().is_multiple_of(8) { ptr::null() } else { first };
        (first, self.count(first.is_null(), length))
    }

    /// A size of a struct. All smaller ones are those of older headers, or invalid.
    fn size<T: SizedStruct>(&mut self) -> usize {
        match self.input.byte() % 16 {
            0 => 0,
            1 => T::MIN_SIZE,
            2 => size_of::<T>() + 8,
            3 => usize::MAX,
            4 => usize::from(self.input.byte()),
            _ => size_of::<T>(),
        }
    }

    fn or_null<T: 'static>(&mut self, value: T) -> *const T {
        if self.input.byte().is_multiple_of(32) { ptr::null() } else { self.arguments.keep(value) }
    }

    pub(super) fn client_options(&mut self) -> *const zexa_client_options {
        let (default_headers, default_headers_count) = self.key_values(&["X-Shop", "Authorization", "a b"]);
        let url = self.sandbox().url().to_owned();
        let key = self.sandbox().api_key().to_owned();
        let ledger = self.directory.join("fuzzing.db");
        let has_ledger = self.input.byte().is_multiple_of(2);
        // No other hosts: these clients must not leave this machine.
        let urls = [&*url, &*url, &*url, &*url, "http://127.0.0.1:9/v1", "ftp://x", ""];
        let (url, key) =
            (urls[self.input.below(urls.len())], if self.input.byte().is_multiple_of(8) { "wrong" } else { &*key });
        let callback = self.input.byte().is_multiple_of(4);
        let options = zexa_client_options {
            struct_size: self.size::<zexa_client_options>(),
            on_attempt: callback.then_some(on_attempt),
            on_attempt_userdata: ptr::null_mut(),
            on_attempt_destroy: callback.then_some(on_destroy),
            api_key: self.arguments.text(key),
            base_url: self.arguments.text(url),
            timeout_ms: self.number(&[-1, 5000]),
            connect_timeout_ms: self.number(&[-1, 5000]),
            deadline_ms: self.number(&[5000]),
            max_retry_wait_ms: self.number(&[-1, 100]),
            max_retries: 0,
            allow_http: self.flag(),
            ca_file: if self.input.byte().is_multiple_of(16) { self.arguments.text("/dev/null") } else { ptr::null() },
            user_agent_suffix: if self.input.byte().is_multiple_of(8) {
                self.string(&["shop/1.2"])
            } else {
                ptr::null()
            },
            default_headers,
            default_headers_count,
            http2: self.flag(),
            max_connections: self.number(&[-1, 1, 4]),
            ledger: if has_ledger { self.arguments.text(ledger.to_str().expect("UTF-8")) } else { ptr::null() },
            ledger_same_account: self.flag(),
            ledger_on_network: self.flag(),
            ..SizedStruct::INIT
        };
        // Without options, a client of the real API would be created.
        self.arguments.keep(options)
    }

    pub(super) fn call_options(&mut self, may_wait: bool) -> *const zexa_call_options {
        if !may_wait && self.input.byte().is_multiple_of(2) {
            return ptr::null();
        }
        let (headers, headers_count) = self.key_values(&["X-Shop", "Host", ""]);
        let options = zexa_call_options {
            struct_size: if may_wait { size_of::<zexa_call_options>() } else { self.size::<zexa_call_options>() },
            cancel: self.pick::<zexa_cancel_token>(),
            timeout_ms: self.number(&[-1, 5000]),
            // A call that waits for a status ends soon.
            deadline_ms: if may_wait { 1 + i64::from(self.input.byte() % 8) } else { self.number(&[-1, 5000, 1]) },
            max_retries: [-1, 0, i64::MIN, -7][self.input.below(4)],
            retry_ambiguous: self.flag(),
            headers,
            headers_count,
            extra_query: if self.input.byte().is_multiple_of(4) { self.string(JSON) } else { ptr::null() },
            extra_body: if self.input.byte().is_multiple_of(4) { self.string(JSON) } else { ptr::null() },
        };
        self.arguments.keep(options)
    }

    pub(super) fn bulk_options(&mut self) -> *const zexa_bulk_options {
        let options = zexa_bulk_options {
            struct_size: self.size::<zexa_bulk_options>(),
            cancel: self.pick::<zexa_cancel_token>(),
            concurrency: self.number(&[-1, 1, 8]),
            rate: [-1.0, -1.0, 1e6, f64::NAN, f64::INFINITY, 0.0, -7.5][self.input.below(7)],
            ordered: self.flag(),
            ledger: if self.input.byte().is_multiple_of(8) { self.string(&["default", "none"]) } else { ptr::null() },
            on_unknown: if self.input.byte().is_multiple_of(4) {
                self.string(&["send", "keep", "stop"])
            } else {
                ptr::null()
            },
            on_rejected: if self.input.byte().is_multiple_of(4) {
                self.string(&["send", "keep", "stop"])
            } else {
                ptr::null()
            },
            allow_past: self.flag(),
            not_after: if self.input.byte().is_multiple_of(4) { self.string(TIMES) } else { ptr::null() },
        };
        self.or_null(options)
    }

    pub(super) fn send_params(&mut self) -> *const zexa_send_message_params {
        let params = self.send_message_params();
        self.or_null(params)
    }

    pub(super) fn send_message_params(&mut self) -> zexa_send_message_params {
        let template = self.pick::<zexa_template>();
        zexa_send_message_params {
            struct_size: self.size::<zexa_send_message_params>(),
            channel: self.string(CHANNELS),
            to: self.string(RECIPIENTS),
            from: self.string(&["ZEXA", "zexa@shop.example"]),
            body: self.string(&["Hello", "Olá 😀", ""]),
            subject: if self.input.byte().is_multiple_of(4) { self.string(&["Hello"]) } else { ptr::null() },
            html: if self.input.byte().is_multiple_of(8) { self.string(&["<p>"]) } else { ptr::null() },
            template_json: match self.input.byte() % 8 {
                0 => self.string(JSON),
                // SAFETY: it is alive or NULL.
                1 => unsafe { zexa_template_json(template) },
                _ => ptr::null(),
            },
            scheduled_at: if self.input.byte().is_multiple_of(8) { self.string(TIMES) } else { ptr::null() },
            template_id: if self.input.byte().is_multiple_of(8) { self.string(&["tpl_1"]) } else { ptr::null() },
            idempotency_key: if self.input.byte().is_multiple_of(2) { self.string(KEYS) } else { ptr::null() },
        }
    }

    pub(super) fn campaign_params(&mut self) -> *const zexa_create_campaign_params {
        let params = zexa_create_campaign_params {
            struct_size: self.size::<zexa_create_campaign_params>(),
            name: self.string(&["July"]),
            channel: self.string(CHANNELS),
            contact_list_id: self.string(&["lst_demo", "lst_1"]),
            sender_id: self.string(&["ZEXA"]),
            body: self.string(&["Hello"]),
            template_json: if self.input.byte().is_multiple_of(8) { self.string(JSON) } else { ptr::null() },
            scheduled_at: if self.input.byte().is_multiple_of(4) { self.string(TIMES) } else { ptr::null() },
            template_id: ptr::null(),
            idempotency_key: if self.input.byte().is_multiple_of(2) { self.string(KEYS) } else { ptr::null() },
        };
        self.or_null(params)
    }

    pub(super) fn contact_params(&mut self) -> *const zexa_create_contact_params {
        let params = self.create_contact_params();
        self.or_null(params)
    }

    pub(super) fn create_contact_params(&mut self) -> zexa_create_contact_params {
        let (lists, lists_count) = self.strings(&["lst_demo", "lst_1"]);
        let phone = format!("+2449{:08}", self.input.byte());
        zexa_create_contact_params {
            struct_size: self.size::<zexa_create_contact_params>(),
            name: self.string(&["Ana"]),
            phone: self.string(&[&phone, "912"]),
            lists,
            lists_count,
            email: if self.input.byte().is_multiple_of(2) { self.string(&["ana@shop.example"]) } else { ptr::null() },
        }
    }

    pub(super) fn webhook_params(&mut self) -> *const zexa_create_webhook_params {
        let (events, events_count) = self.strings(EVENTS);
        // The sandbox posts events to the URL, so it is on this machine.
        let urls = ["https://127.0.0.1:9/zexa", "http://127.0.0.1:9/", "", "https://"];
        let url = urls[self.input.below(urls.len())];
        let params = zexa_create_webhook_params {
            struct_size: self.size::<zexa_create_webhook_params>(),
            url: self.arguments.text(url),
            events,
            events_count,
        };
        self.or_null(params)
    }

    pub(super) fn list_contacts_params(&mut self) -> *const zexa_list_contacts_params {
        let params = zexa_list_contacts_params {
            struct_size: self.size::<zexa_list_contacts_params>(),
            list_id: if self.input.byte().is_multiple_of(4) { self.string(&["lst_demo"]) } else { ptr::null() },
            search: if self.input.byte().is_multiple_of(4) { self.string(&["Ana"]) } else { ptr::null() },
            per_page: self.number(&[-1, 1, 2, 100]),
        };
        self.or_null(params)
    }

    pub(super) fn list_campaigns_params(&mut self) -> *const zexa_list_campaigns_params {
        let params = zexa_list_campaigns_params {
            struct_size: self.size::<zexa_list_campaigns_params>(),
            per_page: self.number(&[-1, 1, 100]),
        };
        self.or_null(params)
    }

    pub(super) fn list_sender_ids_params(&mut self) -> *const zexa_list_sender_ids_params {
        let params = zexa_list_sender_ids_params {
            struct_size: self.size::<zexa_list_sender_ids_params>(),
            per_page: self.number(&[-1, 1, 100]),
        };
        self.or_null(params)
    }

    pub(super) fn status(&mut self) -> *const c_char {
        self.string(STATUSES)
    }

    pub(super) fn page_number(&mut self) -> i64 {
        self.number(&[1, 2, 0])
    }

    pub(super) fn key(&mut self) -> *const c_char {
        self.string(KEYS)
    }

    pub(super) fn json(&mut self) -> *const c_char {
        self.string(JSON)
    }

    /// An object that is alive, or NULL.
    pub(super) fn pick<T: Handle>(&mut self) -> *mut T {
        let list = T::list(self.objects);
        match list.len() {
            0 => ptr::null_mut(),
            _ if self.input.byte().is_multiple_of(16) => ptr::null_mut(),
            length => list[self.input.below(length)],
        }
    }
}

/// Reads the record of an attempt.
unsafe extern "C" fn on_attempt(attempt: *const zexa_attempt, _: *mut c_void) {
    // SAFETY: the record is valid until this returns.
    let attempt = unsafe { &*attempt };
    for text in [attempt.method, attempt.route, attempt.line, attempt.request_id] {
        // SAFETY: likewise. They may be NULL.
        let text = (!text.is_null()).then(|| unsafe { std::ffi::CStr::from_ptr(text) });
        assert!(text.is_none_or(|text| text.to_str().is_ok()));
    }
}

unsafe extern "C" fn on_destroy(_: *mut c_void) {}
