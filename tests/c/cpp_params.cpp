// zexa.hpp: parameters: times, templates, and designated initialisers of C++20.

#include <chrono>

#include "cpp_sandbox.hpp"

using namespace std::chrono_literals;

static void test_times() {
    CHECK(zexa::timestamp(zexa::time_point(0ms)).text() == "1970-01-01T00:00:00.000Z");
    CHECK(!zexa::timestamp(zexa::time_point::min()).text().empty());
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
    CHECK(contains(*error.details_json(), "\"field\":\"scheduled_at\""));
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
    CHECK(contains(server.requests(1), R"("variables":["Ana","12 July"])"));
    params.template_json = "[]";
    CHECK_THROWS(zexa::validation_error, server.client().messages().send(params));
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

int main() {
    test_times();
    test_templates();
#ifdef __cpp_designated_initializers
    test_designated_initializers();
#endif
}
