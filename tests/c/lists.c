/* Lists: pages, iterators over pages and items, and lifetimes. */

#include "sandbox.h"

static zexa_list_contacts_params list_params(const char *list, int64_t per_page) {
    zexa_list_contacts_params params = ZEXA_LIST_CONTACTS_PARAMS_INIT;
    params.list_id = list;
    params.per_page = per_page;
    return params;
}

static void test_contact_page(const zexa_client *client) {
    zexa_list_contacts_params params = list_params("lst_demo", 10);
    zexa_error *error = NULL;
    zexa_contact_page *page = NULL;
    CHECK_OK(zexa_contacts_list_page(client, &params, 3, NULL, &page, &error), &error);
    CHECK_NUMBER(zexa_contact_page_count(page), 5);
    CHECK_NUMBER(zexa_contact_page_total(page), 25);
    CHECK_NUMBER(zexa_contact_page_number(page), 3);
    CHECK_NUMBER(zexa_contact_page_per_page(page), 10);
    CHECK_TEXT(zexa_contact_page_extra_json(page), "{}");
    CHECK_TEXT(zexa_contact_name(zexa_contact_page_at(page, 4)), "Contact 0025");
    CHECK(zexa_contact_page_at(page, 5) == NULL);
    CHECK(zexa_contact_page_at(page, SIZE_MAX) == NULL);
    zexa_contact_page_free(page);

    params.search = "Contact 0007";
    CHECK_OK(zexa_contacts_list_page(client, &params, 1, NULL, &page, &error), &error);
    CHECK_NUMBER(zexa_contact_page_count(page), 1);
    zexa_contact_page_free(page);
}

static void test_contact_iterator(const zexa_client *client) {
    zexa_list_contacts_params params = list_params("lst_demo", 10);
    zexa_error *error = NULL;
    zexa_contact_iter *iter = NULL;
    zexa_contact *contact = NULL;
    CHECK_OK(zexa_contacts_list(client, &params, NULL, &iter, &error), &error);
    for (int number = 1; number <= 25; number++) {
        char name[32];
        snprintf(name, sizeof name, "Contact %04d", number);
        CHECK_OK(zexa_contact_iter_next(iter, &contact, &error), &error);
        CHECK_TEXT(zexa_contact_name(contact), name);
        zexa_contact_free(contact);
    }
    for (int again = 0; again < 2; again++) {
        CHECK_NUMBER(zexa_contact_iter_next(iter, &contact, &error), ZEXA_DONE);
        CHECK(contact == NULL && error == NULL);
    }
    zexa_contact_iter_free(iter);
}

static void test_contact_pages(const zexa_client *client) {
    zexa_list_contacts_params params = list_params("lst_demo", 10);
    zexa_error *error = NULL;
    zexa_contact_pages *pages = NULL;
    zexa_contact_page *page = NULL;
    CHECK_OK(zexa_contacts_list_pages(client, &params, NULL, &pages, &error), &error);
    for (int number = 1; number <= 3; number++) {
        CHECK_OK(zexa_contact_pages_next(pages, &page, &error), &error);
        CHECK_NUMBER(zexa_contact_page_number(page), number);
        zexa_contact_page_free(page);
    }
    CHECK_NUMBER(zexa_contact_pages_next(pages, &page, &error), ZEXA_DONE);
    CHECK(page == NULL && error == NULL);
    zexa_contact_pages_free(pages);
}

static void test_campaigns(const zexa_client *client) {
    zexa_list_campaigns_params params = ZEXA_LIST_CAMPAIGNS_PARAMS_INIT;
    params.per_page = 2;
    zexa_error *error = NULL;
    zexa_campaign_iter *iter = NULL;
    zexa_campaign *campaign = NULL;
    int count = 0;
    CHECK_OK(zexa_campaigns_list(client, &params, NULL, &iter, &error), &error);
    while (zexa_campaign_iter_next(iter, &campaign, &error) == ZEXA_OK) {
        CHECK_CONTAINS(zexa_campaign_id(campaign), "cmp_");
        zexa_campaign_free(campaign);
        count++;
    }
    CHECK(error == NULL);
    CHECK_NUMBER(count, 3);
    CHECK(!zexa_campaign_iter_is_incomplete(iter));
    zexa_campaign_iter_free(iter);

    zexa_campaign_pages *pages = NULL;
    zexa_campaign_page *page = NULL;
    CHECK_OK(zexa_campaigns_list_pages(client, NULL, NULL, &pages, &error), &error);
    CHECK_OK(zexa_campaign_pages_next(pages, &page, &error), &error);
    CHECK_NUMBER(zexa_campaign_page_count(page), 3);
    CHECK_NUMBER(zexa_campaign_page_per_page(page), 50);
    zexa_campaign_page_free(page);
    CHECK_NUMBER(zexa_campaign_pages_next(pages, &page, &error), ZEXA_DONE);
    CHECK(!zexa_campaign_pages_is_incomplete(pages));
    zexa_campaign_pages_free(pages);

    CHECK_OK(zexa_campaigns_list_page(client, &params, 2, NULL, &page, &error), &error);
    CHECK_NUMBER(zexa_campaign_page_number(page), 2);
    CHECK_NUMBER(zexa_campaign_page_total(page), 3);
    CHECK_NUMBER(zexa_campaign_stats_pending(zexa_campaign_page_at(page, 0)), -1);
    CHECK_TEXT(zexa_campaign_stats_json(zexa_campaign_page_at(page, 0)), NULL);
    CHECK_TEXT(zexa_campaign_page_extra_json(page), "{}");
    zexa_campaign_page_free(page);
}

static void test_sender_ids(const zexa_client *client) {
    zexa_list_sender_ids_params params = ZEXA_LIST_SENDER_IDS_PARAMS_INIT;
    params.per_page = 100;
    zexa_error *error = NULL;
    zexa_sender_id_page *page = NULL;
    CHECK_OK(zexa_sender_ids_list_page(client, &params, 1, NULL, &page, &error), &error);
    CHECK_NUMBER(zexa_sender_id_page_count(page), 5);
    CHECK_NUMBER(zexa_sender_id_page_total(page), 5);
    CHECK_NUMBER(zexa_sender_id_page_number(page), 1);
    CHECK_NUMBER(zexa_sender_id_page_per_page(page), 100);
    CHECK_TEXT(zexa_sender_id_page_extra_json(page), "{}");
    const zexa_sender_id *first = zexa_sender_id_page_at(page, 0);
    CHECK_TEXT(zexa_sender_id_id(first), "sid_0001");
    CHECK_TEXT(zexa_sender_id_sender_id(first), "ZEXA");
    CHECK_TEXT(zexa_sender_id_channel(first), ZEXA_CHANNEL_SMS);
    CHECK_TEXT(zexa_sender_id_status(first), ZEXA_SENDER_ID_STATUS_APPROVED);
    CHECK_TEXT(zexa_sender_id_use_case(first), "transactional");
    CHECK_TEXT(zexa_sender_id_created_at(first), "2026-01-15T08:00:00Z");
    CHECK_NUMBER(zexa_sender_id_created_at_unix_ms(first), 1768464000000);
    CHECK_CONTAINS(zexa_sender_id_json(first), "\"id\":\"sid_0001\"");
    CHECK_TEXT(zexa_sender_id_extra_json(first), "{}");
    zexa_sender_id_page_free(page);

    zexa_sender_id_iter *iter = NULL;
    zexa_sender_id *one = NULL;
    int rejected = 0;
    CHECK_OK(zexa_sender_ids_list(client, NULL, NULL, &iter, &error), &error);
    while (zexa_sender_id_iter_next(iter, &one, &error) == ZEXA_OK) {
        rejected += strcmp(zexa_sender_id_status(one), ZEXA_SENDER_ID_STATUS_REJECTED) == 0;
        zexa_sender_id_free(one);
    }
    CHECK_NUMBER(rejected, 1);
    zexa_sender_id_iter_free(iter);

    zexa_sender_id_pages *pages = NULL;
    CHECK_OK(zexa_sender_ids_list_pages(client, NULL, NULL, &pages, &error), &error);
    CHECK_OK(zexa_sender_id_pages_next(pages, &page, &error), &error);
    CHECK_NUMBER(zexa_sender_id_page_count(page), 5);
    zexa_sender_id_page_free(page);
    CHECK_NUMBER(zexa_sender_id_pages_next(pages, &page, &error), ZEXA_DONE);
    CHECK(!zexa_sender_id_pages_is_incomplete(pages));
    zexa_sender_id_pages_free(pages);
}

/* An iterator that is not read fetches nothing. Items outlive their iterator. */
static void test_lifetimes(const sandbox *server) {
    zexa_client *client = sandbox_client(server);
    zexa_list_contacts_params params = list_params("lst_demo", 2);
    zexa_error *error = NULL;
    long before = sandbox_count(server, "requests");
    zexa_contact_iter *untouched = NULL, *iter = NULL;
    CHECK_OK(zexa_contacts_list(client, &params, NULL, &untouched, &error), &error);
    zexa_contact_iter_free(untouched);
    CHECK_NUMBER(sandbox_count(server, "requests"), before);

    CHECK_OK(zexa_contacts_list(client, &params, NULL, &iter, &error), &error);
    zexa_contact *third = NULL;
    for (int count = 0; count < 3; count++) {
        zexa_contact_free(third);
        CHECK_OK(zexa_contact_iter_next(iter, &third, &error), &error);
    }
    zexa_client_free(client);
    zexa_contact *fourth = NULL;
    CHECK_OK(zexa_contact_iter_next(iter, &fourth, &error), &error);
    zexa_contact_iter_free(iter);
    CHECK_TEXT(zexa_contact_name(third), "Contact 0003");
    CHECK_TEXT(zexa_contact_name(fourth), "Contact 0004");
    zexa_contact_free(third);
    zexa_contact_free(fourth);
}

static void test_error_ends_a_list(void) {
    sandbox server =
        sandbox_new("{\"state\": {\"contacts_count\": 25}, \"faults\":"
                    "[{\"path\": \"/contacts\", \"skip\": 1, \"times\": 0, \"status\": 401}]}");
    zexa_client *client = sandbox_client(&server);
    zexa_list_contacts_params params = list_params("lst_demo", 10);
    zexa_error *error = NULL;
    zexa_contact_iter *iter = NULL;
    zexa_contact *contact = NULL;
    CHECK_OK(zexa_contacts_list(client, &params, NULL, &iter, &error), &error);
    for (int count = 0; count < 10; count++) {
        CHECK_OK(zexa_contact_iter_next(iter, &contact, &error), &error);
        zexa_contact_free(contact);
    }
    CHECK_FAILS(zexa_contact_iter_next(iter, &contact, &error), ZEXA_UNAUTHORIZED,
                ZEXA_OUTCOME_REJECTED, &error);
    CHECK(contact == NULL);
    CHECK_NUMBER(zexa_contact_iter_next(iter, &contact, &error), ZEXA_DONE);
    CHECK(contact == NULL && error == NULL);
    zexa_contact_iter_free(iter);
    zexa_client_free(client);
    sandbox_free(&server);
}

/* The last page of contacts reports a total with two more, which do not exist. */
static void test_incomplete_list(void) {
    sandbox server = sandbox_new(
        "{\"state\": {\"contacts\": []}, \"faults\": [{\"path\": \"/contacts\", \"times\": 0, "
        "\"status\": 200,"
        "\"body\": {\"data\": [], \"meta\": {\"total\": 2, \"page\": 1, \"per_page\": 50}}}]}");
    zexa_client *client = sandbox_client(&server);
    zexa_error *error = NULL;
    zexa_contact_iter *iter = NULL;
    zexa_contact *contact = NULL;
    CHECK_OK(zexa_contacts_list(client, NULL, NULL, &iter, &error), &error);
    CHECK(!zexa_contact_iter_is_incomplete(iter));
    CHECK_NUMBER(zexa_contact_iter_next(iter, &contact, &error), ZEXA_DONE);
    CHECK(zexa_contact_iter_is_incomplete(iter));
    zexa_contact_iter_free(iter);

    zexa_contact_pages *pages = NULL;
    zexa_contact_page *page = NULL;
    CHECK_OK(zexa_contacts_list_pages(client, NULL, NULL, &pages, &error), &error);
    CHECK_OK(zexa_contact_pages_next(pages, &page, &error), &error);
    zexa_contact_page_free(page);
    CHECK(!zexa_contact_pages_is_incomplete(pages));
    CHECK_NUMBER(zexa_contact_pages_next(pages, &page, &error), ZEXA_DONE);
    CHECK(zexa_contact_pages_is_incomplete(pages));
    zexa_contact_pages_free(pages);

    zexa_sender_id_iter *complete = NULL;
    zexa_sender_id *sender_id = NULL;
    CHECK_OK(zexa_sender_ids_list(client, NULL, NULL, &complete, &error), &error);
    while (zexa_sender_id_iter_next(complete, &sender_id, &error) == ZEXA_OK)
        zexa_sender_id_free(sender_id);
    CHECK(error == NULL && !zexa_sender_id_iter_is_incomplete(complete));
    zexa_sender_id_iter_free(complete);
    zexa_client_free(client);
    sandbox_free(&server);
}

int main(void) {
    sandbox server = sandbox_new("{\"state\": {\"contacts_count\": 25, \"campaigns_count\": 3}}");
    zexa_client *client = sandbox_client(&server);
    test_contact_page(client);
    test_contact_iterator(client);
    test_contact_pages(client);
    test_campaigns(client);
    test_sender_ids(client);
    test_lifetimes(&server);
    test_error_ends_a_list();
    test_incomplete_list();
    zexa_client_free(client);
    sandbox_free(&server);
    return 0;
}
