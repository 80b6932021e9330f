/* Threads share a client, a list and an object, and take the results of runs. */

#include <pthread.h>

#include "bulk.h"

enum { THREADS = 8, CONTACTS = 200 };

typedef struct {
    zexa_client *client;
    long count;
} send_task;

static void *send_all(void *argument) {
    const send_task *task = argument;
    zexa_send_message_params params = sms("Hello");
    for (long sent = 0; sent < task->count; sent++) {
        zexa_error *error = NULL;
        zexa_message *message = NULL;
        CHECK_OK(zexa_messages_send(task->client, &params, NULL, &message, &error), &error);
        zexa_message_free(message);
    }
    return NULL;
}

static void run_on_threads(void *(*task)(void *), void *arguments[THREADS]) {
    pthread_t threads[THREADS];
    for (int index = 0; index < THREADS; index++)
        CHECK_NUMBER(pthread_create(&threads[index], NULL, task, arguments[index]), 0);
    for (int index = 0; index < THREADS; index++)
        CHECK_NUMBER(pthread_join(threads[index], NULL), 0);
}

static void test_shared_client(void) {
    sandbox server = sandbox_new("{}");
    send_task task = {sandbox_client(&server), size_of_test("ZEXA_TEST_MESSAGES", 100)};
    void *arguments[THREADS];
    for (int index = 0; index < THREADS; index++)
        arguments[index] = &task;
    run_on_threads(send_all, arguments);
    CHECK_NUMBER(sandbox_count(&server, "messages"), THREADS * task.count);
    CHECK_NUMBER(sandbox_count(&server, "requests"), THREADS * task.count);
    zexa_client_free(task.client);
    sandbox_free(&server);
}

/* The items that one thread read from the list. */
typedef struct {
    zexa_contact_iter *iter;
    int seen[CONTACTS + 1];
} reader;

static void *read_all(void *argument) {
    reader *task = argument;
    zexa_error *error = NULL;
    zexa_contact *contact = NULL;
    zexa_status status;
    while ((status = zexa_contact_iter_next(task->iter, &contact, &error)) == ZEXA_OK) {
        long number = strtol(zexa_contact_name(contact) + strlen("Contact "), NULL, 10);
        CHECK(number >= 1 && number <= CONTACTS);
        task->seen[number]++;
        zexa_contact_free(contact);
    }
    CHECK_NUMBER(status, ZEXA_DONE);
    return NULL;
}

static void test_shared_list(void) {
    sandbox server = sandbox_new("{\"state\": {\"contacts_count\": 200}}");
    zexa_client *client = sandbox_client(&server);
    zexa_list_contacts_params params = ZEXA_LIST_CONTACTS_PARAMS_INIT;
    params.per_page = 7;
    zexa_error *error = NULL;
    zexa_contact_iter *iter = NULL;
    CHECK_OK(zexa_contacts_list(client, &params, NULL, &iter, &error), &error);
    static reader tasks[THREADS];
    void *arguments[THREADS];
    for (int index = 0; index < THREADS; index++) {
        tasks[index].iter = iter;
        arguments[index] = &tasks[index];
    }
    run_on_threads(read_all, arguments);
    for (int number = 1; number <= CONTACTS; number++) {
        int seen = 0;
        for (int index = 0; index < THREADS; index++)
            seen += tasks[index].seen[number];
        CHECK_NUMBER(seen, 1);
    }
    zexa_contact_iter_free(iter);
    zexa_client_free(client);
    sandbox_free(&server);
}

/* The JSON of an object is created by the first thread that reads it. */
static void *read_json(void *argument) {
    const zexa_message *message = argument;
    const char *json = zexa_message_json(message);
    CHECK(json == zexa_message_json(message));
    CHECK_CONTAINS(json, zexa_message_id(message));
    return NULL;
}

static void test_shared_object(void) {
    sandbox server = sandbox_new("{}");
    zexa_client *client = sandbox_client(&server);
    zexa_send_message_params params = sms("Hello");
    zexa_error *error = NULL;
    zexa_message *message = NULL;
    CHECK_OK(zexa_messages_send(client, &params, NULL, &message, &error), &error);
    void *arguments[THREADS];
    for (int index = 0; index < THREADS; index++)
        arguments[index] = message;
    run_on_threads(read_json, arguments);
    zexa_message_free(message);
    zexa_client_free(client);
    sandbox_free(&server);
}

/* A run on a ledger of its own, whose progress another thread reads. */
typedef struct {
    ledger_world world;
    zexa_send_many *sending;
    row_source source;
} bulk_task;

static void *take_all(void *argument) {
    bulk_task *task = argument;
    long results, accepted;
    zexa_error *error = NULL;
    CHECK_NUMBER(take_results(task->sending, &results, &accepted, &error), ZEXA_DONE);
    CHECK_NUMBER(accepted, task->source.count);
    return NULL;
}

static void *watch(void *argument) {
    const bulk_task *task = argument;
    for (int64_t accepted = 0, now; accepted < task->source.count; accepted = now) {
        zexa_bulk_stats *stats = zexa_send_many_stats(task->sending);
        now = zexa_bulk_stats_accepted(stats);
        CHECK(now >= accepted && zexa_bulk_stats_pulled(stats) >= now);
        zexa_bulk_stats_free(stats);
    }
    return NULL;
}

static void test_two_runs(void) {
    static bulk_task tasks[2];
    zexa_client *client = NULL;
    pthread_t threads[4];
    for (int index = 0; index < 2; index++) {
        bulk_task *task = &tasks[index];
        task->world = ledger_world_new("{}");
        task->source = rows(size_of_test("ZEXA_TEST_MESSAGES", 100));
        /* The runs share a client. */
        if (index == 0)
            client = sandbox_client(&task->world.server);
        zexa_bulk_options options = with_ledger(&task->world);
        task->sending = send_rows(client, &task->source, &options);
    }
    for (int index = 0; index < 4; index++)
        CHECK_NUMBER(
            pthread_create(&threads[index], NULL, index < 2 ? take_all : watch, &tasks[index % 2]),
            0);
    for (int index = 0; index < 4; index++)
        CHECK_NUMBER(pthread_join(threads[index], NULL), 0);
    CHECK_NUMBER(sandbox_count(&tasks[0].world.server, "messages"), 2 * tasks[0].source.count);
    zexa_client_free(client);
    for (int index = 0; index < 2; index++) {
        zexa_send_many_free(tasks[index].sending);
        ledger_world_free(&tasks[index].world);
    }
}

int main(void) {
    test_shared_client();
    test_shared_list();
    test_shared_object();
    test_two_runs();
    return 0;
}
