// zexa.hpp: errors of the server, of the network, and of arguments.

#include <chrono>
#include <string>
#include <type_traits>

#include "cpp_sandbox.hpp"

using namespace std::chrono_literals;

static void test_errors() {
    sandbox server(R"({"faults": [{"method": "POST", "path": "/messages", "status": 429,
                       "headers": {"Retry-After": "7"}}]})");
    const zexa::client client = server.client();
    zexa::call_options once;
    once.max_retries = 0;
    const auto error =
        CHECK_THROWS(zexa::rate_limited_error, client.messages().send(sms("Hello"), once));
    CHECK(error.kind() == zexa::kind::rate_limited);
    CHECK(error.outcome() == zexa::outcome::rejected && error.safe_to_retry());
    CHECK(error.http_status() == 429 && error.attempts() == 1);
    CHECK(error.retry_after() == 7s);
    CHECK(error.request_id() && contains(error.what(), *error.request_id()));
    CHECK(contains(error.what(), error.message()));
    CHECK(contains(error.json(), "\"kind\":\"rate_limited\""));
    CHECK(!error.cause());

    // Copies and moved-from errors keep their contents.
    zexa::error copy = error;
    const zexa::error moved = std::move(copy);
    CHECK(moved.message() == error.message() && copy.message() == error.message());
    static_assert(std::is_nothrow_copy_constructible_v<zexa::error>);

    // A client that does not wait for `Retry-After`.
    const zexa::client other = server.client();
    zexa::send_message_params unregistered = sms("Hello");
    unregistered.from = "NOBODY";
    const auto rejected = CHECK_THROWS(zexa::error, other.messages().send(unregistered));
    CHECK(rejected.code() && rejected.http_status() == 422 && server.count("messages") == 0);
    unregistered.to = "912345678";
    const auto invalid = CHECK_THROWS(zexa::validation_error, other.messages().send(unregistered));
    CHECK(invalid.attempts() == 0 && !invalid.http_status());

    zexa::client_options options;
    options.api_key = "key";
    options.base_url = "http://127.0.0.1:9/v1";
    const auto unreachable = CHECK_THROWS(
        zexa::connect_error, zexa::client(options).messages().send(sms("Hello"), once));
    CHECK(unreachable.outcome() == zexa::outcome::not_sent);
    CHECK(unreachable.cause() == "ECONNREFUSED");
    options.base_url = "http://api.example/v1";
    CHECK_THROWS(zexa::config_error, zexa::client{options});
}

static void test_invalid_arguments() {
    using namespace std::string_literals;
    sandbox server;
    const zexa::client client = server.client();
    const auto check_rejected = [](const zexa::invalid_argument_error &error,
                                   const std::string &field) {
        CHECK(error.kind() == zexa::kind::invalid_argument);
        CHECK(error.outcome() == zexa::outcome::not_sent && error.attempts() == 0);
        CHECK(contains(error.what(), "`" + field + "` "));
        CHECK(json_value(*error.details_json(), "field") == field);
        CHECK(contains(error.json(), *error.details_json()));
    };
    const std::string with_nul = "a\0b"s;
    using wrong = zexa::invalid_argument_error;
    check_rejected(CHECK_THROWS(wrong, client.messages().send(sms(with_nul))), "body");
    check_rejected(CHECK_THROWS(wrong, client.messages().send(sms("\xff"))), "body");
    check_rejected(CHECK_THROWS(wrong, client.messages().get(with_nul)), "id");
    check_rejected(CHECK_THROWS(wrong, client.request("GET", with_nul)), "path");
    check_rejected(CHECK_THROWS(wrong, client.request("POST", "/messages", {}, with_nul)),
                   "body_json");
    check_rejected(CHECK_THROWS(wrong, zexa::message_template("x").variable(with_nul)), "value");
    zexa::create_contact_params contact;
    contact.lists = {"lst_demo", with_nul};
    check_rejected(CHECK_THROWS(wrong, client.contacts().create(contact)), "lists[1]");
    zexa::list_contacts_params filter;
    filter.search = with_nul;
    check_rejected(CHECK_THROWS(wrong, client.contacts().list(filter).begin()), "search");
    zexa::call_options options;
    options.headers = {{"X-Shop", with_nul}};
    check_rejected(CHECK_THROWS(wrong, client.credits().get(options)), "headers[0].value");
    options.headers.clear();
    options.timeout = -1ms;
    const auto timeout = CHECK_THROWS(wrong, client.credits().get(options));
    check_rejected(timeout, "timeout");
    CHECK(timeout.message() == "`timeout` must be more than zero, got -1 ms");
    options.timeout.reset();
    options.max_retries = -1;
    const auto retries = CHECK_THROWS(wrong, client.with_options(options));
    check_rejected(retries, "max_retries");
    CHECK(retries.message() == "`max_retries` must be 0 or more, got -1");
    CHECK(server.count("requests") == 0);
}

/// Errors name the options of C++, and the number that was passed.
static void test_numbers() {
    sandbox server;
    const zexa::client client = server.client();
    zexa::call_options options;
    options.timeout = 0ms;
    const auto timeout = CHECK_THROWS(zexa::config_error, client.credits().get(options));
    CHECK(contains(timeout.message(), "`timeout` must be more than zero"));
    CHECK(contains(timeout.what(), "config: `timeout` must be more than zero"));
    CHECK(json_value(*timeout.details_json(), "field") == "timeout");
    CHECK(!contains(timeout.json(), "timeout_ms"));

    zexa::list_contacts_params filter;
    filter.per_page = -1;
    const auto size = CHECK_THROWS(zexa::validation_error, client.contacts().list(filter).begin());
    CHECK(size.message() == "`per_page` must be 1 or more, got -1");
    CHECK(size.kind() == zexa::kind::validation && size.safe_to_retry());
    CHECK(contains(size.what(), "validation: `per_page`"));
    CHECK(json_value(size.json(), "kind") == "validation");
    filter.per_page = 101;
    CHECK_THROWS(zexa::validation_error, client.contacts().list(filter).begin());
    const auto contacts = client.contacts().list();
    CHECK(CHECK_THROWS(zexa::validation_error, contacts.page(-1)).message() ==
          "`page` must be 1 or more, got -1");
    CHECK(CHECK_THROWS(zexa::validation_error, contacts.page(0)).message() ==
          "`page` must be 1 or more, got 0");
    CHECK_THROWS(zexa::validation_error, contacts.page(1LL << 32));
    CHECK(server.count("requests") == 0);
}

int main() {
    test_errors();
    test_numbers();
    test_invalid_arguments();
}
