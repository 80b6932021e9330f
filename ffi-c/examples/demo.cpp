// Sends a first message, many messages in one run, and a small campaign, and prints their progress.
//
// Needs ZEXA_BASE_URL and ZEXA_API_KEY of a sandbox. `cargo xtask demo cpp` starts one. Do not run
// it against the real API: it costs credits, and the phone numbers are fictitious.

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <cstdlib>
#include <iomanip>
#include <iostream>
#include <optional>
#include <sstream>
#include <string>
#include <string_view>
#include <thread>
#include <unistd.h>
#include <vector>

#include <zexa.hpp>

using namespace std::chrono_literals;
using steady = std::chrono::steady_clock;

/// An existing contact list: the API cannot create one.
static const std::string list_id = "lst_demo";
static constexpr int new_contacts = 20;
static constexpr int number_of_rows = 200;
/// Longest wait for a status.
static constexpr auto max_wait = 60s;

static const bool in_terminal = isatty(STDOUT_FILENO) == 1;

static std::string styled(std::string_view text, const char *code) {
    if (!in_terminal)
        return std::string(text);
    return std::string("\033[") + code + "m" + std::string(text) + "\033[0m";
}

static std::string bold(std::string_view text) {
    return styled(text, "1");
}

static std::string green(std::string_view text) {
    return styled(text, "32");
}

static std::string red(std::string_view text) {
    return styled(text, "31");
}

static void heading(std::string_view text) {
    std::cout << '\n' << bold(text) << '\n';
}

/// Returns the elapsed time in seconds.
static std::string since(steady::time_point start) {
    std::ostringstream text;
    text << std::fixed << std::setprecision(1)
         << std::chrono::duration<double>(steady::now() - start).count() << " s";
    return text.str();
}

static zexa::send_message_params sms(const char *from, const char *body) {
    zexa::send_message_params params;
    params.channel = zexa::channel::sms;
    params.to = "+244912345678";
    params.from = from;
    params.body = body;
    return params;
}

static void show_status(const zexa::message &message, steady::time_point start) {
    std::cout << std::setw(8) << since(start) << "  " << green(message.status()) << '\n';
}

/// Sends a message, and polls it until its status is final.
static void send_message(const zexa::client &client) {
    const auto start = steady::now();
    zexa::message message = client.messages().send(sms("ZEXA", "Olá! This is Zexa."));
    std::cout << "  " << message.id() << " by " << message.channel().value_or("") << " from ZEXA\n";
    show_status(message, start);
    while (!zexa::message_status::is_final(message.status()) && steady::now() - start < max_wait) {
        std::this_thread::sleep_for(200ms);
        const zexa::message now = client.messages().get(message.id());
        if (now.status() != message.status())
            show_status(now, start);
        message = now;
    }
}

/// Prints the number of finished messages: a progress bar in a terminal, otherwise a few lines.
class progress {
  public:
    explicit progress(std::int64_t total)
        : total_(total), step_(std::max<std::int64_t>(1, total / 4)) {}

    void show(std::int64_t done, std::string_view status) {
        if (in_terminal) {
            const auto filled = static_cast<std::size_t>(total_ > 0 ? 40 * done / total_ : 40);
            const std::string bar = std::string(filled, '#') + std::string(40 - filled, '.');
            std::cout << "\r  " << green(bar) << ' ' << std::setw(3) << done << '/' << total_
                      << "  " << std::left << std::setw(10) << status << std::right << std::flush;
        } else if (done / step_ > shown_ / step_ || (done == total_ && shown_ < done)) {
            std::cout << "  " << std::setw(3) << done << '/' << total_ << "  " << status << '\n';
        }
        shown_ = done;
    }

    ~progress() {
        if (in_terminal)
            std::cout << '\n';
    }

  private:
    std::int64_t total_;
    std::int64_t step_;
    std::int64_t shown_ = 0;
};

/// Sends many messages in one run, at a limited rate.
static void send_many(const zexa::client &client) {
    const auto start = steady::now();
    std::vector<zexa::send_message_params> rows(number_of_rows,
                                                sms("ZEXA", "Your order has been shipped."));
    for (std::size_t row = 0; row < rows.size(); ++row)
        rows[row].to = "+24491000" + std::to_string(1000 + row);
    zexa::bulk_options options;
    options.rate = 100;
    auto sending = client.messages().send_many(rows, options);
    {
        progress progress(number_of_rows);
        std::int64_t done = 0;
        for (const zexa::send_result &result : sending) {
            const auto error = result.error();
            progress.show(++done, error ? error->message() : "sent");
        }
    }
    std::cout << "  " << green(std::to_string(sending.stats().accepted()) + " accepted") << " in "
              << since(start) << '\n';
}

/// Returns a phone number. For two of them, the sandbox simulates failed deliveries.
static std::string phone(int number) {
    if (number == 7)
        return "+244000100007";
    if (number == 13)
        return "+244000200013";
    return "+2449000000" + std::string(number < 10 ? "0" : "") + std::to_string(number);
}

/// Adds contacts to the list. Contacts of an earlier run are kept.
static void add_contacts(const zexa::client &client) {
    int added = 0;
    for (int number = 1; number <= new_contacts; ++number) {
        zexa::create_contact_params params;
        params.name = "Cliente " + std::to_string(number);
        params.phone = phone(number);
        params.lists = {list_id};
        try {
            client.contacts().create(params);
            ++added;
        } catch (const zexa::conflict_error &) {
        }
    }
    std::cout << "  " << added << " contacts added to " << list_id << '\n';
}

static void show_count(const char *name, std::optional<std::int64_t> count) {
    if (count)
        std::cout << "  " << std::setw(3) << *count << ' ' << name << '\n';
}

/// Creates a campaign for the contact list, and polls it until it is finished.
static void run_campaign(const zexa::client &client) {
    const auto start = steady::now();
    zexa::create_campaign_params params;
    params.name = "Two for one";
    params.channel = zexa::channel::sms;
    params.contact_list_id = list_id;
    params.sender_id = "ZEXA";
    params.body = "This week only: two for the price of one.";
    zexa::campaign campaign = client.campaigns().create(params);
    const std::int64_t total = campaign.total_recipients().value_or(0);
    std::cout << "  " << campaign.id() << " \"" << campaign.name().value_or("") << "\" to " << total
              << " contacts\n";
    {
        progress progress(total);
        while (!zexa::campaign_status::is_final(campaign.status()) &&
               steady::now() - start < max_wait) {
            std::this_thread::sleep_for(100ms);
            campaign = client.campaigns().get(campaign.id());
            const auto stats = campaign.stats();
            const std::int64_t pending = stats ? stats->pending().value_or(total) : total;
            progress.show(std::clamp<std::int64_t>(total - pending, 0, total), campaign.status());
        }
    }
    std::cout << "  " << green(campaign.status()) << " in " << since(start) << '\n';
    if (const auto stats = campaign.stats()) {
        show_count("delivered", stats->delivered());
        show_count("failed", stats->failed());
        show_count("undeliverable", stats->undeliverable());
    }
}

static const char *advice(const zexa::error &error) {
    return error.safe_to_retry() ? "nothing was sent: send it again after the cause is removed"
                                 : "it may have been sent: check before you send it again";
}

/// Sends from an unregistered Sender ID, and prints the error and its outcome.
static void show_error(const zexa::client &client) {
    try {
        client.messages().send(sms("NOBODY", "From a name that is not registered."));
        std::cout << "  none\n";
    } catch (const zexa::error &error) {
        std::cout << "  " << red(error.message()) << '\n'
                  << "  kind        " << to_string(error.kind()) << '\n'
                  << "  outcome     " << to_string(error.outcome()) << ", so " << advice(error)
                  << '\n'
                  << "  response    " << error.http_status().value_or(0) << ", "
                  << error.code().value_or("no code") << '\n'
                  << "  request id  " << error.request_id().value_or("none") << '\n';
        if (error.details_json())
            std::cout << "  details     " << *error.details_json() << '\n';
    }
}

int main() {
    const char *url = std::getenv("ZEXA_BASE_URL");
    if (url == nullptr || *url == '\0') {
        std::cerr << "ZEXA_BASE_URL is not set. This demo needs a sandbox, which `cargo xtask demo "
                     "cpp` starts.\n";
        return 1;
    }
    // Without buffering, so that progress is visible through a pipe.
    std::cout << std::unitbuf << bold("Zexa") << " in C++, with " << url << '\n';
    try {
        const zexa::client client;
        heading("Credits");
        const double before = client.credits().get().value();
        std::cout << "  " << before << '\n';
        heading("A message");
        send_message(client);
        heading("Many messages");
        send_many(client);
        heading("A campaign");
        add_contacts(client);
        run_campaign(client);
        heading("Credits");
        const double after = client.credits().get().value();
        std::cout << "  " << after << ", so this cost " << before - after << '\n';
        heading("An error, on purpose");
        show_error(client);
        return 0;
    } catch (const zexa::error &error) {
        std::cerr << error.what() << '\n';
        return 1;
    }
}
