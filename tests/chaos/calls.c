/* Makes the calls of `cargo xtask chaos wire` in C, on several threads: `calls WORKERS`.
 * src/calls/mod.rs specifies the program. */

#include <pthread.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <zexa.h>

enum { ROUTES = 5 };

/* Every message whose number, divided by this, has the remainder 39 is rejected, because its sender
 * is not approved. */
enum { REJECTED = 40 };

/* Two clients for each route: without a ledger, and with one. */
static zexa_client *clients[ROUTES][2];
static const char *folder;

/* A line of stdin. Times are in milliseconds. */
typedef struct {
    long number;
    char kind[16];
    int route;
    long first, count;
    long retries, timeout, deadline, cancel;
    char text[64];
} call;

static bool has_kind(const call *made, const char *kind) {
    return strcmp(made->kind, kind) == 0;
}

/* The source of the messages of a call. Each has its own recipient. */
typedef struct {
    const call *made;
    long pulled;
    char to[32], body[32], key[32];
} source;

static zexa_status next_message(zexa_send_message_params *params, void *userdata) {
    source *messages = userdata;
    if (messages->pulled == messages->made->count)
        return ZEXA_DONE;
    long number = messages->made->first + messages->pulled++;
    snprintf(messages->to, sizeof messages->to, "+2449%08ld", number);
    snprintf(messages->body, sizeof messages->body, "Message %ld", number);
    snprintf(messages->key, sizeof messages->key, "key-%ld", number);
    params->channel = ZEXA_CHANNEL_SMS;
    params->to = messages->to;
    params->from = number % REJECTED == REJECTED - 1 ? "BANNED" : "ZEXA";
    params->body = messages->body;
    if (has_kind(messages->made, "keyed") || has_kind(messages->made, "recorded"))
        params->idempotency_key = messages->key;
    return ZEXA_OK;
}

static void report_row(const call *made, long number, const zexa_message *message,
                       const zexa_error *error) {
    if (message)
        printf("%ld row %ld sent - %s\n", made->number, number, zexa_message_id(message));
    else
        printf("%ld row %ld %s %s -\n", made->number, number,
               zexa_outcome_name(zexa_error_outcome(error)),
               zexa_status_name(zexa_error_kind(error)));
}

static zexa_status send_one(const call *made, const zexa_call_options *options) {
    source messages = {.made = made};
    zexa_send_message_params params = ZEXA_SEND_MESSAGE_PARAMS_INIT;
    next_message(&params, &messages);
    zexa_message *message = NULL;
    zexa_error *error = NULL;
    zexa_status status = zexa_messages_send(clients[made->route][has_kind(made, "keyed")], &params,
                                            options, &message, &error);
    report_row(made, made->first, message, error);
    zexa_message_free(message);
    zexa_error_free(error);
    return status;
}

static zexa_status send_many(const call *made, const zexa_call_options *options) {
    char ledger[512];
    snprintf(ledger, sizeof ledger, "%s/run-%ld.db", folder, made->first);
    zexa_bulk_options bulk = ZEXA_BULK_OPTIONS_INIT;
    bulk.cancel = options->cancel;
    bulk.concurrency = 8;
    if (has_kind(made, "recorded"))
        bulk.ledger = ledger;
    zexa_client *client = NULL;
    zexa_status status = zexa_client_with_options(clients[made->route][0], options, &client, NULL);
    source messages = {.made = made};
    zexa_send_many *sending = NULL;
    if (status == ZEXA_OK)
        status = zexa_messages_send_many(client, next_message, &messages, &bulk, &sending, NULL);
    zexa_client_free(client);
    zexa_send_result *result = NULL;
    while (status == ZEXA_OK && (status = zexa_send_many_next(sending, &result, NULL)) == ZEXA_OK) {
        report_row(made, made->first + (long)zexa_send_result_index(result),
                   zexa_send_result_message(result), zexa_send_result_error(result));
        zexa_send_result_free(result);
        /* The rows in flight are cancelled, left alone, or waited for. */
        if (zexa_cancel_token_is_cancelled(options->cancel)) {
            if (made->number % 3 == 0)
                zexa_send_many_cancel(sending);
            else if (made->number % 3 == 1)
                status = ZEXA_CANCELLED;
        }
    }
    zexa_send_many_free(sending);
    return status;
}

static zexa_status list(const call *made, const zexa_call_options *options) {
    zexa_list_sender_ids_params params = ZEXA_LIST_SENDER_IDS_PARAMS_INIT;
    params.per_page = 1;
    zexa_sender_id_iter *iter = NULL;
    zexa_sender_id *sender = NULL;
    zexa_status status =
        zexa_sender_ids_list(clients[made->route][0], &params, options, &iter, NULL);
    while (status == ZEXA_OK &&
           (status = zexa_sender_id_iter_next(iter, &sender, NULL)) == ZEXA_OK) {
        printf("%ld item %s\n", made->number, zexa_sender_id_id(sender));
        zexa_sender_id_free(sender);
    }
    zexa_sender_id_iter_free(iter);
    return status;
}

/* Cancels a call later. */
typedef struct {
    zexa_cancel_token *token;
    long after;
    bool has_ended;
    pthread_mutex_t mutex;
    pthread_cond_t ended;
} canceller;

static void *cancel_later(void *argument) {
    canceller *later = argument;
    struct timespec at;
    clock_gettime(CLOCK_REALTIME, &at);
    long nanoseconds = at.tv_nsec + later->after % 1000 * 1000000;
    at.tv_sec += later->after / 1000 + nanoseconds / 1000000000;
    at.tv_nsec = nanoseconds % 1000000000;
    pthread_mutex_lock(&later->mutex);
    int status = 0;
    while (!later->has_ended && status == 0)
        status = pthread_cond_timedwait(&later->ended, &later->mutex, &at);
    pthread_mutex_unlock(&later->mutex);
    zexa_cancel_token_cancel(later->token);
    return NULL;
}

static void make(const call *made) {
    zexa_call_options options = ZEXA_CALL_OPTIONS_INIT;
    options.timeout_ms = made->timeout;
    options.deadline_ms = made->deadline;
    options.max_retries = made->retries;
    options.retry_ambiguous = has_kind(made, "repeat");
    canceller later = {.token = zexa_cancel_token_new(), .after = made->cancel};
    pthread_mutex_init(&later.mutex, NULL);
    pthread_cond_init(&later.ended, NULL);
    options.cancel = later.token;
    pthread_t thread;
    bool is_cancelled = made->cancel > 0 && !pthread_create(&thread, NULL, cancel_later, &later);
    zexa_status status;
    if (has_kind(made, "bulk") || has_kind(made, "recorded"))
        status = send_many(made, &options);
    else if (has_kind(made, "list"))
        status = list(made, &options);
    else if (has_kind(made, "wait")) {
        zexa_message *message = NULL;
        status = zexa_messages_wait(clients[made->route][0], made->text, "final", &options,
                                    &message, NULL);
        zexa_message_free(message);
    } else
        status = send_one(made, &options);
    if (status == ZEXA_DONE)
        status = ZEXA_OK;
    printf("%ld end %s\n", made->number, zexa_status_name(status));
    if (is_cancelled) {
        pthread_mutex_lock(&later.mutex);
        later.has_ended = true;
        pthread_cond_signal(&later.ended);
        pthread_mutex_unlock(&later.mutex);
        pthread_join(thread, NULL);
    }
    zexa_cancel_token_free(later.token);
    pthread_mutex_destroy(&later.mutex);
    pthread_cond_destroy(&later.ended);
}

static void *work(void *argument) {
    (void)argument;
    char line[256];
    while (fgets(line, sizeof line, stdin)) {
        call made;
        if (sscanf(line, "%ld %15s %d %ld %ld %ld %ld %ld %ld %63s", &made.number, made.kind,
                   &made.route, &made.first, &made.count, &made.retries, &made.timeout,
                   &made.deadline, &made.cancel, made.text) != 10) {
            fprintf(stderr, "an invalid call: %s", line);
            exit(1);
        }
        make(&made);
    }
    return NULL;
}

int main(int count, char **arguments) {
    if (count != 2)
        return 2;
    /* Each line is one write: many calls report at the same time. */
    setvbuf(stdout, NULL, _IOLBF, BUFSIZ);
    folder = getenv("CHAOS_FOLDER");
    char *urls = getenv("CHAOS_URLS"), *proxies = getenv("CHAOS_PROXIES");
    for (int route = 0; route < ROUTES; route++) {
        const char *url = strtok_r(urls, " ", &urls);
        const char *proxy = strtok_r(proxies, " ", &proxies);
        char ledger[512];
        snprintf(ledger, sizeof ledger, "%s/route-%d.db", folder, route);
        zexa_client_options options = ZEXA_CLIENT_OPTIONS_INIT;
        options.base_url = url;
        options.proxy = strcmp(proxy, "-") == 0 ? NULL : proxy;
        options.ca_file = getenv("CHAOS_CA_FILE");
        options.http2 = route == 2;
        options.connect_timeout_ms = 1000;
        for (int with_ledger = 0; with_ledger < 2; with_ledger++) {
            options.ledger = with_ledger ? ledger : NULL;
            zexa_error *error = NULL;
            if (zexa_client_new(&options, &clients[route][with_ledger], &error) != ZEXA_OK) {
                fprintf(stderr, "%s\n", zexa_error_text(error));
                return 1;
            }
        }
    }
    enum { MAX_WORKERS = 256 };
    pthread_t threads[MAX_WORKERS];
    int workers = atoi(arguments[1]) < MAX_WORKERS ? atoi(arguments[1]) : MAX_WORKERS;
    for (int index = 0; index < workers; index++)
        if (pthread_create(&threads[index], NULL, work, NULL) != 0)
            return 1;
    for (int index = 0; index < workers; index++)
        pthread_join(threads[index], NULL);
    for (int route = 0; route < ROUTES; route++)
        for (int with_ledger = 0; with_ledger < 2; with_ledger++)
            zexa_client_free(clients[route][with_ledger]);
    return 0;
}
