/* Bulk runs that end early, and those that cannot begin. */

#include <math.h>
#include <pthread.h>

#include "bulk.h"

static const char *const SLOW = "{\"faults\": [{\"process\": true, \"delay\": 0.3, \"times\": 0}]}";

/* The end of a run that has stopped for this reason, after as many results as rows were pulled. */
static void check_stop(zexa_status status, zexa_status expected, const char *reason, long results,
                       zexa_error **error) {
    char quoted[64], first_untouched[64];
    snprintf(quoted, sizeof quoted, "\"reason\":\"%s\"", reason);
    snprintf(first_untouched, sizeof first_untouched, "\"first_untouched\":%ld,", results);
    CHECK_CONTAINS(zexa_error_details_json(*error), quoted);
    CHECK_CONTAINS(zexa_error_details_json(*error), first_untouched);
    CHECK_CONTAINS(zexa_error_text(*error), zexa_status_name(expected));
    CHECK_FAILS(status, expected, ZEXA_OUTCOME_UNKNOWN, error);
}

static zexa_status fail_at_5(zexa_send_message_params *row, long number) {
    CHECK(number <= 5 && row->to != NULL);
    return number == 5 ? ZEXA_DECODE : ZEXA_OK;
}

static zexa_status fail_strangely(zexa_send_message_params *row, long number) {
    (void)row;
    return number == 5 ? (zexa_status)12345 : ZEXA_OK;
}

static void test_a_source_that_fails(void) {
    ledger_world world = ledger_world_new("{}");
    zexa_client *client = sandbox_client(&world.server);
    long messages = 0;
    for (int time = 0; time < 2; time++) {
        row_source source = {.count = 100, .change = time == 0 ? fail_at_5 : fail_strangely};
        zexa_send_many *sending = send_rows(client, &source, NULL);
        long results, accepted;
        zexa_error *error = NULL;
        zexa_status status = take_results(sending, &results, &accepted, &error);
        /* Rows that were pulled and not yet sent are not sent. */
        CHECK_NUMBER(results, 5);
        messages += accepted;
        CHECK_NUMBER(sandbox_count(&world.server, "messages"), messages);
        check_stop(status, time == 0 ? ZEXA_DECODE : ZEXA_OTHER, "source", 5, &error);
        CHECK_NUMBER(take_results(sending, &results, &accepted, &error), ZEXA_DONE);
        CHECK_NUMBER(results, 0);
        CHECK_NUMBER(source.pulled, 6);
        zexa_send_many_free(sending);
    }
    zexa_client_free(client);
    ledger_world_free(&world);
}

static void test_a_run_stops_by_itself(void) {
    ledger_world world =
        ledger_world_new("{\"faults\": [{\"skip\": 3, \"status\": 401, \"times\": 0}]}");
    zexa_client *client = sandbox_client(&world.server);
    row_source source = rows(1000);
    zexa_send_many *sending = send_rows(client, &source, NULL);
    long results, accepted;
    zexa_error *error = NULL;
    zexa_status status = take_results(sending, &results, &accepted, &error);
    CHECK_NUMBER(results, source.pulled);
    check_stop(status, ZEXA_STOPPED, "unauthorized", results, &error);
    CHECK_NUMBER(accepted, 3);
    zexa_send_many_free(sending);
    zexa_client_free(client);
    ledger_world_free(&world);
}

static void test_a_token_stops_the_run(void) {
    ledger_world world = ledger_world_new(SLOW);
    zexa_client *client = sandbox_client(&world.server);
    zexa_cancel_token *token = zexa_cancel_token_new();
    zexa_bulk_options options = with_ledger(&world);
    options.cancel = token;
    row_source source = rows(10000);
    zexa_send_many *sending = send_rows(client, &source, &options);
    zexa_send_result_free(next_result(sending));
    zexa_cancel_token_cancel(token);
    zexa_cancel_token_free(token);
    long results, accepted;
    zexa_error *error = NULL;
    zexa_status status = take_results(sending, &results, &accepted, &error);
    check_stop(status, ZEXA_STOPPED, "cancelled", results + 1, &error);
    CHECK_NUMBER(sandbox_count(&world.server, "messages"), accepted + 1);
    zexa_send_many_free(sending);
    zexa_client_free(client);
    ledger_world_free(&world);
}

typedef struct {
    const ledger_world *world;
    zexa_send_many *sending;
    void (*end)(const zexa_send_many *sending);
} ending;

static void *end_when_rows_are_in_flight(void *argument) {
    const ending *task = argument;
    sandbox_wait_for_requests(&task->world->server, "4");
    zexa_bulk_stats *stats = zexa_send_many_stats(task->sending);
    CHECK(zexa_bulk_stats_in_flight(stats) >= 4);
    zexa_bulk_stats_free(stats);
    task->end(task->sending);
    return NULL;
}

/* The rows never get an answer if `then` is "stall". */
static void test_another_thread_ends_the_run(void (*end)(const zexa_send_many *),
                                             const char *setup) {
    ledger_world world = ledger_world_new(setup);
    zexa_client *client = sandbox_client(&world.server);
    zexa_bulk_options options = with_ledger(&world);
    options.concurrency = 4;
    row_source source = rows(10000);
    ending task = {&world, send_rows(client, &source, &options), end};
    pthread_t thread;
    CHECK_NUMBER(pthread_create(&thread, NULL, end_when_rows_are_in_flight, &task), 0);
    long results, accepted;
    zexa_error *error = NULL;
    zexa_status status = take_results(task.sending, &results, &accepted, &error);
    pthread_join(thread, NULL);
    check_stop(status, ZEXA_STOPPED, "cancelled", results, &error);
    long messages = sandbox_count(&world.server, "messages");
    CHECK_NUMBER(accepted, end == zexa_send_many_cancel ? 0 : messages);
    zexa_send_many_free(task.sending);
    zexa_client_free(client);
    ledger_world_free(&world);
}

/* Frees a run while its rows are in flight. They are recorded before another run can begin. */
static void test_free_in_the_middle(void) {
    ledger_world world = ledger_world_new(SLOW);
    zexa_client *client = sandbox_client(&world.server);
    zexa_bulk_options options = with_ledger(&world);
    row_source source = rows(10000);
    zexa_send_many *sending = send_rows(client, &source, &options);
    zexa_send_result_free(next_result(sending));
    zexa_send_many_free(sending);
    long pulled = source.pulled, messages = 0;
    source = rows(pulled);
    zexa_status status;
    while ((status = zexa_messages_send_many(client, next_row, &source, &options, &sending,
                                             NULL)) == ZEXA_CONFIG)
        messages = sandbox_count(&world.server, "messages");
    CHECK_NUMBER(status, ZEXA_OK);
    CHECK(messages <= pulled);
    messages = sandbox_count(&world.server, "messages");
    long replayed = 0;
    for (long results = 0; results < pulled; results++) {
        zexa_send_result *result = next_result(sending);
        CHECK(zexa_send_result_message(result) != NULL);
        replayed += zexa_send_result_replayed(result);
        zexa_send_result_free(result);
    }
    CHECK_NUMBER(replayed, messages);
    CHECK_NUMBER(sandbox_count(&world.server, "messages"), pulled);
    zexa_send_many_free(sending);
    zexa_client_free(client);
    ledger_world_free(&world);
}

/* A callback that uses its own run, and makes a call of its own. */
typedef struct {
    const zexa_client *client;
    zexa_send_many *sending;
    int calls;
    char key[32];
} nested_source;

static zexa_status use_own_run(zexa_send_message_params *row, void *userdata) {
    nested_source *source = userdata;
    zexa_send_result *result = NULL;
    zexa_credits *credits = NULL;
    zexa_error *error = NULL;
    zexa_status status = zexa_send_many_next(source->sending, &result, &error);
    CHECK_CONTAINS(zexa_error_details_json(error), "\"field\":\"sending\"");
    CHECK_FAILS(status, ZEXA_INVALID_ARGUMENT, ZEXA_OUTCOME_NOT_SENT, &error);
    CHECK_OK(zexa_credits_get(source->client, NULL, &credits, &error), &error);
    zexa_credits_free(credits);
    snprintf(source->key, sizeof source->key, "june-%d", source->calls);
    *row = sms("Hello");
    row->idempotency_key = source->key;
    return source->calls++ < 20 ? ZEXA_OK : ZEXA_DONE;
}

static void test_a_callback_that_makes_calls(void) {
    ledger_world world = ledger_world_new("{}");
    zexa_client *client = sandbox_client(&world.server);
    nested_source source = {.client = client};
    zexa_error *error = NULL;
    CHECK_OK(zexa_messages_send_many(client, use_own_run, &source, NULL, &source.sending, &error),
             &error);
    long results, accepted;
    CHECK_NUMBER(take_results(source.sending, &results, &accepted, &error), ZEXA_DONE);
    CHECK_NUMBER(accepted, 20);
    CHECK_NUMBER(source.calls, 21);
    zexa_send_many_free(source.sending);
    zexa_client_free(client);
    ledger_world_free(&world);
}

/* The run does not begin, and the error names this option. */
static void check_rejected(const zexa_client *client, const zexa_bulk_options *options,
                           const char *field) {
    char quoted[64];
    snprintf(quoted, sizeof quoted, "\"field\":\"%s\"", field);
    zexa_send_many *sending = NULL;
    zexa_error *error = NULL;
    zexa_status status = zexa_messages_send_many(client, next_row, NULL, options, &sending, &error);
    CHECK_CONTAINS(zexa_error_details_json(error), quoted);
    CHECK_FAILS(status, ZEXA_CONFIG, ZEXA_OUTCOME_NOT_SENT, &error);
    CHECK(sending == NULL);
}

static void test_options(void) {
    ledger_world world = ledger_world_new("{}");
    zexa_client *client = sandbox_client(&world.server);
    const zexa_bulk_options none = ZEXA_BULK_OPTIONS_INIT;
    zexa_bulk_options options = none;
    options.concurrency = 0;
    check_rejected(client, &options, "concurrency");
    options.concurrency = -2;
    check_rejected(client, &options, "concurrency");
    options = none;
    options.ordered = 2;
    check_rejected(client, &options, "ordered");
    const double rates[] = {0, -2, (double)NAN, (double)INFINITY};
    for (size_t index = 0; index < sizeof rates / sizeof *rates; index++) {
        options = none;
        options.rate = rates[index];
        check_rejected(client, &options, "rate");
    }
    options = none;
    options.on_unknown = "retry";
    check_rejected(client, &options, "on_unknown");
    options = none;
    options.ledger = "";
    check_rejected(client, &options, "ledger");

    /* A second run on the same ledger. */
    options.ledger = world.path;
    row_source source = rows(1);
    zexa_send_many *first = send_rows(client, &source, &options), *second = NULL;
    zexa_error *error = NULL;
    zexa_status status =
        zexa_messages_send_many(client, next_row, &source, &options, &second, &error);
    CHECK_CONTAINS(zexa_error_message(error), "is used by another bulk run");
    CHECK_FAILS(status, ZEXA_CONFIG, ZEXA_OUTCOME_NOT_SENT, &error);
    zexa_send_many_free(first);
    zexa_client_free(client);
    ledger_world_free(&world);
}

#define CHECK_REJECTED(call, name)                                                                 \
    do {                                                                                           \
        zexa_error *error = NULL;                                                                  \
        zexa_status status = call;                                                                 \
        CHECK_CONTAINS(zexa_error_details_json(error), "\"field\":\"" name "\"");                  \
        CHECK_FAILS(status, ZEXA_INVALID_ARGUMENT, ZEXA_OUTCOME_NOT_SENT, &error);                 \
    } while (0)

static void test_null(void) {
    ledger_world world = ledger_world_new("{}");
    zexa_client *client = sandbox_client(&world.server);
    row_source source = rows(1);
    zexa_send_many *sending = (zexa_send_many *)&source;
    zexa_create_many *creating = NULL;
    zexa_send_result *result = (zexa_send_result *)&source;
    zexa_create_result *created = NULL;
    CHECK_REJECTED(zexa_messages_send_many(NULL, next_row, &source, NULL, &sending, &error),
                   "client");
    CHECK(sending == NULL);
    CHECK_REJECTED(zexa_messages_send_many(client, NULL, &source, NULL, &sending, &error),
                   "next_row");
    CHECK_REJECTED(zexa_messages_send_many(client, next_row, &source, NULL, NULL, &error),
                   "sending");
    CHECK_REJECTED(zexa_contacts_create_many(client, NULL, NULL, NULL, &creating, &error),
                   "next_row");
    CHECK_REJECTED(zexa_send_many_next(NULL, &result, &error), "sending");
    CHECK(result == NULL);
    CHECK_REJECTED(zexa_create_many_next(NULL, &created, &error), "creating");
    sending = send_rows(client, &source, NULL);
    CHECK_REJECTED(zexa_send_many_next(sending, NULL, &error), "result");
    CHECK_NUMBER(zexa_send_many_next(sending, NULL, NULL), ZEXA_INVALID_ARGUMENT);
    CHECK_NUMBER(source.pulled, 0);
    zexa_send_many_free(sending);

    zexa_send_many_free(NULL);
    zexa_create_many_free(NULL);
    zexa_send_result_free(NULL);
    zexa_create_result_free(NULL);
    zexa_bulk_stats_free(NULL);
    zexa_send_many_stop(NULL);
    zexa_send_many_cancel(NULL);
    zexa_create_many_stop(NULL);
    zexa_create_many_cancel(NULL);
    CHECK(zexa_send_many_stats(NULL) == NULL && zexa_create_many_stats(NULL) == NULL);
    CHECK(!zexa_send_many_ledger_created(NULL));
    CHECK_NUMBER(zexa_send_result_index(NULL), -1);
    CHECK(zexa_send_result_idempotency_key(NULL) == NULL);
    CHECK(zexa_send_result_message(NULL) == NULL && zexa_send_result_error(NULL) == NULL);
    CHECK_NUMBER(zexa_send_result_outcome(NULL), ZEXA_OUTCOME_UNKNOWN);
    CHECK(!zexa_send_result_replayed(NULL) && !zexa_send_result_recorded(NULL));
    CHECK_NUMBER(zexa_create_result_index(NULL), -1);
    CHECK(zexa_create_result_contact(NULL) == NULL && zexa_create_result_error(NULL) == NULL);
    CHECK_NUMBER(zexa_create_result_outcome(NULL), ZEXA_OUTCOME_UNKNOWN);
    CHECK(!zexa_create_result_exists(NULL));
    CHECK_NUMBER(zexa_bulk_stats_pulled(NULL), -1);
    CHECK(isnan(zexa_bulk_stats_rate(NULL)));
    CHECK(zexa_bulk_stats_ledger(NULL) == NULL && zexa_bulk_stats_json(NULL) == NULL);
    zexa_client_free(client);
    ledger_world_free(&world);
}

int main(void) {
    test_a_source_that_fails();
    test_a_run_stops_by_itself();
    test_a_token_stops_the_run();
    test_another_thread_ends_the_run(zexa_send_many_stop, SLOW);
    test_another_thread_ends_the_run(
        zexa_send_many_cancel,
        "{\"faults\": [{\"process\": true, \"then\": \"stall\", \"times\": 0}]}");
    test_free_in_the_middle();
    test_a_callback_that_makes_calls();
    test_options();
    test_null();
    return 0;
}
