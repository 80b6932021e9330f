// zexa.hpp: every operation, errors, lists, cancelling, lifetimes.

#include <algorithm>
#include <future>
#include <type_traits>

#include "cpp_sandbox.hpp"

using namespace std::chrono_literals;

static void test_version() {
    CHECK(zexa::version() == ZEXA_VERSION);
    CHECK(zexa::to_string(zexa::kind::rate_limited) == "rate_limited");
    CHECK(zexa::to_string(zexa::outcome::not_sent) == "not_sent");
}

static void test_messages() {
    sandbox server(R"({"state": {"speed": "manual"}})");
    const zexa::client client = server.client();
    const zexa::message sent = client.messages().send(sms("Olá"));
    CHECK(sent.status() == zexa::message_status::queued);
    CHECK(sent.channel() == zexa::channel::sms);
    CHECK(sent.to() == "+244912345678");
    CHECK(sent.from() == "ZEXA");
    CHECK(sent.body() == "Olá");
    CHECK(!sent.delivered_at() && !sent.delivered_at_text() && !sent.error());
    CHECK(holds(sent.json(), "\"status\":\"queued\""));
    CHECK(sent.extra_json() == "{}");
    CHECK(!zexa::message_status::is_final(sent.status()));

    server.advance(5);
    const zexa::message now = client.messages().get(sent.id());
    CHECK(now.status() == zexa::message_status::delivered);
    CHECK(zexa::message_status::is_final(now.status()));
    CHECK(!zexa::message_status::is_final(std::string("delivered\0", 10)));
    CHECK(*now.delivered_at() >= now.created_at());
}

#ifdef __cpp_designated_initializers
static void test_designated_initializers() {
    const sandbox server;
    const zexa::client client = server.client();
    const zexa::message message =
        client.messages().send({.channel = zexa::channel::whatsapp,
                                .to = "+244912345678",
                                .from = "ZEXA",
                                .template_json = zexa::message_template("greeting"),
                                .scheduled_at = "2099-07-01T09:00:00Z"},
                               {.max_retries = 0});
    CHECK(message.scheduled_at() && !message.body());
    CHECK(client.contacts().list({.list_id = "lst_demo", .per_page = 2}).page(1).size() == 2);
    CHECK(client.webhooks()
              .create({.url = "https://127.0.0.1:9/", .events = {zexa::event_name::all}})
              .events()
              .front() == "*");
    CHECK_THROWS(zexa::config_error, zexa::client({.base_url = "http://api.example/v1"}));
}
#endif

static void test_times() {
    CHECK(zexa::timestamp(zexa::time_point(0ms)).text() == "1970-01-01T00:00:00.000Z");
    CHECK(zexa::timestamp(zexa::time_point(-1ms)).text() == "1969-12-31T23:59:59.999Z");
    CHECK(zexa::timestamp(zexa::time_point(951782400000ms)).text() == "2000-02-29T00:00:00.000Z");
    CHECK(zexa::timestamp(zexa::time_point(4107542399999ms)).text() == "2100-02-28T23:59:59.999Z");

    sandbox server(R"({"state": {"speed": "manual"}})");
    const zexa::client client = server.client();
    zexa::send_message_params params = sms("later");
    const auto then =
        std::chrono::floor<std::chrono::milliseconds>(std::chrono::system_clock::now() + 1h);
    params.scheduled_at = then;
    CHECK(client.messages().send(params).scheduled_at() == then);
    params.scheduled_at = "2099-07-01T10:00:00+01:00";
    CHECK(client.messages().send(params).scheduled_at() == zexa::time_point(4086579600000ms));
    params.scheduled_at = "tomorrow";
    const auto error = CHECK_THROWS(zexa::validation_error, client.messages().send(params));
    CHECK(holds(*error.details_json(), "\"field\":\"scheduled_at\""));
}

static void test_templates() {
    zexa::send_message_params params = sms("");
    params.channel = zexa::channel::whatsapp;
    params.body.reset();
    zexa::message_template shipped("order_shipped");
    params.template_json = shipped.language("pt").variable("Ana").variable("12 July");
    CHECK(shipped.json() == *params.template_json);
    sandbox server;
    CHECK(server.client().messages().send(params).channel() == zexa::channel::whatsapp);
    CHECK(holds(server.requests(1), R"("variables":["Ana","12 July"])"));
    params.template_json = "[]";
    CHECK_THROWS(zexa::validation_error, server.client().messages().send(params));
}

static void test_campaigns() {
    sandbox server(R"({"state": {"speed": "manual"}})");
    const zexa::client client = server.client();
    zexa::create_campaign_params params;
    params.name = "Two for one";
    params.channel = zexa::channel::sms;
    params.contact_list_id = "lst_demo";
    params.sender_id = "ZEXA";
    params.body = "This week only";
    const zexa::campaign created = client.campaigns().create(params);
    CHECK(created.name() == "Two for one");
    CHECK(created.total_recipients() == 5);
    server.advance(60);
    const zexa::campaign ended = client.campaigns().get(created.id());
    CHECK(ended.status() == zexa::campaign_status::completed);
    CHECK(zexa::campaign_status::is_final(ended.status()));
    // The statistics outlive what they were asked of.
    const auto stats = client.campaigns().get(created.id()).stats();
    CHECK(stats && stats->delivered() == 5 && stats->pending() == 0);
    CHECK(holds(stats->json(), "\"delivered\":5"));
    int count = 0;
    for (const zexa::campaign &campaign : client.campaigns().list())
        count += campaign.id() == created.id() ? 1 : 100;
    CHECK(count == 1);
}

static void test_contacts() {
    sandbox server;
    const auto contacts = server.client().contacts();
    zexa::create_contact_params params;
    params.name = "Ana";
    params.phone = "+244923000001";
    params.lists = {"lst_demo", "lst_abc123"};
    const zexa::contact ana = contacts.create(params);
    CHECK((ana.lists() == std::vector<std::string_view>{"lst_demo", "lst_abc123"}));
    CHECK(!ana.email());
    const auto error = CHECK_THROWS(zexa::conflict_error, contacts.create(params));
    CHECK(error.http_status() == 409 && error.outcome() == zexa::outcome::rejected);

    zexa::list_contacts_params filter;
    filter.list_id = "lst_abc123";
    CHECK(contacts.list(filter).page(1).size() == 1);
    contacts.remove(ana.id());
    CHECK(contacts.list(filter).page(1).empty());
    CHECK_THROWS(zexa::not_found_error, contacts.remove(ana.id()));
}

static void test_the_rest() {
    sandbox server;
    const zexa::client client = server.client();
    const auto sender_ids = client.sender_ids().list();
    const auto is_approved = [](const zexa::sender_id &one) {
        return one.name() == "ZEXA" && one.status() == zexa::sender_id_status::approved;
    };
    CHECK(std::any_of(sender_ids.begin(), sender_ids.end(), is_approved));

    zexa::create_webhook_params params;
    params.url = "https://127.0.0.1:9/zexa";
    params.events = {zexa::event_name::message_delivered, zexa::event_name::message_failed};
    CHECK(client.webhooks().create(params).events().size() == 2);
    params.events.clear();
    CHECK_THROWS(zexa::invalid_request_error, client.webhooks().create(params));

    const zexa::credits credits = client.credits().get();
    CHECK(credits.value() == 4250.0 && credits.currency() == "USD");

    const zexa::response response = client.request("GET", "/contacts", {{"per_page", "1"}});
    CHECK(response.http_status() == 200);
    CHECK(holds(response.body_json(), "\"per_page\":1"));
    CHECK_THROWS(zexa::not_found_error, client.request("GET", "/nothing"));
}

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
    CHECK(error.request_id() && holds(error.what(), *error.request_id()));
    CHECK(holds(error.what(), error.message()));
    CHECK(holds(error.json(), "\"kind\":\"rate_limited\""));
    CHECK(!error.cause());

    // A copy says the same, and so does what was moved from.
    zexa::error copy = error;
    const zexa::error moved = std::move(copy);
    CHECK(moved.message() == error.message() && copy.message() == error.message());
    static_assert(std::is_nothrow_copy_constructible_v<zexa::error>);

    // Another client, which does not wait for those seconds.
    const zexa::client other = server.client();
    zexa::send_message_params nobody = sms("Hello");
    nobody.from = "NOBODY";
    const auto refused = CHECK_THROWS(zexa::error, other.messages().send(nobody));
    CHECK(refused.code() && refused.http_status() == 422 && server.count("messages") == 0);
    nobody.to = "912345678";
    const auto invalid = CHECK_THROWS(zexa::validation_error, other.messages().send(nobody));
    CHECK(invalid.attempts() == 0 && !invalid.http_status());

    zexa::client_options options;
    options.api_key = "key";
    options.base_url = "http://127.0.0.1:9/v1";
    const auto unreachable = CHECK_THROWS(
        zexa::connect_error, zexa::client(options).messages().send(sms("Hello"), once));
    CHECK(unreachable.outcome() == zexa::outcome::not_sent);
    CHECK(unreachable.cause() && holds(*unreachable.cause(), "refused"));
    options.base_url = "http://api.example/v1";
    CHECK_THROWS(zexa::config_error, zexa::client{options});
}

static void test_wrong_arguments() {
    using namespace std::string_literals;
    sandbox server;
    const zexa::client client = server.client();
    const auto refused = [](const zexa::invalid_argument_error &error, const std::string &field) {
        CHECK(error.kind() == zexa::kind::invalid_argument);
        CHECK(error.outcome() == zexa::outcome::not_sent && error.attempts() == 0);
        CHECK(holds(error.what(), field + ": "));
        CHECK(value_in(*error.details_json(), "field") == field);
        CHECK(holds(error.json(), *error.details_json()));
    };
    const std::string cut = "a\0b"s;
    using wrong = zexa::invalid_argument_error;
    refused(CHECK_THROWS(wrong, client.messages().send(sms(cut))), "body");
    refused(CHECK_THROWS(wrong, client.messages().send(sms("\xff"))), "body");
    refused(CHECK_THROWS(wrong, client.messages().get(cut)), "id");
    refused(CHECK_THROWS(wrong, client.request("GET", cut)), "path");
    refused(CHECK_THROWS(wrong, zexa::message_template("x").variable(cut)), "value");
    zexa::create_contact_params contact;
    contact.lists = {"lst_demo", cut};
    refused(CHECK_THROWS(wrong, client.contacts().create(contact)), "lists[1]");
    zexa::list_contacts_params filter;
    filter.search = cut;
    refused(CHECK_THROWS(wrong, client.contacts().list(filter).begin()), "search");
    zexa::call_options options;
    options.headers = {{"X-Shop", cut}};
    refused(CHECK_THROWS(wrong, client.credits().get(options)), "headers[0].value");
    options.headers.clear();
    options.timeout = -1ms;
    refused(CHECK_THROWS(wrong, client.credits().get(options)), "timeout");
    options.timeout.reset();
    options.max_retries = -1;
    refused(CHECK_THROWS(wrong, client.with_options(options)), "max_retries");
    CHECK(server.count("requests") == 0);
}

static void test_lists() {
    sandbox server(R"({"state": {"contacts_count": 95}})");
    zexa::list_contacts_params by_ten;
    by_ten.per_page = 10;
    // The client goes before its list does.
    const auto contacts = server.client().contacts().list(by_ten);

    std::vector<zexa::contact> all(contacts.begin(), contacts.end());
    CHECK(all.size() == 95);
    std::size_t count = 0;
    for (const zexa::page<zexa::contact> &page : contacts.pages()) {
        CHECK(page.total() == 95 && page.per_page() == 10);
        for (const zexa::contact &contact : page)
            CHECK(contact.id() == all[count++].id());
    }
    CHECK(count == 95);

    auto second = std::make_unique<zexa::page<zexa::contact>>(contacts.page(2));
    CHECK(second->number() == 2 && second->size() == 10 && holds(second->extra_json(), "{"));
    const zexa::contact kept = (*second)[3];
    second.reset();
    CHECK(kept.id() == all[13].id());

    int seen = 0;
    for (const zexa::contact &contact : contacts) {
        CHECK(!contact.name().empty());
        if (++seen == 3)
            break;
    }
    CHECK(seen == 3);
    CHECK(zexa::list<zexa::contact>::iterator() == contacts.end());
}

static void test_a_list_that_fails() {
    sandbox server(R"({"state": {"contacts_count": 30},
                       "faults": [{"path": "/contacts", "skip": 1, "times": 0, "status": 401}]})");
    zexa::list_contacts_params by_ten;
    by_ten.per_page = 10;
    const auto contacts = server.client().contacts().list(by_ten);
    auto contact = contacts.begin();
    int count = 1;
    const auto read = [&] {
        for (; contact != contacts.end(); ++contact)
            ++count;
    };
    CHECK_THROWS(zexa::unauthorized_error, read());
    CHECK(count == 11 && contact == contacts.end());
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
    // It may be asked all the same, and says nothing.
    CHECK(first.id().empty() && !first.body());
    second = moved;
    CHECK(second.id() == id);
    zexa::client gone = server.client();
    const zexa::client there = std::move(gone);
    CHECK_THROWS(zexa::invalid_argument_error, gone.credits().get());
    there.credits().get();
}

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
        client.with_options(call).credits().get();
    }
    CHECK((seen == std::vector<std::string>{"/credits 503", "/credits 200"}));
    const std::string requests = server.requests(2);
    CHECK(holds(requests, R"("x-shop":"1")") && holds(requests, R"("x-call":"2")"));
    CHECK(holds(requests, "shop/1.2"));
    options.on_attempt = nullptr;
    CHECK(destroyed.use_count() == 1);

    const zexa::client client = server.client();
    const zexa::client derived = client.with_options({});
    client.close();
    CHECK_THROWS(zexa::closed_error, derived.credits().get());
}

static void test_cancelling() {
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
    client.credits().get();
}

static void test_deadlines() {
    sandbox server(R"({"faults": [{"then": "stall", "times": 0}]})");
    zexa::call_options options;
    options.deadline = 100ms;
    const auto error =
        CHECK_THROWS(zexa::timeout_error, server.client().messages().send(sms("Hello"), options));
    CHECK(error.outcome() == zexa::outcome::unknown && !error.safe_to_retry());
}

static void test_events() {
    const zexa::event event = zexa::parse_event(
        R"({"id": "evt_1", "event": "message.delivered", "created_at": "2026-07-01T09:00:00Z",
            "data": {"id": "msg_1", "status": "delivered", "channel": "sms", "to": "+244912345678",
                     "created_at": "2026-07-01T08:00:00Z"}, "more": 1})");
    CHECK(event.id() == "evt_1" && holds(event.extra_json(), "\"more\":1"));
    CHECK(event.name() == zexa::event_name::message_delivered);
    CHECK(event.created_at() == zexa::time_point(1782896400000ms));
    CHECK(event.created_at_text() == "2026-07-01T09:00:00Z");
    CHECK(event.message() && event.message()->id() == "msg_1" && !event.campaign());
    CHECK(holds(*event.data_json(), "\"msg_1\""));

    const zexa::event sent = zexa::parse_event(
        R"({"type": "campaign.sent", "data": {"id": "cmp_1", "status": "sent", "name": "Two for one",
            "channel": "sms", "created_at": "2026-07-01T08:00:00Z"}})");
    CHECK(sent.campaign() && sent.campaign()->id() == "cmp_1" && !sent.message());
    const auto error = CHECK_THROWS(zexa::decode_error, zexa::parse_event("[]"));
    CHECK(error.safe_to_retry());
    CHECK_THROWS(zexa::decode_error, zexa::parse_event({}));
}

int main() {
    test_version();
    test_messages();
#ifdef __cpp_designated_initializers
    test_designated_initializers();
#endif
    test_times();
    test_templates();
    test_campaigns();
    test_contacts();
    test_the_rest();
    test_errors();
    test_wrong_arguments();
    test_lists();
    test_a_list_that_fails();
    test_lifetimes();
    test_options();
    test_cancelling();
    test_deadlines();
    test_events();
}
