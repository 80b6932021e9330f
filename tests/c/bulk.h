/* Bulk runs: a source of rows, and their results. */

#ifndef BULK_H
#define BULK_H

#include "ledger.h"

/** Options of a run with the ledger. */
static inline zexa_bulk_options with_ledger(const ledger_world *world) {
    zexa_bulk_options options = ZEXA_BULK_OPTIONS_INIT;
    options.ledger = world->path;
    return options;
}

/** A source of rows to different recipients, each with a key. */
typedef struct {
    long count;
    long pulled;
    /** Changes a row before it is sent, and returns its status; or NULL. */
    zexa_status (*change)(zexa_send_message_params *row, long number);
    char to[32];
    char key[32];
} row_source;

static inline row_source rows(long count) {
    return (row_source){.count = count};
}

/** The callback. `userdata` is a row_source. */
static inline zexa_status next_row(zexa_send_message_params *row, void *userdata) {
    row_source *source = (row_source *)userdata;
    if (source->pulled == source->count)
        return ZEXA_DONE;
    long number = source->pulled++;
    snprintf(source->to, sizeof source->to, "+2449230%05ld", number);
    snprintf(source->key, sizeof source->key, "june-%ld", number);
    row->channel = ZEXA_CHANNEL_SMS;
    row->to = source->to;
    row->from = "ZEXA";
    row->body = "Hello";
    row->idempotency_key = source->key;
    return source->change ? source->change(row, number) : ZEXA_OK;
}

/** Starts a run. Free it with zexa_send_many_free(). */
static inline zexa_send_many *send_rows(const zexa_client *client, row_source *source,
                                        const zexa_bulk_options *options) {
    zexa_send_many *sending = NULL;
    zexa_error *error = NULL;
    CHECK_OK(zexa_messages_send_many(client, next_row, source, options, &sending, &error), &error);
    return sending;
}

/** The next result, which must exist. Free it with zexa_send_result_free(). */
static inline zexa_send_result *next_result(zexa_send_many *sending) {
    zexa_send_result *result = NULL;
    zexa_error *error = NULL;
    CHECK_OK(zexa_send_many_next(sending, &result, &error), &error);
    return result;
}

/** Takes the remaining results. `*accepted` receives the number of those with a message. Returns
 * the last status. */
static inline zexa_status take_results(zexa_send_many *sending, long *results, long *accepted,
                                       zexa_error **error) {
    zexa_send_result *result = NULL;
    zexa_status status;
    *results = *accepted = 0;
    while ((status = zexa_send_many_next(sending, &result, error)) == ZEXA_OK) {
        ++*results;
        *accepted += zexa_send_result_message(result) != NULL;
        zexa_send_result_free(result);
    }
    CHECK(result == NULL);
    return status;
}

#endif
