// zexa.hpp: webhook events.

#include <chrono>

#include "cpp_sandbox.hpp"

using namespace std::chrono_literals;

static void test_events() {
    const zexa::event event = zexa::parse_event(
        R"({"id": "evt_1", "event": "message.delivered", "created_at": "2026-07-01T09:00:00Z",
            "data": {"id": "msg_1", "status": "delivered", "channel": "sms", "to": "+244912345678",
                     "created_at": "2026-07-01T08:00:00Z"}, "more": 1})");
    CHECK(event.id() == "evt_1" && contains(event.extra_json(), "\"more\":1"));
    CHECK(event.name() == zexa::event_name::message_delivered);
    CHECK(event.created_at() == zexa::time_point(1782896400000ms));
    CHECK(event.created_at_text() == "2026-07-01T09:00:00Z");
    CHECK(event.message() && event.message()->id() == "msg_1" && !event.campaign());
    CHECK(contains(*event.data_json(), "\"msg_1\""));

    const zexa::event sent = zexa::parse_event(
        R"({"type": "campaign.sent", "data": {"id": "cmp_1", "status": "sent", "name": "Two for one",
            "channel": "sms", "created_at": "2026-07-01T08:00:00Z"}})");
    CHECK(sent.campaign() && sent.campaign()->id() == "cmp_1" && !sent.message());
    const zexa::event flat = zexa::parse_event(R"({"event": "message.failed", "message_id": 7})");
    const zexa::message message = flat.message().value();
    CHECK(message.id() == "7" && message.status().empty());
    CHECK(!message.to() && !message.channel() && !message.created_at());
    const auto error = CHECK_THROWS(zexa::decode_error, zexa::parse_event("[]"));
    CHECK(error.safe_to_retry());
    CHECK_THROWS(zexa::decode_error, zexa::parse_event({}));
}

int main() {
    test_events();
}
