// zexa.hpp: what a client speaks over TLS.

#include "cpp_sandbox.hpp"

/// HTTP/2 is offered only if it is enabled, although the server prefers it.
static void test_http2() {
    sandbox server(R"({"state": {"tls": true}})");
    zexa::client_options options = server.options();
    CHECK(!options.http2);
    zexa::client(options).credits().get();
    CHECK(!holds(server.requests(1), R"("http_version":"2")"));
    options.http2 = true;
    zexa::client(options).credits().get();
    CHECK(holds(server.requests(2), R"("http_version":"2")"));
}

int main() {
    test_http2();
    return 0;
}
