/* Structs of programs that were compiled when they were shorter are accepted, and the memory after
 * them is not read. */

#include <stddef.h>

#include "sandbox.h"

/* Value of the bytes after such a struct, where newer members would be. */
enum { GARBAGE = 0xA5 };
/* Number of bytes after the struct: none, so that Valgrind reports any access, and some. */
static const size_t TRAILING_SIZES[] = {0, 64};
#define FOR_EACH_TRAILING_SIZE                                                                     \
    for (size_t at = 0; at < sizeof TRAILING_SIZES / sizeof *TRAILING_SIZES; at++)

/* Copies the first `size` bytes of a struct, and sets its size to that. Free the copy. */
static void *truncated(const void *whole, size_t size, size_t trailing) {
    unsigned char *copy = (unsigned char *)malloc(size + trailing);
    memset(copy, GARBAGE, size + trailing);
    memcpy(copy, whole, size);
    memcpy(copy, &size, sizeof size);
    return copy;
}

/* Size of a struct up to and including a member. These two name the last members of version 0.1 and
 * must not change, so that programs of that version remain supported. */
#define SIZE_WITH(type, member) (offsetof(type, member) + sizeof(((type *)0)->member))
static const size_t CLIENT_OPTIONS_0_1 = SIZE_WITH(zexa_client_options, limiter);
static const size_t CALL_OPTIONS_0_1 = SIZE_WITH(zexa_call_options, extra_body);

static void test_options(const sandbox *server) {
    zexa_client_options options = ZEXA_CLIENT_OPTIONS_INIT;
    options.base_url = server->url;
    options.api_key = server->api_key;
    zexa_call_options call = ZEXA_CALL_OPTIONS_INIT;
    call.max_retries = 0;
    FOR_EACH_TRAILING_SIZE {
        zexa_client_options *first = truncated(&options, CLIENT_OPTIONS_0_1, TRAILING_SIZES[at]);
        zexa_call_options *once = truncated(&call, CALL_OPTIONS_0_1, TRAILING_SIZES[at]);
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
    /* Beyond the truncated size, so absent. */
    params.scheduled_at = "2099-07-01T09:00:00Z";
    const size_t sizes[] = {
        offsetof(zexa_send_message_params, subject),
        offsetof(zexa_send_message_params, html),
        offsetof(zexa_send_message_params, template_json),
        offsetof(zexa_send_message_params, scheduled_at),
    };
    for (size_t size = 0; size < sizeof sizes / sizeof *sizes; size++) {
        FOR_EACH_TRAILING_SIZE {
            zexa_send_message_params *short_params =
                truncated(&params, sizes[size], TRAILING_SIZES[at]);
            zexa_message *message = NULL;
            zexa_error *error = NULL;
            CHECK_OK(zexa_messages_send(client, short_params, NULL, &message, &error), &error);
            CHECK_TEXT(zexa_message_body(message), "Hello");
            CHECK_TEXT(zexa_message_scheduled_at(message), NULL);
            zexa_message_free(message);
            free(short_params);
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
    FOR_EACH_TRAILING_SIZE {
        zexa_create_campaign_params *short_params = truncated(
            &params, offsetof(zexa_create_campaign_params, scheduled_at), TRAILING_SIZES[at]);
        zexa_campaign *campaign = NULL;
        zexa_error *error = NULL;
        CHECK_OK(zexa_campaigns_create(client, short_params, NULL, &campaign, &error), &error);
        CHECK_TEXT(zexa_campaign_scheduled_at(campaign), NULL);
        zexa_campaign_free(campaign);
        free(short_params);
    }
}

static void test_contacts(const zexa_client *client) {
    zexa_create_contact_params params = ZEXA_CREATE_CONTACT_PARAMS_INIT;
    params.name = "Ana";
    params.email = "ana@zexa.example";
    FOR_EACH_TRAILING_SIZE {
        params.phone = at == 0 ? "+244923000001" : "+244923000002";
        zexa_create_contact_params *short_params =
            truncated(&params, offsetof(zexa_create_contact_params, email), TRAILING_SIZES[at]);
        zexa_contact *contact = NULL;
        zexa_error *error = NULL;
        CHECK_OK(zexa_contacts_create(client, short_params, NULL, &contact, &error), &error);
        CHECK_TEXT(zexa_contact_name(contact), "Ana");
        CHECK_TEXT(zexa_contact_email(contact), NULL);
        zexa_contact_free(contact);
        free(short_params);
    }
}

/* If all parameters are optional, the size alone is enough. */
static void test_size_only(const zexa_client *client) {
    zexa_list_contacts_params params = ZEXA_LIST_CONTACTS_PARAMS_INIT;
    params.list_id = "lst_none";
    params.per_page = 101;
    FOR_EACH_TRAILING_SIZE {
        zexa_list_contacts_params *short_params =
            truncated(&params, sizeof(size_t), TRAILING_SIZES[at]);
        zexa_contact_iter *iter = NULL;
        zexa_contact *contact = NULL;
        zexa_error *error = NULL;
        CHECK_OK(zexa_contacts_list(client, short_params, NULL, &iter, &error), &error);
        free(short_params);
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
    test_size_only(client);
    zexa_client_free(client);
    sandbox_free(&server);
    return 0;
}
