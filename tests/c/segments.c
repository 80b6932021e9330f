/* Segments of an SMS, and the cost of a message. The scenarios test the numbers. */
#include "sandbox.h"

static void test_segments(void) {
    zexa_error *error = NULL;
    zexa_segments *segments = NULL;
    CHECK_OK(zexa_segments_new("Ol\xc3\xa1", &segments, &error), &error);
    CHECK_NUMBER(zexa_segments_count(segments), 1);
    CHECK_TEXT(zexa_segments_encoding(segments), ZEXA_SMS_ENCODING_UCS2);
    CHECK_TEXT(zexa_segments_first_non_gsm7(segments), "\xc3\xa1");
    CHECK_CONTAINS(zexa_segments_json(segments), "\"count\":1");
    CHECK_TEXT(zexa_segments_extra_json(segments), "{}");
    zexa_segments_free(segments);

    CHECK_OK(zexa_segments_new("Ola", &segments, &error), &error);
    CHECK_TEXT(zexa_segments_encoding(segments), ZEXA_SMS_ENCODING_GSM7);
    CHECK_TEXT(zexa_segments_first_non_gsm7(segments), NULL);
    zexa_segments_free(segments);
    zexa_segments_free(NULL);

    CHECK_FAILS(zexa_segments_new("\xff", &segments, &error), ZEXA_INVALID_ARGUMENT,
                ZEXA_OUTCOME_NOT_SENT, &error);
    CHECK(segments == NULL);
}

static void test_estimates(void) {
    zexa_error *error = NULL;
    double credits = 0;
    zexa_send_message_params params = ZEXA_SEND_MESSAGE_PARAMS_INIT;
    params.channel = "email";
    params.to = "ana@example.com";
    params.from = "news@example.com";
    params.body = "Hello";
    CHECK_OK(zexa_messages_estimate(&params, &credits, &error), &error);
    CHECK(credits == 0.5);
    params.channel = "pigeon";
    CHECK_OK(zexa_messages_estimate(&params, &credits, NULL), &error);
    CHECK(credits == ZEXA_DEFAULT);

    credits = 0;
    params.channel = ZEXA_CHANNEL_SMS;
    CHECK_FAILS(zexa_messages_estimate(&params, &credits, &error), ZEXA_VALIDATION,
                ZEXA_OUTCOME_NOT_SENT, &error);
    CHECK(credits == ZEXA_DEFAULT);
    params.body = "\xff";
    CHECK_FAILS(zexa_messages_estimate(&params, &credits, &error), ZEXA_INVALID_ARGUMENT,
                ZEXA_OUTCOME_NOT_SENT, &error);
}

int main(void) {
    test_segments();
    test_estimates();
    return 0;
}
