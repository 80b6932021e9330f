/* The client: options, on_attempt, derived clients, zexa_client_request() and close; and templates,
 * events and versions. */

#include "sandbox.h"

/* The records that on_attempt received, and how often the userdata was destroyed. */
typedef struct {
    int attempts;
    int destroyed;
    int32_t http_status;
    zexa_status failure;
    char route[64], line[256];
} attempt_log;

static void record_attempt(const zexa_attempt *attempt, void *userdata) {
    attempt_log *seen = userdata;
    seen->attempts++;
    CHECK_NUMBER(attempt->number, seen->attempts);
    CHECK_TEXT(attempt->method, "GET");
    CHECK(attempt->elapsed_us >= 0);
    CHECK((attempt->request_id != NULL) == (attempt->failure != ZEXA_OK));
    seen->http_status = attempt->http_status;
    seen->failure = attempt->failure;
    snprintf(seen->route, sizeof seen->route, "%s", attempt->route);
    snprintf(seen->line, sizeof seen->line, "%s", attempt->line);
}

static void count_destroy(void *userdata) {
    ((attempt_log *)userdata)->destroyed++;
}

static zexa_client_options options_with_log(attempt_log *seen, const sandbox *server) {
    zexa_client_options options = ZEXA_CLIENT_OPTIONS_INIT;
    options.base_url = server->url;
    options.api_key = server->api_key;
    options.on_attempt = record_attempt;
    options.on_attempt_userdata = seen;
    options.on_attempt_destroy = count_destroy;
    return options;
}

static void test_on_attempt(void) {
    sandbox server =
        sandbox_new("{\"faults\": [{\"status\": 503, \"headers\": {\"Retry-After\": \"0\"}}]}");
    attempt_log seen = {0};
    zexa_client_options options = options_with_log(&seen, &server);
    zexa_error *error = NULL;
    zexa_client *client = NULL;
    CHECK_OK(zexa_client_new(&options, &client, &error), &error);
    zexa_call_options once = ZEXA_CALL_OPTIONS_INIT;
    once.max_retries = 0;
    zexa_credits *credits = NULL;
    CHECK_FAILS(zexa_credits_get(client, &once, &credits, &error), ZEXA_SERVER,
                ZEXA_OUTCOME_UNKNOWN, &error);
    CHECK_NUMBER(seen.attempts, 1);
    CHECK_NUMBER(seen.failure, ZEXA_SERVER);
    CHECK_NUMBER(seen.http_status, 503);
    CHECK_TEXT(seen.route, "/credits");
    CHECK_CONTAINS(seen.line, "/credits");
    CHECK(strstr(seen.line, server.api_key) == NULL);

    /* The userdata is in use as long as a derived client or an iterator exists. */
    zexa_client *derived = NULL;
    zexa_contact_iter *iter = NULL;
    CHECK_OK(zexa_client_with_options(client, &once, &derived, &error), &error);
    CHECK_OK(zexa_contacts_list(derived, NULL, NULL, &iter, &error), &error);
    zexa_client_free(client);
    zexa_client_free(derived);
    CHECK_NUMBER(seen.destroyed, 0);
    zexa_contact_iter_free(iter);
    CHECK_NUMBER(seen.destroyed, 1);
    sandbox_free(&server);
}

static void test_failed_creation_destroys_no_userdata(const sandbox *server) {
    attempt_log seen = {0};
    zexa_client_options options = options_with_log(&seen, server);
    options.base_url = "ftp://zexa.example";
    zexa_error *error = NULL;
    zexa_client *client = NULL;
    CHECK_FAILS(zexa_client_new(&options, &client, &error), ZEXA_CONFIG, ZEXA_OUTCOME_NOT_SENT,
                &error);
    options = options_with_log(&seen, server);
    CHECK_NUMBER(zexa_client_new(&options, NULL, NULL), ZEXA_INVALID_ARGUMENT);
    CHECK_NUMBER(seen.destroyed, 0);
}

static void test_request(const sandbox *server) {
    zexa_key_value headers[] = {{"X-Shop", "7"}};
    zexa_key_value call_headers[] = {{"X-Till", "8"}};
    zexa_client_options options = ZEXA_CLIENT_OPTIONS_INIT;
    options.base_url = server->url;
    options.api_key = server->api_key;
    options.user_agent_suffix = "shop/1.2";
    options.default_headers = headers;
    options.default_headers_count = 1;
    zexa_call_options call = ZEXA_CALL_OPTIONS_INIT;
    call.headers = call_headers;
    call.headers_count = 1;
    zexa_error *error = NULL;
    zexa_client *client = NULL, *derived = NULL;
    CHECK_OK(zexa_client_new(&options, &client, &error), &error);
    CHECK_OK(zexa_client_with_options(client, &call, &derived, &error), &error);
    zexa_client_free(client);
    zexa_key_value query[] = {{"search", "a b&c=ã"}, {"per_page", "5"}};
    zexa_response *response = NULL;
    CHECK_OK(
        zexa_client_request(derived, "GET", "/contacts", query, 2, NULL, NULL, &response, &error),
        &error);
    CHECK_NUMBER(zexa_response_http_status(response), 200);
    CHECK_CONTAINS(zexa_response_body_json(response), "\"per_page\":5");
    zexa_response_free(response);

    response = control_request(server->control, "GET", "/requests", NULL);
    const char *json = zexa_response_body_json(response);
    CHECK_CONTAINS(json, "a b&c=ã");
    CHECK_CONTAINS(json, "\"x-shop\":\"7\"");
    CHECK_CONTAINS(json, "\"x-till\":\"8\"");
    CHECK_CONTAINS(json, "zexa-c/" ZEXA_VERSION);
    CHECK_CONTAINS(json, "shop/1.2");
    zexa_response_free(response);
    zexa_client_free(derived);
}

static void test_close(const sandbox *server) {
    zexa_client *client = sandbox_client(server), *derived = NULL;
    zexa_call_options none = ZEXA_CALL_OPTIONS_INIT;
    zexa_error *error = NULL;
    zexa_credits *credits = NULL;
    CHECK_OK(zexa_client_with_options(client, &none, &derived, &error), &error);
    CHECK_OK(zexa_credits_get(derived, NULL, &credits, &error), &error);
    zexa_credits_free(credits);
    zexa_client_close(client);
    zexa_client_close(client);
    CHECK_FAILS(zexa_credits_get(client, NULL, &credits, &error), ZEXA_CLOSED,
                ZEXA_OUTCOME_NOT_SENT, &error);
    CHECK_FAILS(zexa_credits_get(derived, NULL, &credits, &error), ZEXA_CLOSED,
                ZEXA_OUTCOME_NOT_SENT, &error);
    CHECK(credits == NULL);
    zexa_client_free(client);
    zexa_client_free(derived);
}

static void test_template(const zexa_client *client) {
    zexa_error *error = NULL;
    zexa_template *built = NULL;
    zexa_message *message = NULL;
    CHECK_OK(zexa_template_new("order_ready", &built, &error), &error);
    CHECK_OK(zexa_template_set_language(built, "pt", &error), &error);
    CHECK_OK(zexa_template_add_variable(built, "Ana", &error), &error);
    CHECK_OK(zexa_template_add_variable(built, "\"1234\"", &error), &error);
    CHECK_CONTAINS(zexa_template_json(built), "order_ready");
    CHECK_CONTAINS(zexa_template_json(built), "\\\"1234\\\"");
    zexa_send_message_params params = sms(NULL);
    params.channel = ZEXA_CHANNEL_WHATSAPP;
    params.template_json = zexa_template_json(built);
    CHECK_OK(zexa_messages_send(client, &params, NULL, &message, &error), &error);
    zexa_message_free(message);
    zexa_template_free(built);

    params.template_json = "[1]";
    CHECK_FAILS(zexa_messages_send(client, &params, NULL, &message, &error), ZEXA_VALIDATION,
                ZEXA_OUTCOME_NOT_SENT, &error);
}

static void test_events(void) {
    /* The body does not end in NUL, but in characters that would make it invalid. */
    const char body[] = "{\"id\":\"evt_1\",\"event\":\"message.delivered\","
                        "\"created_at\":\"2026-07-01T09:00:00Z\",\"data\":{\"id\":\"msg_1\","
                        "\"status\":\"delivered\",\"channel\":\"sms\",\"to\":\"+244912345678\","
                        "\"created_at\":\"2026-07-01T08:59:00Z\"},\"new\":1}}}";
    zexa_error *error = NULL;
    zexa_event *event = NULL;
    CHECK_OK(zexa_webhooks_parse_event(body, sizeof body - 3, &event, &error), &error);
    CHECK_TEXT(zexa_event_id(event), "evt_1");
    CHECK_TEXT(zexa_event_event(event), ZEXA_EVENT_NAME_MESSAGE_DELIVERED);
    CHECK_TEXT(zexa_event_created_at(event), "2026-07-01T09:00:00Z");
    CHECK_NUMBER(zexa_event_created_at_unix_ms(event), 1782896400000);
    CHECK_CONTAINS(zexa_event_data_json(event), "\"msg_1\"");
    CHECK_CONTAINS(zexa_event_json(event), "\"new\":1");
    CHECK_TEXT(zexa_event_extra_json(event), "{\"new\":1}");
    zexa_message *message = zexa_event_message(event);
    CHECK(zexa_event_campaign(event) == NULL);
    zexa_event_free(event);
    CHECK_TEXT(zexa_message_id(message), "msg_1");
    zexa_message_free(message);

    const char other[] = "{\"event\":\"campaign.sent\",\"data\":{\"id\":\"cmp_1\",\"name\":\"A\","
                         "\"status\":\"sent\",\"channel\":\"sms\","
                         "\"created_at\":\"2026-07-01T08:59:00Z\"}}";
    CHECK_OK(zexa_webhooks_parse_event(other, strlen(other), &event, &error), &error);
    CHECK_TEXT(zexa_event_id(event), NULL);
    CHECK_NUMBER(zexa_event_created_at_unix_ms(event), -1);
    CHECK(zexa_event_message(event) == NULL);
    zexa_campaign *campaign = zexa_event_campaign(event);
    CHECK_TEXT(zexa_campaign_id(campaign), "cmp_1");
    zexa_campaign_free(campaign);
    zexa_event_free(event);

    const char flat[] = "{\"event\":\"message.failed\",\"message_id\":7,\"to\":{}}";
    CHECK_OK(zexa_webhooks_parse_event(flat, strlen(flat), &event, &error), &error);
    message = zexa_event_message(event);
    CHECK_TEXT(zexa_message_id(message), "7");
    CHECK_TEXT(zexa_message_status(message), "");
    CHECK_TEXT(zexa_message_to(message), NULL);
    CHECK_TEXT(zexa_message_created_at(message), NULL);
    CHECK_NUMBER(zexa_message_created_at_unix_ms(message), -1);
    CHECK_TEXT(zexa_message_extra_json(message), "{\"to\":{}}");
    zexa_message_free(message);
    zexa_event_free(event);

    CHECK_FAILS(zexa_webhooks_parse_event("[]", 2, &event, &error), ZEXA_DECODE,
                ZEXA_OUTCOME_NOT_SENT, &error);
    CHECK(event == NULL);
}

int main(void) {
    CHECK_TEXT(zexa_version(), ZEXA_VERSION);
    char version[32];
    snprintf(version, sizeof version, "%d.%d.%d", ZEXA_VERSION_MAJOR, ZEXA_VERSION_MINOR,
             ZEXA_VERSION_PATCH);
    CHECK_TEXT(version, ZEXA_VERSION);

    sandbox server = sandbox_new("{}");
    zexa_client *client = sandbox_client(&server);
    test_on_attempt();
    test_failed_creation_destroys_no_userdata(&server);
    test_request(&server);
    test_close(&server);
    test_template(client);
    test_events();
    zexa_client_free(client);
    sandbox_free(&server);
    return 0;
}
