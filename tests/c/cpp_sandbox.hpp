// Assertions, and a sandbox instance for each test, created through the control URL in
// ZEXA_CONTROL.

#ifndef CPP_SANDBOX_HPP
#define CPP_SANDBOX_HPP

#include <cstdlib>
#include <iostream>
#include <optional>
#include <string>

#include "zexa.hpp"

/// A condition is true; otherwise the program ends.
#define CHECK(condition)                                                                           \
    ((condition) ? static_cast<void>(0) : check_failed(__FILE__, __LINE__, #condition))

/// An expression throws this type. Returns the exception.
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

inline bool contains(std::string_view text, std::string_view part) {
    return text.find(part) != std::string_view::npos;
}

/// Value of a key in JSON, up to the next quote or comma. Sufficient for responses with known keys.
inline std::string json_value(std::string_view json, const std::string &key) {
    const std::string quoted = "\"" + key + "\":";
    const std::size_t found = json.find(quoted);
    CHECK(found != std::string_view::npos);
    json.remove_prefix(found + quoted.size());
    if (json.front() != '"')
        return std::string(json.substr(0, json.find_first_of(",}]")));
    json.remove_prefix(1);
    return std::string(json.substr(0, json.find('"')));
}

inline zexa::client new_client(const std::string &url, const std::string &api_key) {
    zexa::client_options options;
    options.base_url = url;
    options.api_key = api_key;
    return zexa::client(options);
}

/// A sandbox instance with its own state and faults. The destructor stops it.
class sandbox {
  public:
    explicit sandbox(const std::string &setup = "{}") : control_(root_control()) {
        const auto response = control_.request("POST", "/instances", {}, setup);
        url_ = json_value(response.body_json(), "url");
        api_key_ = json_value(response.body_json(), "api_key");
        if (contains(response.body_json(), "\"ca_file\"")) {
            ca_file_ = json_value(response.body_json(), "ca_file");
            client_cert_file_ = json_value(response.body_json(), "client_cert_file");
            client_key_file_ = json_value(response.body_json(), "client_key_file");
        }
        control_ = new_client(json_value(response.body_json(), "control"), "any");
    }

    sandbox(const sandbox &) = delete;
    sandbox &operator=(const sandbox &) = delete;

    ~sandbox() { control_.request("DELETE", "/"); }

    zexa::client client() const { return new_client(url_, api_key_); }
    zexa::client_options options() const {
        zexa::client_options options;
        options.base_url = url_;
        options.api_key = api_key_;
        options.ca_file = ca_file_;
        return options;
    }

    /// Options with a client certificate that the server accepts.
    zexa::client_options authenticated_options() const {
        zexa::client_options options = this->options();
        options.client_cert_file = client_cert_file_;
        options.client_key_file = client_key_file_;
        return options;
    }

    /// Number of "messages", "requests" or "contacts".
    int count(const std::string &what) const {
        return std::stoi(json_value(control_.request("GET", "/state").body_json(), what));
    }

    /// All received requests. Waits until there are `at_least`.
    std::string requests(int at_least) const {
        return std::string(
            control_.request("GET", "/requests", {{"at_least", std::to_string(at_least)}})
                .body_json());
    }

    void advance(int seconds) const {
        control_.request("POST", "/advance", {}, "{\"seconds\": " + std::to_string(seconds) + "}");
    }

  private:
    static zexa::client root_control() {
        const char *control = std::getenv("ZEXA_CONTROL");
        CHECK(control != nullptr);
        return new_client(control, "any");
    }

    zexa::client control_;
    std::string url_;
    std::string api_key_;
    std::optional<std::string> ca_file_;
    std::optional<std::string> client_cert_file_;
    std::optional<std::string> client_key_file_;
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
