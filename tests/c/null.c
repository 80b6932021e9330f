/* NULL in every place of every function: nothing crashes, and what needs something says so. */

#include <math.h>

#include "sandbox.h"

/* Accessors of one type: given NULL, each gives what its comment says. */
#define CHECK_TEXTS(type, ...)                                                                     \
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

/* A call is refused with this field in its error, and without a place for an error too. */
#define CHECK_REFUSED(call_with, field)                                                            \
    do {                                                                                           \
        zexa_error *error = (zexa_error *)&nowhere, **place = &error;                              \
        CHECK_NUMBER(call_with, ZEXA_INVALID_ARGUMENT);                                            \
        CHECK_HOLDS(zexa_error_details_json(error), "\"field\":\"" field "\"");                    \
        CHECK_HOLDS(zexa_error_text(error), field);                                                \
        CHECK_NUMBER(zexa_error_outcome(error), ZEXA_OUTCOME_NOT_SENT);                            \
        zexa_error_free(error);                                                                    \
        place = NULL;                                                                              \
        CHECK_NUMBER(call_with, ZEXA_INVALID_ARGUMENT);                                            \
    } while (0)

/* What outputs hold before a call that fails. */
static char nowhere;

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
    zexa_client_close(NULL);
    zexa_cancel_token_cancel(NULL);
}

static void test_texts(void) {
    CHECK_TEXTS(zexa_error, zexa_error_message, zexa_error_text, zexa_error_code,
                zexa_error_request_id, zexa_error_details_json, zexa_error_cause, zexa_error_json);
    CHECK_TEXTS(zexa_template, zexa_template_json);
    CHECK_TEXTS(zexa_message, zexa_message_id, zexa_message_status, zexa_message_channel,
                zexa_message_to, zexa_message_created_at, zexa_message_from, zexa_message_body,
                zexa_message_scheduled_at, zexa_message_sent_at, zexa_message_delivered_at,
                zexa_message_error, zexa_message_json, zexa_message_extra_json);
    CHECK_TEXTS(zexa_sender_id, zexa_sender_id_status, zexa_sender_id_channel,
                zexa_sender_id_sender_id, zexa_sender_id_id, zexa_sender_id_use_case,
                zexa_sender_id_created_at, zexa_sender_id_json, zexa_sender_id_extra_json);
    CHECK_TEXTS(zexa_campaign, zexa_campaign_id, zexa_campaign_status, zexa_campaign_name,
                zexa_campaign_channel, zexa_campaign_created_at, zexa_campaign_scheduled_at,
                zexa_campaign_stats_json, zexa_campaign_json, zexa_campaign_extra_json);
    CHECK_TEXTS(zexa_contact, zexa_contact_id, zexa_contact_name, zexa_contact_phone,
                zexa_contact_created_at, zexa_contact_email, zexa_contact_json,
                zexa_contact_extra_json);
    CHECK_TEXTS(zexa_webhook, zexa_webhook_id, zexa_webhook_url, zexa_webhook_created_at,
                zexa_webhook_secret, zexa_webhook_json, zexa_webhook_extra_json);
    CHECK_TEXTS(zexa_event, zexa_event_id, zexa_event_event, zexa_event_created_at,
                zexa_event_data_json, zexa_event_json, zexa_event_extra_json);
    CHECK_TEXTS(zexa_credits, zexa_credits_currency, zexa_credits_json, zexa_credits_extra_json);
    CHECK_TEXTS(zexa_response, zexa_response_body_json);
    CHECK_TEXTS(zexa_contact_page, zexa_contact_page_extra_json);
    CHECK_TEXTS(zexa_campaign_page, zexa_campaign_page_extra_json);
    CHECK_TEXTS(zexa_sender_id_page, zexa_sender_id_page_extra_json);
    CHECK_TEXT(zexa_contact_lists_at(NULL, 0), NULL);
    CHECK_TEXT(zexa_webhook_events_at(NULL, 0), NULL);
}

static void test_numbers(void) {
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

/* Without a client. */
#define CHECK_CALL(type, function, ...)                                                            \
    do {                                                                                           \
        type *made = (type *)&nowhere;                                                             \
        CHECK_REFUSED(function(NULL, __VA_ARGS__, NULL, &made, place), "client");                  \
        CHECK(made == NULL);                                                                       \
    } while (0)

/* Without a client, and with one but without a place for the list. */
#define CHECK_LIST(type, output, function, ...)                                                    \
    do {                                                                                           \
        CHECK_CALL(type, function, __VA_ARGS__);                                                   \
        CHECK_REFUSED(function(client, __VA_ARGS__, NULL, NULL, place), output);                   \
    } while (0)

#define CHECK_NEXT(type, from, function)                                                           \
    do {                                                                                           \
        type *made = (type *)&nowhere;                                                             \
        CHECK_REFUSED(function(NULL, &made, place), from);                                         \
        CHECK(made == NULL);                                                                       \
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

    zexa_credits *credits = (zexa_credits *)&nowhere;
    CHECK_REFUSED(zexa_credits_get(NULL, NULL, &credits, place), "client");
    CHECK(credits == NULL);
    CHECK_REFUSED(zexa_contacts_delete(NULL, "cnt_1", NULL, place), "client");
}

static void test_inputs(const zexa_client *client) {
    zexa_message *message = NULL;
    zexa_campaign *campaign = NULL;
    zexa_contact *contact = NULL;
    zexa_webhook *webhook = NULL;
    zexa_response *response = NULL;
    CHECK_REFUSED(zexa_messages_send(client, NULL, NULL, &message, place), "params");
    CHECK_REFUSED(zexa_messages_get(client, NULL, NULL, &message, place), "id");
    CHECK_REFUSED(zexa_messages_wait(client, NULL, NULL, NULL, &message, place), "id");
    CHECK_REFUSED(zexa_campaigns_create(client, NULL, NULL, &campaign, place), "params");
    CHECK_REFUSED(zexa_campaigns_get(client, NULL, NULL, &campaign, place), "id");
    CHECK_REFUSED(zexa_campaigns_wait(client, NULL, NULL, NULL, &campaign, place), "id");
    CHECK_REFUSED(zexa_contacts_create(client, NULL, NULL, &contact, place), "params");
    CHECK_REFUSED(zexa_contacts_delete(client, NULL, NULL, place), "id");
    CHECK_REFUSED(zexa_webhooks_create(client, NULL, NULL, &webhook, place), "params");
    CHECK_REFUSED(
        zexa_client_request(client, NULL, "/credits", NULL, 0, NULL, NULL, &response, place),
        "method");
    CHECK_REFUSED(zexa_client_request(client, "GET", NULL, NULL, 0, NULL, NULL, &response, place),
                  "path");
    CHECK(!message && !campaign && !contact && !webhook && !response);
}

static void test_what_needs_no_client(const zexa_client *client) {
    zexa_client *derived = (zexa_client *)&nowhere;
    zexa_call_options options = ZEXA_CALL_OPTIONS_INIT;
    CHECK_REFUSED(zexa_client_new(NULL, NULL, place), "client");
    CHECK_REFUSED(zexa_client_with_options(NULL, &options, &derived, place), "client");
    CHECK(derived == NULL);
    CHECK_REFUSED(zexa_client_with_options(client, &options, NULL, place), "derived");

    zexa_event *event = (zexa_event *)&nowhere;
    CHECK_REFUSED(zexa_webhooks_parse_event(NULL, 2, &event, place), "body");
    CHECK(event == NULL);
    CHECK_REFUSED(zexa_webhooks_parse_event("{}", 2, NULL, place), "event");

    zexa_template *template = (zexa_template *)&nowhere;
    CHECK_REFUSED(zexa_template_new(NULL, &template, place), "name");
    CHECK(template == NULL);
    CHECK_REFUSED(zexa_template_new("order_ready", NULL, place), "message_template");
    CHECK_NUMBER(zexa_template_new("order_ready", &template, NULL), ZEXA_OK);
    CHECK_REFUSED(zexa_template_set_language(template, NULL, place), "language");
    CHECK_REFUSED(zexa_template_add_variable(template, NULL, place), "value");
    CHECK_NUMBER(zexa_template_set_language(NULL, "pt", NULL), ZEXA_INVALID_ARGUMENT);
    CHECK_NUMBER(zexa_template_add_variable(NULL, "Ana", NULL), ZEXA_INVALID_ARGUMENT);
    zexa_template_free(template);
}

static void test_next(const zexa_client *client) {
    CHECK_NEXT(zexa_contact, "iter", zexa_contact_iter_next);
    CHECK_NEXT(zexa_campaign, "iter", zexa_campaign_iter_next);
    CHECK_NEXT(zexa_sender_id, "iter", zexa_sender_id_iter_next);
    CHECK_NEXT(zexa_contact_page, "pages", zexa_contact_pages_next);
    CHECK_NEXT(zexa_campaign_page, "pages", zexa_campaign_pages_next);
    CHECK_NEXT(zexa_sender_id_page, "pages", zexa_sender_id_pages_next);

    /* Nothing is taken off a list that has nowhere to go, and nothing is fetched. */
    zexa_contact_iter *iter = NULL;
    zexa_contact_pages *pages = NULL;
    CHECK_NUMBER(zexa_contacts_list(client, NULL, NULL, &iter, NULL), ZEXA_OK);
    CHECK_NUMBER(zexa_contacts_list_pages(client, NULL, NULL, &pages, NULL), ZEXA_OK);
    CHECK_REFUSED(zexa_contact_iter_next(iter, NULL, place), "contact");
    CHECK_REFUSED(zexa_contact_pages_next(pages, NULL, place), "page");
    zexa_contact_iter_free(iter);
    zexa_contact_pages_free(pages);
}

int main(void) {
    sandbox server = sandbox_new("{}");
    zexa_client *client = sandbox_client(&server);
    test_free();
    test_texts();
    test_numbers();
    test_pages();
    test_calls(client);
    test_inputs(client);
    test_what_needs_no_client(client);
    test_next(client);
    CHECK_NUMBER(sandbox_count(&server, "requests"), 0);
    zexa_client_free(client);
    sandbox_free(&server);
    return 0;
}
