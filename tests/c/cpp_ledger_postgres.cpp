// zexa.hpp: ledgers in PostgreSQL. Without a server, only errors are tested.

#include <string>

#include "cpp_sandbox.hpp"
#include "postgres.h"

static zexa::send_message_params keyed(const std::string &key) {
    zexa::send_message_params params = sms("Hello");
    params.idempotency_key = key;
    return params;
}

static zexa::client client_of(const sandbox &server, const std::string &url) {
    zexa::client_options options = server.options();
    options.ledger = url;
    return zexa::client(options);
}

static void test_ledger(const postgres &database) {
    const sandbox server(R"({"faults": [{"path": "/messages", "status": 502}]})");
    char text[160];
    postgres_url(&database, POSTGRES_PASSWORD, "orders", text, sizeof text);
    const std::string url = text;
    const zexa::client client = client_of(server, url);
    const zexa::client other = client_of(server, url);
    CHECK_THROWS(zexa::server_error, client.messages().send(keyed("order-1")));
    const auto doubt = CHECK_THROWS(zexa::in_doubt_error, other.messages().send(keyed("order-1")));
    CHECK(doubt.outcome() == zexa::outcome::unknown);
    const auto ledger = zexa::ledger::open(url);
    CHECK(ledger.path().find(POSTGRES_PASSWORD) == std::string_view::npos);
    CHECK(ledger.in_doubt().size() == 1);
    ledger.mark_not_sent("order-1");
    const std::string id(client.messages().send(keyed("order-1")).id());
    CHECK(other.messages().send(keyed("order-1")).id() == id);
    CHECK(server.count("messages") == 1);
    CHECK(ledger.prune("2999-01-01T00:00:00Z") == 1 && ledger.counts().pruned() == 1);
    CHECK_THROWS(zexa::decode_error, other.messages().send(keyed("order-1")));
}

static void test_unreachable() {
    const std::string url = "postgres://zexa:" POSTGRES_PASSWORD "@127.0.0.1:1/postgres";
    const auto error = CHECK_THROWS(zexa::connect_error, zexa::ledger::open(url));
    CHECK(error.outcome() == zexa::outcome::not_sent);
    CHECK(error.message().find(POSTGRES_PASSWORD) == std::string_view::npos);
}

int main() {
    test_unreachable();
    if (!postgres_is_installed())
        return 0;
    postgres database = postgres_new();
    test_ledger(database);
    postgres_free(&database);
    return 0;
}
