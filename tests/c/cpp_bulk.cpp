// zexa.hpp: bulk runs.

#include <forward_list>
#include <stdexcept>
#include <thread>
#include <vector>

#include "cpp_ledger.hpp"

static zexa::send_message_params row(int number) {
    zexa::send_message_params params = sms("Hello");
    params.to = "+24492300" + std::to_string(1000 + number);
    params.idempotency_key = "june-" + std::to_string(number);
    return params;
}

static std::vector<zexa::send_message_params> rows(int count) {
    std::vector<zexa::send_message_params> rows;
    for (int number = 0; number < count; ++number)
        rows.push_back(row(number));
    return rows;
}

static zexa::bulk_options options_of(const world &world) {
    zexa::bulk_options options;
    options.ledger = world.path();
    options.ordered = true;
    return options;
}

/// A range that makes its rows when they are read, and throws at a row.
class lazy_rows {
  public:
    class iterator {
      public:
        explicit iterator(lazy_rows *rows) : rows_(rows) {}
        zexa::send_message_params operator*() const { return row(rows_->pulled); }
        iterator &operator++() {
            if (++rows_->pulled == rows_->throw_at)
                throw std::runtime_error("the file cannot be read");
            return *this;
        }
        bool operator==(const lazy_rows &rows) const { return rows.pulled == rows.count; }

      private:
        lazy_rows *rows_;
    };

    iterator begin() { return iterator(this); }
    const lazy_rows &end() const { return *this; }

    int count = 0;
    int throw_at = -1;
    int pulled = 0;
};

static void test_each_row_has_one_result() {
    world world;
    const std::vector<zexa::send_message_params> source = rows(20);
    // The client is destroyed before the results are read.
    auto sending = world.server.client().messages().send_many(source, options_of(world));
    CHECK(sending.ledger_created());
    int count = 0;
    for (zexa::send_result &result : sending) {
        CHECK(result.index() == count);
        CHECK(result.idempotency_key() == "june-" + std::to_string(count));
        CHECK(result.message()->to() == source[static_cast<std::size_t>(count++)].to);
        CHECK(!result.error() && result.outcome() == zexa::outcome::accepted);
        CHECK(result.recorded() && !result.replayed());
    }
    CHECK(count == 20);
    const zexa::bulk_stats stats = sending.stats();
    CHECK(stats.pulled() == 20 && stats.accepted() == 20 && !stats.gate_opens_in());
    CHECK(contains(stats.ledger().value_or(""), world.path()));

    // A temporary range is moved into the run. A message outlives its result and its run.
    std::optional<zexa::message> last;
    for (const auto &result :
         world.server.client().messages().send_many(rows(21), options_of(world))) {
        CHECK(result.replayed() == (result.index() < 20));
        last = result.message();
    }
    CHECK(last->to() == row(20).to && world.server.count("messages") == 21);
}

static void test_ranges() {
    sandbox server;
    const zexa::client client = server.client();
    zexa::bulk_options options;
    options.concurrency = 2;
    lazy_rows lazy;
    lazy.count = 100;
    auto sending = client.messages().send_many(lazy, options);
    CHECK(lazy.pulled == 0);
    auto result = sending.begin();
    CHECK(lazy.pulled <= 4);
    const auto copy = result;
    CHECK((++result)->message() && copy != sending.end());
    auto moved = std::move(sending);
    CHECK(moved.stats().pulled() >= 2);
    moved.stop();
    CHECK_THROWS(zexa::stopped_error, [&] {
        while (result != moved.end())
            ++result;
    }());
    CHECK(result == moved.end() && moved.begin() == moved.end());
    CHECK_THROWS(zexa::invalid_argument_error, sending.begin());
    sending.stop();
    CHECK(!sending.ledger_created());

    const zexa::send_message_params array[] = {row(201), row(202)};
    const std::forward_list<zexa::send_message_params> list = {row(203)};
    int count = 0;
    for (const auto &each : client.messages().send_many(array))
        count += each.message().has_value();
    for (const auto &each : client.messages().send_many(list))
        count += each.message().has_value();
    for (const auto &each : client.messages().send_many(std::vector<zexa::send_message_params>()))
        count += each.message().has_value();
    CHECK(count == 3);
}

static void test_invalid_rows() {
    world world;
    std::vector<zexa::send_message_params> source = rows(5);
    source[1].to = "0912";
    source[2].body = std::string("cut\0off", 7);
    source[3].to.clear();
    const std::vector<zexa::kind> kinds = {zexa::kind::validation, zexa::kind::invalid_argument,
                                           zexa::kind::invalid_request};
    std::vector<zexa::send_result> results;
    for (const auto &result : world.server.client().messages().send_many(source, options_of(world)))
        results.push_back(result);
    CHECK(results.size() == 5 && results[0].message() && results[4].message());
    for (std::size_t index = 0; index < 3; ++index) {
        const zexa::send_result &result = results[index + 1];
        CHECK(result.error()->kind() == kinds[index] && result.error()->safe_to_retry());
        CHECK(result.outcome() == zexa::outcome::not_sent && !result.message());
    }
    CHECK(results[2].error()->message() == "`body` must not contain a NUL");
}

static void test_a_source_that_throws() {
    sandbox server;
    lazy_rows lazy;
    lazy.count = 100;
    lazy.throw_at = 5;
    int count = 0;
    auto sending = server.client().messages().send_many(lazy);
    const auto error = CHECK_THROWS(std::runtime_error, [&] {
        for (const auto &result : sending)
            count += result.index() < 5;
    }());
    CHECK(std::string(error.what()) == "the file cannot be read" && count == 5);
    CHECK(sending.begin() == sending.end() && lazy.pulled == 5);
}

static void test_runs_that_stop() {
    world world(R"({"faults": [{"process": true, "delay": 0.2, "times": 0}]})");
    const zexa::client client = world.server.client();
    zexa::bulk_options options = options_of(world);
    options.cancel = zexa::cancel_token();
    int count = 0;
    auto sending = client.messages().send_many(rows(1000), options);
    std::thread canceller([&] {
        world.server.requests(4);
        options.cancel->cancel();
    });
    const auto error = CHECK_THROWS(zexa::stopped_error, [&] {
        for (const auto &result : sending)
            count += result.message().has_value();
    }());
    canceller.join();
    CHECK(contains(*error.details_json(), R"("reason":"cancelled")"));
    CHECK(count == world.server.count("messages"));

    for (const double rate : {-1.0, -2.0, 0.0}) {
        zexa::bulk_options invalid;
        invalid.rate = rate;
        const auto rejected =
            CHECK_THROWS(zexa::config_error, client.messages().send_many(rows(1), invalid));
        CHECK(contains(rejected.message(), "`rate` must be more than zero, got "));
    }
    zexa::bulk_options later;
    later.not_after = "2020-01-01T00:00:00Z";
    later.rate = 100;
    later.allow_past = true;
    for (const auto &result : client.messages().send_many(rows(1), later))
        CHECK(result.error()->kind() == zexa::kind::validation);
}

static void test_contacts() {
    sandbox server;
    std::vector<zexa::create_contact_params> contacts(10);
    for (std::size_t number = 0; number < contacts.size(); ++number) {
        contacts[number].name = "Ana";
        contacts[number].phone = "+24492400" + std::to_string(1000 + number);
    }
    contacts[9].phone = std::string("+244\0", 5);
    for (const bool exists : {false, true}) {
        auto creating = server.client().contacts().create_many(contacts);
        int count = 0;
        for (const zexa::create_result &result : creating) {
            if (result.index() == 9) {
                CHECK(result.error()->kind() == zexa::kind::invalid_argument);
                CHECK(result.outcome() == zexa::outcome::not_sent);
                continue;
            }
            CHECK(result.exists() == exists && result.contact().has_value() != exists);
            CHECK(!result.error());
            ++count;
        }
        CHECK(count == 9 && creating.stats().pulled() == 10 && !creating.ledger_created());
    }
    auto cancelled = server.client().contacts().create_many(contacts);
    cancelled.cancel();
    CHECK_THROWS(zexa::stopped_error, cancelled.begin());
}

int main() {
    test_each_row_has_one_result();
    test_ranges();
    test_invalid_rows();
    test_a_source_that_throws();
    test_runs_that_stop();
    test_contacts();
}
