// Checks, and a sandbox of a test's own, by the control path of the one that ZEXA_CONTROL names.

#ifndef CPP_SANDBOX_HPP
#define CPP_SANDBOX_HPP

#include <cstdlib>
#include <iostream>
#include <optional>
#include <string>

#include "zexa.hpp"

/// It holds, or the program ends.
#define CHECK(condition)                                                                           \
    ((condition) ? static_cast<void>(0) : check_failed(__FILE__, __LINE__, #condition))

/// A statement throws this, which is given.
#define CHECK_THROWS(type, expression)                                                             \
    [&]() -> type {                                                                                \
        try {                                                                                      \
            static_cast<void>(expression);                                                         \
        } catch (const type &check_caught) {                                                       \
            return check_caught;                                                                   \
        } catch (const std::exception &check_other) {                                              \
            std::cerr << check_other.what() << '\n';                                               \
        }                                                                                          \
        check_failed(__FILE__, __LINE__, #expression " throws " #type);                            \
    }()

[[noreturn]] inline void check_failed(const char *file, int line, const char *what) {
    std::cerr << file << ':' << line << ": " << what << '\n';
    std::exit(1);
}

inline bool holds(std::string_view text, std::string_view part) {
    return text.find(part) != std::string_view::npos;
}

/// What stands behind a key in JSON, up to the next quote or comma. Enough for answers whose keys
/// are known.
inline std::string value_in(std::string_view json, const std::string &key) {
    const std::string quoted = "\"" + key + "\":";
    const std::size_t found = json.find(quoted);
    CHECK(found != std::string_view::npos);
    json.remove_prefix(found + quoted.size());
    if (json.front() != '"')
        return std::string(json.substr(0, json.find_first_of(",}]")));
    json.remove_prefix(1);
    return std::string(json.substr(0, json.find('"')));
}

inline zexa::client client_of(const std::string &url, const std::string &api_key) {
    zexa::client_options options;
    options.base_url = url;
    options.api_key = api_key;
    return zexa::client(options);
}

/// A server with a state and faults of its own, which ends with this.
class sandbox {
  public:
    explicit sandbox(const std::string &setup = "{}") : control_(root()) {
        const auto answer = control_.request("POST", "/instances", {}, setup);
        url_ = value_in(answer.body_json(), "url");
        api_key_ = value_in(answer.body_json(), "api_key");
        if (holds(answer.body_json(), "\"ca_file\""))
            ca_file_ = value_in(answer.body_json(), "ca_file");
        control_ = client_of(value_in(answer.body_json(), "control"), "any");
    }

    sandbox(const sandbox &) = delete;
    sandbox &operator=(const sandbox &) = delete;

    ~sandbox() { control_.request("DELETE", "/"); }

    zexa::client client() const { return client_of(url_, api_key_); }
    zexa::client_options options() const {
        zexa::client_options options;
        options.base_url = url_;
        options.api_key = api_key_;
        options.ca_file = ca_file_;
        return options;
    }

    /// How many "messages", "requests" or "contacts" it has.
    int count(const std::string &what) const {
        return std::stoi(value_in(control_.request("GET", "/state").body_json(), what));
    }

    /// All requests that it has had, once there are so many.
    std::string requests(int at_least) const {
        return std::string(
            control_.request("GET", "/requests", {{"at_least", std::to_string(at_least)}})
                .body_json());
    }

    void advance(int seconds) const {
        control_.request("POST", "/advance", {}, "{\"seconds\": " + std::to_string(seconds) + "}");
    }

  private:
    static zexa::client root() {
        const char *control = std::getenv("ZEXA_CONTROL");
        CHECK(control != nullptr);
        return client_of(control, "any");
    }

    zexa::client control_;
    std::string url_;
    std::string api_key_;
    std::optional<std::string> ca_file_;
};

inline zexa::send_message_params sms(const std::string &body) {
    zexa::send_message_params params;
    params.channel = zexa::channel::sms;
    params.to = "+244912345678";
    params.from = "ZEXA";
    params.body = body;
    return params;
}

#endif
