// zexa.hpp: HTTP/2 over TLS, client certificates, and causes of failed handshakes.

#include "cpp_sandbox.hpp"

/// HTTP/2 is offered only if it is enabled, although the server prefers it.
static void test_http2() {
    sandbox server(R"({"state": {"tls": true}})");
    zexa::client_options options = server.options();
    CHECK(!options.http2);
    CHECK(zexa::client(options).credits().get().value() > 0);
    CHECK(!contains(server.requests(1), R"("http_version":"2")"));
    options.http2 = true;
    CHECK(zexa::client(options).credits().get().value() > 0);
    CHECK(contains(server.requests(2), R"("http_version":"2")"));
}

/// The cause is a stable code.
static void check_cause(zexa::client_options options, std::string_view cause) {
    options.max_retries = 0;
    const auto error = CHECK_THROWS(zexa::connect_error, zexa::client(options).credits().get());
    CHECK(error.cause() == cause && error.outcome() == zexa::outcome::not_sent);
}

static void test_failed_handshakes() {
    sandbox server(R"({"state": {"tls": true}, "faults": [{"at": "connect", "then": "reset"}]})");
    check_cause(server.options(), "ECONNRESET");
    zexa::client_options options = server.options();
    options.ca_file.reset();
    check_cause(options, "UNABLE_TO_GET_ISSUER_CERT_LOCALLY");
    options.base_url = "https" + sandbox().options().base_url->substr(4);
    check_cause(options, "ECONNREFUSED");
    sandbox without_tls;
    options.base_url = "https" + without_tls.options().base_url->substr(4);
    check_cause(options, "EPROTO");
}

static void test_client_certificate() {
    sandbox server(R"({"state": {"tls": true, "require_client_certificate": true}})");
    check_cause(server.options(), "EPROTO");
    CHECK(server.count("requests") == 0);
    CHECK(zexa::client(server.authenticated_options()).credits().get().value() > 0);
    CHECK(contains(server.requests(1), R"("client_certificate":"zexa-sandbox-client")"));
    zexa::client_options options = server.authenticated_options();
    options.client_key_file.reset();
    const auto error = CHECK_THROWS(zexa::config_error, zexa::client(options));
    CHECK(contains(error.what(), "`client_key_file` is required"));
}

int main() {
    test_http2();
    test_client_certificate();
    test_failed_handshakes();
    return 0;
}
