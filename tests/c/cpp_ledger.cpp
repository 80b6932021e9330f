// zexa.hpp: calls with an idempotency key, and the ledger.

#include <fstream>
#include <string>

#include "cpp_ledger.hpp"

static zexa::send_message_params keyed(const std::string &key) {
    zexa::send_message_params params = sms("Hello");
    params.idempotency_key = key;
    return params;
}

static void test_keys() {
    world world;
    const zexa::client client = world.client();
    const std::string id(client.messages().send(keyed("order-1")).id());
    CHECK(client.messages().send(keyed("order-1")).id() == id);
    CHECK(world.client().messages().send(keyed("order-1")).id() == id);
    zexa::send_message_params changed = keyed("order-1");
    changed.body = "Hullo";
    const auto reused = CHECK_THROWS(zexa::key_reused_error, client.messages().send(changed));
    CHECK(reused.outcome() == zexa::outcome::accepted && !reused.safe_to_retry());
    CHECK(world.server.count("messages") == 1);
    CHECK_THROWS(zexa::config_error, world.server.client().messages().send(keyed("order-1")));

    const auto ledger = zexa::ledger::open(world.path());
    CHECK(ledger.path() == world.path());
    const zexa::ledger_counts counts = ledger.counts();
    CHECK(counts.accepted() == 1 && counts.in_doubt() == 0 && !counts.oldest_doubt());
    CHECK(ledger.in_doubt().empty());
}

static void test_doubts() {
    world world(R"({"faults": [{"path": "/messages", "status": 502, "times": 2}]})");
    const zexa::client client = world.client();
    for (const char *key : {"order-1", "order-2"}) {
        CHECK_THROWS(zexa::server_error, client.messages().send(keyed(key)));
        const auto error = CHECK_THROWS(zexa::in_doubt_error, client.messages().send(keyed(key)));
        CHECK(error.outcome() == zexa::outcome::unknown && error.attempts() == 0);
    }
    const auto ledger = zexa::ledger::open(world.path());
    CHECK(ledger.counts().oldest_doubt());
    const std::vector<zexa::doubtful_row> rows = ledger.in_doubt();
    CHECK(rows.size() == 2 && rows[0].key() == "order-1" && rows[1].key() == "order-2");
    CHECK(rows[0].http_status() == 502 && rows[0].operation() == "/messages");
    CHECK_THROWS(zexa::invalid_request_error, ledger.mark_sent(rows[0].key(), ""));
    ledger.mark_sent(rows[0].key(), "msg_1");
    ledger.mark_not_sent(rows[1].key());
    CHECK(ledger.in_doubt().empty());
    CHECK(client.messages().send(keyed("order-1")).id() == "msg_1");
    CHECK(world.server.count("messages") == 0);
    client.messages().send(keyed("order-2"));
    CHECK(world.server.count("messages") == 1);
    CHECK_THROWS(zexa::conflict_error, ledger.mark_sent("order-1"));
    CHECK_THROWS(zexa::conflict_error, ledger.mark_not_sent("order-1"));
    CHECK_THROWS(zexa::not_found_error, ledger.mark_sent("order-3"));
}

static void test_files() {
    world world;
    const auto absent = CHECK_THROWS(zexa::config_error, zexa::ledger::open(world.path()));
    CHECK(contains(absent.message(), world.path()));
    const auto ledger = zexa::ledger::open(world.path(), true);
    world.client().messages().send(keyed("order-1"));
    const std::string csv = world.folder + "/orders.csv";
    CHECK(ledger.export_to_file(csv) == 1);
    std::ifstream file(csv);
    std::string line;
    CHECK(std::getline(file, line) && contains(line, "key,operation,state,"));
    CHECK(std::getline(file, line) && contains(line, "order-1,/messages,accepted,"));
    CHECK_THROWS(zexa::validation_error, ledger.export_to_file(world.path()));
    CHECK(ledger.prune("2020-01-01T00:00:00Z") == 0 && ledger.prune("2999-01-01T00:00:00Z") == 1);
    CHECK(ledger.counts().pruned() == 1);
    CHECK_THROWS(zexa::validation_error, ledger.prune("yesterday"));
    CHECK_THROWS(zexa::other_error, ledger.export_to_file("/dev/full"));
}

static void test_arguments() {
    world world;
    const std::string with_nul("a\0b", 3);
    using invalid = zexa::invalid_argument_error;
    const auto path = CHECK_THROWS(invalid, zexa::ledger::open(with_nul));
    CHECK(path.message() == "`path` must not contain a NUL");
    auto ledger = zexa::ledger::open(world.path(), true);
    CHECK_THROWS(invalid, ledger.mark_sent(with_nul));
    CHECK_THROWS(invalid, ledger.mark_sent("order-1", with_nul));
    CHECK_THROWS(invalid, ledger.mark_not_sent("\xff"));
    CHECK_THROWS(invalid, ledger.export_to_file(with_nul));
    CHECK_THROWS(invalid, ledger.prune(with_nul));

    const zexa::ledger copy = ledger;
    CHECK(copy.get() == ledger.get());
    const zexa::ledger moved = std::move(ledger);
    CHECK(moved.counts().accepted() == 0 && moved.path() == world.path());
    CHECK(ledger.get() == nullptr && ledger.path().empty());
    const auto gone = CHECK_THROWS(invalid, ledger.counts());
    CHECK(gone.message() == "`ledger` must not be used after it was moved from");
    CHECK_THROWS(invalid, ledger.in_doubt());
    CHECK_THROWS(invalid, ledger.mark_sent("order-1"));
    CHECK_THROWS(invalid, ledger.mark_not_sent("order-1"));
    CHECK_THROWS(invalid, ledger.export_to_file(world.folder + "/orders.csv"));
    CHECK_THROWS(invalid, ledger.prune("2020-01-01T00:00:00Z"));
}

int main() {
    test_keys();
    test_doubts();
    test_files();
    test_arguments();
}
