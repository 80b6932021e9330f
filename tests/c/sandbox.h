/* A sandbox instance for each test, created through the control URL in ZEXA_CONTROL. */

#ifndef SANDBOX_H
#define SANDBOX_H

#include "check.h"

/** A sandbox instance with its own state and faults. */
typedef struct {
    char *url;
    char *api_key;
    /** The certificate to trust, if the instance uses TLS; else NULL. */
    char *ca_file;
    /** A client for the control URL. */
    zexa_client *control;
} sandbox;

/** Creates a client for the server at `url`. */
static inline zexa_client *new_client(const char *url, const char *api_key) {
    zexa_client_options options = ZEXA_CLIENT_OPTIONS_INIT;
    options.base_url = url;
    options.api_key = api_key;
    zexa_client *client = NULL;
    zexa_error *error = NULL;
    CHECK_OK(zexa_client_new(&options, &client, &error), &error);
    return client;
}

/** Sends a request to the control URL. Free the response with zexa_response_free(). */
static inline zexa_response *control_request(const zexa_client *control, const char *method,
                                             const char *path, const char *body) {
    zexa_response *response = NULL;
    zexa_error *error = NULL;
    CHECK_OK(zexa_client_request(control, method, path, NULL, 0, body, NULL, &response, &error),
             &error);
    return response;
}

/** Start of the value of a key in JSON. Sufficient for responses with known keys. */
static inline const char *json_value(const char *json, const char *key) {
    char quoted[64];
    snprintf(quoted, sizeof quoted, "\"%s\":", key);
    CHECK_CONTAINS(json, quoted);
    return strstr(json, quoted) + strlen(quoted);
}

/** Copies a string in JSON. Free it with free(). */
static inline char *json_string(const char *json, const char *key) {
    const char *value = json_value(json, key);
    CHECK(*value == '"');
    size_t length = strcspn(value + 1, "\"");
    char *text = (char *)malloc(length + 1);
    memcpy(text, value + 1, length);
    text[length] = '\0';
    return text;
}

/** Starts an instance from `{"state": ..., "faults": ...}`. Free it with sandbox_free(). */
static inline sandbox sandbox_new(const char *setup) {
    const char *root = getenv("ZEXA_CONTROL");
    CHECK(root != NULL);
    zexa_client *client = new_client(root, "any");
    zexa_response *response = control_request(client, "POST", "/instances", setup);
    const char *json = zexa_response_body_json(response);
    char *control = json_string(json, "control");
    char *ca_file = strstr(json, "\"ca_file\"") ? json_string(json, "ca_file") : NULL;
    sandbox server = {json_string(json, "url"), json_string(json, "api_key"), ca_file,
                      new_client(control, "any")};
    free(control);
    zexa_response_free(response);
    zexa_client_free(client);
    return server;
}

/** Stops an instance. */
static inline void sandbox_free(sandbox *server) {
    zexa_response_free(control_request(server->control, "DELETE", "/", NULL));
    zexa_client_free(server->control);
    free(server->url);
    free(server->api_key);
    free(server->ca_file);
}

/** Creates a client for an instance. */
static inline zexa_client *sandbox_client(const sandbox *server) {
    return new_client(server->url, server->api_key);
}

/** Number of "messages", "requests", "contacts" or "open_connections" of an instance. */
static inline long sandbox_count(const sandbox *server, const char *what) {
    zexa_response *response = control_request(server->control, "GET", "/state", NULL);
    long count = strtol(json_value(zexa_response_body_json(response), what), NULL, 10);
    zexa_response_free(response);
    return count;
}

/** Waits until an instance has received this number of requests. */
static inline void sandbox_wait_for_requests(const sandbox *server, const char *at_least) {
    zexa_key_value query = {"at_least", at_least};
    zexa_response *response = NULL;
    zexa_error *error = NULL;
    CHECK_OK(zexa_client_request(server->control, "GET", "/requests", &query, 1, NULL, NULL,
                                 &response, &error),
             &error);
    zexa_response_free(response);
}

/** Advances the clock of an instance. */
static inline void sandbox_advance(const sandbox *server, const char *seconds) {
    char body[64];
    snprintf(body, sizeof body, "{\"seconds\": %s}", seconds);
    zexa_response_free(control_request(server->control, "POST", "/advance", body));
}

/** Parameters of an SMS with this body. */
static inline zexa_send_message_params sms(const char *body) {
    zexa_send_message_params params = ZEXA_SEND_MESSAGE_PARAMS_INIT;
    params.channel = ZEXA_CHANNEL_SMS;
    params.to = "+244912345678";
    params.from = "ZEXA";
    params.body = body;
    return params;
}

/** Size of a test. An environment variable reduces it under Valgrind and sanitizers, which are
 * slow. */
static inline long size_of_test(const char *variable, long standard) {
    const char *value = getenv(variable);
    return value ? strtol(value, NULL, 10) : standard;
}

#endif
