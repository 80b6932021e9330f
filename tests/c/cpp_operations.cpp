// zexa.hpp: every operation and its result.

#include <algorithm>
#include <vector>

#include "cpp_sandbox.hpp"

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
    CHECK(contains(sent.json(), "\"status\":\"queued\""));
    CHECK(sent.extra_json() == "{}");
    CHECK(!zexa::message_status::is_final(sent.status()));

    server.advance(5);
    const zexa::message now = client.messages().get(sent.id());
    CHECK(now.status() == zexa::message_status::delivered);
    CHECK(zexa::message_status::is_final(now.status()));
    CHECK(!zexa::message_status::is_final(std::string("delivered\0", 10)));
    CHECK(*now.delivered_at() >= now.created_at());
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
    // The statistics outlive the campaign.
    const auto stats = client.campaigns().get(created.id()).stats();
    CHECK(stats && stats->delivered() == 5 && stats->pending() == 0);
    CHECK(contains(stats->json(), "\"delivered\":5"));
    int count = 0;
    for (const zexa::campaign &campaign : client.campaigns().list())
        count += campaign.id() == created.id() ? 1 : 100;
    CHECK(count == 1);
}

static void test_wait() {
    sandbox server(R"({"state": {"speed": 10}})");
    const zexa::client client = server.client();
    const zexa::message sent = client.messages().send(sms("Hello"));
    CHECK(client.messages().wait(sent.id()).status() == zexa::message_status::delivered);
    // The message had this status before, and will not have it again.
    const auto now = client.messages().wait(sent.id(), zexa::message_status::sent);
    CHECK(now.status() == zexa::message_status::delivered);
    CHECK_THROWS(zexa::not_found_error, client.campaigns().wait("cmp_nobody"));

    zexa::send_message_params params = sms("Later");
    params.scheduled_at = "2099-01-01T00:00:00Z";
    zexa::call_options hasty;
    hasty.deadline = std::chrono::milliseconds(400);
    const std::string id(client.messages().send(params).id());
    const auto error =
        CHECK_THROWS(zexa::timeout_error, client.messages().wait(id, "final", hasty));
    CHECK(error.outcome() == zexa::outcome::unknown && error.attempts() <= 3);
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

static void test_sender_ids_webhooks_credits_and_requests() {
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
    CHECK(contains(response.body_json(), "\"per_page\":1"));
    CHECK_THROWS(zexa::not_found_error, client.request("GET", "/nothing"));
}

int main() {
    test_version();
    test_messages();
    test_campaigns();
    test_wait();
    test_contacts();
    test_sender_ids_webhooks_credits_and_requests();
}
