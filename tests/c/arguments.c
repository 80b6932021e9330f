/* Invalid arguments: strings that are not UTF-8, structs of another size, and impossible numbers
 * and arrays. Nothing is sent. */

#include "sandbox.h"

static const char INVALID_UTF8[] = "\xC3\x28";

/* Checks that a call failed and its error names the field. Frees the error. */
static void check_rejected(int line, zexa_status status, zexa_status expected, zexa_error **error,
                           const char *field) {
    char wanted[64];
    snprintf(wanted, sizeof wanted, "\"field\":\"%s\"", field);
    check_text(__FILE__, line, field, zexa_status_name(status), zexa_status_name(expected));
    check_contains(__FILE__, line, field, zexa_error_details_json(*error), wanted);
    check_number(__FILE__, line, field, zexa_error_kind(*error), expected);
    check_number(__FILE__, line, field, zexa_error_outcome(*error), ZEXA_OUTCOME_NOT_SENT);
    check_number(__FILE__, line, field, zexa_error_attempts(*error), 0);
    zexa_error_free(*error);
    *error = NULL;
}

#define CHECK_REJECTED(call, field)                                                                \
    check_rejected(__LINE__, call, ZEXA_INVALID_ARGUMENT, &error, field)
#define CHECK_VALIDATED(call, field) check_rejected(__LINE__, call, ZEXA_VALIDATION, &error, field)
#define CHECK_CONFIG(call, field) check_rejected(__LINE__, call, ZEXA_CONFIG, &error, field)

/* Sets one string of a struct to invalid UTF-8; the other members are valid. `call` reads `params`.
 */
#define CHECK_TEXT_FIELD(params, field, name, call)                                                \
    do {                                                                                           \
        const char *valid = params.field;                                                          \
        params.field = INVALID_UTF8;                                                               \
        CHECK_REJECTED(call, name);                                                                \
        params.field = valid;                                                                      \
    } while (0)

static zexa_create_campaign_params campaign(void) {
    zexa_create_campaign_params params = ZEXA_CREATE_CAMPAIGN_PARAMS_INIT;
    params.name = "Two for one";
    params.channel = "sms";
    params.contact_list_id = "lst_demo";
    params.sender_id = "ZEXA";
    params.body = "This week only";
    return params;
}

static void test_strings_of_params(const zexa_client *client) {
    zexa_error *error = NULL;
    zexa_message *result = NULL;
    zexa_send_message_params message = sms("Hello");
#define SEND zexa_messages_send(client, &message, NULL, &result, &error)
    CHECK_TEXT_FIELD(message, channel, "channel", SEND);
    CHECK_TEXT_FIELD(message, to, "to", SEND);
    CHECK_TEXT_FIELD(message, from, "from", SEND);
    CHECK_TEXT_FIELD(message, body, "body", SEND);
    CHECK_TEXT_FIELD(message, subject, "subject", SEND);
    CHECK_TEXT_FIELD(message, html, "html", SEND);
    CHECK_TEXT_FIELD(message, template_json, "template_json", SEND);
    CHECK_TEXT_FIELD(message, scheduled_at, "scheduled_at", SEND);
    CHECK_TEXT_FIELD(message, template_id, "template_id", SEND);
    CHECK_TEXT_FIELD(message, idempotency_key, "idempotency_key", SEND);
    message.scheduled_at = "tomorrow";
    CHECK_VALIDATED(SEND, "scheduled_at");
    message.template_json = "[]";
    CHECK_VALIDATED(SEND, "template_json");
#undef SEND
    zexa_campaign *launched = NULL;
    zexa_create_campaign_params params = campaign();
#define CREATE zexa_campaigns_create(client, &params, NULL, &launched, &error)
    CHECK_TEXT_FIELD(params, name, "name", CREATE);
    CHECK_TEXT_FIELD(params, channel, "channel", CREATE);
    CHECK_TEXT_FIELD(params, contact_list_id, "contact_list_id", CREATE);
    CHECK_TEXT_FIELD(params, sender_id, "sender_id", CREATE);
    CHECK_TEXT_FIELD(params, body, "body", CREATE);
    CHECK_TEXT_FIELD(params, template_json, "template_json", CREATE);
    CHECK_TEXT_FIELD(params, scheduled_at, "scheduled_at", CREATE);
    CHECK_TEXT_FIELD(params, template_id, "template_id", CREATE);
    CHECK_TEXT_FIELD(params, idempotency_key, "idempotency_key", CREATE);
#undef CREATE
    zexa_contact *contact = NULL;
    zexa_create_contact_params person = ZEXA_CREATE_CONTACT_PARAMS_INIT;
    person.name = "Ana";
    person.phone = "+244911111111";
#define CREATE zexa_contacts_create(client, &person, NULL, &contact, &error)
    CHECK_TEXT_FIELD(person, name, "name", CREATE);
    CHECK_TEXT_FIELD(person, phone, "phone", CREATE);
    CHECK_TEXT_FIELD(person, email, "email", CREATE);
#undef CREATE
    zexa_contact_iter *iter = NULL;
    zexa_list_contacts_params which = ZEXA_LIST_CONTACTS_PARAMS_INIT;
    CHECK_TEXT_FIELD(which, list_id, "list_id",
                     zexa_contacts_list(client, &which, NULL, &iter, &error));
    CHECK_TEXT_FIELD(which, search, "search",
                     zexa_contacts_list(client, &which, NULL, &iter, &error));
    CHECK(!result && !launched && !contact && !iter);
}

static void test_other_strings(const zexa_client *client) {
    zexa_error *error = NULL;
    zexa_message *message = NULL;
    zexa_campaign *launched = NULL;
    zexa_response *response = NULL;
    zexa_template *template = NULL;
    CHECK_REJECTED(zexa_messages_get(client, INVALID_UTF8, NULL, &message, &error), "id");
    CHECK_REJECTED(zexa_messages_wait(client, INVALID_UTF8, NULL, NULL, &message, &error), "id");
    CHECK_REJECTED(zexa_messages_wait(client, "msg_1", INVALID_UTF8, NULL, &message, &error),
                   "until");
    CHECK_REJECTED(zexa_campaigns_get(client, INVALID_UTF8, NULL, &launched, &error), "id");
    CHECK_REJECTED(zexa_campaigns_wait(client, INVALID_UTF8, NULL, NULL, &launched, &error), "id");
    CHECK_REJECTED(zexa_campaigns_wait(client, "cmp_1", INVALID_UTF8, NULL, &launched, &error),
                   "until");
    CHECK_REJECTED(zexa_contacts_delete(client, INVALID_UTF8, NULL, &error), "id");
#define REQUEST(method, path, body)                                                                \
    zexa_client_request(client, method, path, NULL, 0, body, NULL, &response, &error)
    CHECK_REJECTED(REQUEST(INVALID_UTF8, "/credits", NULL), "method");
    CHECK_REJECTED(REQUEST("GET", INVALID_UTF8, NULL), "path");
    CHECK_REJECTED(REQUEST("POST", "/messages", INVALID_UTF8), "body_json");
    CHECK_VALIDATED(REQUEST("POST", "/messages", "{"), "body_json");
    CHECK(REQUEST("BREW", "/coffee", NULL) != ZEXA_OK);
    zexa_error_free(error);
#undef REQUEST
    CHECK_REJECTED(zexa_template_new(INVALID_UTF8, &template, &error), "name");
    CHECK_OK(zexa_template_new("order_ready", &template, &error), &error);
    CHECK_REJECTED(zexa_template_set_language(template, INVALID_UTF8, &error), "language");
    /* A string of the template itself, which the call frees. */
    const char *own = zexa_template_json(template);
    CHECK_OK(zexa_template_add_variable(template, own, &error), &error);
    CHECK_CONTAINS(zexa_template_json(template), "[\"{\\\"name\\\"");
    CHECK_REJECTED(zexa_template_add_variable(template, INVALID_UTF8, &error), "value");
    CHECK(strstr(zexa_template_json(template), "language") == NULL);
    zexa_template_free(template);
    CHECK(!zexa_message_status_is_final(INVALID_UTF8));
    CHECK(!zexa_campaign_status_is_final(INVALID_UTF8));
}

static void test_client_options(void) {
    zexa_error *error = NULL;
    zexa_client *client = NULL;
    zexa_client_options options = ZEXA_CLIENT_OPTIONS_INIT;
#define NEW zexa_client_new(&options, &client, &error)
    CHECK_TEXT_FIELD(options, api_key, "api_key", NEW);
    CHECK_TEXT_FIELD(options, base_url, "base_url", NEW);
    CHECK_TEXT_FIELD(options, ledger, "ledger", NEW);
    CHECK_TEXT_FIELD(options, ledger_secret, "ledger_secret", NEW);
    CHECK_TEXT_FIELD(options, proxy, "proxy", NEW);
    CHECK_TEXT_FIELD(options, ca_file, "ca_file", NEW);
    CHECK_TEXT_FIELD(options, client_cert_file, "client_cert_file", NEW);
    CHECK_TEXT_FIELD(options, client_key_file, "client_key_file", NEW);
    CHECK_TEXT_FIELD(options, user_agent_suffix, "user_agent_suffix", NEW);
#define CHECK_NEGATIVE(field)                                                                      \
    do {                                                                                           \
        options.field = -2;                                                                        \
        CHECK_CONFIG(NEW, #field);                                                                 \
        options.field = ZEXA_DEFAULT;                                                              \
    } while (0)
    CHECK_NEGATIVE(timeout_ms);
    CHECK_NEGATIVE(connect_timeout_ms);
    CHECK_NEGATIVE(deadline_ms);
    CHECK_NEGATIVE(max_retry_wait_ms);
    CHECK_NEGATIVE(max_retries);
    CHECK_NEGATIVE(allow_http);
    CHECK_NEGATIVE(http2);
    CHECK_NEGATIVE(max_connections);
    CHECK_NEGATIVE(ledger_same_account);
    CHECK_NEGATIVE(ledger_on_network);
#undef CHECK_NEGATIVE
    options.allow_http = 2;
    CHECK_CONFIG(NEW, "allow_http");
    options.allow_http = ZEXA_DEFAULT;
    options.http2 = 2;
    CHECK_CONFIG(NEW, "http2");
    options.http2 = ZEXA_DEFAULT;
    options.max_connections = 0;
    CHECK_CONFIG(NEW, "max_connections");
    options.max_connections = (int64_t)UINT32_MAX + 1;
    CHECK_CONFIG(NEW, "max_connections");
    options.max_connections = ZEXA_DEFAULT;
    options.max_retries = (int64_t)UINT32_MAX + 1;
    CHECK_CONFIG(NEW, "max_retries");
    options.max_retries = ZEXA_DEFAULT;

    zexa_key_value headers[] = {{"X-Shop", "7"}, {"X-Till", NULL}};
    options.default_headers_count = 2;
    CHECK_REJECTED(NEW, "default_headers");
    options.default_headers = headers;
    CHECK_REJECTED(NEW, "default_headers[1].value");
    headers[1] = (zexa_key_value){NULL, "8"};
    CHECK_REJECTED(NEW, "default_headers[1].name");
    headers[1] = (zexa_key_value){INVALID_UTF8, "8"};
    CHECK_REJECTED(NEW, "default_headers[1].name");
    options.default_headers_count = SIZE_MAX;
    CHECK_REJECTED(NEW, "default_headers");
#undef NEW
    CHECK(client == NULL);
}

static void test_call_options(const zexa_client *client) {
    zexa_error *error = NULL;
    zexa_client *derived = NULL;
    zexa_call_options options = ZEXA_CALL_OPTIONS_INIT;
#define DERIVE zexa_client_with_options(client, &options, &derived, &error)
#define CHECK_NEGATIVE(field)                                                                      \
    do {                                                                                           \
        options.field = -2;                                                                        \
        CHECK_CONFIG(DERIVE, #field);                                                              \
        options.field = ZEXA_DEFAULT;                                                              \
    } while (0)
    CHECK_NEGATIVE(timeout_ms);
    CHECK_NEGATIVE(deadline_ms);
    CHECK_NEGATIVE(max_retries);
    CHECK_NEGATIVE(retry_ambiguous);
#undef CHECK_NEGATIVE
    options.headers_count = 1;
    CHECK_REJECTED(DERIVE, "headers");
    zexa_key_value header = {"X-Shop", INVALID_UTF8};
    options.headers = &header;
    CHECK_REJECTED(DERIVE, "headers[0].value");
    CHECK(derived == NULL);
#undef DERIVE
    /* Calls validate them as well. */
    zexa_credits *credits = NULL;
    CHECK_REJECTED(zexa_credits_get(client, &options, &credits, &error), "headers[0].value");
}

static void test_arrays_and_numbers(const zexa_client *client) {
    zexa_error *error = NULL;
    zexa_contact *contact = NULL;
    zexa_create_contact_params person = ZEXA_CREATE_CONTACT_PARAMS_INIT;
    person.name = "Ana";
    person.phone = "+244911111111";
    person.lists_count = 2;
#define CREATE zexa_contacts_create(client, &person, NULL, &contact, &error)
    CHECK_REJECTED(CREATE, "lists");
    const char *lists[] = {"lst_demo", NULL};
    person.lists = lists;
    CHECK_REJECTED(CREATE, "lists[1]");
    lists[1] = INVALID_UTF8;
    CHECK_REJECTED(CREATE, "lists[1]");
    person.lists_count = SIZE_MAX;
    CHECK_REJECTED(CREATE, "lists");
#undef CREATE
    zexa_webhook *webhook = NULL;
    zexa_create_webhook_params hook = ZEXA_CREATE_WEBHOOK_PARAMS_INIT;
#define CREATE zexa_webhooks_create(client, &hook, NULL, &webhook, &error)
    hook.events_count = 1;
    CHECK_REJECTED(CREATE, "events");
    hook.events_count = 0;
    CHECK_TEXT_FIELD(hook, url, "url", CREATE);
#undef CREATE
    const int64_t invalid[] = {-2, 0, 101, INT64_MIN, INT64_MAX};
    for (size_t index = 0; index < sizeof invalid / sizeof *invalid; index++) {
        zexa_contact_iter *iter = NULL;
        zexa_list_contacts_params which = ZEXA_LIST_CONTACTS_PARAMS_INIT;
        which.per_page = invalid[index];
        CHECK_VALIDATED(zexa_contacts_list(client, &which, NULL, &iter, &error), "per_page");
        CHECK(iter == NULL);
    }
    const int64_t no_page[] = {-1, 0, INT64_C(1) << 32, INT64_MIN, INT64_MAX};
    for (size_t index = 0; index < sizeof no_page / sizeof *no_page; index++) {
        zexa_contact_page *page = NULL;
        CHECK_VALIDATED(zexa_contacts_list_page(client, NULL, no_page[index], NULL, &page, &error),
                        "page");
        CHECK(page == NULL);
    }
    zexa_key_value query = {NULL, "1"};
    zexa_response *response = NULL;
    CHECK_REJECTED(
        zexa_client_request(client, "GET", "/contacts", NULL, 1, NULL, NULL, &response, &error),
        "query");
    CHECK_REJECTED(
        zexa_client_request(client, "GET", "/contacts", &query, 1, NULL, NULL, &response, &error),
        "query[0].name");
    zexa_event *event = NULL;
    CHECK_REJECTED(zexa_webhooks_parse_event("{}", SIZE_MAX, &event, &error), "body");
}

/* Checks the message of a rejected call, and frees its error. */
#define CHECK_MESSAGE(call, message)                                                               \
    do {                                                                                           \
        CHECK((call) != ZEXA_OK);                                                                  \
        CHECK_TEXT(zexa_error_message(error), message);                                            \
        zexa_error_free(error);                                                                    \
        error = NULL;                                                                              \
    } while (0)

/* Errors name the arguments, members and macros of C, and the value. */
static void test_messages(const zexa_client *client) {
    zexa_error *error = NULL;
    zexa_event *event = NULL;
    CHECK_MESSAGE(zexa_webhooks_parse_event(NULL, 3, &event, &error),
                  "`body` must not be NULL unless `length` is 0, but `length` is 3");
    zexa_client *created = NULL;
    zexa_client_options options = ZEXA_CLIENT_OPTIONS_INIT;
    options.api_key = "key";
#define NEW zexa_client_new(&options, &created, &error)
    options.default_headers_count = 2;
    CHECK_MESSAGE(NEW, "`default_headers` must not be NULL unless `default_headers_count` is 0, "
                       "but `default_headers_count` is 2");
    options.default_headers_count = 0;
    options.timeout_ms = -5;
    CHECK_MESSAGE(NEW, "`timeout_ms` must be more than zero, or ZEXA_DEFAULT, got -5");
    options.timeout_ms = 0;
    CHECK_CONFIG(NEW, "timeout_ms");
    CHECK(NEW == ZEXA_CONFIG);
    CHECK_CONTAINS(zexa_error_text(error), "config: `timeout_ms` must be more than zero");
    zexa_error_free(error);
    options.timeout_ms = ZEXA_DEFAULT;
    options.connect_timeout_ms = 0;
    CHECK_CONFIG(NEW, "connect_timeout_ms");
    options.connect_timeout_ms = ZEXA_DEFAULT;
    options.deadline_ms = 0;
    CHECK_CONFIG(NEW, "deadline_ms");
    options.deadline_ms = ZEXA_DEFAULT;
    options.max_retry_wait_ms = -5;
    CHECK_MESSAGE(NEW, "`max_retry_wait_ms` must be 0 or more, or ZEXA_DEFAULT, got -5");
    options.max_retry_wait_ms = 0;
    CHECK_OK(NEW, &error);
    zexa_client_free(created);
    options.http2 = 2;
    CHECK_MESSAGE(NEW, "`http2` must be 0, 1 or ZEXA_DEFAULT, got 2");
    options.struct_size = 0;
    CHECK_MESSAGE(NEW, "`options.struct_size` is 0, which is invalid: initialise the struct with "
                       "ZEXA_CLIENT_OPTIONS_INIT");
#undef NEW
    zexa_credits *credits = NULL;
    zexa_call_options call = ZEXA_CALL_OPTIONS_INIT;
    call.timeout_ms = 0;
    CHECK_CONFIG(zexa_credits_get(client, &call, &credits, &error), "timeout_ms");
    zexa_message *message = NULL;
    zexa_send_message_params params = sms("Hello");
    params.struct_size = 0;
    CHECK_MESSAGE(zexa_messages_send(client, &params, NULL, &message, &error),
                  "`params.struct_size` is 0, which is invalid: initialise the struct with "
                  "ZEXA_SEND_MESSAGE_PARAMS_INIT");
    params.struct_size = sizeof params + 8;
    CHECK(zexa_messages_send(client, &params, NULL, &message, &error) == ZEXA_INVALID_ARGUMENT);
    CHECK_CONTAINS(zexa_error_message(error), "ZEXA_SEND_MESSAGE_PARAMS_INIT of the header");
    zexa_error_free(error);
    zexa_contact_iter *iter = NULL;
    zexa_list_contacts_params which = ZEXA_LIST_CONTACTS_PARAMS_INIT;
    which.per_page = -2;
    CHECK_MESSAGE(zexa_contacts_list(client, &which, NULL, &iter, &error),
                  "`per_page` must be 1 or more, or ZEXA_DEFAULT, got -2");
    CHECK(!event && !created && !credits && !message && !iter);
}

/* Sizes that no version of the struct had, smaller and larger than the current one. */
#define CHECK_SIZES(params, name, call)                                                            \
    do {                                                                                           \
        const size_t valid = params.struct_size;                                                   \
        const size_t invalid[] = {0,         1,       sizeof(size_t) - 1, valid - 1, valid + 1,    \
                                  valid + 8, SIZE_MAX};                                            \
        for (size_t index = 0; index < sizeof invalid / sizeof *invalid; index++) {                \
            params.struct_size = invalid[index];                                                   \
            CHECK_REJECTED(call, name ".struct_size");                                             \
        }                                                                                          \
        params.struct_size = valid;                                                                \
    } while (0)

static void test_sizes(const zexa_client *client) {
    zexa_error *error = NULL;
    zexa_client *result = NULL;
    zexa_client_options options = ZEXA_CLIENT_OPTIONS_INIT;
    CHECK_SIZES(options, "options", zexa_client_new(&options, &result, &error));
    zexa_call_options call = ZEXA_CALL_OPTIONS_INIT;
    CHECK_SIZES(call, "options", zexa_client_with_options(client, &call, &result, &error));
    CHECK(result == NULL);
    zexa_message *message = NULL;
    zexa_send_message_params params = sms("Hello");
    CHECK_SIZES(params, "params", zexa_messages_send(client, &params, NULL, &message, &error));
    zexa_campaign *launched = NULL;
    zexa_create_campaign_params launch = campaign();
    CHECK_SIZES(launch, "params", zexa_campaigns_create(client, &launch, NULL, &launched, &error));
    zexa_contact *contact = NULL;
    zexa_create_contact_params person = ZEXA_CREATE_CONTACT_PARAMS_INIT;
    CHECK_SIZES(person, "params", zexa_contacts_create(client, &person, NULL, &contact, &error));
    zexa_webhook *webhook = NULL;
    zexa_create_webhook_params hook = ZEXA_CREATE_WEBHOOK_PARAMS_INIT;
    CHECK_SIZES(hook, "params", zexa_webhooks_create(client, &hook, NULL, &webhook, &error));
    zexa_contact_iter *iter = NULL;
    zexa_list_contacts_params which = ZEXA_LIST_CONTACTS_PARAMS_INIT;
    CHECK_SIZES(which, "params", zexa_contacts_list(client, &which, NULL, &iter, &error));
    zexa_campaign_iter *campaigns = NULL;
    zexa_list_campaigns_params pages = ZEXA_LIST_CAMPAIGNS_PARAMS_INIT;
    CHECK_SIZES(pages, "params", zexa_campaigns_list(client, &pages, NULL, &campaigns, &error));
    zexa_sender_id_iter *senders = NULL;
    zexa_list_sender_ids_params names = ZEXA_LIST_SENDER_IDS_PARAMS_INIT;
    CHECK_SIZES(names, "params", zexa_sender_ids_list(client, &names, NULL, &senders, &error));
}

/* Previous values of outputs and errors are overwritten and never read. */
static void test_old_values(const zexa_client *client) {
    char sentinel;
    zexa_error *error = (zexa_error *)&sentinel;
    zexa_message *message = (zexa_message *)&sentinel;
    CHECK_NUMBER(zexa_messages_get(client, NULL, NULL, &message, &error), ZEXA_INVALID_ARGUMENT);
    CHECK(message == NULL && error != (zexa_error *)&sentinel);
    zexa_error_free(error);
    error = (zexa_error *)&sentinel;
    zexa_contact_iter *iter = (zexa_contact_iter *)&sentinel;
    CHECK_NUMBER(zexa_contacts_list(client, NULL, NULL, &iter, &error), ZEXA_OK);
    CHECK(error == NULL && iter != NULL && iter != (zexa_contact_iter *)&sentinel);
    zexa_contact_iter_free(iter);
}

int main(void) {
    sandbox server = sandbox_new("{}");
    zexa_client *client = sandbox_client(&server);
    test_strings_of_params(client);
    test_other_strings(client);
    test_client_options();
    test_call_options(client);
    test_arrays_and_numbers(client);
    test_messages(client);
    test_sizes(client);
    test_old_values(client);
    CHECK_NUMBER(sandbox_count(&server, "requests"), 0);
    zexa_client_free(client);
    sandbox_free(&server);
    return 0;
}
