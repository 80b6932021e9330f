/* A sandbox instance, and a folder of its own for a ledger. */

#ifndef LEDGER_H
#define LEDGER_H

#include <unistd.h>

#include "sandbox.h"

typedef struct {
    sandbox server;
    char folder[64];
    /** Path of the ledger, which does not exist at first. */
    char path[80];
    /** Path for an export. */
    char csv[80];
} ledger_world;

static inline ledger_world ledger_world_new(const char *setup) {
    ledger_world world = {sandbox_new(setup), "/tmp/zexa-ledger-XXXXXX", "", ""};
    CHECK(mkdtemp(world.folder) != NULL);
    snprintf(world.path, sizeof world.path, "%s/orders.db", world.folder);
    snprintf(world.csv, sizeof world.csv, "%s/orders.csv", world.folder);
    return world;
}

static inline void ledger_world_free(ledger_world *world) {
    static const char *const names[] = {"orders.db", "orders.db-journal", "orders.db-lock",
                                        "orders.csv", "orders.csv-lock"};
    for (size_t index = 0; index < sizeof names / sizeof *names; index++) {
        char path[96];
        snprintf(path, sizeof path, "%s/%s", world->folder, names[index]);
        /* Not every test creates all of them. */
        (void)unlink(path);
    }
    CHECK_NUMBER(rmdir(world->folder), 0);
    sandbox_free(&world->server);
}

/** Creates a client that uses the ledger. */
static inline zexa_client *ledger_client(const ledger_world *world) {
    zexa_client_options options = ZEXA_CLIENT_OPTIONS_INIT;
    options.base_url = world->server.url;
    options.api_key = world->server.api_key;
    options.ledger = world->path;
    zexa_client *client = NULL;
    zexa_error *error = NULL;
    CHECK_OK(zexa_client_new(&options, &client, &error), &error);
    return client;
}

/** Opens the ledger, which exists. */
static inline zexa_ledger *open_ledger(const ledger_world *world) {
    zexa_ledger *ledger = NULL;
    zexa_error *error = NULL;
    CHECK_OK(zexa_ledger_open(world->path, false, &ledger, &error), &error);
    return ledger;
}

/** Sends an SMS with a key, and returns the status. `*id` receives a copy of the id; free it with
 * free(). */
static inline zexa_status send_keyed(const zexa_client *client, const char *key, const char *body,
                                     char **id, zexa_error **error) {
    zexa_send_message_params params = sms(body);
    params.idempotency_key = key;
    zexa_message *message = NULL;
    zexa_status status = zexa_messages_send(client, &params, NULL, &message, error);
    if (id)
        *id = message ? json_string(zexa_message_json(message), "id") : NULL;
    zexa_message_free(message);
    return status;
}

#endif
