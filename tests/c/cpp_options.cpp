// zexa.hpp: options of a client, and lifetimes.

#include <chrono>
#include <memory>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include "cpp_sandbox.hpp"

using namespace std::chrono_literals;

static void test_options() {
    sandbox server(R"({"faults": [{"path": "/credits", "status": 503}]})");
    std::vector<std::string> seen;
    auto destroyed = std::make_shared<int>(0);
    zexa::client_options options = server.options();
    options.user_agent_suffix = "shop/1.2";
    options.default_headers = {{"X-Shop", "1"}};
    options.on_attempt = [&seen, destroyed](const zexa::attempt &attempt) {
        CHECK(attempt.method == "GET" && attempt.elapsed > 0us && !attempt.line.empty());
        seen.push_back(std::string(attempt.route) + " " + std::to_string(*attempt.http_status));
        CHECK((attempt.failure == zexa::kind::server) == (attempt.number == 1));
        throw std::runtime_error("what a callback throws is dropped");
    };
    {
        const zexa::client client(options);
        zexa::call_options call;
        call.headers = {{"X-Call", "2"}};
        CHECK(client.with_options(call).credits().get().value() > 0);
    }
    CHECK((seen == std::vector<std::string>{"/credits 503", "/credits 200"}));
    const std::string requests = server.requests(2);
    CHECK(contains(requests, R"("x-shop":"1")") && contains(requests, R"("x-call":"2")"));
    CHECK(contains(requests, "shop/1.2"));
    options.on_attempt = nullptr;
    CHECK(destroyed.use_count() == 1);

    const zexa::client client = server.client();
    const zexa::client derived = client.with_options({});
    client.close();
    CHECK_THROWS(zexa::closed_error, derived.credits().get());
}

static void test_extra_fields() {
    sandbox server;
    const zexa::client client = server.client();
    zexa::call_options call;
    call.extra_body = R"({"priority": 1})";
    call.extra_query = R"({"tag": ["a"], "dry-run": true})";
    client.messages().send(sms("Hello"), call);
    CHECK(contains(server.requests(1), R"("priority":1)"));
    CHECK_THROWS(zexa::config_error, client.with_options(call));
    CHECK_THROWS(zexa::config_error, client.credits().get(call));
    CHECK_THROWS(zexa::config_error, client.request("POST", "/contacts", {}, "{}", call));
    call.extra_body = "[]";
    CHECK_THROWS(zexa::config_error, client.messages().send(sms("Hello"), call));
    call.extra_body = std::string("{}\0", 3);
    CHECK_THROWS(zexa::invalid_argument_error, client.messages().send(sms("Hello"), call));
    CHECK(server.count("requests") == 1);
    call.extra_body.reset();
    client.with_options(call).request("GET", "/credits", {{"a", "1"}});
    CHECK(contains(server.requests(2), R"("query":{"a":"1","dry-run":"true","tag":"a"})"));
}

/// Calls beyond the maximum wait for a connection.
static void test_max_connections() {
    sandbox server;
    zexa::client_options options = server.options();
    options.max_connections = 2;
    const zexa::client client(options);
    std::vector<std::thread> threads;
    for (int number = 0; number < 8; number++)
        threads.emplace_back([&client] { CHECK(client.credits().get().value() > 0); });
    for (std::thread &thread : threads)
        thread.join();
    CHECK(server.count("requests") == 8 && server.count("connections") <= 2);
    for (const std::int64_t value : {0LL, 1LL << 32}) {
        options.max_connections = value;
        CHECK_THROWS(zexa::config_error, zexa::client{options});
    }
}

static void test_lifetimes() {
    sandbox server;
    auto client = std::make_unique<zexa::client>(server.client());
    zexa::message first = client->messages().send(sms("one"));
    const auto messages = client->messages();
    client.reset();
    zexa::message second = messages.send(sms("two"));
    const std::string id(first.id());
    const zexa::message copy = first;
    CHECK(copy.get() == first.get());
    const zexa::message moved = std::move(first);
    CHECK(moved.id() == id && copy.id() == id);
    // A moved-from object can be read, and returns empty values.
    CHECK(first.id().empty() && !first.body());
    second = moved;
    CHECK(second.id() == id);
    zexa::client gone = server.client();
    const zexa::client there = std::move(gone);
    const auto error = CHECK_THROWS(zexa::invalid_argument_error, gone.credits().get());
    CHECK(error.message() == "`client` must not be used after it was moved from");
    CHECK_THROWS(zexa::invalid_argument_error, gone.with_options({}));
    CHECK_THROWS(zexa::invalid_argument_error, gone.contacts().list().begin());
    CHECK(there.credits().get().value() > 0);
}

int main() {
    test_options();
    test_extra_fields();
    test_max_connections();
    test_lifetimes();
}
