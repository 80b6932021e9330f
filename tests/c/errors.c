/* Errors: statuses, outcomes, and every accessor. */

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include "sandbox.h"

static zexa_error *send_error(const zexa_client *client, const char *to, const char *from) {
    zexa_send_message_params params = sms("Hello");
    params.to = to;
    params.from = from;
    zexa_error *error = NULL;
    zexa_message *message = NULL;
    CHECK(zexa_messages_send(client, &params, NULL, &message, &error) != ZEXA_OK);
    CHECK(message == NULL && error != NULL);
    return error;
}

static zexa_error *default_send_error(const zexa_client *client) {
    return send_error(client, "+244912345678", "ZEXA");
}

static void check_kind(const zexa_error *error, zexa_status kind, zexa_outcome outcome) {
    CHECK_TEXT(zexa_status_name(zexa_error_kind(error)), zexa_status_name(kind));
    CHECK_TEXT(zexa_outcome_name(zexa_error_outcome(error)), zexa_outcome_name(outcome));
    CHECK_NUMBER(zexa_error_safe_to_retry(error),
                 outcome == ZEXA_OUTCOME_NOT_SENT || outcome == ZEXA_OUTCOME_REJECTED);
}

static void test_response_lost_after_processing(void) {
    sandbox server = sandbox_new("{\"faults\": [{\"method\": \"POST\", \"path\": \"/messages\", "
                                 "\"process\": true, \"then\": \"reset\"}]}");
    zexa_client *client = sandbox_client(&server);
    zexa_error *error = default_send_error(client);
    check_kind(error, ZEXA_CONNECT, ZEXA_OUTCOME_UNKNOWN);
    CHECK_NUMBER(zexa_error_attempts(error), 1);
    CHECK_NUMBER(zexa_error_http_status(error), 0);
    CHECK_NUMBER(zexa_error_retry_after_ms(error), -1);
    CHECK_TEXT(zexa_error_code(error), NULL);
    CHECK_TEXT(zexa_error_request_id(error), NULL);
    CHECK_TEXT(zexa_error_cause(error), "ECONNRESET");
    zexa_error_free(error);
    CHECK_NUMBER(sandbox_count(&server, "messages"), 1);
    CHECK_NUMBER(sandbox_count(&server, "requests"), 1);
    zexa_client_free(client);
    sandbox_free(&server);
}

static void test_insufficient_credits(void) {
    sandbox server = sandbox_new("{\"state\": {\"credits\": 0}}");
    zexa_client *client = sandbox_client(&server);
    zexa_error *error = default_send_error(client);
    check_kind(error, ZEXA_INSUFFICIENT_CREDITS, ZEXA_OUTCOME_REJECTED);
    CHECK_TEXT(zexa_error_code(error), "insufficient_credits");
    CHECK_NUMBER(zexa_error_http_status(error), 422);
    CHECK(zexa_error_request_id(error) != NULL);
    CHECK_TEXT(zexa_error_cause(error), NULL);
    CHECK(strlen(zexa_error_message(error)) > 0);
    CHECK_CONTAINS(zexa_error_text(error), zexa_error_message(error));
    CHECK_CONTAINS(zexa_error_text(error), zexa_error_request_id(error));
    zexa_error_free(error);
    zexa_client_free(client);
    sandbox_free(&server);
}

static void test_rejected_before_sending(const sandbox *server) {
    zexa_client *client = sandbox_client(server);
    zexa_error *error = send_error(client, "0900111222", "ZEXA");
    check_kind(error, ZEXA_VALIDATION, ZEXA_OUTCOME_NOT_SENT);
    CHECK_NUMBER(zexa_error_attempts(error), 0);
    CHECK_CONTAINS(zexa_error_details_json(error), "\"field\":\"to\"");
    CHECK_CONTAINS(zexa_error_details_json(error), "\"value\":\"0900111222\"");
    CHECK(strstr(zexa_error_text(error), "0900111222") == NULL);
    zexa_error_free(error);
    zexa_client_free(client);
    CHECK_NUMBER(sandbox_count(server, "requests"), 0);
}

static void test_rejected_by_the_server(const sandbox *server) {
    zexa_error *error = NULL;
    zexa_message *message = NULL;
    zexa_client *client = new_client(server->url, "zx_test_revoked");
    CHECK_NUMBER(zexa_messages_get(client, "msg_1", NULL, &message, &error), ZEXA_UNAUTHORIZED);
    CHECK_NUMBER(zexa_error_http_status(error), 401);
    CHECK(strstr(zexa_error_json(error), "zx_test_revoked") == NULL);
    zexa_error_free(error);
    zexa_client_free(client);

    client = sandbox_client(server);
    CHECK_NUMBER(zexa_messages_get(client, "msg_none", NULL, &message, &error), ZEXA_NOT_FOUND);
    check_kind(error, ZEXA_NOT_FOUND, ZEXA_OUTCOME_REJECTED);
    CHECK_NUMBER(zexa_error_http_status(error), 404);
    zexa_error_free(error);
    zexa_client_free(client);
}

static void test_connection_refused(void) {
    /* A port that is bound, so that no other process uses it, but does not listen. */
    struct sockaddr_in address = {.sin_family = AF_INET};
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    int bound = socket(AF_INET, SOCK_STREAM, 0);
    CHECK_NUMBER(bind(bound, (struct sockaddr *)&address, size), 0);
    CHECK_NUMBER(getsockname(bound, (struct sockaddr *)&address, &size), 0);
    char url[64];
    snprintf(url, sizeof url, "http://127.0.0.1:%d/v1", ntohs(address.sin_port));

    zexa_client_options options = ZEXA_CLIENT_OPTIONS_INIT;
    options.base_url = url;
    options.api_key = "any";
    options.max_retries = 0;
    zexa_error *error = NULL;
    zexa_client *client = NULL;
    CHECK_OK(zexa_client_new(&options, &client, &error), &error);
    error = default_send_error(client);
    check_kind(error, ZEXA_CONNECT, ZEXA_OUTCOME_NOT_SENT);
    CHECK_NUMBER(zexa_error_attempts(error), 1);
    CHECK_TEXT(zexa_error_cause(error), "ECONNREFUSED");
    zexa_error_free(error);
    zexa_client_free(client);
    close(bound);
}

static void test_names(void) {
    const char *names[] = {"ok",           "config",    "invalid_request", "unauthorized",
                           "not_found",    "conflict",  "validation",      "insufficient_credits",
                           "rate_limited", "server",    "connect",         "timeout",
                           "decode",       "cancelled", "closed",          "other",
                           "in_progress",  "in_doubt",  "key_reused",      "duplicate",
                           "stopped"};
    for (int status = 0; status < 21; status++)
        CHECK_TEXT(zexa_status_name(status), names[status]);
    CHECK_TEXT(zexa_status_name(ZEXA_DONE), "done");
    CHECK_TEXT(zexa_status_name(ZEXA_INVALID_ARGUMENT), "invalid_argument");
    CHECK_TEXT(zexa_status_name(ZEXA_INTERNAL), "internal");
    const char *outcomes[] = {"not_sent", "rejected", "unknown", "accepted"};
    for (int outcome = 1; outcome <= 4; outcome++)
        CHECK_TEXT(zexa_outcome_name(outcome), outcomes[outcome - 1]);
    const int others[] = {-1, 21, 99, 103, INT32_MAX, INT32_MIN};
    for (size_t index = 0; index < sizeof others / sizeof *others; index++) {
        CHECK_TEXT(zexa_status_name(others[index]), "invalid");
        CHECK_TEXT(zexa_outcome_name(others[index]), "invalid");
    }
}

int main(void) {
    sandbox server = sandbox_new("{}");
    test_rejected_before_sending(&server);
    test_rejected_by_the_server(&server);
    sandbox_free(&server);
    test_response_lost_after_processing();
    test_insufficient_credits();
    test_connection_refused();
    test_names();
    return 0;
}
