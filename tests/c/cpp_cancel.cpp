// zexa.hpp: cancellation and deadlines.

#include <chrono>
#include <future>

#include "cpp_sandbox.hpp"

using namespace std::chrono_literals;

static void test_cancellation() {
    sandbox server(R"({"faults": [{"process": true, "then": "stall"}]})");
    const zexa::client client = server.client();
    zexa::call_options options;
    options.cancel.emplace();
    const zexa::cancel_token token = *options.cancel;
    auto sending = std::async(std::launch::async,
                              [&] { return client.messages().send(sms("Hello"), options); });
    server.requests(1);
    CHECK(!token.is_cancelled());
    token.cancel();
    CHECK(token.is_cancelled());
    const auto error = CHECK_THROWS(zexa::cancelled_error, sending.get());
    CHECK(error.outcome() == zexa::outcome::unknown && server.count("messages") == 1);

    const auto before = CHECK_THROWS(zexa::cancelled_error, client.credits().get(options));
    CHECK(before.outcome() == zexa::outcome::not_sent);
    CHECK_THROWS(zexa::cancelled_error, client.contacts().list({}, options).begin());
    CHECK(client.credits().get().value() > 0);
}

static void test_deadlines() {
    sandbox server(R"({"faults": [{"then": "stall", "times": 0}]})");
    zexa::call_options options;
    options.deadline = 3s;
    const auto error =
        CHECK_THROWS(zexa::timeout_error, server.client().messages().send(sms("Hello"), options));
    CHECK(error.outcome() == zexa::outcome::unknown && !error.safe_to_retry());
}

int main() {
    test_cancellation();
    test_deadlines();
}
