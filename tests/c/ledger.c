/* Calls with an idempotency key, and the ledger that records them. */

#include <pthread.h>
#include <sys/stat.h>

#include "ledger.h"

static zexa_ledger_counts *count(const zexa_ledger *ledger) {
    zexa_ledger_counts *counts = NULL;
    zexa_error *error = NULL;
    CHECK_OK(zexa_ledger_count(ledger, &counts, &error), &error);
    return counts;
}

static void test_a_key_is_sent_once(void) {
    ledger_world world = ledger_world_new("{}");
    zexa_client *client = ledger_client(&world);
    zexa_error *error = NULL;
    char *first = NULL, *again = NULL, *elsewhere = NULL;
    CHECK_OK(send_keyed(client, "order-1", "Hello", &first, &error), &error);
    CHECK_OK(send_keyed(client, "order-1", "Hello", &again, &error), &error);
    CHECK_TEXT(again, first);
    zexa_client_free(client);
    /* Another client, as after a restart of the program. */
    client = ledger_client(&world);
    CHECK_OK(send_keyed(client, "order-1", "Hello", &elsewhere, &error), &error);
    CHECK_TEXT(elsewhere, first);
    CHECK_NUMBER(sandbox_count(&world.server, "messages"), 1);

    CHECK_FAILS(send_keyed(client, "order-1", "Hullo", NULL, &error), ZEXA_KEY_REUSED,
                ZEXA_OUTCOME_ACCEPTED, &error);
    CHECK_FAILS(send_keyed(client, "a\nb", "Hello", NULL, &error), ZEXA_VALIDATION,
                ZEXA_OUTCOME_NOT_SENT, &error);
    CHECK_FAILS(send_keyed(client, "\xff", "Hello", NULL, &error), ZEXA_INVALID_ARGUMENT,
                ZEXA_OUTCOME_NOT_SENT, &error);
    CHECK_NUMBER(sandbox_count(&world.server, "requests"), 1);
    zexa_client_free(client);

    zexa_client *without = sandbox_client(&world.server);
    CHECK_FAILS(send_keyed(without, "order-1", "Hello", NULL, &error), ZEXA_CONFIG,
                ZEXA_OUTCOME_NOT_SENT, &error);
    zexa_client_free(without);
    free(first);
    free(again);
    free(elsewhere);
    ledger_world_free(&world);
}

static void test_campaigns(void) {
    ledger_world world = ledger_world_new("{}");
    zexa_client *client = ledger_client(&world);
    zexa_create_campaign_params params = ZEXA_CREATE_CAMPAIGN_PARAMS_INIT;
    params.name = "June";
    params.channel = ZEXA_CHANNEL_SMS;
    params.contact_list_id = "lst_demo";
    params.sender_id = "ZEXA";
    params.body = "Hello";
    params.idempotency_key = "june";
    zexa_error *error = NULL;
    zexa_campaign *first = NULL, *again = NULL;
    CHECK_OK(zexa_campaigns_create(client, &params, NULL, &first, &error), &error);
    CHECK_OK(zexa_campaigns_create(client, &params, NULL, &again, &error), &error);
    CHECK_TEXT(zexa_campaign_id(again), zexa_campaign_id(first));
    CHECK_NUMBER(sandbox_count(&world.server, "requests"), 1);
    zexa_campaign_free(first);
    zexa_campaign_free(again);
    zexa_client_free(client);
    ledger_world_free(&world);
}

static void test_counts(void) {
    ledger_world world = ledger_world_new("{\"faults\": [{\"path\": \"/messages\", \"skip\": 2, "
                                          "\"status\": 502}]}");
    zexa_client *client = ledger_client(&world);
    zexa_ledger *ledger = open_ledger(&world);
    zexa_ledger_counts *counts = count(ledger);
    CHECK_NUMBER(zexa_ledger_counts_accepted(counts), 0);
    CHECK_TEXT(zexa_ledger_counts_oldest_doubt(counts), NULL);
    CHECK_NUMBER(zexa_ledger_counts_oldest_doubt_unix_ms(counts), -1);
    zexa_ledger_counts_free(counts);

    zexa_error *error = NULL;
    CHECK_OK(send_keyed(client, "order-1", "Hello", NULL, &error), &error);
    zexa_send_message_params unregistered = sms("Hello");
    unregistered.from = "NOBODY";
    unregistered.idempotency_key = "order-2";
    CHECK(zexa_messages_send(client, &unregistered, NULL, NULL, NULL) != ZEXA_OK);
    CHECK_FAILS(send_keyed(client, "order-3", "Hello", NULL, &error), ZEXA_SERVER,
                ZEXA_OUTCOME_UNKNOWN, &error);
    counts = count(ledger);
    CHECK_NUMBER(zexa_ledger_counts_accepted(counts), 1);
    CHECK_NUMBER(zexa_ledger_counts_rejected(counts), 1);
    CHECK_NUMBER(zexa_ledger_counts_in_doubt(counts), 1);
    CHECK_NUMBER(zexa_ledger_counts_not_sent(counts), 0);
    CHECK_NUMBER(zexa_ledger_counts_claimed(counts), 0);
    CHECK_NUMBER(zexa_ledger_counts_pruned(counts), 0);
    CHECK(zexa_ledger_counts_oldest_doubt_unix_ms(counts) > 0);
    CHECK_CONTAINS(zexa_ledger_counts_oldest_doubt(counts), "T");
    CHECK_CONTAINS(zexa_ledger_counts_json(counts), "\"in_doubt\":1");
    CHECK_TEXT(zexa_ledger_counts_extra_json(counts), "{}");
    zexa_ledger_counts_free(counts);
    zexa_ledger_free(ledger);
    zexa_client_free(client);
    ledger_world_free(&world);
}

static zexa_doubtful_row_iter *in_doubt(const zexa_ledger *ledger) {
    zexa_doubtful_row_iter *rows = NULL;
    zexa_error *error = NULL;
    CHECK_OK(zexa_ledger_in_doubt(ledger, &rows, &error), &error);
    return rows;
}

/* Reads a row, and checks its key. */
static zexa_doubtful_row *next_row(zexa_doubtful_row_iter *rows, const char *key) {
    zexa_doubtful_row *row = NULL;
    zexa_error *error = NULL;
    CHECK_OK(zexa_doubtful_row_iter_next(rows, &row, &error), &error);
    CHECK_TEXT(zexa_doubtful_row_key(row), key);
    return row;
}

static void check_end(zexa_doubtful_row_iter *rows) {
    zexa_doubtful_row *row = NULL;
    zexa_error *error = NULL;
    for (int time = 0; time < 2; time++) {
        CHECK_NUMBER(zexa_doubtful_row_iter_next(rows, &row, &error), ZEXA_DONE);
        CHECK(row == NULL && error == NULL);
    }
}

#define THREE_BAD_GATEWAYS                                                                         \
    "{\"faults\": [{\"path\": \"/messages\", \"status\": 502, \"times\": 3}]}"

static void test_doubts_are_named(void) {
    ledger_world world = ledger_world_new(THREE_BAD_GATEWAYS);
    zexa_client *client = ledger_client(&world);
    zexa_error *error = NULL;
    for (int time = 0; time < 2; time++) {
        const zexa_status expected = time == 0 ? ZEXA_SERVER : ZEXA_IN_DOUBT;
        CHECK_FAILS(send_keyed(client, "order-1", "Hello", NULL, &error), expected,
                    ZEXA_OUTCOME_UNKNOWN, &error);
        CHECK_FAILS(send_keyed(client, "order-2", "Hello", NULL, &error), expected,
                    ZEXA_OUTCOME_UNKNOWN, &error);
    }
    CHECK_NUMBER(sandbox_count(&world.server, "requests"), 2);
    zexa_ledger *ledger = open_ledger(&world);
    zexa_doubtful_row_iter *rows = in_doubt(ledger);
    /* The rows do not need the ledger. */
    zexa_ledger_free(ledger);
    zexa_doubtful_row *row = next_row(rows, "order-1");
    CHECK_TEXT(zexa_doubtful_row_operation(row), "/messages");
    CHECK_NUMBER(zexa_doubtful_row_http_status(row), 502);
    CHECK(zexa_doubtful_row_request_id(row) != NULL);
    CHECK(zexa_doubtful_row_claimed_at_unix_ms(row) > 0);
    CHECK_CONTAINS(zexa_doubtful_row_claimed_at(row), "T");
    CHECK_CONTAINS(zexa_doubtful_row_json(row), "\"key\":\"order-1\"");
    CHECK_TEXT(zexa_doubtful_row_extra_json(row), "{}");
    zexa_doubtful_row_free(next_row(rows, "order-2"));
    check_end(rows);
    zexa_doubtful_row_iter_free(rows);
    /* A row does not need the iterator. */
    CHECK_TEXT(zexa_doubtful_row_key(row), "order-1");
    zexa_doubtful_row_free(row);
    zexa_client_free(client);
    ledger_world_free(&world);
}

static void test_doubts_are_settled(void) {
    ledger_world world = ledger_world_new(THREE_BAD_GATEWAYS);
    zexa_client *client = ledger_client(&world);
    zexa_error *error = NULL;
    const char *const keys[] = {"order-1", "order-2", "order-3"};
    for (size_t index = 0; index < 3; index++)
        CHECK_FAILS(send_keyed(client, keys[index], "Hello", NULL, &error), ZEXA_SERVER,
                    ZEXA_OUTCOME_UNKNOWN, &error);
    zexa_ledger *ledger = open_ledger(&world);
    CHECK_FAILS(zexa_ledger_mark_sent(ledger, "order-1", "", &error), ZEXA_INVALID_REQUEST,
                ZEXA_OUTCOME_NOT_SENT, &error);
    CHECK_OK(zexa_ledger_mark_sent(ledger, "order-1", "msg_1", &error), &error);
    CHECK_OK(zexa_ledger_mark_sent(ledger, "order-2", NULL, &error), &error);
    CHECK_OK(zexa_ledger_mark_not_sent(ledger, "order-3", &error), &error);
    zexa_doubtful_row_iter *rows = in_doubt(ledger);
    check_end(rows);
    zexa_doubtful_row_iter_free(rows);

    char *id = NULL;
    CHECK_OK(send_keyed(client, "order-1", "Hello", &id, &error), &error);
    CHECK_TEXT(id, "msg_1");
    free(id);
    CHECK_FAILS(send_keyed(client, "order-2", "Hello", NULL, &error), ZEXA_DECODE,
                ZEXA_OUTCOME_ACCEPTED, &error);
    CHECK_NUMBER(sandbox_count(&world.server, "requests"), 3);
    CHECK_OK(send_keyed(client, "order-3", "Hello", NULL, &error), &error);
    CHECK_NUMBER(sandbox_count(&world.server, "messages"), 1);

    CHECK_FAILS(zexa_ledger_mark_sent(ledger, "order-3", NULL, &error), ZEXA_CONFLICT,
                ZEXA_OUTCOME_NOT_SENT, &error);
    CHECK_FAILS(zexa_ledger_mark_not_sent(ledger, "order-1", &error), ZEXA_CONFLICT,
                ZEXA_OUTCOME_NOT_SENT, &error);
    CHECK_FAILS(zexa_ledger_mark_not_sent(ledger, "order-4", &error), ZEXA_NOT_FOUND,
                ZEXA_OUTCOME_NOT_SENT, &error);
    zexa_ledger_free(ledger);
    zexa_client_free(client);
    ledger_world_free(&world);
}

static void test_open(void) {
    ledger_world world = ledger_world_new("{}");
    zexa_ledger *ledger = NULL;
    zexa_error *error = NULL;
    CHECK_NUMBER(zexa_ledger_open(world.path, false, &ledger, &error), ZEXA_CONFIG);
    CHECK(ledger == NULL && access(world.path, F_OK) != 0);
    CHECK_CONTAINS(zexa_error_message(error), world.path);
    CHECK_CONTAINS(zexa_error_message(error), "does not exist");
    zexa_error_free(error);

    CHECK_OK(zexa_ledger_open(world.path, true, &ledger, &error), &error);
    CHECK_TEXT(zexa_ledger_path(ledger), world.path);
    struct stat file;
    CHECK_NUMBER(stat(world.path, &file), 0);
    CHECK_NUMBER(file.st_mode & 0777, 0600);
    zexa_ledger_free(ledger);
    /* Opens the ledger that exists. A relative path becomes absolute. */
    char before[4096];
    CHECK(getcwd(before, sizeof before) != NULL);
    CHECK_NUMBER(chdir(world.folder), 0);
    CHECK_OK(zexa_ledger_open("orders.db", true, &ledger, &error), &error);
    CHECK_NUMBER(chdir(before), 0);
    CHECK_TEXT(zexa_ledger_path(ledger), world.path);
    zexa_ledger_free(ledger);

    FILE *csv = fopen(world.csv, "w");
    CHECK(csv != NULL && fputs("to;body\n", csv) >= 0 && fclose(csv) == 0);
    CHECK_FAILS(zexa_ledger_open(world.csv, true, &ledger, &error), ZEXA_CONFIG,
                ZEXA_OUTCOME_NOT_SENT, &error);
    zexa_client_options options = ZEXA_CLIENT_OPTIONS_INIT;
    zexa_client *client = NULL;
    options.api_key = world.server.api_key;
    options.ledger = world.csv;
    CHECK_FAILS(zexa_client_new(&options, &client, &error), ZEXA_CONFIG, ZEXA_OUTCOME_NOT_SENT,
                &error);
    CHECK_FAILS(zexa_ledger_open("", true, &ledger, &error), ZEXA_CONFIG, ZEXA_OUTCOME_NOT_SENT,
                &error);
    CHECK(ledger == NULL && client == NULL);
    ledger_world_free(&world);
}

static void test_export(void) {
    ledger_world world = ledger_world_new("{}");
    zexa_client *client = ledger_client(&world);
    zexa_error *error = NULL;
    CHECK_OK(send_keyed(client, "order, \"1\"", "Hello", NULL, &error), &error);
    CHECK_OK(send_keyed(client, "order-2", "Hello", NULL, &error), &error);
    zexa_ledger *ledger = open_ledger(&world);
    int64_t rows = 0;
    for (int time = 0; time < 2; time++) {
        CHECK_OK(zexa_ledger_export(ledger, world.csv, &rows, &error), &error);
        CHECK_NUMBER(rows, 2);
    }
    CHECK_OK(zexa_ledger_export(ledger, world.csv, NULL, &error), &error);
    char text[1024];
    FILE *csv = fopen(world.csv, "r");
    CHECK(csv != NULL);
    text[fread(text, 1, sizeof text - 1, csv)] = '\0';
    CHECK_NUMBER(fclose(csv), 0);
    CHECK(strncmp(text, "key,operation,state,", 20) == 0);
    CHECK_CONTAINS(text, "\n\"order, \"\"1\"\"\",/messages,accepted,msg_");
    CHECK_CONTAINS(text, "\norder-2,/messages,accepted,msg_");

    CHECK_FAILS(zexa_ledger_export(ledger, world.path, &rows, &error), ZEXA_VALIDATION,
                ZEXA_OUTCOME_NOT_SENT, &error);
    CHECK_OK(send_keyed(client, "order-2", "Hello", NULL, &error), &error);
    const char *const unwritable[] = {"/dev/full", world.folder};
    for (size_t index = 0; index < 2; index++) {
        CHECK_NUMBER(zexa_ledger_export(ledger, unwritable[index], &rows, &error), ZEXA_OTHER);
        CHECK_NUMBER(rows, ZEXA_DEFAULT);
        CHECK_CONTAINS(zexa_error_message(error), "export");
        zexa_error_free(error);
    }
    zexa_ledger_free(ledger);
    zexa_client_free(client);
    ledger_world_free(&world);
}

static void test_prune(void) {
    ledger_world world = ledger_world_new("{}");
    zexa_client *client = ledger_client(&world);
    zexa_error *error = NULL;
    CHECK_OK(send_keyed(client, "order-1", "Hello", NULL, &error), &error);
    CHECK_OK(send_keyed(client, "order-2", "Hello", NULL, &error), &error);
    zexa_ledger *ledger = open_ledger(&world);
    int64_t rows = -2;
    CHECK_OK(zexa_ledger_prune(ledger, "2020-01-01T00:00:00Z", &rows, &error), &error);
    CHECK_NUMBER(rows, 0);
    CHECK_OK(zexa_ledger_prune(ledger, "2999-01-01T00:00:00+01:00", &rows, &error), &error);
    CHECK_NUMBER(rows, 2);
    CHECK_OK(zexa_ledger_prune(ledger, "2999-01-01T00:00:00Z", NULL, &error), &error);
    zexa_ledger_counts *counts = NULL;
    CHECK_OK(zexa_ledger_count(ledger, &counts, &error), &error);
    CHECK_NUMBER(zexa_ledger_counts_accepted(counts), 0);
    CHECK_NUMBER(zexa_ledger_counts_pruned(counts), 2);
    zexa_ledger_counts_free(counts);
    /* The keys are never sent again. */
    CHECK_FAILS(send_keyed(client, "order-1", "Hello", NULL, &error), ZEXA_DECODE,
                ZEXA_OUTCOME_ACCEPTED, &error);
    CHECK_NUMBER(sandbox_count(&world.server, "messages"), 2);
    CHECK_FAILS(zexa_ledger_prune(ledger, "2026-07-01", &rows, &error), ZEXA_VALIDATION,
                ZEXA_OUTCOME_NOT_SENT, &error);
    CHECK_NUMBER(rows, ZEXA_DEFAULT);
    zexa_ledger_free(ledger);
    zexa_client_free(client);
    ledger_world_free(&world);
}

static void test_arguments(void) {
    ledger_world world = ledger_world_new("{}");
    zexa_ledger *ledger = NULL;
    zexa_error *error = NULL;
    int64_t rows = 0;
    CHECK_OK(zexa_ledger_open(world.path, true, &ledger, &error), &error);
#define CHECK_UTF8(call, field)                                                                    \
    do {                                                                                           \
        CHECK_NUMBER(call, ZEXA_INVALID_ARGUMENT);                                                 \
        CHECK_CONTAINS(zexa_error_message(error), "`" field "` must be UTF-8");                    \
        zexa_error_free(error);                                                                    \
    } while (0)
    zexa_ledger *other = ledger;
    CHECK_UTF8(zexa_ledger_open("\xff", true, &other, &error), "path");
    CHECK(other == NULL);
    CHECK_UTF8(zexa_ledger_mark_sent(ledger, "\xff", NULL, &error), "key");
    CHECK_UTF8(zexa_ledger_mark_sent(ledger, "order-1", "\xff", &error), "id");
    CHECK_UTF8(zexa_ledger_mark_not_sent(ledger, "\xff", &error), "key");
    CHECK_UTF8(zexa_ledger_export(ledger, "\xff", &rows, &error), "path");
    CHECK_UTF8(zexa_ledger_prune(ledger, "\xff", &rows, &error), "before");
    CHECK_NUMBER(rows, ZEXA_DEFAULT);
    zexa_ledger_free(ledger);
    ledger_world_free(&world);
}

enum { THREADS = 4, ROWS = 12 };

/* What the threads share, and how often each row was read. */
typedef struct {
    const zexa_ledger *ledger;
    zexa_doubtful_row_iter *rows;
    int seen[ROWS];
    pthread_mutex_t mutex;
} shared;

static void *settle_all(void *argument) {
    shared *task = argument;
    zexa_error *error = NULL;
    zexa_doubtful_row *row = NULL;
    zexa_status status;
    while ((status = zexa_doubtful_row_iter_next(task->rows, &row, &error)) == ZEXA_OK) {
        const char *key = zexa_doubtful_row_key(row);
        const long number = strtol(key, NULL, 10);
        CHECK(number >= 0 && number < ROWS);
        pthread_mutex_lock(&task->mutex);
        task->seen[number]++;
        pthread_mutex_unlock(&task->mutex);
        CHECK_OK(zexa_ledger_mark_not_sent(task->ledger, key, &error), &error);
        zexa_doubtful_row_free(row);
    }
    CHECK_NUMBER(status, ZEXA_DONE);
    return NULL;
}

static void test_threads_share_a_ledger(void) {
    ledger_world world = ledger_world_new("{\"faults\": [{\"path\": \"/messages\", "
                                          "\"status\": 502, \"times\": 12}]}");
    zexa_client *client = ledger_client(&world);
    zexa_error *error = NULL;
    for (int number = 0; number < ROWS; number++) {
        char key[16];
        snprintf(key, sizeof key, "%d", number);
        CHECK_FAILS(send_keyed(client, key, "Hello", NULL, &error), ZEXA_SERVER,
                    ZEXA_OUTCOME_UNKNOWN, &error);
    }
    zexa_ledger *ledger = open_ledger(&world);
    shared task = {ledger, in_doubt(ledger), {0}, PTHREAD_MUTEX_INITIALIZER};
    pthread_t threads[THREADS];
    for (int index = 0; index < THREADS; index++)
        CHECK_NUMBER(pthread_create(&threads[index], NULL, settle_all, &task), 0);
    for (int index = 0; index < THREADS; index++)
        CHECK_NUMBER(pthread_join(threads[index], NULL), 0);
    for (int number = 0; number < ROWS; number++)
        CHECK_NUMBER(task.seen[number], 1);
    zexa_ledger_counts *counts = count(ledger);
    CHECK_NUMBER(zexa_ledger_counts_not_sent(counts), ROWS);
    CHECK_NUMBER(zexa_ledger_counts_in_doubt(counts), 0);
    zexa_ledger_counts_free(counts);
    zexa_doubtful_row_iter_free(task.rows);
    zexa_ledger_free(ledger);
    zexa_client_free(client);
    ledger_world_free(&world);
}

int main(void) {
    test_a_key_is_sent_once();
    test_campaigns();
    test_counts();
    test_doubts_are_named();
    test_doubts_are_settled();
    test_open();
    test_export();
    test_prune();
    test_arguments();
    test_threads_share_a_ledger();
    return 0;
}
