/* Every operation of the API, and every accessor of its result. */

#include "sandbox.h"

static void check_absent(const char *text, int64_t time) {
    CHECK_TEXT(text, NULL);
    CHECK_NUMBER(time, -1);
}

static void check_time(const char *text, int64_t time) {
    CHECK(text && strlen(text) >= 20 && text[10] == 'T');
    CHECK(time > 1700000000000);
}

static void test_messages(const sandbox *server, const zexa_client *client) {
    zexa_error *error = NULL;
    zexa_message *message = NULL;
    zexa_send_message_params params = sms("Olá");
    CHECK_OK(zexa_messages_send(client, &params, NULL, &message, &error), &error);
    CHECK_CONTAINS(zexa_message_id(message), "msg_");
    CHECK_TEXT(zexa_message_status(message), ZEXA_MESSAGE_STATUS_QUEUED);
    CHECK_TEXT(zexa_message_channel(message), "sms");
    CHECK_TEXT(zexa_message_to(message), "+244912345678");
    check_time(zexa_message_created_at(message), zexa_message_created_at_unix_ms(message));
    CHECK_CONTAINS(zexa_message_json(message), "\"status\":\"queued\"");
    CHECK_CONTAINS(zexa_message_extra_json(message), "{");

    /* The output is optional. */
    CHECK_OK(zexa_messages_send(client, &params, NULL, NULL, &error), &error);
    CHECK_OK(zexa_credits_get(client, NULL, NULL, &error), &error);
    CHECK_NUMBER(sandbox_count(server, "messages"), 2);

    sandbox_advance(server, "10");
    char *id = strdup(zexa_message_id(message));
    zexa_message_free(message);
    CHECK_OK(zexa_messages_get(client, id, NULL, &message, &error), &error);
    CHECK_TEXT(zexa_message_id(message), id);
    CHECK_TEXT(zexa_message_status(message), ZEXA_MESSAGE_STATUS_DELIVERED);
    CHECK(zexa_message_status_is_final(zexa_message_status(message)));
    CHECK(!zexa_message_status_is_final(ZEXA_MESSAGE_STATUS_SENT));
    CHECK_TEXT(zexa_message_from(message), "ZEXA");
    CHECK_TEXT(zexa_message_body(message), "Olá");
    check_time(zexa_message_sent_at(message), zexa_message_sent_at_unix_ms(message));
    check_time(zexa_message_delivered_at(message), zexa_message_delivered_at_unix_ms(message));
    check_absent(zexa_message_scheduled_at(message), zexa_message_scheduled_at_unix_ms(message));
    CHECK_TEXT(zexa_message_error(message), NULL);
    zexa_message_free(message);
    free(id);
}

static void test_scheduled_and_failed_messages(const sandbox *server, const zexa_client *client) {
    zexa_error *error = NULL;
    zexa_message *message = NULL;
    zexa_send_message_params params = sms("Later");
    params.scheduled_at = "2099-01-01T01:00:00+01:00";
    CHECK_OK(zexa_messages_send(client, &params, NULL, &message, &error), &error);
    CHECK_TEXT(zexa_message_scheduled_at(message), "2099-01-01T00:00:00Z");
    CHECK_NUMBER(zexa_message_scheduled_at_unix_ms(message), 4070908800000);
    check_absent(zexa_message_sent_at(message), zexa_message_sent_at_unix_ms(message));
    check_absent(zexa_message_delivered_at(message), zexa_message_delivered_at_unix_ms(message));
    zexa_message_free(message);

    params = sms("To nobody");
    params.to = "+244000100007";
    CHECK_OK(zexa_messages_send(client, &params, NULL, &message, &error), &error);
    sandbox_advance(server, "10");
    zexa_message *later = NULL;
    CHECK_OK(zexa_messages_get(client, zexa_message_id(message), NULL, &later, &error), &error);
    CHECK_TEXT(zexa_message_status(later), ZEXA_MESSAGE_STATUS_FAILED);
    CHECK(zexa_message_error(later) != NULL);
    zexa_message_free(later);
    zexa_message_free(message);
}

static void test_email_with_subject_and_html(const zexa_client *client) {
    zexa_send_message_params params = sms("Plain");
    params.channel = ZEXA_CHANNEL_EMAIL;
    params.to = "ana@zexa.example";
    params.from = "hello@zexa.example";
    params.subject = "Your order";
    params.html = "<p>Rich</p>";
    zexa_error *error = NULL;
    zexa_message *message = NULL;
    CHECK_OK(zexa_messages_send(client, &params, NULL, &message, &error), &error);
    CHECK_TEXT(zexa_message_channel(message), "email");
    zexa_message_free(message);
}

static void test_campaigns(const sandbox *server, const zexa_client *client) {
    zexa_create_campaign_params params = ZEXA_CREATE_CAMPAIGN_PARAMS_INIT;
    params.name = "Two for one";
    params.channel = ZEXA_CHANNEL_SMS;
    params.contact_list_id = "lst_demo";
    params.sender_id = "ZEXA";
    params.body = "This week only";
    zexa_error *error = NULL;
    zexa_campaign *campaign = NULL;
    CHECK_OK(zexa_campaigns_create(client, &params, NULL, &campaign, &error), &error);
    CHECK_CONTAINS(zexa_campaign_id(campaign), "cmp_");
    CHECK_TEXT(zexa_campaign_name(campaign), "Two for one");
    CHECK_TEXT(zexa_campaign_channel(campaign), "sms");
    CHECK(!zexa_campaign_status_is_final(zexa_campaign_status(campaign)));
    check_time(zexa_campaign_created_at(campaign), zexa_campaign_created_at_unix_ms(campaign));
    check_absent(zexa_campaign_scheduled_at(campaign),
                 zexa_campaign_scheduled_at_unix_ms(campaign));
    CHECK_NUMBER(zexa_campaign_total_recipients(campaign), 5);

    sandbox_advance(server, "60");
    zexa_campaign *later = NULL;
    CHECK_OK(zexa_campaigns_get(client, zexa_campaign_id(campaign), NULL, &later, &error), &error);
    CHECK_TEXT(zexa_campaign_status(later), ZEXA_CAMPAIGN_STATUS_COMPLETED);
    CHECK(zexa_campaign_status_is_final(zexa_campaign_status(later)));
    CHECK_CONTAINS(zexa_campaign_stats_json(later), "\"delivered\":5");
    CHECK_NUMBER(zexa_campaign_stats_sent(later), 5);
    CHECK_NUMBER(zexa_campaign_stats_delivered(later), 5);
    CHECK_NUMBER(zexa_campaign_stats_failed(later), 0);
    CHECK_NUMBER(zexa_campaign_stats_undeliverable(later), 0);
    CHECK_NUMBER(zexa_campaign_stats_pending(later), 0);
    CHECK_CONTAINS(zexa_campaign_json(later), "\"name\":\"Two for one\"");
    CHECK_CONTAINS(zexa_campaign_extra_json(later), "{");
    zexa_campaign_free(later);
    zexa_campaign_free(campaign);
}

static void test_wait_for_messages(const zexa_client *client) {
    zexa_send_message_params params = sms("Hello");
    zexa_error *error = NULL;
    zexa_message *sent = NULL;
    CHECK_OK(zexa_messages_send(client, &params, NULL, &sent, &error), &error);
    zexa_message *message = NULL;
    CHECK_OK(zexa_messages_wait(client, zexa_message_id(sent), NULL, NULL, &message, &error),
             &error);
    CHECK_TEXT(zexa_message_id(message), zexa_message_id(sent));
    CHECK_TEXT(zexa_message_status(message), ZEXA_MESSAGE_STATUS_DELIVERED);
    zexa_message_free(message);
    /* The message had this status before, and will not have it again. */
    CHECK_OK(zexa_messages_wait(client, zexa_message_id(sent), ZEXA_MESSAGE_STATUS_SENT, NULL,
                                &message, &error),
             &error);
    CHECK_TEXT(zexa_message_status(message), ZEXA_MESSAGE_STATUS_DELIVERED);
    zexa_message_free(message);
    zexa_message_free(sent);
    CHECK_FAILS(zexa_messages_wait(client, "msg_nobody", "final", NULL, &message, &error),
                ZEXA_NOT_FOUND, ZEXA_OUTCOME_REJECTED, &error);
    CHECK(message == NULL);

    params.scheduled_at = "2099-01-01T00:00:00Z";
    CHECK_OK(zexa_messages_send(client, &params, NULL, &sent, &error), &error);
    zexa_call_options options = ZEXA_CALL_OPTIONS_INIT;
    options.deadline_ms = 400;
    CHECK_FAILS(zexa_messages_wait(client, zexa_message_id(sent), NULL, &options, &message, &error),
                ZEXA_TIMEOUT, ZEXA_OUTCOME_UNKNOWN, &error);
    CHECK(message == NULL);
    zexa_message_free(sent);
}

static void test_wait_for_campaigns(const zexa_client *client) {
    zexa_create_campaign_params params = ZEXA_CREATE_CAMPAIGN_PARAMS_INIT;
    params.name = "Two for one";
    params.channel = ZEXA_CHANNEL_SMS;
    params.contact_list_id = "lst_demo";
    params.sender_id = "ZEXA";
    params.body = "This week only";
    zexa_error *error = NULL;
    zexa_campaign *campaign = NULL;
    CHECK_OK(zexa_campaigns_create(client, &params, NULL, &campaign, &error), &error);
    zexa_campaign *ended = NULL;
    CHECK_OK(zexa_campaigns_wait(client, zexa_campaign_id(campaign), ZEXA_CAMPAIGN_STATUS_COMPLETED,
                                 NULL, &ended, &error),
             &error);
    CHECK_TEXT(zexa_campaign_status(ended), ZEXA_CAMPAIGN_STATUS_COMPLETED);
    CHECK_NUMBER(zexa_campaign_stats_delivered(ended), 5);
    zexa_campaign_free(ended);
    zexa_campaign_free(campaign);
}

static void test_contacts(const zexa_client *client) {
    const char *lists[] = {"lst_demo", "lst_abc123"};
    zexa_create_contact_params params = ZEXA_CREATE_CONTACT_PARAMS_INIT;
    params.name = "Ana Domingos";
    params.phone = "+244911111111";
    params.lists = lists;
    params.lists_count = 2;
    params.email = "ana@zexa.example";
    zexa_error *error = NULL;
    zexa_contact *contact = NULL;
    CHECK_OK(zexa_contacts_create(client, &params, NULL, &contact, &error), &error);
    CHECK_CONTAINS(zexa_contact_id(contact), "cnt_");
    CHECK_TEXT(zexa_contact_name(contact), "Ana Domingos");
    CHECK_TEXT(zexa_contact_phone(contact), "+244911111111");
    CHECK_TEXT(zexa_contact_email(contact), "ana@zexa.example");
    CHECK_NUMBER(zexa_contact_lists_count(contact), 2);
    CHECK_TEXT(zexa_contact_lists_at(contact, 0), "lst_demo");
    CHECK_TEXT(zexa_contact_lists_at(contact, 1), "lst_abc123");
    CHECK_TEXT(zexa_contact_lists_at(contact, 2), NULL);
    CHECK_TEXT(zexa_contact_lists_at(contact, SIZE_MAX), NULL);
    check_time(zexa_contact_created_at(contact), zexa_contact_created_at_unix_ms(contact));
    CHECK_CONTAINS(zexa_contact_json(contact), "\"phone\":\"+244911111111\"");
    CHECK_CONTAINS(zexa_contact_extra_json(contact), "{");

    zexa_contact *twice = contact;
    CHECK_FAILS(zexa_contacts_create(client, &params, NULL, &twice, &error), ZEXA_CONFLICT,
                ZEXA_OUTCOME_REJECTED, &error);
    CHECK(twice == NULL);
    CHECK_OK(zexa_contacts_delete(client, zexa_contact_id(contact), NULL, &error), &error);
    CHECK_FAILS(zexa_contacts_delete(client, zexa_contact_id(contact), NULL, &error),
                ZEXA_NOT_FOUND, ZEXA_OUTCOME_REJECTED, &error);
    zexa_contact_free(contact);
}

static void test_webhooks(const zexa_client *client) {
    const char *events[] = {ZEXA_EVENT_NAME_MESSAGE_DELIVERED, ZEXA_EVENT_NAME_MESSAGE_FAILED};
    zexa_create_webhook_params params = ZEXA_CREATE_WEBHOOK_PARAMS_INIT;
    params.url = "https://127.0.0.1:1/zexa";
    params.events = events;
    params.events_count = 2;
    zexa_error *error = NULL;
    zexa_webhook *webhook = NULL;
    CHECK_OK(zexa_webhooks_create(client, &params, NULL, &webhook, &error), &error);
    CHECK_CONTAINS(zexa_webhook_id(webhook), "wh_");
    CHECK_TEXT(zexa_webhook_url(webhook), "https://127.0.0.1:1/zexa");
    CHECK_NUMBER(zexa_webhook_events_count(webhook), 2);
    CHECK_TEXT(zexa_webhook_events_at(webhook, 1), ZEXA_EVENT_NAME_MESSAGE_FAILED);
    CHECK_TEXT(zexa_webhook_events_at(webhook, 2), NULL);
    check_time(zexa_webhook_created_at(webhook), zexa_webhook_created_at_unix_ms(webhook));
    const char *secret = zexa_webhook_secret(webhook);
    CHECK((secret != NULL) == (strstr(zexa_webhook_json(webhook), "\"secret\":\"") != NULL));
    CHECK_CONTAINS(zexa_webhook_extra_json(webhook), "{");
    zexa_webhook_free(webhook);
}

static void test_credits(const zexa_client *client) {
    zexa_error *error = NULL;
    zexa_credits *credits = NULL;
    CHECK_OK(zexa_credits_get(client, NULL, &credits, &error), &error);
    CHECK(zexa_credits_credits(credits) == 12.5);
    CHECK_TEXT(zexa_credits_currency(credits), "AOA");
    CHECK_CONTAINS(zexa_credits_json(credits), "\"currency\":\"AOA\"");
    CHECK_TEXT(zexa_credits_extra_json(credits), "{}");
    zexa_credits_free(credits);
}

int main(void) {
    sandbox server = sandbox_new("{\"state\": {\"speed\": \"manual\"}}");
    zexa_client *client = sandbox_client(&server);
    test_messages(&server, client);
    test_scheduled_and_failed_messages(&server, client);
    test_email_with_subject_and_html(client);
    test_campaigns(&server, client);
    test_contacts(client);
    test_webhooks(client);
    zexa_client_free(client);
    sandbox_free(&server);

    server = sandbox_new("{\"state\": {\"credits\": 12.5, \"currency\": \"AOA\"}}");
    client = sandbox_client(&server);
    test_credits(client);
    zexa_client_free(client);
    sandbox_free(&server);

    server = sandbox_new("{\"state\": {\"speed\": 10}}");
    client = sandbox_client(&server);
    test_wait_for_messages(client);
    test_wait_for_campaigns(client);
    zexa_client_free(client);
    sandbox_free(&server);
    return 0;
}
