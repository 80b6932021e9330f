/* Options: extra fields, and defaults from the environment. The scenarios test the effects of
 * options. */

#include "sandbox.h"

static zexa_client_options options_of(const sandbox *server) {
    zexa_client_options options = ZEXA_CLIENT_OPTIONS_INIT;
    options.base_url = server->url;
    options.api_key = server->api_key;
    return options;
}

static zexa_client *client_with(const zexa_client_options *options) {
    zexa_client *client = NULL;
    zexa_error *error = NULL;
    CHECK_OK(zexa_client_new(options, &client, &error), &error);
    return client;
}

/* Gets the credits, and returns the status. */
static zexa_status get_credits(const zexa_client *client, const zexa_call_options *call,
                               zexa_error **error) {
    zexa_credits *credits = NULL;
    zexa_status status = zexa_credits_get(client, call, &credits, error);
    CHECK((status == ZEXA_OK) == (credits != NULL));
    zexa_credits_free(credits);
    return status;
}

/* Invalid extra fields are rejected, and the error names the option. */
static void test_extra_fields(const sandbox *server) {
    const struct {
        const char *body, *query, *field;
        zexa_status status;
    } wrong[] = {
        {"", NULL, "extra_body", ZEXA_CONFIG},
        {"null", NULL, "extra_body", ZEXA_CONFIG},
        {"[1]", NULL, "extra_body", ZEXA_CONFIG},
        {"{\"a\": NaN}", NULL, "extra_body", ZEXA_CONFIG},
        {"{\"a\": 18446744073709551616}", NULL, "extra_body", ZEXA_CONFIG},
        {"{\"a\": \"\xff\"}", NULL, "extra_body", ZEXA_INVALID_ARGUMENT},
        {"{\"a\": 1}", NULL, "extra_body", ZEXA_CONFIG},
        {NULL, "a=1", "extra_query", ZEXA_CONFIG},
        {NULL, "[]", "extra_query", ZEXA_CONFIG},
        {NULL, "{\"tag\": null}", "extra_query", ZEXA_CONFIG},
        {NULL, "{\"tag\": [{}]}", "extra_query", ZEXA_CONFIG},
        {NULL, "{\"a\": \"\xff\"}", "extra_query", ZEXA_INVALID_ARGUMENT},
    };
    long before = sandbox_count(server, "requests");
    zexa_client_options options = options_of(server);
    zexa_client *client = client_with(&options);
    for (size_t at = 0; at < sizeof wrong / sizeof *wrong; at++) {
        zexa_call_options call = ZEXA_CALL_OPTIONS_INIT;
        call.extra_body = wrong[at].body;
        call.extra_query = wrong[at].query;
        zexa_error *error = NULL;
        CHECK_NUMBER(get_credits(client, &call, &error), wrong[at].status);
        CHECK_CONTAINS(zexa_error_details_json(error), wrong[at].field);
        zexa_error_free(error);
        zexa_client *derived = NULL;
        CHECK_FAILS(zexa_client_with_options(client, &call, &derived, &error), wrong[at].status,
                    ZEXA_OUTCOME_NOT_SENT, &error);
    }
    CHECK_NUMBER(sandbox_count(server, "requests"), before);
    zexa_client_free(client);
}

static void test_environment(const sandbox *server) {
    CHECK_NUMBER(setenv("ZEXA_BASE_URL", server->url, 1), 0);
    CHECK_NUMBER(setenv("ZEXA_API_KEY", server->api_key, 1), 0);
    long before = sandbox_count(server, "requests");
    zexa_client *client = client_with(NULL);
    zexa_error *error = NULL;
    CHECK_OK(get_credits(client, NULL, &error), &error);
    CHECK_NUMBER(sandbox_count(server, "requests"), before + 1);
    zexa_client_free(client);

    CHECK_NUMBER(unsetenv("ZEXA_API_KEY"), 0);
    CHECK_NUMBER(zexa_client_new(NULL, &client, &error), ZEXA_CONFIG);
    CHECK_CONTAINS(zexa_error_message(error), "ZEXA_API_KEY");
    zexa_error_free(error);
}

int main(void) {
    sandbox server = sandbox_new("{}");
    test_extra_fields(&server);
    test_environment(&server);
    sandbox_free(&server);
    return 0;
}
