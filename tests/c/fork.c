/* fork(): objects that were created before it work in parent and child, and creating or freeing
 * objects in the child does not affect the parent. */

#include <pthread.h>

#include "bulk.h"
#include "children.h"

static int drain(zexa_contact_iter *iter) {
    zexa_error *error = NULL;
    zexa_contact *contact = NULL;
    zexa_status status;
    int count = 0;
    while ((status = zexa_contact_iter_next(iter, &contact, &error)) == ZEXA_OK) {
        zexa_contact_free(contact);
        count++;
    }
    CHECK_NUMBER(status, ZEXA_DONE);
    return count;
}

static void test_client_used_in_parent_and_child(void) {
    sandbox server = sandbox_new("{}");
    zexa_client *client = sandbox_client(&server);
    send_some(client, 1);
    pid_t child = fork_child();
    if (child == 0) {
        send_some(client, 20);
        zexa_client_free(client);
        exit(0);
    }
    send_some(client, 20);
    join(child);
    send_some(client, 1);
    CHECK_NUMBER(sandbox_count(&server, "messages"), 42);
    zexa_client_free(client);
    sandbox_free(&server);
}

static void test_partially_read_list(void) {
    sandbox server = sandbox_new("{\"state\": {\"contacts_count\": 95}}");
    zexa_client *client = sandbox_client(&server);
    zexa_list_contacts_params params = ZEXA_LIST_CONTACTS_PARAMS_INIT;
    params.per_page = 10;
    zexa_error *error = NULL;
    zexa_contact_iter *iter = NULL;
    CHECK_OK(zexa_contacts_list(client, &params, NULL, &iter, &error), &error);
    for (int count = 0; count < 25; count++) {
        zexa_contact *contact = NULL;
        CHECK_OK(zexa_contact_iter_next(iter, &contact, &error), &error);
        zexa_contact_free(contact);
    }
    pid_t reader = fork_child();
    if (reader == 0) {
        CHECK_NUMBER(drain(iter), 70);
        zexa_contact_iter_free(iter);
        zexa_client_free(client);
        exit(0);
    }
    pid_t leaver = fork_child();
    if (leaver == 0) {
        zexa_contact_iter_free(iter);
        zexa_client_free(client);
        exit(0);
    }
    join(leaver);
    CHECK_NUMBER(drain(iter), 70);
    join(reader);
    zexa_contact_iter_free(iter);
    zexa_client_free(client);
    sandbox_free(&server);
}

static void test_client_created_in_the_child(void) {
    sandbox server = sandbox_new("{}");
    zexa_client *client = sandbox_client(&server);
    send_some(client, 1);
    pid_t child = fork_child();
    if (child == 0) {
        zexa_client *child_client = sandbox_client(&server);
        send_some(child_client, 1);
        zexa_client_free(child_client);
        /* The inherited client is not freed: exiting must not hang either. */
        exit(0);
    }
    join(child);
    send_some(client, 1);
    CHECK_NUMBER(sandbox_count(&server, "messages"), 3);
    zexa_client_free(client);
    sandbox_free(&server);
}

static void *next_until_cancelled(void *iter) {
    zexa_error *error = NULL;
    zexa_contact *contact = NULL;
    zexa_status status = zexa_contact_iter_next(iter, &contact, &error);
    CHECK_FAILS(status, ZEXA_CANCELLED, ZEXA_OUTCOME_UNKNOWN, &error);
    return NULL;
}

/* The thread that holds the iterator's lock does not exist in the child. */
static void test_iterator_in_use_during_fork(void) {
    sandbox server = sandbox_new("{\"faults\": [{\"then\": \"stall\"}]}");
    zexa_client *client = sandbox_client(&server);
    zexa_call_options options = ZEXA_CALL_OPTIONS_INIT;
    zexa_cancel_token *token = zexa_cancel_token_new();
    options.cancel = token;
    zexa_error *error = NULL;
    zexa_contact_iter *iter = NULL;
    CHECK_OK(zexa_contacts_list(client, NULL, &options, &iter, &error), &error);
    pthread_t thread;
    CHECK_NUMBER(pthread_create(&thread, NULL, next_until_cancelled, iter), 0);
    sandbox_wait_for_requests(&server, "1");
    pid_t child = fork_child();
    if (child == 0) {
        zexa_contact *contact = NULL;
        zexa_status status = zexa_contact_iter_next(iter, &contact, &error);
        CHECK_FAILS(status, ZEXA_INVALID_ARGUMENT, ZEXA_OUTCOME_NOT_SENT, &error);
        exit(0);
    }
    join(child);
    zexa_cancel_token_cancel(token);
    pthread_join(thread, NULL);
    zexa_cancel_token_free(token);
    zexa_contact_iter_free(iter);
    zexa_client_free(client);
    sandbox_free(&server);
}

/* The file belongs to the process that opened it. */
static void test_ledger(void) {
    ledger_world world = ledger_world_new("{\"faults\": [{\"path\": \"/messages\", "
                                          "\"status\": 502}]}");
    zexa_client *client = ledger_client(&world);
    zexa_error *error = NULL;
    CHECK_FAILS(send_keyed(client, "order-1", "Hello", NULL, &error), ZEXA_SERVER,
                ZEXA_OUTCOME_UNKNOWN, &error);
    CHECK_OK(send_keyed(client, "order-2", "Hello", NULL, &error), &error);
    zexa_ledger *ledger = open_ledger(&world);
    zexa_ledger_counts *counts = NULL;
    zexa_doubtful_row_iter *rows = NULL;
    CHECK_OK(zexa_ledger_in_doubt(ledger, &rows, &error), &error);
    pid_t child = fork_child();
    if (child == 0) {
        zexa_doubtful_row_iter *none = NULL;
        int64_t exported = 0;
        CHECK_FAILS(zexa_ledger_count(ledger, &counts, &error), ZEXA_CLOSED, ZEXA_OUTCOME_NOT_SENT,
                    &error);
        CHECK_FAILS(zexa_ledger_in_doubt(ledger, &none, &error), ZEXA_CLOSED, ZEXA_OUTCOME_NOT_SENT,
                    &error);
        CHECK_FAILS(zexa_ledger_mark_sent(ledger, "order-1", NULL, &error), ZEXA_CLOSED,
                    ZEXA_OUTCOME_NOT_SENT, &error);
        CHECK_FAILS(zexa_ledger_mark_not_sent(ledger, "order-1", &error), ZEXA_CLOSED,
                    ZEXA_OUTCOME_NOT_SENT, &error);
        CHECK_FAILS(zexa_ledger_export(ledger, world.csv, &exported, &error), ZEXA_CLOSED,
                    ZEXA_OUTCOME_NOT_SENT, &error);
        CHECK_FAILS(zexa_ledger_prune(ledger, "2026-07-01T00:00:00Z", &exported, &error),
                    ZEXA_CLOSED, ZEXA_OUTCOME_NOT_SENT, &error);
        CHECK_TEXT(zexa_ledger_path(ledger), world.path);
        zexa_ledger_free(ledger);
        ledger = open_ledger(&world);
        CHECK_OK(zexa_ledger_mark_not_sent(ledger, "order-1", &error), &error);
        zexa_ledger_free(ledger);
        /* The client opens the file again, and finds what the parent has recorded. */
        CHECK_OK(send_keyed(client, "order-1", "Hello", NULL, &error), &error);
        CHECK_OK(send_keyed(client, "order-2", "Hello", NULL, &error), &error);
        zexa_client_free(client);
        exit(0);
    }
    join(child);
    CHECK_OK(zexa_ledger_count(ledger, &counts, &error), &error);
    CHECK_NUMBER(zexa_ledger_counts_accepted(counts), 2);
    zexa_ledger_counts_free(counts);
    CHECK_OK(send_keyed(client, "order-3", "Hello", NULL, &error), &error);
    CHECK_NUMBER(sandbox_count(&world.server, "messages"), 3);
    zexa_doubtful_row_iter_free(rows);
    zexa_ledger_free(ledger);
    zexa_client_free(client);
    ledger_world_free(&world);
}

enum { ROWS = 50 };

/* Nothing that a child does with an inherited run succeeds, hangs or crashes. */
static void use_in_child(zexa_send_many *sending) {
    zexa_send_result *result = NULL;
    zexa_error *error = NULL;
    zexa_status status = zexa_send_many_next(sending, &result, &error);
    CHECK_FAILS(status, ZEXA_CLOSED, ZEXA_OUTCOME_UNKNOWN, &error);
    CHECK(result == NULL);
    CHECK(zexa_send_many_stats(sending) == NULL);
    zexa_send_many_stop(sending);
    zexa_send_many_cancel(sending);
    zexa_send_many_free(sending);
}

static void check_remaining_results(const ledger_world *world, zexa_send_many *sending,
                                    long count) {
    long results, accepted;
    zexa_error *error = NULL;
    CHECK_NUMBER(take_results(sending, &results, &accepted, &error), ZEXA_DONE);
    CHECK_NUMBER(accepted, count);
    CHECK_NUMBER(sandbox_count(&world->server, "messages"), ROWS);
}

static void test_run_in_progress(void) {
    ledger_world world = ledger_world_new("{}");
    zexa_client *client = sandbox_client(&world.server);
    zexa_bulk_options options = with_ledger(&world);
    row_source source = rows(ROWS);
    zexa_send_many *sending = send_rows(client, &source, &options);
    zexa_send_result_free(next_result(sending));
    pid_t child = fork_child();
    if (child == 0) {
        use_in_child(sending);
        zexa_client_free(client);
        exit(0);
    }
    join(child);
    check_remaining_results(&world, sending, ROWS - 1);
    zexa_send_many_free(sending);
    zexa_client_free(client);
    ledger_world_free(&world);
}

static void *take_all(void *argument) {
    long results, accepted;
    zexa_error *error = NULL;
    CHECK_NUMBER(take_results(argument, &results, &accepted, &error), ZEXA_DONE);
    CHECK_NUMBER(accepted, ROWS);
    return NULL;
}

/* The thread that waits for the next result does not exist in the child. */
static void test_run_in_use_during_fork(void) {
    ledger_world world =
        ledger_world_new("{\"faults\": [{\"process\": true, \"delay\": 0.2, \"times\": 0}]}");
    zexa_client *client = sandbox_client(&world.server);
    row_source source = rows(ROWS);
    zexa_send_many *sending = send_rows(client, &source, NULL);
    pthread_t thread;
    CHECK_NUMBER(pthread_create(&thread, NULL, take_all, sending), 0);
    sandbox_wait_for_requests(&world.server, "1");
    pid_t child = fork_child();
    if (child == 0) {
        use_in_child(sending);
        exit(0);
    }
    join(child);
    pthread_join(thread, NULL);
    CHECK_NUMBER(sandbox_count(&world.server, "messages"), ROWS);
    zexa_send_many_free(sending);
    zexa_client_free(client);
    ledger_world_free(&world);
}

static pid_t forked = -1;

static zexa_status fork_at_5(zexa_send_message_params *row, long number) {
    (void)row;
    if (number == 5)
        forked = fork_child();
    return ZEXA_OK;
}

/* The child returns from the callback into the run of its parent. */
static void test_callback_that_forks(void) {
    ledger_world world = ledger_world_new("{}");
    zexa_client *client = sandbox_client(&world.server);
    row_source source = {.count = ROWS, .change = fork_at_5};
    zexa_send_many *sending = send_rows(client, &source, NULL);
    long results, accepted;
    zexa_error *error = NULL;
    zexa_status status = take_results(sending, &results, &accepted, &error);
    if (forked == 0) {
        CHECK_FAILS(status, ZEXA_CLOSED, ZEXA_OUTCOME_UNKNOWN, &error);
        zexa_send_many_free(sending);
        exit(0);
    }
    CHECK_NUMBER(status, ZEXA_DONE);
    CHECK_NUMBER(accepted, ROWS);
    join(forked);
    CHECK_NUMBER(sandbox_count(&world.server, "messages"), ROWS);
    zexa_send_many_free(sending);
    zexa_client_free(client);
    ledger_world_free(&world);
}

int main(void) {
    test_ledger();
    test_iterator_in_use_during_fork();
    test_client_used_in_parent_and_child();
    test_partially_read_list();
    test_client_created_in_the_child();
    test_run_in_progress();
    test_run_in_use_during_fork();
    test_callback_that_forks();
    return 0;
}
