/* Structs as an older program has them, compiled when they were shorter: they are taken, and what
 * lies behind them is not read. */

#include <stddef.h>

#include "sandbox.h"

/* What lies behind such a struct, which the next members would be read from. */
enum { GARBAGE = 0xA5 };
/* Nothing at all, so that who watches over memory sees any step beyond; and something. */
static const size_t BEHIND[] = {0, 64};
#define FOR_EACH_BEHIND for (size_t at = 0; at < sizeof BEHIND / sizeof *BEHIND; at++)

/* The first `size` bytes of a struct, which say that there are no more. Yours to free. */
static void *older(const void *whole, size_t size, size_t behind) {
    unsigned char *made = (unsigned char *)malloc(size + behind);
    memset(made, GARBAGE, size + behind);
    memcpy(made, whole, size);
    memcpy(made, &size, sizeof size);
    return made;
}

/* As far as a member, and with it. The last member of each of these two in version 0.1 is named
 * here for good: whatever comes behind it later, programs of that version stay right. */
#define SIZE_WITH(type, member) (offsetof(type, member) + sizeof(((type *)0)->member))
static const size_t CLIENT_OPTIONS_0_1 = SIZE_WITH(zexa_client_options, on_attempt_destroy);
static const size_t CALL_OPTIONS_0_1 = SIZE_WITH(zexa_call_options, extra_query);

static void test_options(const sandbox *server) {
    zexa_client_options options = ZEXA_CLIENT_OPTIONS_INIT;
    options.base_url = server->url;
    options.api_key = server->api_key;
    zexa_call_options call = ZEXA_CALL_OPTIONS_INIT;
    call.max_retries = 0;
    FOR_EACH_BEHIND {
        zexa_client_options *first = older(&options, CLIENT_OPTIONS_0_1, BEHIND[at]);
        zexa_call_options *once = older(&call, CALL_OPTIONS_0_1, BEHIND[at]);
        zexa_client *client = NULL, *derived = NULL;
        zexa_credits *credits = NULL;
        zexa_error *error = NULL;
        CHECK_OK(zexa_client_new(first, &client, &error), &error);
        CHECK_OK(zexa_client_with_options(client, once, &derived, &error), &error);
        CHECK_OK(zexa_credits_get(derived, once, &credits, &error), &error);
        zexa_credits_free(credits);
        zexa_client_free(derived);
        zexa_client_free(client);
        free(first);
        free(once);
    }
}

static void test_messages(const zexa_client *client) {
    zexa_send_message_params params = sms("Hello");
    /* Cut off, and so not given. */
    params.scheduled_at = "2099-07-01T09:00:00Z";
    const size_t sizes[] = {
        offsetof(zexa_send_message_params, subject),
        offsetof(zexa_send_message_params, html),
        offsetof(zexa_send_message_params, template_json),
        offsetof(zexa_send_message_params, scheduled_at),
    };
    for (size_t size = 0; size < sizeof sizes / sizeof *sizes; size++) {
        FOR_EACH_BEHIND {
            zexa_send_message_params *cut = older(&params, sizes[size], BEHIND[at]);
            zexa_message *message = NULL;
            zexa_error *error = NULL;
            CHECK_OK(zexa_messages_send(client, cut, NULL, &message, &error), &error);
            CHECK_TEXT(zexa_message_body(message), "Hello");
            CHECK_TEXT(zexa_message_scheduled_at(message), NULL);
            zexa_message_free(message);
            free(cut);
        }
    }
}

static void test_campaigns(const zexa_client *client) {
    zexa_create_campaign_params params = ZEXA_CREATE_CAMPAIGN_PARAMS_INIT;
    params.name = "Two for one";
    params.channel = ZEXA_CHANNEL_SMS;
    params.contact_list_id = "lst_demo";
    params.sender_id = "ZEXA";
    params.body = "This week only";
    params.scheduled_at = "2099-07-01T09:00:00Z";
    FOR_EACH_BEHIND {
        zexa_create_campaign_params *cut =
            older(&params, offsetof(zexa_create_campaign_params, scheduled_at), BEHIND[at]);
        zexa_campaign *campaign = NULL;
        zexa_error *error = NULL;
        CHECK_OK(zexa_campaigns_create(client, cut, NULL, &campaign, &error), &error);
        CHECK_TEXT(zexa_campaign_scheduled_at(campaign), NULL);
        zexa_campaign_free(campaign);
        free(cut);
    }
}

static void test_contacts(const zexa_client *client) {
    zexa_create_contact_params params = ZEXA_CREATE_CONTACT_PARAMS_INIT;
    params.name = "Ana";
    params.email = "ana@zexa.example";
    FOR_EACH_BEHIND {
        params.phone = at == 0 ? "+244923000001" : "+244923000002";
        zexa_create_contact_params *cut =
            older(&params, offsetof(zexa_create_contact_params, email), BEHIND[at]);
        zexa_contact *contact = NULL;
        zexa_error *error = NULL;
        CHECK_OK(zexa_contacts_create(client, cut, NULL, &contact, &error), &error);
        CHECK_TEXT(zexa_contact_name(contact), "Ana");
        CHECK_TEXT(zexa_contact_email(contact), NULL);
        zexa_contact_free(contact);
        free(cut);
    }
}

/* Of parameters that are all optional, nothing need be there but the size. */
static void test_a_size_alone(const zexa_client *client) {
    zexa_list_contacts_params params = ZEXA_LIST_CONTACTS_PARAMS_INIT;
    params.list_id = "lst_none";
    params.per_page = 101;
    FOR_EACH_BEHIND {
        zexa_list_contacts_params *cut = older(&params, sizeof(size_t), BEHIND[at]);
        zexa_contact_iter *iter = NULL;
        zexa_contact *contact = NULL;
        zexa_error *error = NULL;
        CHECK_OK(zexa_contacts_list(client, cut, NULL, &iter, &error), &error);
        free(cut);
        CHECK_OK(zexa_contact_iter_next(iter, &contact, &error), &error);
        zexa_contact_free(contact);
        zexa_contact_iter_free(iter);
    }
}

int main(void) {
    sandbox server = sandbox_new("{}");
    zexa_client *client = sandbox_client(&server);
    test_options(&server);
    test_messages(client);
    test_campaigns(client);
    test_contacts(client);
    test_a_size_alone(client);
    zexa_client_free(client);
    sandbox_free(&server);
    return 0;
}
