// zexa.hpp: lists of items and of pages.

#include <iterator>
#include <memory>
#include <vector>

#include "cpp_sandbox.hpp"

static void test_lists() {
    sandbox server(R"({"state": {"contacts_count": 95}})");
    zexa::list_contacts_params by_ten;
    by_ten.per_page = 10;
    // The client is destroyed before the list is read.
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
    CHECK(second->number() == 2 && second->size() == 10 && contains(second->extra_json(), "{"));
    const zexa::contact kept = (*second)[3];
    second.reset();
    CHECK(kept.id() == all[13].id());

    int seen = 0;
    for (const zexa::contact &contact : contacts) {
        CHECK(contact.name().has_value());
        if (++seen == 3)
            break;
    }
    CHECK(seen == 3);
    using iterator = zexa::list<zexa::contact>::iterator;
    CHECK(iterator() == contacts.end());
#if __cplusplus >= 202002L
    static_assert(std::input_iterator<iterator>);
#endif
    iterator next = contacts.begin();
    const zexa::contact first = *next++;
    CHECK(first.id() == all[0].id() && next->id() == all[1].id());
}

static void test_failed_list() {
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

static void test_incomplete_list() {
    sandbox server(R"({"faults": [{"path": "/contacts", "times": 0, "status": 200, "body":
                       {"data": [], "meta": {"total": 2, "page": 1, "per_page": 50}}}]})");
    const auto contacts = server.client().contacts().list();
    CHECK(!contacts.is_incomplete());
    CHECK(contacts.begin() == contacts.end() && contacts.is_incomplete());

    const auto pages = server.client().contacts().list().pages();
    auto page = pages.begin();
    CHECK(page->empty() && !pages.is_incomplete());
    CHECK(++page == pages.end() && pages.is_incomplete());

    // The last complete iteration counts.
    const auto senders = server.client().sender_ids().list();
    for (const zexa::sender_id &sender : senders)
        CHECK(!sender.status().empty());
    CHECK(!senders.is_incomplete());
}

int main() {
    test_lists();
    test_incomplete_list();
    test_failed_list();
}
