/* Limiters in Redis. Without a server, only errors and the fallback are tested. */

#include <arpa/inet.h>
#include <netinet/in.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "sandbox.h"

#define PASSWORD "zx_top_secret"

static struct sockaddr_in loopback(int port) {
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons((uint16_t)port)};
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    return address;
}

/* A port that is free at the moment. */
static int free_port(void) {
    const int probe = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    struct sockaddr_in address = loopback(0);
    socklen_t length = sizeof address;
    CHECK(bind(probe, (struct sockaddr *)&address, sizeof address) == 0);
    CHECK(getsockname(probe, (struct sockaddr *)&address, &length) == 0);
    close(probe);
    return ntohs(address.sin_port);
}

static bool accepts(int port) {
    const int probe = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    const struct sockaddr_in address = loopback(port);
    const bool is_open = connect(probe, (const struct sockaddr *)&address, sizeof address) == 0;
    close(probe);
    return is_open;
}

/* Starts a server. Returns its process, or 0 if it is not installed. */
static pid_t start_redis(int port) {
    char text[16];
    snprintf(text, sizeof text, "%d", port);
    const pid_t server = fork();
    CHECK(server >= 0);
    if (server == 0) {
        prctl(PR_SET_PDEATHSIG, SIGKILL);
        execlp("redis-server", "redis-server", "--port", text, "--bind", "127.0.0.1", "--save", "",
               "--loglevel", "warning", "--requirepass", PASSWORD, (char *)NULL);
        _exit(127);
    }
    while (!accepts(port)) {
        int status = 0;
        if (waitpid(server, &status, WNOHANG) == 0)
            continue;
        CHECK(WIFEXITED(status) && WEXITSTATUS(status) == 127);
        fputs("skipped: redis-server is not installed: apt-get install redis-server\n", stderr);
        return 0;
    }
    return server;
}

static zexa_client *client_of(const sandbox *server, const char *url, int64_t deadline_ms) {
    zexa_client_options options = ZEXA_CLIENT_OPTIONS_INIT;
    options.base_url = server->url;
    options.api_key = server->api_key;
    options.limiter = url;
    options.deadline_ms = deadline_ms;
    options.max_retries = 0;
    zexa_client *client = NULL;
    zexa_error *error = NULL;
    CHECK_OK(zexa_client_new(&options, &client, &error), &error);
    return client;
}

static zexa_status get_credits(const zexa_client *client, zexa_error **error) {
    zexa_credits *credits = NULL;
    const zexa_status status = zexa_credits_get(client, NULL, &credits, error);
    zexa_credits_free(credits);
    return status;
}

/* A 429 that one client meets holds another one back. */
static void test_clients_share_the_gate(int port) {
    sandbox server = sandbox_new("{\"faults\": [{\"path\": \"/credits\", \"status\": 429, "
                                 "\"headers\": {\"Retry-After\": \"60\"}}]}");
    char url[96];
    snprintf(url, sizeof url, "redis://:%s@127.0.0.1:%d", PASSWORD, port);
    zexa_client *one = client_of(&server, url, 10000);
    zexa_client *other = client_of(&server, url, 10000);
    zexa_error *error = NULL;
    CHECK_NUMBER(get_credits(one, &error), ZEXA_RATE_LIMITED);
    CHECK_NUMBER(zexa_error_outcome(error), ZEXA_OUTCOME_REJECTED);
    zexa_error_free(error);
    /* Until the server of the limiter knows of the 429. */
    zexa_status status = ZEXA_OK;
    while (status == ZEXA_OK) {
        error = NULL;
        status = get_credits(other, &error);
    }
    CHECK_NUMBER(status, ZEXA_RATE_LIMITED);
    CHECK_NUMBER(zexa_error_outcome(error), ZEXA_OUTCOME_NOT_SENT);
    CHECK_NUMBER(zexa_error_attempts(error), 0);
    zexa_error_free(error);
    zexa_client_free(one);
    zexa_client_free(other);
    sandbox_free(&server);
}

/* Without the server, nothing is sent, or the fallback rate applies. */
static void test_without_a_server(void) {
    sandbox server = sandbox_new("{}");
    char url[96];
    const int port = free_port();
    snprintf(url, sizeof url, "redis://:%s@127.0.0.1:%d", PASSWORD, port);
    zexa_client *client = client_of(&server, url, 300);
    zexa_error *error = NULL;
    CHECK_NUMBER(get_credits(client, &error), ZEXA_TIMEOUT);
    CHECK_NUMBER(zexa_error_outcome(error), ZEXA_OUTCOME_NOT_SENT);
    CHECK_CONTAINS(zexa_error_message(error), "limiter");
    CHECK(strstr(zexa_error_message(error), PASSWORD) == NULL);
    zexa_error_free(error);
    zexa_client_free(client);
    CHECK_NUMBER(sandbox_count(&server, "requests"), 0);

    snprintf(url, sizeof url, "redis://:%s@127.0.0.1:%d?fallback_rate=10", PASSWORD, port);
    client = client_of(&server, url, 60000);
    error = NULL;
    CHECK_OK(get_credits(client, &error), &error);
    zexa_client_free(client);
    sandbox_free(&server);
}

static void test_invalid_urls(void) {
    const char *const urls[] = {"http://:" PASSWORD "@redis.example", "redis://:" PASSWORD "@",
                                "redis://:" PASSWORD "@redis.example?rate=1", ""};
    for (size_t at = 0; at < sizeof urls / sizeof *urls; at++) {
        zexa_client_options options = ZEXA_CLIENT_OPTIONS_INIT;
        options.api_key = "zx_key";
        options.limiter = urls[at];
        zexa_client *client = NULL;
        zexa_error *error = NULL;
        CHECK_NUMBER(zexa_client_new(&options, &client, &error), ZEXA_CONFIG);
        CHECK_CONTAINS(zexa_error_details_json(error), "limiter");
        CHECK(strstr(zexa_error_message(error), PASSWORD) == NULL);
        zexa_error_free(error);
    }
}

int main(void) {
    test_invalid_urls();
    test_without_a_server();
    const int port = free_port();
    const pid_t redis = start_redis(port);
    if (redis > 0) {
        test_clients_share_the_gate(port);
        CHECK(kill(redis, SIGKILL) == 0);
        CHECK(waitpid(redis, NULL, 0) == redis);
    }
    return 0;
}
