/* NULL for every argument of every function: nothing crashes, and required arguments are rejected.
 */

#include <math.h>

#include "ledger.h"

/* Accessors of one type return the documented value for NULL. */
#define CHECK_STRINGS(type, ...)                                                                   \
    do {                                                                                           \
        const char *(*const accessors[])(const type *) = {__VA_ARGS__};                            \
        for (size_t index = 0; index < sizeof accessors / sizeof *accessors; index++)              \
            CHECK_TEXT(accessors[index](NULL), NULL);                                              \
    } while (0)

#define CHECK_TIMES(type, ...)                                                                     \
    do {                                                                                           \
        int64_t (*const accessors[])(const type *) = {__VA_ARGS__};                                \
        for (size_t index = 0; index < sizeof accessors / sizeof *accessors; index++)              \
            CHECK_NUMBER(accessors[index](NULL), -1);                                              \
    } while (0)

/* A call is rejected, and the error names this field. It is also rejected if `error` is NULL. */
#define CHECK_REJECTED(call_with, field)                                                           \
    do {                                                                                           \
        zexa_error *error = (zexa_error *)&sentinel, **slot = &error;                              \
        CHECK_NUMBER(call_with, ZEXA_INVALID_ARGUMENT);                                            \
        CHECK_CONTAINS(zexa_error_details_json(error), "\"field\":\"" field "\"");                 \
        CHECK_CONTAINS(zexa_error_text(error), field);                                             \
        CHECK_NUMBER(zexa_error_outcome(error), ZEXA_OUTCOME_NOT_SENT);                            \
        zexa_error_free(error);                                                                    \
        slot = NULL;                                                                               \
        CHECK_NUMBER(call_with, ZEXA_INVALID_ARGUMENT);                                            \
    } while (0)

/* Value of outputs before a call that fails. */
static char sentinel;

static void test_free(void) {
    zexa_error_free(NULL);
    zexa_client_free(NULL);
    zexa_cancel_token_free(NULL);
    zexa_template_free(NULL);
    zexa_message_free(NULL);
    zexa_sender_id_free(NULL);
    zexa_sender_id_page_free(NULL);
    zexa_sender_id_pages_free(NULL);
    zexa_sender_id_iter_free(NULL);
    zexa_campaign_free(NULL);
    zexa_campaign_page_free(NULL);
    zexa_campaign_pages_free(NULL);
    zexa_campaign_iter_free(NULL);
    zexa_contact_free(NULL);
    zexa_contact_page_free(NULL);
    zexa_contact_pages_free(NULL);
    zexa_contact_iter_free(NULL);
    zexa_webhook_free(NULL);
    zexa_event_free(NULL);
    zexa_credits_free(NULL);
    zexa_response_free(NULL);
    zexa_ledger_free(NULL);
    zexa_ledger_counts_free(NULL);
    zexa_doubtful_row_free(NULL);
    zexa_doubtful_row_iter_free(NULL);
    zexa_client_close(NULL);
    zexa_cancel_token_cancel(NULL);
}

static void test_string_accessors(void) {
    CHECK_STRINGS(zexa_error, zexa_error_message, zexa_error_text, zexa_error_code,
                  zexa_error_request_id, zexa_error_details_json, zexa_error_cause,
                  zexa_error_json);
    CHECK_STRINGS(zexa_template, zexa_template_json);
    CHECK_STRINGS(zexa_message, zexa_message_id, zexa_message_status, zexa_message_channel,
                  zexa_message_to, zexa_message_created_at, zexa_message_from, zexa_message_body,
                  zexa_message_scheduled_at, zexa_message_sent_at, zexa_message_delivered_at,
                  zexa_message_error, zexa_message_json, zexa_message_extra_json);
    CHECK_STRINGS(zexa_sender_id, zexa_sender_id_status, zexa_sender_id_channel,
                  zexa_sender_id_sender_id, zexa_sender_id_id, zexa_sender_id_use_case,
                  zexa_sender_id_created_at, zexa_sender_id_json, zexa_sender_id_extra_json);
    CHECK_STRINGS(zexa_campaign, zexa_campaign_id, zexa_campaign_status, zexa_campaign_name,
                  zexa_campaign_channel, zexa_campaign_created_at, zexa_campaign_scheduled_at,
                  zexa_campaign_stats_json, zexa_campaign_json, zexa_campaign_extra_json);
    CHECK_STRINGS(zexa_contact, zexa_contact_id, zexa_contact_name, zexa_contact_phone,
                  zexa_contact_created_at, zexa_contact_email, zexa_contact_json,
                  zexa_contact_extra_json);
    CHECK_STRINGS(zexa_webhook, zexa_webhook_id, zexa_webhook_url, zexa_webhook_created_at,
                  zexa_webhook_secret, zexa_webhook_json, zexa_webhook_extra_json);
    CHECK_STRINGS(zexa_event, zexa_event_id, zexa_event_event, zexa_event_created_at,
                  zexa_event_data_json, zexa_event_json, zexa_event_extra_json);
    CHECK_STRINGS(zexa_credits, zexa_credits_currency, zexa_credits_json, zexa_credits_extra_json);
    CHECK_STRINGS(zexa_response, zexa_response_body_json);
    CHECK_STRINGS(zexa_ledger, zexa_ledger_path);
    CHECK_STRINGS(zexa_ledger_counts, zexa_ledger_counts_oldest_doubt, zexa_ledger_counts_json,
                  zexa_ledger_counts_extra_json);
    CHECK_STRINGS(zexa_doubtful_row, zexa_doubtful_row_key, zexa_doubtful_row_operation,
                  zexa_doubtful_row_claimed_at, zexa_doubtful_row_request_id,
                  zexa_doubtful_row_json, zexa_doubtful_row_extra_json);
    CHECK_STRINGS(zexa_contact_page, zexa_contact_page_extra_json);
    CHECK_STRINGS(zexa_campaign_page, zexa_campaign_page_extra_json);
    CHECK_STRINGS(zexa_sender_id_page, zexa_sender_id_page_extra_json);
    CHECK_TEXT(zexa_contact_lists_at(NULL, 0), NULL);
    CHECK_TEXT(zexa_webhook_events_at(NULL, 0), NULL);
}

static void test_number_accessors(void) {
    CHECK_TIMES(zexa_error, zexa_error_retry_after_ms);
    CHECK_TIMES(zexa_message, zexa_message_created_at_unix_ms, zexa_message_scheduled_at_unix_ms,
                zexa_message_sent_at_unix_ms, zexa_message_delivered_at_unix_ms);
    CHECK_TIMES(zexa_sender_id, zexa_sender_id_created_at_unix_ms);
    CHECK_TIMES(zexa_campaign, zexa_campaign_created_at_unix_ms, zexa_campaign_scheduled_at_unix_ms,
                zexa_campaign_total_recipients, zexa_campaign_stats_sent,
                zexa_campaign_stats_delivered, zexa_campaign_stats_failed,
                zexa_campaign_stats_undeliverable, zexa_campaign_stats_pending);
    CHECK_TIMES(zexa_contact, zexa_contact_created_at_unix_ms);
    CHECK_TIMES(zexa_webhook, zexa_webhook_created_at_unix_ms);
    CHECK_TIMES(zexa_event, zexa_event_created_at_unix_ms);
    CHECK_TIMES(zexa_ledger_counts, zexa_ledger_counts_claimed, zexa_ledger_counts_accepted,
                zexa_ledger_counts_rejected, zexa_ledger_counts_not_sent,
                zexa_ledger_counts_in_doubt, zexa_ledger_counts_pruned,
                zexa_ledger_counts_oldest_doubt_unix_ms);
    CHECK_TIMES(zexa_doubtful_row, zexa_doubtful_row_claimed_at_unix_ms,
                zexa_doubtful_row_http_status);
    CHECK_NUMBER(zexa_error_kind(NULL), ZEXA_OK);
    CHECK_NUMBER(zexa_error_outcome(NULL), ZEXA_OUTCOME_UNKNOWN);
    CHECK(!zexa_error_safe_to_retry(NULL));
    CHECK_NUMBER(zexa_error_http_status(NULL), 0);
    CHECK_NUMBER(zexa_error_attempts(NULL), 0);
    CHECK_NUMBER(zexa_response_http_status(NULL), 0);
    CHECK_NUMBER(zexa_contact_lists_count(NULL), 0);
    CHECK_NUMBER(zexa_webhook_events_count(NULL), 0);
    CHECK(isnan(zexa_credits_credits(NULL)));
    CHECK(!zexa_cancel_token_is_cancelled(NULL));
    CHECK(!zexa_sender_id_iter_is_incomplete(NULL) && !zexa_sender_id_pages_is_incomplete(NULL));
    CHECK(!zexa_campaign_iter_is_incomplete(NULL) && !zexa_campaign_pages_is_incomplete(NULL));
    CHECK(!zexa_contact_iter_is_incomplete(NULL) && !zexa_contact_pages_is_incomplete(NULL));
    CHECK(!zexa_message_status_is_final(NULL));
    CHECK(!zexa_campaign_status_is_final(NULL));
    CHECK(zexa_event_message(NULL) == NULL);
    CHECK(zexa_event_campaign(NULL) == NULL);
}

#define CHECK_PAGE(type)                                                                           \
    do {                                                                                           \
        CHECK_NUMBER(type##_count(NULL), 0);                                                       \
        CHECK(type##_at(NULL, 0) == NULL);                                                         \
        CHECK(type##_total(NULL) <= 0);                                                            \
        CHECK(type##_number(NULL) <= 0);                                                           \
        CHECK(type##_per_page(NULL) <= 0);                                                         \
    } while (0)

static void test_pages(void) {
    CHECK_PAGE(zexa_contact_page);
    CHECK_PAGE(zexa_campaign_page);
    CHECK_PAGE(zexa_sender_id_page);
}

/* The client is NULL. */
#define CHECK_CALL(type, function, ...)                                                            \
    do {                                                                                           \
        type *output = (type *)&sentinel;                                                          \
        CHECK_REJECTED(function(NULL, __VA_ARGS__, NULL, &output, slot), "client");                \
        CHECK(output == NULL);                                                                     \
    } while (0)

/* The client is NULL, or the output of the list is. */
#define CHECK_LIST(type, output, function, ...)                                                    \
    do {                                                                                           \
        CHECK_CALL(type, function, __VA_ARGS__);                                                   \
        CHECK_REJECTED(function(client, __VA_ARGS__, NULL, NULL, slot), output);                   \
    } while (0)

#define CHECK_NEXT(type, from, function)                                                           \
    do {                                                                                           \
        type *output = (type *)&sentinel;                                                          \
        CHECK_REJECTED(function(NULL, &output, slot), from);                                       \
        CHECK(output == NULL);                                                                     \
    } while (0)

static void test_calls(const zexa_client *client) {
    zexa_send_message_params message = sms("Hello");
    zexa_create_campaign_params campaign = ZEXA_CREATE_CAMPAIGN_PARAMS_INIT;
    zexa_create_contact_params contact = ZEXA_CREATE_CONTACT_PARAMS_INIT;
    zexa_create_webhook_params webhook = ZEXA_CREATE_WEBHOOK_PARAMS_INIT;
    CHECK_CALL(zexa_message, zexa_messages_send, &message);
    CHECK_CALL(zexa_message, zexa_messages_get, "msg_1");
    CHECK_CALL(zexa_message, zexa_messages_wait, "msg_1", NULL);
    CHECK_CALL(zexa_campaign, zexa_campaigns_create, &campaign);
    CHECK_CALL(zexa_campaign, zexa_campaigns_get, "cmp_1");
    CHECK_CALL(zexa_campaign, zexa_campaigns_wait, "cmp_1", NULL);
    CHECK_LIST(zexa_campaign_iter, "iter", zexa_campaigns_list, NULL);
    CHECK_LIST(zexa_campaign_pages, "pages", zexa_campaigns_list_pages, NULL);
    CHECK_CALL(zexa_campaign_page, zexa_campaigns_list_page, NULL, 1);
    CHECK_CALL(zexa_contact, zexa_contacts_create, &contact);
    CHECK_LIST(zexa_contact_iter, "iter", zexa_contacts_list, NULL);
    CHECK_LIST(zexa_contact_pages, "pages", zexa_contacts_list_pages, NULL);
    CHECK_CALL(zexa_contact_page, zexa_contacts_list_page, NULL, 1);
    CHECK_LIST(zexa_sender_id_iter, "iter", zexa_sender_ids_list, NULL);
    CHECK_LIST(zexa_sender_id_pages, "pages", zexa_sender_ids_list_pages, NULL);
    CHECK_CALL(zexa_sender_id_page, zexa_sender_ids_list_page, NULL, 1);
    CHECK_CALL(zexa_webhook, zexa_webhooks_create, &webhook);
    CHECK_CALL(zexa_response, zexa_client_request, "GET", "/credits", NULL, 0, NULL);

    zexa_credits *credits = (zexa_credits *)&sentinel;
    CHECK_REJECTED(zexa_credits_get(NULL, NULL, &credits, slot), "client");
    CHECK(credits == NULL);
    CHECK_REJECTED(zexa_contacts_delete(NULL, "cnt_1", NULL, slot), "client");
}

static void test_inputs(const zexa_client *client) {
    zexa_message *message = NULL;
    zexa_campaign *campaign = NULL;
    zexa_contact *contact = NULL;
    zexa_webhook *webhook = NULL;
    zexa_response *response = NULL;
    CHECK_REJECTED(zexa_messages_send(client, NULL, NULL, &message, slot), "params");
    CHECK_REJECTED(zexa_messages_get(client, NULL, NULL, &message, slot), "id");
    CHECK_REJECTED(zexa_messages_wait(client, NULL, NULL, NULL, &message, slot), "id");
    CHECK_REJECTED(zexa_campaigns_create(client, NULL, NULL, &campaign, slot), "params");
    CHECK_REJECTED(zexa_campaigns_get(client, NULL, NULL, &campaign, slot), "id");
    CHECK_REJECTED(zexa_campaigns_wait(client, NULL, NULL, NULL, &campaign, slot), "id");
    CHECK_REJECTED(zexa_contacts_create(client, NULL, NULL, &contact, slot), "params");
    CHECK_REJECTED(zexa_contacts_delete(client, NULL, NULL, slot), "id");
    CHECK_REJECTED(zexa_webhooks_create(client, NULL, NULL, &webhook, slot), "params");
    CHECK_REJECTED(
        zexa_client_request(client, NULL, "/credits", NULL, 0, NULL, NULL, &response, slot),
        "method");
    CHECK_REJECTED(zexa_client_request(client, "GET", NULL, NULL, 0, NULL, NULL, &response, slot),
                   "path");
    CHECK(!message && !campaign && !contact && !webhook && !response);
}

static void test_calls_without_a_client(const zexa_client *client) {
    zexa_client *derived = (zexa_client *)&sentinel;
    zexa_call_options options = ZEXA_CALL_OPTIONS_INIT;
    CHECK_REJECTED(zexa_client_new(NULL, NULL, slot), "client");
    CHECK_REJECTED(zexa_client_with_options(NULL, &options, &derived, slot), "client");
    CHECK(derived == NULL);
    CHECK_REJECTED(zexa_client_with_options(client, &options, NULL, slot), "derived");

    zexa_event *event = (zexa_event *)&sentinel;
    CHECK_REJECTED(zexa_webhooks_parse_event(NULL, 2, &event, slot), "body");
    CHECK(event == NULL);
    CHECK_REJECTED(zexa_webhooks_parse_event("{}", 2, NULL, slot), "event");

    zexa_segments *segments = (zexa_segments *)&sentinel;
    double credits = 0;
    zexa_send_message_params params = ZEXA_SEND_MESSAGE_PARAMS_INIT;
    CHECK_REJECTED(zexa_segments_new(NULL, &segments, slot), "text");
    CHECK(segments == NULL);
    CHECK_REJECTED(zexa_segments_new("Hello", NULL, slot), "segments");
    CHECK_REJECTED(zexa_messages_estimate(NULL, &credits, slot), "params");
    CHECK_REJECTED(zexa_messages_estimate(&params, NULL, slot), "credits");

    zexa_template *template = (zexa_template *)&sentinel;
    CHECK_REJECTED(zexa_template_new(NULL, &template, slot), "name");
    CHECK(template == NULL);
    CHECK_REJECTED(zexa_template_new("order_ready", NULL, slot), "message_template");
    CHECK_NUMBER(zexa_template_new("order_ready", &template, NULL), ZEXA_OK);
    CHECK_REJECTED(zexa_template_set_language(template, NULL, slot), "language");
    CHECK_REJECTED(zexa_template_add_variable(template, NULL, slot), "value");
    CHECK_NUMBER(zexa_template_set_language(NULL, "pt", NULL), ZEXA_INVALID_ARGUMENT);
    CHECK_NUMBER(zexa_template_add_variable(NULL, "Ana", NULL), ZEXA_INVALID_ARGUMENT);
    zexa_template_free(template);
}

static void test_ledger(void) {
    ledger_world world = ledger_world_new("{}");
    zexa_ledger *ledger = (zexa_ledger *)&sentinel;
    CHECK_REJECTED(zexa_ledger_open(NULL, true, &ledger, slot), "path");
    CHECK(ledger == NULL);
    CHECK_REJECTED(zexa_ledger_open(world.path, true, NULL, slot), "ledger");
    CHECK(access(world.path, F_OK) != 0);
    CHECK_NUMBER(zexa_ledger_open(world.path, true, &ledger, NULL), ZEXA_OK);

    CHECK_NEXT(zexa_ledger_counts, "ledger", zexa_ledger_count);
    CHECK_REJECTED(zexa_ledger_count(ledger, NULL, slot), "counts");
    CHECK_NEXT(zexa_doubtful_row_iter, "ledger", zexa_ledger_in_doubt);
    CHECK_REJECTED(zexa_ledger_in_doubt(ledger, NULL, slot), "iter");
    CHECK_REJECTED(zexa_ledger_mark_sent(NULL, "order-1", NULL, slot), "ledger");
    CHECK_REJECTED(zexa_ledger_mark_sent(ledger, NULL, "msg_1", slot), "key");
    CHECK_REJECTED(zexa_ledger_mark_not_sent(NULL, "order-1", slot), "ledger");
    CHECK_REJECTED(zexa_ledger_mark_not_sent(ledger, NULL, slot), "key");
    int64_t rows = 0;
    CHECK_REJECTED(zexa_ledger_export(NULL, world.csv, &rows, slot), "ledger");
    CHECK_NUMBER(rows, ZEXA_DEFAULT);
    rows = 0;
    CHECK_REJECTED(zexa_ledger_prune(NULL, "2026-07-01T00:00:00Z", &rows, slot), "ledger");
    CHECK_NUMBER(rows, ZEXA_DEFAULT);
    CHECK_REJECTED(zexa_ledger_prune(ledger, NULL, NULL, slot), "before");
    CHECK_REJECTED(zexa_ledger_export(ledger, NULL, &rows, slot), "path");

    zexa_doubtful_row_iter *iter = NULL;
    CHECK_NUMBER(zexa_ledger_in_doubt(ledger, &iter, NULL), ZEXA_OK);
    CHECK_NEXT(zexa_doubtful_row, "iter", zexa_doubtful_row_iter_next);
    CHECK_REJECTED(zexa_doubtful_row_iter_next(iter, NULL, slot), "doubtful_row");
    zexa_doubtful_row_iter_free(iter);
    zexa_ledger_free(ledger);
    ledger_world_free(&world);
}

static void test_next(const zexa_client *client) {
    CHECK_NEXT(zexa_contact, "iter", zexa_contact_iter_next);
    CHECK_NEXT(zexa_campaign, "iter", zexa_campaign_iter_next);
    CHECK_NEXT(zexa_sender_id, "iter", zexa_sender_id_iter_next);
    CHECK_NEXT(zexa_contact_page, "pages", zexa_contact_pages_next);
    CHECK_NEXT(zexa_campaign_page, "pages", zexa_campaign_pages_next);
    CHECK_NEXT(zexa_sender_id_page, "pages", zexa_sender_id_pages_next);

    /* A call without an output consumes no item and fetches nothing. */
    zexa_contact_iter *iter = NULL;
    zexa_contact_pages *pages = NULL;
    CHECK_NUMBER(zexa_contacts_list(client, NULL, NULL, &iter, NULL), ZEXA_OK);
    CHECK_NUMBER(zexa_contacts_list_pages(client, NULL, NULL, &pages, NULL), ZEXA_OK);
    CHECK_REJECTED(zexa_contact_iter_next(iter, NULL, slot), "contact");
    CHECK_REJECTED(zexa_contact_pages_next(pages, NULL, slot), "page");
    zexa_contact_iter_free(iter);
    zexa_contact_pages_free(pages);
}

int main(void) {
    sandbox server = sandbox_new("{}");
    zexa_client *client = sandbox_client(&server);
    test_free();
    test_string_accessors();
    test_number_accessors();
    test_pages();
    test_calls(client);
    test_inputs(client);
    test_calls_without_a_client(client);
    test_next(client);
    test_ledger();
    CHECK_NUMBER(sandbox_count(&server, "requests"), 0);
    zexa_client_free(client);
    sandbox_free(&server);
    return 0;
}
