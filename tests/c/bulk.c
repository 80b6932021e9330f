/* Bulk runs: each row has one result. */

#include <math.h>

#include "bulk.h"

enum { ROWS = 100 };

static void check_stats(const zexa_send_many *sending, long pulled, long accepted, long replayed) {
    zexa_bulk_stats *stats = zexa_send_many_stats(sending);
    CHECK_NUMBER(zexa_bulk_stats_pulled(stats), pulled);
    CHECK_NUMBER(zexa_bulk_stats_accepted(stats), accepted);
    CHECK_NUMBER(zexa_bulk_stats_replayed(stats), replayed);
    CHECK_NUMBER(zexa_bulk_stats_in_flight(stats), 0);
    CHECK_NUMBER(zexa_bulk_stats_rejected(stats), 0);
    CHECK_NUMBER(zexa_bulk_stats_not_sent(stats), 0);
    CHECK_NUMBER(zexa_bulk_stats_unknown(stats), 0);
    CHECK_NUMBER(zexa_bulk_stats_duplicate(stats), 0);
    CHECK(zexa_bulk_stats_rate(stats) > 0 || accepted == 0);
    CHECK(isnan(zexa_bulk_stats_allowed_rate(stats)));
    CHECK(isnan(zexa_bulk_stats_gate_opens_in(stats)));
    CHECK_CONTAINS(zexa_bulk_stats_json(stats), "\"pulled\":");
    CHECK_TEXT(zexa_bulk_stats_extra_json(stats), "{}");
    zexa_bulk_stats_free(stats);
}

static void test_each_row_has_one_result(void) {
    long count = size_of_test("ZEXA_TEST_MESSAGES", ROWS);
    ledger_world world = ledger_world_new("{}");
    zexa_client *client = sandbox_client(&world.server);
    zexa_bulk_options options = with_ledger(&world);
    char seen[ROWS] = {0};
    row_source source = rows(count);
    zexa_send_many *sending = send_rows(client, &source, &options);
    /* The run keeps what it needs of the client. */
    zexa_client_free(client);
    CHECK(zexa_send_many_ledger_created(sending));
    for (long results = 0; results < count; results++) {
        zexa_send_result *result = next_result(sending);
        int64_t index = zexa_send_result_index(result);
        CHECK(index >= 0 && index < count && !seen[index]);
        seen[index] = 1;
        char key[32], to[32];
        snprintf(key, sizeof key, "june-%d", (int)index);
        snprintf(to, sizeof to, "+2449230%05d", (int)index);
        CHECK_TEXT(zexa_send_result_idempotency_key(result), key);
        CHECK_TEXT(zexa_message_to(zexa_send_result_message(result)), to);
        CHECK(zexa_send_result_error(result) == NULL);
        CHECK_NUMBER(zexa_send_result_outcome(result), ZEXA_OUTCOME_ACCEPTED);
        CHECK(zexa_send_result_recorded(result) && !zexa_send_result_replayed(result));
        zexa_send_result_free(result);
    }
    zexa_send_result *none = NULL;
    zexa_error *error = NULL;
    for (int time = 0; time < 2; time++) {
        CHECK_NUMBER(zexa_send_many_next(sending, &none, &error), ZEXA_DONE);
        CHECK(none == NULL && error == NULL);
    }
    check_stats(sending, count, count, 0);
    zexa_send_many_free(sending);
    CHECK_NUMBER(sandbox_count(&world.server, "messages"), count);

    /* The second run sends only the new rows. */
    client = sandbox_client(&world.server);
    source = rows(count + 2);
    sending = send_rows(client, &source, &options);
    CHECK(!zexa_send_many_ledger_created(sending));
    long replayed = 0;
    for (long results = 0; results < count + 2; results++) {
        zexa_send_result *result = next_result(sending);
        replayed += zexa_send_result_replayed(result);
        CHECK(zexa_send_result_message(result) != NULL && zexa_send_result_recorded(result));
        zexa_send_result_free(result);
    }
    CHECK_NUMBER(replayed, count);
    CHECK_NUMBER(zexa_send_many_next(sending, &none, &error), ZEXA_DONE);
    check_stats(sending, count + 2, 2, count);
    zexa_bulk_stats *stats = zexa_send_many_stats(sending);
    CHECK_CONTAINS(zexa_bulk_stats_ledger(stats), "/orders.db");
    zexa_send_many_free(sending);
    CHECK_CONTAINS(zexa_bulk_stats_ledger(stats), "/orders.db");
    zexa_bulk_stats_free(stats);
    CHECK_NUMBER(sandbox_count(&world.server, "messages"), count + 2);
    zexa_client_free(client);
    ledger_world_free(&world);
}

static void test_rows_are_pulled_lazily(void) {
    ledger_world world = ledger_world_new("{}");
    zexa_client *client = sandbox_client(&world.server);
    zexa_bulk_options options = ZEXA_BULK_OPTIONS_INIT;
    options.concurrency = 4;
    row_source source = rows(ROWS);
    zexa_send_many *sending = send_rows(client, &source, &options);
    CHECK(!zexa_send_many_ledger_created(sending));
    CHECK_NUMBER(source.pulled, 0);
    zexa_send_result *result = next_result(sending);
    CHECK(!zexa_send_result_recorded(result));
    CHECK(source.pulled <= 8);
    zexa_send_many_free(sending);
    /* A result does not need its run. */
    CHECK(zexa_message_id(zexa_send_result_message(result)) != NULL);
    zexa_send_result_free(result);
    zexa_client_free(client);
    ledger_world_free(&world);
}

static void test_results_can_be_in_order(void) {
    ledger_world world = ledger_world_new("{\"faults\": [{\"process\": true, \"delay\": 0.2, "
                                          "\"times\": 0, \"probability\": 0.1, \"seed\": 7}]}");
    zexa_client *client = sandbox_client(&world.server);
    zexa_bulk_options options = ZEXA_BULK_OPTIONS_INIT;
    options.ordered = 1;
    options.rate = 1000;
    row_source source = rows(size_of_test("ZEXA_TEST_MESSAGES", ROWS));
    zexa_send_many *sending = send_rows(client, &source, &options);
    for (long index = 0; index < source.count; index++) {
        zexa_send_result *result = next_result(sending);
        CHECK_NUMBER(zexa_send_result_index(result), index);
        zexa_send_result_free(result);
    }
    zexa_bulk_stats *stats = zexa_send_many_stats(sending);
    CHECK_NUMBER(zexa_bulk_stats_allowed_rate(stats), 1000);
    zexa_bulk_stats_free(stats);
    zexa_send_many_free(sending);
    zexa_client_free(client);
    ledger_world_free(&world);
}

/* What a program would do that was compiled with the header of a later version. */
typedef struct {
    zexa_send_message_params params;
    const char *later;
} later_params;

static zexa_status make_invalid(zexa_send_message_params *row, long number) {
    switch (number) {
    case 0:
        row->to = "0912";
        break;
    case 1:
        row->body = "\xff";
        break;
    case 2:
        row->to = NULL;
        break;
    case 3:
        row->struct_size = 0;
        break;
    case 4:
        row->scheduled_at = "2020-01-01T00:00:00Z";
        break;
    case 5:
        ((later_params *)(void *)row)->later = "value";
        break;
    case 6:
        row->idempotency_key = "june-7";
        break;
    }
    return ZEXA_OK;
}

static void test_invalid_rows(void) {
    static const struct {
        zexa_status kind;
        const char *field;
    } expected[] = {
        {ZEXA_VALIDATION, "to"},           {ZEXA_INVALID_ARGUMENT, "body"},
        {ZEXA_INVALID_REQUEST, "to"},      {ZEXA_INVALID_ARGUMENT, "row.struct_size"},
        {ZEXA_VALIDATION, "scheduled_at"}, {ZEXA_INVALID_ARGUMENT, "row"},
    };
    ledger_world world = ledger_world_new("{}");
    zexa_client *client = sandbox_client(&world.server);
    zexa_bulk_options options = with_ledger(&world);
    options.ordered = 1;
    row_source source = {.count = 10, .change = make_invalid};
    zexa_send_many *sending = send_rows(client, &source, &options);
    for (long index = 0; index < source.count; index++) {
        zexa_send_result *result = next_result(sending);
        const zexa_error *error = zexa_send_result_error(result);
        if (index < 6) {
            char field[64];
            snprintf(field, sizeof field, "\"field\":\"%s\"", expected[index].field);
            CHECK_NUMBER(zexa_error_kind(error), expected[index].kind);
            CHECK_CONTAINS(zexa_error_details_json(error), field);
            CHECK_NUMBER(zexa_send_result_outcome(result), ZEXA_OUTCOME_NOT_SENT);
            CHECK(zexa_send_result_message(result) == NULL);
            // A row that is only too late has its key, because an earlier run may have sent it.
            CHECK((zexa_send_result_idempotency_key(result) != NULL) == (index == 4));
        } else if (index == 7) {
            CHECK_NUMBER(zexa_error_kind(error), ZEXA_DUPLICATE);
        } else {
            CHECK(error == NULL && zexa_send_result_message(result) != NULL);
        }
        zexa_send_result_free(result);
    }
    zexa_bulk_stats *stats = zexa_send_many_stats(sending);
    CHECK_NUMBER(zexa_bulk_stats_not_sent(stats), 6);
    CHECK_NUMBER(zexa_bulk_stats_duplicate(stats), 1);
    zexa_bulk_stats_free(stats);
    zexa_send_many_free(sending);
    CHECK_NUMBER(sandbox_count(&world.server, "messages"), 3);
    zexa_client_free(client);
    ledger_world_free(&world);
}

static zexa_status next_contact(zexa_create_contact_params *row, void *userdata) {
    row_source *source = (row_source *)userdata;
    if (source->pulled == source->count)
        return ZEXA_DONE;
    snprintf(source->to, sizeof source->to, "+2449240%05ld", source->pulled++);
    row->name = "Ana";
    row->phone = source->pulled == 3 ? "0912" : source->to;
    return ZEXA_OK;
}

static zexa_create_many *create_rows(const zexa_client *client, row_source *source,
                                     const zexa_bulk_options *options) {
    zexa_create_many *creating = NULL;
    zexa_error *error = NULL;
    CHECK_OK(zexa_contacts_create_many(client, next_contact, source, options, &creating, &error),
             &error);
    return creating;
}

static void test_contacts_that_exist_are_no_errors(void) {
    ledger_world world = ledger_world_new("{}");
    zexa_client *client = sandbox_client(&world.server);
    zexa_bulk_options options = ZEXA_BULK_OPTIONS_INIT;
    options.ordered = 1;
    zexa_error *error = NULL;
    long before = sandbox_count(&world.server, "contacts");
    for (int time = 0; time < 2; time++) {
        row_source source = rows(10);
        zexa_create_many *creating = create_rows(client, &source, &options);
        zexa_create_result *result = NULL;
        for (int index = 0; index < 10; index++) {
            CHECK_OK(zexa_create_many_next(creating, &result, &error), &error);
            CHECK_NUMBER(zexa_create_result_index(result), index);
            const zexa_contact *contact = zexa_create_result_contact(result);
            if (index == 2) {
                CHECK_NUMBER(zexa_error_kind(zexa_create_result_error(result)), ZEXA_VALIDATION);
                CHECK_NUMBER(zexa_create_result_outcome(result), ZEXA_OUTCOME_NOT_SENT);
            } else {
                CHECK(zexa_create_result_error(result) == NULL);
                CHECK(zexa_create_result_exists(result) == (time == 1));
                CHECK_TEXT(zexa_contact_name(contact), time == 0 ? "Ana" : NULL);
            }
            zexa_create_result_free(result);
        }
        CHECK_NUMBER(zexa_create_many_next(creating, &result, &error), ZEXA_DONE);
        zexa_bulk_stats *stats = zexa_create_many_stats(creating);
        CHECK_NUMBER(zexa_bulk_stats_accepted(stats), time == 0 ? 9 : 0);
        CHECK_NUMBER(zexa_bulk_stats_rejected(stats), time == 0 ? 0 : 9);
        zexa_bulk_stats_free(stats);
        zexa_create_many_free(creating);
    }
    CHECK_NUMBER(sandbox_count(&world.server, "contacts"), before + 9);

    row_source source = rows(10);
    zexa_create_many *creating = create_rows(client, &source, NULL);
    zexa_create_many_stop(creating);
    zexa_create_many_cancel(creating);
    zexa_create_result *result = NULL;
    zexa_status status = zexa_create_many_next(creating, &result, &error);
    CHECK_FAILS(status, ZEXA_STOPPED, ZEXA_OUTCOME_UNKNOWN, &error);
    CHECK(result == NULL && source.pulled == 0);
    zexa_create_many_free(creating);

    options.ledger = world.path;
    status = zexa_contacts_create_many(client, next_contact, NULL, &options, &creating, &error);
    CHECK_FAILS(status, ZEXA_CONFIG, ZEXA_OUTCOME_NOT_SENT, &error);
    CHECK(creating == NULL);
    zexa_client_free(client);
    ledger_world_free(&world);
}

int main(void) {
    test_each_row_has_one_result();
    test_rows_are_pulled_lazily();
    test_results_can_be_in_order();
    test_invalid_rows();
    test_contacts_that_exist_are_no_errors();
    return 0;
}
