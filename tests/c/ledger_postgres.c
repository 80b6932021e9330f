/* Ledgers in PostgreSQL. Without a server, only errors are tested. */

#include "ledger.h"
#include "postgres.h"

static zexa_client *client_of(const sandbox *server, const char *url) {
    zexa_client_options options = ZEXA_CLIENT_OPTIONS_INIT;
    options.base_url = server->url;
    options.api_key = server->api_key;
    options.ledger = url;
    zexa_client *client = NULL;
    zexa_error *error = NULL;
    CHECK_OK(zexa_client_new(&options, &client, &error), &error);
    return client;
}

static void test_processes_send_a_key_once(const postgres *database) {
    sandbox server = sandbox_new("{}");
    char url[160];
    postgres_url(database, POSTGRES_PASSWORD, "orders", url, sizeof url);
    pid_t children[3];
    for (size_t index = 0; index < 3; index++) {
        children[index] = fork();
        CHECK(children[index] >= 0);
        if (children[index] > 0)
            continue;
        zexa_client *client = client_of(&server, url);
        zexa_error *error = NULL;
        const zexa_status status = send_keyed(client, "order-1", "Hello", NULL, &error);
        /* Another process may be sending it. */
        if (status == ZEXA_IN_PROGRESS)
            CHECK_NUMBER(zexa_error_outcome(error), ZEXA_OUTCOME_UNKNOWN);
        else
            CHECK_OK(status, &error);
        zexa_error_free(error);
        zexa_client_free(client);
        exit(0);
    }
    for (size_t index = 0; index < 3; index++) {
        int status = -1;
        CHECK(waitpid(children[index], &status, 0) == children[index]);
        CHECK_NUMBER(status, 0);
    }
    zexa_client *client = client_of(&server, url);
    zexa_error *error = NULL;
    char *first = NULL, *again = NULL;
    CHECK_OK(send_keyed(client, "order-1", "Hello", &first, &error), &error);
    zexa_client_free(client);
    client = client_of(&server, url);
    CHECK_OK(send_keyed(client, "order-1", "Hello", &again, &error), &error);
    CHECK_TEXT(again, first);
    CHECK_NUMBER(sandbox_count(&server, "messages"), 1);
    free(first);
    free(again);
    zexa_client_free(client);
    sandbox_free(&server);
}

static void test_doubts_are_settled(const postgres *database) {
    sandbox server = sandbox_new("{\"faults\": [{\"path\": \"/messages\", \"status\": 502}]}");
    char url[160];
    zexa_ledger *ledger = NULL;
    zexa_error *error = NULL;
    postgres_url(database, NULL, "doubts", url, sizeof url);
    CHECK(setenv("PGPASSWORD", POSTGRES_PASSWORD, 1) == 0);
    CHECK_FAILS(zexa_ledger_open(url, false, &ledger, &error), ZEXA_CONFIG, ZEXA_OUTCOME_NOT_SENT,
                &error);
    zexa_client *client = client_of(&server, url);
    CHECK_FAILS(send_keyed(client, "order-1", "Hello", NULL, &error), ZEXA_SERVER,
                ZEXA_OUTCOME_UNKNOWN, &error);
    CHECK_FAILS(send_keyed(client, "order-1", "Hello", NULL, &error), ZEXA_IN_DOUBT,
                ZEXA_OUTCOME_UNKNOWN, &error);
    CHECK_OK(zexa_ledger_open(url, false, &ledger, &error), &error);
    CHECK_CONTAINS(zexa_ledger_path(ledger), "postgres://zexa@");
    CHECK_CONTAINS(zexa_ledger_path(ledger), "/postgres?ledger=doubts");
    CHECK_OK(zexa_ledger_mark_not_sent(ledger, "order-1", &error), &error);
    CHECK_OK(send_keyed(client, "order-1", "Hello", NULL, &error), &error);
    CHECK_NUMBER(sandbox_count(&server, "messages"), 1);
    int64_t pruned = 0;
    CHECK_OK(zexa_ledger_prune(ledger, "2999-01-01T00:00:00Z", &pruned, &error), &error);
    CHECK_NUMBER(pruned, 1);
    CHECK_FAILS(send_keyed(client, "order-1", "Hello", NULL, &error), ZEXA_DECODE,
                ZEXA_OUTCOME_ACCEPTED, &error);
    CHECK(unsetenv("PGPASSWORD") == 0);
    zexa_ledger_free(ledger);
    zexa_client_free(client);
    sandbox_free(&server);
}

static void test_unreachable(void) {
    zexa_ledger *ledger = NULL;
    zexa_error *error = NULL;
    const char *url = "postgres://zexa:" POSTGRES_PASSWORD "@127.0.0.1:1/postgres";
    CHECK_NUMBER(zexa_ledger_open(url, false, &ledger, &error), ZEXA_CONNECT);
    CHECK(ledger == NULL && strstr(zexa_error_text(error), POSTGRES_PASSWORD) == NULL);
    CHECK_NUMBER(zexa_error_outcome(error), ZEXA_OUTCOME_NOT_SENT);
    zexa_error_free(error);
}

int main(void) {
    test_unreachable();
    if (!postgres_is_installed())
        return 0;
    postgres database = postgres_new();
    test_processes_send_a_key_once(&database);
    test_doubts_are_settled(&database);
    postgres_free(&database);
    return 0;
}
