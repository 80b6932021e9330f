/* TLS: trusted certificate authorities, failed handshakes, and HTTP/2. */

#include "sandbox.h"

static zexa_client *client_with_ca(const sandbox *server, const char *ca_file) {
    zexa_client_options options = ZEXA_CLIENT_OPTIONS_INIT;
    options.base_url = server->url;
    options.api_key = server->api_key;
    options.ca_file = ca_file;
    options.max_retries = 0;
    zexa_client *client = NULL;
    zexa_error *error = NULL;
    CHECK_OK(zexa_client_new(&options, &client, &error), &error);
    return client;
}

static void test_ca_file(const sandbox *server) {
    zexa_client *client = client_with_ca(server, server->ca_file);
    zexa_send_message_params params = sms("Olá");
    zexa_error *error = NULL;
    zexa_message *message = NULL;
    CHECK_OK(zexa_messages_send(client, &params, NULL, &message, &error), &error);
    CHECK_NUMBER(sandbox_count(server, "messages"), 1);
    zexa_message_free(message);
    zexa_client_free(client);
}

static void test_unknown_authority(const sandbox *server) {
    zexa_client *client = client_with_ca(server, NULL);
    zexa_send_message_params params = sms("Olá");
    zexa_error *error = NULL;
    zexa_message *message = NULL;
    CHECK_NUMBER(zexa_messages_send(client, &params, NULL, &message, &error), ZEXA_CONNECT);
    CHECK_CONTAINS(zexa_error_message(error), "certificate");
    CHECK_TEXT(zexa_error_cause(error), "UNABLE_TO_GET_ISSUER_CERT_LOCALLY");
    CHECK_CONTAINS(zexa_error_message(error), "ca_file");
    CHECK_NUMBER(zexa_error_outcome(error), ZEXA_OUTCOME_NOT_SENT);
    zexa_error_free(error);
    zexa_client_free(client);
}

/** A connection that fails before the first request has a stable cause code. */
static void check_cause(const sandbox *server, const char *cause) {
    zexa_client *client = client_with_ca(server, server->ca_file);
    zexa_credits *credits = NULL;
    zexa_error *error = NULL;
    CHECK_NUMBER(zexa_credits_get(client, NULL, &credits, &error), ZEXA_CONNECT);
    CHECK_TEXT(zexa_error_cause(error), cause);
    CHECK_NUMBER(zexa_error_outcome(error), ZEXA_OUTCOME_NOT_SENT);
    zexa_error_free(error);
    zexa_client_free(client);
}

static void test_failed_handshakes(void) {
    sandbox server = sandbox_new("{\"state\": {\"tls\": true}, \"faults\": "
                                 "[{\"at\": \"connect\", \"then\": \"reset\"}, "
                                 "{\"at\": \"connect\", \"then\": \"cut\"}]}");
    check_cause(&server, "ECONNRESET");
    check_cause(&server, "ECONNRESET");
    CHECK_NUMBER(sandbox_count(&server, "requests"), 0);
    sandbox_free(&server);
}

static void test_server_without_tls(void) {
    sandbox server = sandbox_new("{}");
    char url[256];
    snprintf(url, sizeof url, "https%s", server.url + strlen("http"));
    sandbox other = server;
    other.url = url;
    check_cause(&other, "EPROTO");
    sandbox_free(&server);
}

static void test_missing_ca_file(const sandbox *server) {
    zexa_client_options options = ZEXA_CLIENT_OPTIONS_INIT;
    options.base_url = server->url;
    options.api_key = server->api_key;
    options.ca_file = "no-such-file.pem";
    zexa_client *client = NULL;
    zexa_error *error = NULL;
    CHECK_FAILS(zexa_client_new(&options, &client, &error), ZEXA_CONFIG, ZEXA_OUTCOME_NOT_SENT,
                &error);
    CHECK(client == NULL);
}

/** The server resets the connection after its response. Closing the TLS session then raises
 * SIGPIPE, which would end this program. */
static void test_reset_raises_no_sigpipe(void) {
    sandbox server =
        sandbox_new("{\"state\": {\"tls\": true, \"alpn\": [\"http/1.1\"]}, \"faults\": "
                    "[{\"path\": \"/messages\", "
                    "\"times\": 0, \"process\": true, \"then\": \"reset\", \"at\": \"request\"}]}");
    zexa_client *client = client_with_ca(&server, server.ca_file);
    zexa_send_message_params params = sms("Olá");
    for (int sent = 1; sent <= 5; sent++) {
        zexa_error *error = NULL;
        zexa_message *message = NULL;
        CHECK_FAILS(zexa_messages_send(client, &params, NULL, &message, &error), ZEXA_CONNECT,
                    ZEXA_OUTCOME_UNKNOWN, &error);
        CHECK_NUMBER(sandbox_count(&server, "messages"), sent);
    }
    zexa_client_free(client);
    sandbox_free(&server);
}

/* HTTP/2 is offered only if it is enabled, although the server prefers it. */
static void test_http2(void) {
    const int64_t values[] = {ZEXA_DEFAULT, 0, 1};
    for (size_t index = 0; index < sizeof values / sizeof *values; index++) {
        sandbox server = sandbox_new("{\"state\": {\"tls\": true}}");
        zexa_client_options options = ZEXA_CLIENT_OPTIONS_INIT;
        options.base_url = server.url;
        options.api_key = server.api_key;
        options.ca_file = server.ca_file;
        options.http2 = values[index];
        zexa_client *client = NULL;
        zexa_credits *credits = NULL;
        zexa_error *error = NULL;
        CHECK_OK(zexa_client_new(&options, &client, &error), &error);
        CHECK_OK(zexa_credits_get(client, NULL, &credits, &error), &error);
        zexa_response *requests = control_request(server.control, "GET", "/requests", NULL);
        CHECK_CONTAINS(zexa_response_body_json(requests),
                       values[index] == 1 ? "\"http_version\":\"2\"" : "\"http_version\":\"1.1\"");
        zexa_response_free(requests);
        zexa_credits_free(credits);
        zexa_client_free(client);
        sandbox_free(&server);
    }
}

int main(void) {
    test_http2();
    test_failed_handshakes();
    test_server_without_tls();
    test_reset_raises_no_sigpipe();
    sandbox server = sandbox_new("{\"state\": {\"tls\": true}}");
    CHECK_CONTAINS(server.url, "https://");
    test_ca_file(&server);
    test_unknown_authority(&server);
    test_missing_ca_file(&server);
    CHECK_NUMBER(sandbox_count(&server, "requests"), 1);
    sandbox_free(&server);
    return 0;
}
