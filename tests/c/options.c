/* Options: their effect on calls, and their defaults from the environment. */

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

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

static void test_timeouts(void) {
    sandbox server = sandbox_new("{\"faults\": [{\"times\": 0, \"then\": \"stall\"}]}");
    zexa_client_options options = options_of(&server);
    options.timeout_ms = 300;
    options.max_retries = 0;
    zexa_client *client = client_with(&options);
    zexa_error *error = NULL;
    CHECK_NUMBER(get_credits(client, NULL, &error), ZEXA_TIMEOUT);
    CHECK(strstr(zexa_error_message(error), "deadline") == NULL);
    zexa_error_free(error);
    zexa_client_free(client);

    options.timeout_ms = ZEXA_DEFAULT;
    options.deadline_ms = 300;
    client = client_with(&options);
    CHECK_NUMBER(get_credits(client, NULL, &error), ZEXA_TIMEOUT);
    CHECK_CONTAINS(zexa_error_message(error), "deadline");
    zexa_error_free(error);
    zexa_client_free(client);

    options.deadline_ms = ZEXA_DEFAULT;
    client = client_with(&options);
    zexa_call_options call = ZEXA_CALL_OPTIONS_INIT;
    call.timeout_ms = 300;
    call.max_retries = 0;
    CHECK_NUMBER(get_credits(client, &call, &error), ZEXA_TIMEOUT);
    zexa_error_free(error);
    call.timeout_ms = ZEXA_DEFAULT;
    call.deadline_ms = 300;
    CHECK_NUMBER(get_credits(client, &call, &error), ZEXA_TIMEOUT);
    CHECK_CONTAINS(zexa_error_message(error), "deadline");
    zexa_error_free(error);
    zexa_client_free(client);
    sandbox_free(&server);
}

static void test_retries(void) {
    sandbox server = sandbox_new("{\"faults\": [{\"times\": 0, \"status\": 429, "
                                 "\"headers\": {\"Retry-After\": \"0\"}}]}");
    zexa_client_options options = options_of(&server);
    options.max_retries = 1;
    zexa_client *client = client_with(&options);
    zexa_error *error = NULL;
    CHECK_NUMBER(get_credits(client, NULL, &error), ZEXA_RATE_LIMITED);
    CHECK_NUMBER(zexa_error_attempts(error), 2);
    zexa_error_free(error);
    zexa_call_options call = ZEXA_CALL_OPTIONS_INIT;
    call.max_retries = 0;
    CHECK_NUMBER(get_credits(client, &call, &error), ZEXA_RATE_LIMITED);
    CHECK_NUMBER(zexa_error_attempts(error), 1);
    zexa_error_free(error);
    CHECK_NUMBER(sandbox_count(&server, "requests"), 3);
    zexa_client_free(client);
    sandbox_free(&server);

    /* The client does not start a wait that is longer than allowed. */
    server = sandbox_new("{\"faults\": [{\"times\": 0, \"status\": 429, "
                         "\"headers\": {\"Retry-After\": \"60\"}}]}");
    options = options_of(&server);
    options.max_retry_wait_ms = 59999;
    client = client_with(&options);
    CHECK_NUMBER(get_credits(client, NULL, &error), ZEXA_RATE_LIMITED);
    CHECK_NUMBER(zexa_error_attempts(error), 1);
    CHECK_NUMBER(zexa_error_retry_after_ms(error), 60000);
    zexa_error_free(error);
    zexa_client_free(client);
    sandbox_free(&server);
}

/* Requests go to the proxy: here to a port that is bound and refuses connections. */
static void test_proxy(const sandbox *server) {
    struct sockaddr_in address = {.sin_family = AF_INET};
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    int bound = socket(AF_INET, SOCK_STREAM, 0);
    CHECK_NUMBER(bind(bound, (struct sockaddr *)&address, size), 0);
    CHECK_NUMBER(getsockname(bound, (struct sockaddr *)&address, &size), 0);
    char proxy[64];
    snprintf(proxy, sizeof proxy, "http://127.0.0.1:%d", ntohs(address.sin_port));
    zexa_client_options options = options_of(server);
    options.proxy = proxy;
    options.max_retries = 0;
    options.connect_timeout_ms = 30000;
    zexa_client *client = client_with(&options);
    zexa_error *error = NULL;
    CHECK_FAILS(get_credits(client, NULL, &error), ZEXA_CONNECT, ZEXA_OUTCOME_NOT_SENT, &error);
    zexa_client_free(client);
    close(bound);
    CHECK_NUMBER(sandbox_count(server, "requests"), 0);
}

static void test_http_requires_allow_http(void) {
    zexa_client_options options = ZEXA_CLIENT_OPTIONS_INIT;
    options.api_key = "any";
    options.base_url = "http://zexa.example/v1";
    zexa_client *client = NULL;
    zexa_error *error = NULL;
    CHECK_FAILS(zexa_client_new(&options, &client, &error), ZEXA_CONFIG, ZEXA_OUTCOME_NOT_SENT,
                &error);
    options.allow_http = 1;
    zexa_client_free(client_with(&options));
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
    test_proxy(&server);
    test_extra_fields(&server);
    test_environment(&server);
    sandbox_free(&server);
    test_timeouts();
    test_retries();
    test_http_requires_allow_http();
    return 0;
}
