//! The objects that the calls have received, by type, and their accessors.

use std::ffi::{CStr, c_char};
use std::ptr;

use super::Input;
use crate::cancel::*;
use crate::client::*;
use crate::error::*;
use crate::generated::{
    bulk::*, campaigns::*, contacts::*, credits::*, ledger::*, messages::*, segments::*, sender_ids::*, webhooks::*,
};
use crate::ledger_file::*;
use crate::request::*;
use crate::template::*;

/// A type of objects, with the list of those that are alive.
pub(super) trait Handle: Sized {
    fn list(objects: &mut Objects) -> &mut Vec<*mut Self>;

    /// Calls all accessors.
    ///
    /// # Safety
    ///
    /// `object` is NULL or alive.
    unsafe fn read(object: *const Self);
}

/// Reads a string to its end.
///
/// # Safety
///
/// `text` is NULL or valid.
unsafe fn read_string(text: *const c_char) {
    if !text.is_null() {
        // SAFETY: as the caller promised.
        unsafe { CStr::from_ptr(text) }.to_str().expect("UTF-8");
    }
}

/// Defines the types: their `_free` function, the accessors that return strings, and a function that calls the others.
macro_rules! objects {
    ($($list:ident: $type:ident, $free:ident, [$($string:ident),* $(,)?], [$($other:ident),* $(,)?];)+) => {
        #[derive(Default)]
        pub(super) struct Objects { $($list: Vec<*mut $type>,)+ }

        impl Objects {
            /// Frees one object.
            pub(super) fn free(&mut self, input: &mut Input<'_>) {
                const COUNT: usize = [$(stringify!($list)),+].len();
                let mut selected = input.below(COUNT);
                $(
                    if selected == 0 {
                        let object = match self.$list.len() {
                            0 => ptr::null_mut(),
                            length => self.$list.swap_remove(input.below(length)),
                        };
                        // SAFETY: it is NULL, or was received and not freed.
                        return unsafe { $free(object) };
                    }
                    selected = selected.wrapping_sub(1);
                )+
                let _ = selected;
            }

            /// Frees all objects, and whether clients are freed first or last depends on the input.
            pub(super) fn free_all(&mut self, clients_first: bool) {
                if clients_first {
                    // SAFETY: they were received and not freed.
                    self.clients.drain(..).for_each(|client| unsafe { zexa_client_free(client) });
                }
                // SAFETY: likewise.
                $(self.$list.drain(..).for_each(|object| unsafe { $free(object) });)+
            }
        }

        $(
            impl Handle for $type {
                fn list(objects: &mut Objects) -> &mut Vec<*mut $type> {
                    &mut objects.$list
                }

                #[allow(unused_unsafe, reason = "some types have no accessors")]
                unsafe fn read(_object: *const $type) {
                    // SAFETY: as the caller promised.
                    unsafe {
                        $(read_string($string(_object));)*
                        $(let _ = $other(_object);)*
                    }
                }
            }
        )+
    };
}

objects! {
    // Runs first: they use the rows of their callback until they are freed.
    sends: zexa_send_many, zexa_send_many_free, [], [zexa_send_many_ledger_created];
    creates: zexa_create_many, zexa_create_many_free, [], [];
    messages: zexa_message, zexa_message_free, [
        zexa_message_id, zexa_message_status, zexa_message_channel, zexa_message_to, zexa_message_created_at,
        zexa_message_from, zexa_message_body, zexa_message_scheduled_at, zexa_message_sent_at,
        zexa_message_delivered_at, zexa_message_error, zexa_message_json, zexa_message_extra_json,
    ], [
        zexa_message_created_at_unix_ms, zexa_message_scheduled_at_unix_ms, zexa_message_sent_at_unix_ms,
        zexa_message_delivered_at_unix_ms,
    ];
    campaigns: zexa_campaign, zexa_campaign_free, [
        zexa_campaign_id, zexa_campaign_status, zexa_campaign_name, zexa_campaign_channel, zexa_campaign_created_at,
        zexa_campaign_scheduled_at, zexa_campaign_stats_json, zexa_campaign_json, zexa_campaign_extra_json,
    ], [
        zexa_campaign_created_at_unix_ms, zexa_campaign_total_recipients, zexa_campaign_scheduled_at_unix_ms,
        zexa_campaign_stats_sent, zexa_campaign_stats_delivered, zexa_campaign_stats_failed,
        zexa_campaign_stats_undeliverable, zexa_campaign_stats_pending,
    ];
    contacts: zexa_contact, zexa_contact_free, [
        zexa_contact_id, zexa_contact_name, zexa_contact_phone, zexa_contact_created_at, zexa_contact_email,
        zexa_contact_json, zexa_contact_extra_json,
    ], [zexa_contact_created_at_unix_ms, read_lists];
    sender_ids: zexa_sender_id, zexa_sender_id_free, [
        zexa_sender_id_status, zexa_sender_id_channel, zexa_sender_id_sender_id, zexa_sender_id_id,
        zexa_sender_id_use_case, zexa_sender_id_created_at, zexa_sender_id_json, zexa_sender_id_extra_json,
    ], [zexa_sender_id_created_at_unix_ms];
    webhooks: zexa_webhook, zexa_webhook_free, [
        zexa_webhook_id, zexa_webhook_url, zexa_webhook_created_at, zexa_webhook_secret, zexa_webhook_json,
        zexa_webhook_extra_json,
    ], [zexa_webhook_created_at_unix_ms, read_events];
    events: zexa_event, zexa_event_free, [
        zexa_event_id, zexa_event_event, zexa_event_created_at, zexa_event_data_json, zexa_event_json,
        zexa_event_extra_json,
    ], [zexa_event_created_at_unix_ms];
    credits: zexa_credits, zexa_credits_free,
        [zexa_credits_currency, zexa_credits_json, zexa_credits_extra_json], [zexa_credits_credits];
    segments: zexa_segments, zexa_segments_free, [
        zexa_segments_encoding, zexa_segments_first_non_gsm7, zexa_segments_json, zexa_segments_extra_json,
    ], [zexa_segments_count];
    responses: zexa_response, zexa_response_free, [zexa_response_body_json], [zexa_response_http_status];
    templates: zexa_template, zexa_template_free, [zexa_template_json], [];
    tokens: zexa_cancel_token, zexa_cancel_token_free, [], [zexa_cancel_token_is_cancelled];
    ledgers: zexa_ledger, zexa_ledger_free, [zexa_ledger_path], [];
    ledger_counts: zexa_ledger_counts, zexa_ledger_counts_free, [
        zexa_ledger_counts_oldest_doubt, zexa_ledger_counts_json, zexa_ledger_counts_extra_json,
    ], [
        zexa_ledger_counts_claimed, zexa_ledger_counts_accepted, zexa_ledger_counts_rejected,
        zexa_ledger_counts_not_sent, zexa_ledger_counts_in_doubt, zexa_ledger_counts_pruned,
        zexa_ledger_counts_oldest_doubt_unix_ms,
    ];
    doubt_iters: zexa_doubtful_row_iter, zexa_doubtful_row_iter_free, [], [];
    doubts: zexa_doubtful_row, zexa_doubtful_row_free, [
        zexa_doubtful_row_key, zexa_doubtful_row_operation, zexa_doubtful_row_claimed_at,
        zexa_doubtful_row_request_id, zexa_doubtful_row_json, zexa_doubtful_row_extra_json,
    ], [zexa_doubtful_row_claimed_at_unix_ms, zexa_doubtful_row_http_status];
    send_results: zexa_send_result, zexa_send_result_free, [zexa_send_result_idempotency_key], [
        zexa_send_result_index, zexa_send_result_outcome, zexa_send_result_replayed, zexa_send_result_recorded,
        read_send_result,
    ];
    create_results: zexa_create_result, zexa_create_result_free, [], [
        zexa_create_result_index, zexa_create_result_outcome, zexa_create_result_exists, read_create_result,
    ];
    stats: zexa_bulk_stats, zexa_bulk_stats_free,
        [zexa_bulk_stats_ledger, zexa_bulk_stats_json, zexa_bulk_stats_extra_json], [
        zexa_bulk_stats_pulled, zexa_bulk_stats_in_flight, zexa_bulk_stats_accepted, zexa_bulk_stats_rejected,
        zexa_bulk_stats_not_sent, zexa_bulk_stats_unknown, zexa_bulk_stats_duplicate, zexa_bulk_stats_replayed,
        zexa_bulk_stats_rate, zexa_bulk_stats_allowed_rate, zexa_bulk_stats_gate_opens_in,
    ];
    contact_pages: zexa_contact_page, zexa_contact_page_free, [zexa_contact_page_extra_json], [
        zexa_contact_page_total, zexa_contact_page_number, zexa_contact_page_per_page, read_contact_page,
    ];
    contact_iters: zexa_contact_iter, zexa_contact_iter_free, [], [zexa_contact_iter_is_incomplete];
    contact_page_iters: zexa_contact_pages, zexa_contact_pages_free, [], [zexa_contact_pages_is_incomplete];
    campaign_pages: zexa_campaign_page, zexa_campaign_page_free, [zexa_campaign_page_extra_json], [
        zexa_campaign_page_total, zexa_campaign_page_number, zexa_campaign_page_per_page, read_campaign_page,
    ];
    campaign_iters: zexa_campaign_iter, zexa_campaign_iter_free, [], [zexa_campaign_iter_is_incomplete];
    sender_id_iters: zexa_sender_id_iter, zexa_sender_id_iter_free, [], [zexa_sender_id_iter_is_incomplete];
    errors: zexa_error, zexa_error_free, [
        zexa_error_message, zexa_error_text, zexa_error_code, zexa_error_request_id, zexa_error_details_json,
        zexa_error_cause, zexa_error_json,
    ], [
        zexa_error_kind, zexa_error_outcome, zexa_error_safe_to_retry, zexa_error_http_status,
        zexa_error_retry_after_ms, zexa_error_attempts,
    ];
    clients: zexa_client, zexa_client_free, [], [];
}

/// Indexes around the ends of a list with this many elements.
fn indexes(count: usize) -> impl Iterator<Item = usize> {
    (0..count.min(8)).chain([count, count + 1, usize::MAX])
}

/// # Safety
///
/// As [`Handle::read`], and so for the following functions.
unsafe fn read_lists(contact: *const zexa_contact) {
    // SAFETY: as the caller promised.
    unsafe {
        indexes(zexa_contact_lists_count(contact)).for_each(|index| read_string(zexa_contact_lists_at(contact, index)))
    }
}

unsafe fn read_events(webhook: *const zexa_webhook) {
    // SAFETY: as the caller promised.
    unsafe {
        indexes(zexa_webhook_events_count(webhook))
            .for_each(|index| read_string(zexa_webhook_events_at(webhook, index)))
    }
}

unsafe fn read_contact_page(page: *const zexa_contact_page) {
    // SAFETY: as the caller promised. Accessors accept NULL.
    unsafe { indexes(zexa_contact_page_count(page)).for_each(|index| Handle::read(zexa_contact_page_at(page, index))) }
}

unsafe fn read_campaign_page(page: *const zexa_campaign_page) {
    // SAFETY: likewise.
    unsafe {
        indexes(zexa_campaign_page_count(page)).for_each(|index| Handle::read(zexa_campaign_page_at(page, index)))
    }
}

unsafe fn read_send_result(result: *const zexa_send_result) {
    // SAFETY: likewise.
    unsafe {
        Handle::read(zexa_send_result_message(result));
        Handle::read(zexa_send_result_error(result));
    }
}

unsafe fn read_create_result(result: *const zexa_create_result) {
    // SAFETY: likewise.
    unsafe {
        Handle::read(zexa_create_result_contact(result));
        Handle::read(zexa_create_result_error(result));
    }
}
