//! The calls, of which a byte of the input selects one.

use std::ffi::{c_int, c_void};
use std::mem;
use std::ptr;

use super::Call;
use super::rows::{Rows, next_contact, next_message};
use crate::call_options::zexa_client_with_options;
use crate::cancel::*;
use crate::client::*;
use crate::event::*;
use crate::generated::{
    bulk::*, campaigns::*, contacts::*, credits::*, messages::*, sender_ids::*, status::*, webhooks::*,
};
use crate::ledger_file::*;
use crate::request::zexa_client_request;
use crate::sms::*;
use crate::template::*;

impl Call<'_, '_> {
    /// Makes the call that the input selects.
    pub(super) fn make(&mut self) {
        match self.input.byte() % 48 {
            0 | 1 => self.objects.free(self.input),
            // Most calls need a client.
            2..=5 => {
                let options = self.client_options();
                // SAFETY: here and below, all pointers are NULL or valid, as the header requires.
                self.receive(|output, error| unsafe { zexa_client_new(options, output, error) });
            }
            6 => {
                let (client, options) = (self.pick(), self.call_options(false));
                // SAFETY: see above.
                self.receive(|output, error| unsafe { zexa_client_with_options(client, options, output, error) });
            }
            // SAFETY: see above.
            7 if self.input.byte().is_multiple_of(4) => unsafe { zexa_client_close(self.pick()) },
            8..=16 => self.messages(),
            17..=20 => self.campaigns(),
            21..=26 => self.contacts(),
            27..=29 => self.others(),
            30..=33 => self.ledgers(),
            34..=41 => self.bulk(),
            42 | 43 => self.templates(),
            44 | 45 => self.tokens(),
            _ => self.names(),
        }
    }

    fn messages(&mut self) {
        let client = self.pick();
        match self.input.byte() % 8 {
            0..=3 => {
                let (params, options) = (self.send_params(), self.call_options(false));
                // SAFETY: see above.
                self.receive(|output, error| unsafe { zexa_messages_send(client, params, options, output, error) });
            }
            4 => {
                let (id, options) = (self.id(), self.call_options(false));
                // SAFETY: see above.
                self.receive(|output, error| unsafe { zexa_messages_get(client, id, options, output, error) });
            }
            5 => {
                let (id, status, options) = (self.id(), self.status(), self.call_options(true));
                // SAFETY: see above.
                self.receive(|output, error| unsafe { zexa_messages_wait(client, id, status, options, output, error) });
            }
            6 => {
                let params = self.send_params();
                let mut credits = 0.0;
                // SAFETY: see above.
                self.act(|error| unsafe { zexa_messages_estimate(params, &raw mut credits, error) });
            }
            _ => {
                let text = self.string(&["Hello", "€ {", "😀"]);
                // SAFETY: see above.
                self.receive(|output, error| unsafe { zexa_segments_new(text, output, error) });
            }
        }
    }

    fn campaigns(&mut self) {
        let client = self.pick();
        match self.input.byte() % 8 {
            0 | 1 => {
                let (params, options) = (self.campaign_params(), self.call_options(false));
                // SAFETY: see above.
                self.receive(|output, error| unsafe { zexa_campaigns_create(client, params, options, output, error) });
            }
            2 => {
                let (id, options) = (self.id(), self.call_options(false));
                // SAFETY: see above.
                self.receive(|output, error| unsafe { zexa_campaigns_get(client, id, options, output, error) });
            }
            3 => {
                let (id, status, options) = (self.id(), self.status(), self.call_options(true));
                // SAFETY: see above.
                self.receive(|output, error| unsafe {
                    zexa_campaigns_wait(client, id, status, options, output, error)
                });
            }
            4 => {
                let (params, options) = (self.list_campaigns_params(), self.call_options(false));
                // SAFETY: see above.
                self.receive(|output, error| unsafe { zexa_campaigns_list(client, params, options, output, error) });
            }
            5 => {
                let (params, number, options) =
                    (self.list_campaigns_params(), self.page_number(), self.call_options(false));
                // SAFETY: see above.
                self.receive(|output, error| unsafe {
                    zexa_campaigns_list_page(client, params, number, options, output, error)
                });
            }
            _ => {
                let iter = self.pick();
                // SAFETY: see above.
                self.receive(|output, error| unsafe { zexa_campaign_iter_next(iter, output, error) });
            }
        }
    }

    fn contacts(&mut self) {
        let client = self.pick();
        match self.input.byte() % 10 {
            0..=2 => {
                let (params, options) = (self.contact_params(), self.call_options(false));
                // SAFETY: see above.
                self.receive(|output, error| unsafe { zexa_contacts_create(client, params, options, output, error) });
            }
            3 => {
                let (id, options) = (self.id(), self.call_options(false));
                // SAFETY: see above.
                self.act(|error| unsafe { zexa_contacts_delete(client, id, options, error) });
            }
            4 => {
                let (params, options) = (self.list_contacts_params(), self.call_options(false));
                // SAFETY: see above.
                self.receive(|output, error| unsafe { zexa_contacts_list(client, params, options, output, error) });
            }
            5 => {
                let (params, options) = (self.list_contacts_params(), self.call_options(false));
                // SAFETY: see above.
                self.receive(|output, error| unsafe {
                    zexa_contacts_list_pages(client, params, options, output, error)
                });
            }
            6 => {
                let (params, number, options) =
                    (self.list_contacts_params(), self.page_number(), self.call_options(false));
                // SAFETY: see above.
                self.receive(|output, error| unsafe {
                    zexa_contacts_list_page(client, params, number, options, output, error)
                });
            }
            7 => {
                let pages = self.pick();
                // SAFETY: see above.
                self.receive(|output, error| unsafe { zexa_contact_pages_next(pages, output, error) });
            }
            _ => {
                let iter = self.pick();
                // SAFETY: see above.
                self.receive(|output, error| unsafe { zexa_contact_iter_next(iter, output, error) });
            }
        }
    }

    fn others(&mut self) {
        let client = self.pick();
        match self.input.byte() % 8 {
            0 => {
                let (params, options) = (self.list_sender_ids_params(), self.call_options(false));
                // SAFETY: see above.
                self.receive(|output, error| unsafe { zexa_sender_ids_list(client, params, options, output, error) });
            }
            1 => {
                let iter = self.pick();
                // SAFETY: see above.
                self.receive(|output, error| unsafe { zexa_sender_id_iter_next(iter, output, error) });
            }
            2 => {
                let (params, options) = (self.webhook_params(), self.call_options(false));
                // SAFETY: see above.
                self.receive(|output, error| unsafe { zexa_webhooks_create(client, params, options, output, error) });
            }
            3 => {
                let options = self.call_options(false);
                // SAFETY: see above.
                self.receive(|output, error| unsafe { zexa_credits_get(client, options, output, error) });
            }
            4 => self.event(),
            5 => {
                let event = self.pick();
                // SAFETY: see above.
                let (message, campaign) = unsafe { (zexa_event_message(event), zexa_event_campaign(event)) };
                self.keep(message);
                self.keep(campaign);
            }
            _ => {
                let method = self.string(&["GET", "POST", "DELETE", "get", "TRACE"]);
                // Not `/webhooks`, whose URL could be on another machine.
                let paths = ["/credits", "/messages", "/messages/x", "//", "/../", "/a?b", "", "credits"];
                let path = paths[self.input.below(paths.len())];
                let (path, body) = (self.arguments.text(path), self.json());
                let ((query, count), options) = (self.key_values(&["page", "x"]), self.call_options(false));
                // SAFETY: see above.
                self.receive(|output, error| unsafe {
                    zexa_client_request(client, method, path, query, count, body, options, output, error)
                });
            }
        }
    }

    fn event(&mut self) {
        let length = self.input.below(64);
        let mut body = self.input.bytes(length);
        if self.input.byte().is_multiple_of(2) {
            body = br#"{"event": "message.sent", "data": {"id": "msg_1", "to": "\u0000x"}}"#.to_vec();
        }
        // An invalid length is rejected, and the body is not read.
        let (first, length) = match self.input.byte() % 8 {
            0 => (ptr::null(), 0),
            1 => (ptr::null(), body.len() + 1),
            2 => (body.as_ptr(), usize::MAX),
            _ => (body.as_ptr(), body.len()),
        };
        // SAFETY: see above.
        self.receive(|output, error| unsafe { zexa_webhooks_parse_event(first.cast(), length, output, error) });
    }

    fn ledgers(&mut self) {
        let ledger = self.pick::<zexa_ledger>();
        match self.input.byte() % 9 {
            0 | 1 => {
                let path = self.directory.join("fuzzing.db");
                let path = path.to_str().expect("UTF-8");
                let (path, create) = (self.string(&[path, path, path, "/"]), self.input.byte().is_multiple_of(2));
                // Other strings are names of files in the current directory, and are not created.
                // SAFETY: see above. The string is not NULL if it is read.
                let is_own = !path.is_null() && unsafe { *path } == b'/' as std::ffi::c_char;
                // SAFETY: see above.
                self.receive(|output, error| unsafe { zexa_ledger_open(path, create && is_own, output, error) });
            }
            // SAFETY: see above.
            2 => self.receive(|output, error| unsafe { zexa_ledger_count(ledger, output, error) }),
            // SAFETY: see above.
            3 => self.receive(|output, error| unsafe { zexa_ledger_in_doubt(ledger, output, error) }),
            4 => {
                let iter = self.pick();
                // SAFETY: see above.
                self.receive(|output, error| unsafe { zexa_doubtful_row_iter_next(iter, output, error) });
            }
            5 => {
                let (key, id) = (self.key(), self.id());
                // SAFETY: see above.
                self.act(|error| unsafe { zexa_ledger_mark_sent(ledger, key, id, error) });
            }
            6 => {
                let key = self.key();
                // SAFETY: see above.
                self.act(|error| unsafe { zexa_ledger_mark_not_sent(ledger, key, error) });
            }
            7 => {
                let before = self.string(&["2020-01-01T00:00:00Z", "2999-01-01T00:00:00+01:00", "2026-07-01"]);
                let mut count = 0;
                // SAFETY: see above.
                self.act(|error| unsafe { zexa_ledger_prune(ledger, before, &raw mut count, error) });
            }
            _ => {
                let path = self.directory.join("fuzzing.csv");
                let path = self.arguments.text(path.to_str().expect("UTF-8"));
                let mut count = 0;
                let count = if self.input.byte().is_multiple_of(2) { &raw mut count } else { ptr::null_mut() };
                // SAFETY: see above.
                self.act(|error| unsafe { zexa_ledger_export(ledger, path, count, error) });
            }
        }
    }

    fn bulk(&mut self) {
        match self.input.byte() % 16 {
            0 | 1 => {
                let userdata = self.new_rows(true);
                let (client, options) = (self.pick(), self.bulk_options());
                // SAFETY: see above. The rows live longer than the run.
                self.receive(|output, error| unsafe {
                    zexa_messages_send_many(client, Some(next_message), userdata, options, output, error)
                });
            }
            2 => {
                let userdata = self.new_rows(false);
                let (client, options) = (self.pick(), self.bulk_options());
                // SAFETY: see above.
                self.receive(|output, error| unsafe {
                    zexa_contacts_create_many(client, Some(next_contact), userdata, options, output, error)
                });
            }
            3 => {
                let (client, options) = (self.pick(), self.bulk_options());
                // SAFETY: see above.
                self.receive(|output, error| unsafe {
                    zexa_messages_send_many(client, None, ptr::null_mut(), options, output, error)
                });
            }
            // SAFETY: see above.
            4 => unsafe { zexa_send_many_stop(self.pick()) },
            // SAFETY: see above.
            5 => unsafe { zexa_send_many_cancel(self.pick()) },
            // SAFETY: see above.
            6 => unsafe { zexa_create_many_stop(self.pick()) },
            7 => {
                // SAFETY: see above.
                let stats = unsafe { zexa_send_many_stats(self.pick()) };
                self.keep(stats);
            }
            8 => {
                // SAFETY: see above.
                let stats = unsafe { zexa_create_many_stats(self.pick()) };
                self.keep(stats);
            }
            9 | 10 => {
                let run = self.pick();
                // SAFETY: see above.
                self.receive(|output, error| unsafe { zexa_create_many_next(run, output, error) });
            }
            _ => {
                let run = self.pick();
                // SAFETY: see above.
                self.receive(|output, error| unsafe { zexa_send_many_next(run, output, error) });
            }
        }
    }

    /// Makes the rows of a run. Their strings are kept until all runs are freed.
    fn new_rows(&mut self, are_messages: bool) -> *mut c_void {
        let count = self.input.below(6);
        let messages = (0..if are_messages { count } else { 0 }).map(|_| self.send_message_params()).collect();
        let contacts = (0..if are_messages { 0 } else { count }).map(|_| self.create_contact_params()).collect();
        let end: c_int = [100, 100, 7, 15, 101, -1, 12345][self.input.below(7)];
        let mut rows = Box::new(Rows { messages, contacts, end, _arguments: mem::take(&mut self.arguments) });
        let userdata = (&raw mut *rows).cast();
        self.rows.push(rows);
        userdata
    }

    fn templates(&mut self) {
        let template = self.pick::<zexa_template>();
        // A string of the template itself is allowed.
        // SAFETY: see above.
        let own = unsafe { zexa_template_json(template) };
        let text = if self.input.byte().is_multiple_of(4) { own } else { self.string(&["order", "pt", "Ana"]) };
        match self.input.byte() % 3 {
            // SAFETY: see above.
            0 => self.receive(|output, error| unsafe { zexa_template_new(text, output, error) }),
            1 => {
                // SAFETY: see above.
                self.act(|error| unsafe { zexa_template_set_language(template, text, error) });
            }
            _ => {
                // SAFETY: see above.
                self.act(|error| unsafe { zexa_template_add_variable(template, text, error) });
            }
        }
    }

    fn tokens(&mut self) {
        match self.input.byte() % 4 {
            // SAFETY: see above.
            0 => unsafe { zexa_cancel_token_cancel(self.pick()) },
            _ => {
                let token = zexa_cancel_token_new();
                self.keep(token);
            }
        }
    }

    /// Functions that take any number or string.
    fn names(&mut self) {
        let number = [0, 7, 20, 21, 100, 102, -1, c_int::MIN, c_int::MAX][self.input.below(9)];
        assert!(!zexa_status_name(number).is_null() && !zexa_outcome_name(number).is_null());
        let name = self.status();
        // SAFETY: see above.
        unsafe {
            zexa_message_status_is_final(name);
            zexa_campaign_status_is_final(name);
        }
    }
}
