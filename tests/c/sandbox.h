/* A sandbox of a test's own, by the control path of the one that ZEXA_CONTROL names. */

#ifndef SANDBOX_H
#define SANDBOX_H

#include "check.h"

/** A server with a state and faults of its own. */
typedef struct {
    char *url;
    char *api_key;
    /** The certificate to trust, where it speaks TLS; else NULL. */
    char *ca_file;
    /** A client whose base URL is its control path. */
    zexa_client *control;
} sandbox;

/** A client of the server at `url`. */
static inline zexa_client *client_of(const char *url, const char *api_key) {
    zexa_client_options options = ZEXA_CLIENT_OPTIONS_INIT;
    options.base_url = url;
    options.api_key = api_key;
    zexa_client *client = NULL;
    zexa_error *error = NULL;
    CHECK_OK(zexa_client_new(&options, &client, &error), &error);
    return client;
}

/** What the control path answers. Yours to free with zexa_response_free(). */
static inline zexa_response *ask(const zexa_client *control, const char *method, const char *path,
                                 const char *body) {
    zexa_response *response = NULL;
    zexa_error *error = NULL;
    CHECK_OK(zexa_client_request(control, method, path, NULL, 0, body, NULL, &response, &error),
             &error);
    return response;
}

/** Where the value of this key begins in JSON. Enough for answers whose keys are known. */
static inline const char *value_in(const char *json, const char *key) {
    char quoted[64];
    snprintf(quoted, sizeof quoted, "\"%s\":", key);
    CHECK_HOLDS(json, quoted);
    return strstr(json, quoted) + strlen(quoted);
}

/** A copy of a text in JSON. Yours to free with free(). */
static inline char *text_in(const char *json, const char *key) {
    const char *value = value_in(json, key);
    CHECK(*value == '"');
    size_t length = strcspn(value + 1, "\"");
    char *text = (char *)malloc(length + 1);
    memcpy(text, value + 1, length);
    text[length] = '\0';
    return text;
}

/** Starts one from `{"state": ..., "faults": ...}`. Yours to free with sandbox_free(). */
static inline sandbox sandbox_new(const char *setup) {
    const char *root = getenv("ZEXA_CONTROL");
    CHECK(root != NULL);
    zexa_client *client = client_of(root, "any");
    zexa_response *response = ask(client, "POST", "/instances", setup);
    const char *json = zexa_response_body_json(response);
    char *control = text_in(json, "control");
    char *ca_file = strstr(json, "\"ca_file\"") ? text_in(json, "ca_file") : NULL;
    sandbox made = {text_in(json, "url"), text_in(json, "api_key"), ca_file,
                    client_of(control, "any")};
    free(control);
    zexa_response_free(response);
    zexa_client_free(client);
    return made;
}

/** Ends it. */
static inline void sandbox_free(sandbox *server) {
    zexa_response_free(ask(server->control, "DELETE", "/", NULL));
    zexa_client_free(server->control);
    free(server->url);
    free(server->api_key);
    free(server->ca_file);
}

/** A client of it. */
static inline zexa_client *sandbox_client(const sandbox *server) {
    return client_of(server->url, server->api_key);
}

/** How many "messages", "requests", "contacts" or "open_connections" it has. */
static inline long sandbox_count(const sandbox *server, const char *what) {
    zexa_response *response = ask(server->control, "GET", "/state", NULL);
    long count = strtol(value_in(zexa_response_body_json(response), what), NULL, 10);
    zexa_response_free(response);
    return count;
}

/** Waits until it has had so many requests. */
static inline void sandbox_wait_for_requests(const sandbox *server, const char *at_least) {
    zexa_key_value query = {"at_least", at_least};
    zexa_response *response = NULL;
    zexa_error *error = NULL;
    CHECK_OK(zexa_client_request(server->control, "GET", "/requests", &query, 1, NULL, NULL,
                                 &response, &error),
             &error);
    zexa_response_free(response);
}

/** Moves its time ahead. */
static inline void sandbox_advance(const sandbox *server, const char *seconds) {
    char body[64];
    snprintf(body, sizeof body, "{\"seconds\": %s}", seconds);
    zexa_response_free(ask(server->control, "POST", "/advance", body));
}

/** A text message with this body. */
static inline zexa_send_message_params sms(const char *body) {
    zexa_send_message_params params = ZEXA_SEND_MESSAGE_PARAMS_INIT;
    params.channel = ZEXA_CHANNEL_SMS;
    params.to = "+244912345678";
    params.from = "ZEXA";
    params.body = body;
    return params;
}

/** A size that the environment can make smaller, where every step is slow. */
static inline long size_of_test(const char *variable, long usual) {
    const char *given = getenv(variable);
    return given ? strtol(given, NULL, 10) : usual;
}

#endif
