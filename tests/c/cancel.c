/* Cancellation: before a call, in flight, while waiting, and between pages; and a token that is
 * freed while it is in use. A call with an idempotency key goes on, and is recorded. */

#include <pthread.h>

#include "ledger.h"

/* A call on another thread. */
typedef struct {
    const zexa_client *client;
    zexa_call_options options;
    /* Idempotency key, or NULL. */
    const char *key;
    zexa_status status;
    zexa_message *message;
    zexa_error *error;
} pending_send;

static void *run_send(void *argument) {
    pending_send *call = argument;
    zexa_send_message_params params = sms("Hello");
    params.idempotency_key = call->key;
    call->status =
        zexa_messages_send(call->client, &params, &call->options, &call->message, &call->error);
    return NULL;
}

static pthread_t start(pending_send *call, const zexa_client *client,
                       const zexa_cancel_token *token) {
    *call = (pending_send){.client = client, .options = ZEXA_CALL_OPTIONS_INIT};
    call->options.cancel = token;
    pthread_t thread;
    CHECK_NUMBER(pthread_create(&thread, NULL, run_send, call), 0);
    return thread;
}

static void test_cancel_before_the_call(void) {
    sandbox server = sandbox_new("{}");
    zexa_client *client = sandbox_client(&server);
    zexa_cancel_token *token = zexa_cancel_token_new();
    CHECK(!zexa_cancel_token_is_cancelled(token));
    zexa_cancel_token_cancel(token);
    zexa_cancel_token_cancel(token);
    CHECK(zexa_cancel_token_is_cancelled(token));
    for (int time = 0; time < 2; time++) {
        pending_send call;
        pthread_join(start(&call, client, token), NULL);
        CHECK(call.message == NULL);
        CHECK_FAILS(call.status, ZEXA_CANCELLED, ZEXA_OUTCOME_NOT_SENT, &call.error);
    }
    CHECK_NUMBER(sandbox_count(&server, "requests"), 0);
    zexa_cancel_token_free(token);
    zexa_client_free(client);
    sandbox_free(&server);
}

static void test_cancel_in_flight(void) {
    sandbox server = sandbox_new("{\"faults\": [{\"process\": true, \"then\": \"stall\"}]}");
    zexa_client *client = sandbox_client(&server);
    zexa_cancel_token *token = zexa_cancel_token_new();
    pending_send call;
    pthread_t thread = start(&call, client, token);
    sandbox_wait_for_requests(&server, "1");
    zexa_cancel_token_cancel(token);
    pthread_join(thread, NULL);
    CHECK_FAILS(call.status, ZEXA_CANCELLED, ZEXA_OUTCOME_UNKNOWN, &call.error);

    /* The token stays cancelled; the client remains usable. */
    pthread_join(start(&call, client, token), NULL);
    CHECK_FAILS(call.status, ZEXA_CANCELLED, ZEXA_OUTCOME_NOT_SENT, &call.error);
    pthread_join(start(&call, client, NULL), NULL);
    CHECK_OK(call.status, &call.error);
    zexa_message_free(call.message);
    zexa_cancel_token_free(token);
    zexa_client_free(client);
    sandbox_free(&server);
}

static void cancel_on_attempt(const zexa_attempt *attempt, void *userdata) {
    CHECK_NUMBER(attempt->http_status, 429);
    zexa_cancel_token_cancel(userdata);
}

static void test_cancel_while_waiting(void) {
    sandbox server = sandbox_new("{\"faults\": [{\"times\": 0, \"status\": 429, "
                                 "\"headers\": {\"Retry-After\": \"60\"}}]}");
    zexa_cancel_token *token = zexa_cancel_token_new();
    zexa_client_options options = ZEXA_CLIENT_OPTIONS_INIT;
    options.base_url = server.url;
    options.api_key = server.api_key;
    options.on_attempt = cancel_on_attempt;
    options.on_attempt_userdata = token;
    zexa_error *error = NULL;
    zexa_client *client = NULL;
    CHECK_OK(zexa_client_new(&options, &client, &error), &error);
    pending_send call;
    pthread_join(start(&call, client, token), NULL);
    CHECK_NUMBER(zexa_error_attempts(call.error), 1);
    CHECK_FAILS(call.status, ZEXA_CANCELLED, ZEXA_OUTCOME_REJECTED, &call.error);
    zexa_client_free(client);
    zexa_cancel_token_free(token);
    sandbox_free(&server);
}

static void test_cancel_between_pages(void) {
    sandbox server = sandbox_new("{\"state\": {\"contacts_count\": 30}}");
    zexa_client *client = sandbox_client(&server);
    zexa_cancel_token *token = zexa_cancel_token_new();
    zexa_call_options options = ZEXA_CALL_OPTIONS_INIT;
    options.cancel = token;
    zexa_list_contacts_params params = ZEXA_LIST_CONTACTS_PARAMS_INIT;
    params.per_page = 10;
    zexa_error *error = NULL;
    zexa_contact_iter *iter = NULL;
    zexa_contact *contact = NULL;
    CHECK_OK(zexa_contacts_list(client, &params, &options, &iter, &error), &error);
    for (int count = 0; count < 10; count++) {
        CHECK_OK(zexa_contact_iter_next(iter, &contact, &error), &error);
        zexa_contact_free(contact);
    }
    zexa_cancel_token_cancel(token);
    CHECK_FAILS(zexa_contact_iter_next(iter, &contact, &error), ZEXA_CANCELLED,
                ZEXA_OUTCOME_NOT_SENT, &error);
    CHECK(contact == NULL);
    CHECK_NUMBER(zexa_contact_iter_next(iter, &contact, &error), ZEXA_DONE);
    CHECK_NUMBER(sandbox_count(&server, "requests"), 1);
    zexa_contact_iter_free(iter);
    zexa_cancel_token_free(token);
    zexa_client_free(client);
    sandbox_free(&server);
}

static void test_token_freed_while_in_use(void) {
    sandbox server = sandbox_new("{\"faults\": [{\"delay\": 0.2}]}");
    zexa_client *client = sandbox_client(&server);
    zexa_cancel_token *token = zexa_cancel_token_new();
    pending_send call;
    pthread_t thread = start(&call, client, token);
    sandbox_wait_for_requests(&server, "1");
    zexa_cancel_token_free(token);
    pthread_join(thread, NULL);
    CHECK_OK(call.status, &call.error);
    zexa_message_free(call.message);
    zexa_client_free(client);
    sandbox_free(&server);
}

static void *send_with_pthread_cancel(void *call) {
    run_send(call);
    pthread_testcancel();
    return call;
}

/* pthread_cancel() must wait for the end of the call, because it would unwind through Rust. */
static void test_pthread_cancel_waits_for_the_call(void) {
    sandbox server = sandbox_new("{\"faults\": [{\"then\": \"stall\"}]}");
    zexa_client *client = sandbox_client(&server);
    zexa_cancel_token *token = zexa_cancel_token_new();
    pending_send call = {.client = client, .options = ZEXA_CALL_OPTIONS_INIT};
    call.options.cancel = token;
    pthread_t thread;
    CHECK_NUMBER(pthread_create(&thread, NULL, send_with_pthread_cancel, &call), 0);
    sandbox_wait_for_requests(&server, "1");
    CHECK_NUMBER(pthread_cancel(thread), 0);
    zexa_cancel_token_cancel(token);
    void *result = NULL;
    CHECK_NUMBER(pthread_join(thread, &result), 0);
    CHECK(result == PTHREAD_CANCELED);
    CHECK_FAILS(call.status, ZEXA_CANCELLED, ZEXA_OUTCOME_UNKNOWN, &call.error);
    zexa_cancel_token_free(token);
    zexa_client_free(client);
    sandbox_free(&server);
}

/* Counts the attempts of a client, and waits for its end. */
typedef struct {
    pthread_mutex_t mutex;
    pthread_cond_t changed;
    int attempts;
    bool is_destroyed;
} observer;

static void count_attempt(const zexa_attempt *attempt, void *userdata) {
    observer *seen = userdata;
    CHECK_NUMBER(attempt->http_status, 201);
    pthread_mutex_lock(&seen->mutex);
    seen->attempts++;
    pthread_mutex_unlock(&seen->mutex);
}

static void destroy_observer(void *userdata) {
    observer *seen = userdata;
    pthread_mutex_lock(&seen->mutex);
    seen->is_destroyed = true;
    pthread_cond_signal(&seen->changed);
    pthread_mutex_unlock(&seen->mutex);
}

/* The attempt goes on after the call, and after its client is freed. */
static void test_cancel_with_a_key(void) {
    ledger_world world = ledger_world_new("{\"faults\": [{\"process\": true, \"delay\": 1.5}]}");
    observer seen = {PTHREAD_MUTEX_INITIALIZER, PTHREAD_COND_INITIALIZER, 0, false};
    zexa_client_options options = ZEXA_CLIENT_OPTIONS_INIT;
    options.base_url = world.server.url;
    options.api_key = world.server.api_key;
    options.ledger = world.path;
    options.on_attempt = count_attempt;
    options.on_attempt_userdata = &seen;
    options.on_attempt_destroy = destroy_observer;
    zexa_error *error = NULL;
    zexa_client *client = NULL;
    CHECK_OK(zexa_client_new(&options, &client, &error), &error);
    zexa_cancel_token *token = zexa_cancel_token_new();
    pending_send call = {
        .client = client, .options = ZEXA_CALL_OPTIONS_INIT, .key = "order-1", .status = ZEXA_OK};
    call.options.cancel = token;
    pthread_t thread;
    CHECK_NUMBER(pthread_create(&thread, NULL, run_send, &call), 0);
    sandbox_wait_for_requests(&world.server, "1");
    zexa_cancel_token_cancel(token);
    pthread_join(thread, NULL);
    CHECK_FAILS(call.status, ZEXA_CANCELLED, ZEXA_OUTCOME_UNKNOWN, &call.error);
    zexa_cancel_token_free(token);
    zexa_client_free(client);

    pthread_mutex_lock(&seen.mutex);
    while (!seen.is_destroyed)
        pthread_cond_wait(&seen.changed, &seen.mutex);
    pthread_mutex_unlock(&seen.mutex);
    CHECK_NUMBER(seen.attempts, 1);
    client = ledger_client(&world);
    CHECK_OK(send_keyed(client, "order-1", "Hello", NULL, &error), &error);
    CHECK_NUMBER(sandbox_count(&world.server, "messages"), 1);
    zexa_client_free(client);
    ledger_world_free(&world);
}

typedef struct {
    ledger_world world;
    bool is_done;
} ledger_task;

static void use_ledger(ledger_task *task) {
    zexa_error *error = NULL;
    zexa_ledger_counts *counts = NULL;
    zexa_doubtful_row_iter *rows = NULL;
    zexa_client *client = ledger_client(&task->world);
    CHECK_OK(send_keyed(client, "order-1", "Hello", NULL, &error), &error);
    zexa_client_free(client);
    zexa_ledger *ledger = open_ledger(&task->world);
    CHECK_OK(zexa_ledger_count(ledger, &counts, &error), &error);
    CHECK_OK(zexa_ledger_in_doubt(ledger, &rows, &error), &error);
    CHECK_FAILS(zexa_ledger_mark_sent(ledger, "order-1", NULL, &error), ZEXA_CONFLICT,
                ZEXA_OUTCOME_NOT_SENT, &error);
    CHECK_FAILS(zexa_ledger_mark_not_sent(ledger, "order-1", &error), ZEXA_CONFLICT,
                ZEXA_OUTCOME_NOT_SENT, &error);
    CHECK_OK(zexa_ledger_export(ledger, task->world.csv, NULL, &error), &error);
    zexa_doubtful_row_iter_free(rows);
    zexa_ledger_counts_free(counts);
    zexa_ledger_free(ledger);
    task->is_done = true;
}

/* A pending pthread_cancel() would take effect in any function that uses a file. */
static void *use_ledger_while_cancelled(void *task) {
    CHECK_NUMBER(pthread_cancel(pthread_self()), 0);
    use_ledger(task);
    pthread_testcancel();
    return NULL;
}

static void test_pthread_cancel_waits_for_the_ledger(void) {
    ledger_task task = {ledger_world_new("{}"), false};
    pthread_t thread;
    void *result = NULL;
    CHECK_NUMBER(pthread_create(&thread, NULL, use_ledger_while_cancelled, &task), 0);
    CHECK_NUMBER(pthread_join(thread, &result), 0);
    CHECK(result == PTHREAD_CANCELED && task.is_done);
    ledger_world_free(&task.world);
}

int main(void) {
    test_cancel_with_a_key();
    test_pthread_cancel_waits_for_the_ledger();
    test_pthread_cancel_waits_for_the_call();
    test_cancel_before_the_call();
    test_cancel_in_flight();
    test_cancel_while_waiting();
    test_cancel_between_pages();
    test_token_freed_while_in_use();
    return 0;
}
