// zexa.hpp: segments of an SMS, and the cost of a message.

#include <string>

#include "cpp_sandbox.hpp"

int main() {
    const zexa::segments split = zexa::segments_of("Ol\xc3\xa1");
    CHECK(split.count() == 1 && split.encoding() == zexa::sms_encoding::ucs2);
    CHECK(split.first_non_gsm7() == "\xc3\xa1");
    CHECK(!zexa::segments_of("Ola").first_non_gsm7());
    CHECK_THROWS(zexa::invalid_argument_error, zexa::segments_of("\xff"));
    CHECK_THROWS(zexa::invalid_argument_error, zexa::segments_of(std::string("a\0b", 3)));

    zexa::send_message_params params;
    params.channel = zexa::channel::slack;
    params.to = "C0123";
    params.from = "ZEXA";
    params.body = "Hello";
    CHECK(zexa::estimate(params) == 0.5);
    params.channel = "pigeon";
    CHECK(!zexa::estimate(params));
    params.channel = zexa::channel::sms;
    const auto number = CHECK_THROWS(zexa::validation_error, zexa::estimate(params));
    CHECK(contains(number.message(), "`to` must be an E.164 number"));
    params.body = "\xff";
    const auto text = CHECK_THROWS(zexa::invalid_argument_error, zexa::estimate(params));
    CHECK(contains(text.message(), "`body`"));
}
