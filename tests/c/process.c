/* The library changes neither the signals nor the outputs of its process, and signals do not
 * interrupt calls. */

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/time.h>
#include <unistd.h>

#include "sandbox.h"

/* A port that refuses connections. */
#define REFUSED_URL "http://127.0.0.1:9/v1"

static const zexa_call_options *once(void) {
    static zexa_call_options options = ZEXA_CALL_OPTIONS_INIT;
    options.max_retries = 0;
    return &options;
}

/* Gets the credits, and returns the status. Does not check it: callers redirect the outputs, so a
 * failed check could not print anything. */
static zexa_status get_credits(const zexa_client *client) {
    zexa_credits *credits = NULL;
    zexa_error *error = NULL;
    zexa_status status = zexa_credits_get(client, once(), &credits, &error);
    zexa_credits_free(credits);
    zexa_error_free(error);
    return status;
}

/* A call that succeeds, and calls that fail in different ways: by the response, without a response,
 * without a connection, and before anything is sent. */
enum { CALLS = 6 };
static const zexa_status EXPECTED[CALLS] = {ZEXA_OK,     ZEXA_SERVER,  ZEXA_CONNECT,
                                            ZEXA_DECODE, ZEXA_CONNECT, ZEXA_INVALID_ARGUMENT};
#define FAULTS                                                                                     \
    "{\"faults\": [{\"skip\": 1, \"status\": 500}, {\"skip\": 1, \"then\": \"reset\"}, "           \
    "{\"skip\": 1, \"text\": \"<html>\"}]}"

static void call_all(const zexa_client *client, zexa_status found[CALLS]) {
    for (int call = 0; call < 4; call++)
        found[call] = get_credits(client);
    zexa_client_options options = ZEXA_CLIENT_OPTIONS_INIT;
    options.base_url = REFUSED_URL;
    options.api_key = "any";
    zexa_client *unreachable = NULL;
    CHECK_NUMBER(zexa_client_new(&options, &unreachable, NULL), ZEXA_OK);
    found[4] = get_credits(unreachable);
    zexa_client_free(unreachable);
    found[5] = get_credits(NULL);
}

static void check_all(const zexa_status found[CALLS]) {
    for (int call = 0; call < CALLS; call++)
        CHECK_TEXT(zexa_status_name(found[call]), zexa_status_name(EXPECTED[call]));
}

static void read_signals(struct sigaction *actions, sigset_t *blocked) {
    for (int number = 1; number <= SIGRTMAX; number++) {
        memset(&actions[number], 0, sizeof actions[number]);
        /* The C library reserves two signals, for which sigaction() fails. */
        int result = sigaction(number, NULL, &actions[number]);
        CHECK(result == 0 || errno == EINVAL);
    }
    memset(blocked, 0, sizeof *blocked);
    CHECK_NUMBER(pthread_sigmask(SIG_SETMASK, NULL, blocked), 0);
}

static void test_signals_are_unchanged(void) {
    struct sigaction before[128], after[128];
    sigset_t blocked_before, blocked_after;
    CHECK(SIGRTMAX < 128);
    read_signals(before, &blocked_before);
    sandbox server = sandbox_new(FAULTS);
    zexa_client *client = sandbox_client(&server);
    zexa_status found[CALLS];
    call_all(client, found);
    check_all(found);
    /* While the client exists, and after it is freed. */
    for (int time = 0; time < 2; time++) {
        read_signals(after, &blocked_after);
        for (int number = 1; number <= SIGRTMAX; number++) {
            CHECK(before[number].sa_handler == after[number].sa_handler);
            CHECK_NUMBER(after[number].sa_flags, before[number].sa_flags);
            for (int other = 1; other <= SIGRTMAX; other++)
                CHECK_NUMBER(sigismember(&after[number].sa_mask, other),
                             sigismember(&before[number].sa_mask, other));
            CHECK_NUMBER(sigismember(&blocked_after, number), sigismember(&blocked_before, number));
        }
        zexa_client_free(client);
        client = NULL;
    }
    sandbox_free(&server);
}

static void test_nothing_is_printed(void) {
    sandbox server = sandbox_new(FAULTS);
    /* Variables that Rust's loggers and panic handlers read. */
    CHECK_NUMBER(setenv("RUST_LOG", "trace", 1), 0);
    CHECK_NUMBER(setenv("RUST_BACKTRACE", "1", 1), 0);
    int ends[2], output = dup(STDOUT_FILENO), errors = dup(STDERR_FILENO);
    CHECK_NUMBER(pipe(ends), 0);
    CHECK_NUMBER(fcntl(ends[0], F_SETFL, O_NONBLOCK), 0);
    CHECK_NUMBER(fflush(NULL), 0);
    /* From here on a failed check could print nothing. */
    dup2(ends[1], STDOUT_FILENO);
    dup2(ends[1], STDERR_FILENO);
    zexa_client *client = sandbox_client(&server);
    zexa_status found[CALLS];
    call_all(client, found);
    zexa_client_free(client);
    fflush(NULL);
    dup2(output, STDOUT_FILENO);
    dup2(errors, STDERR_FILENO);

    char heard[4096] = "";
    ssize_t count = read(ends[0], heard, sizeof heard - 1);
    CHECK_TEXT(heard, "");
    CHECK(count == -1 && errno == EAGAIN);
    check_all(found);
    const int all[] = {ends[0], ends[1], output, errors};
    for (size_t index = 0; index < sizeof all / sizeof *all; index++)
        CHECK_NUMBER(close(all[index]), 0);
    sandbox_free(&server);
}

/* Writing to a connection that the server has closed could raise SIGPIPE. */
static void test_closed_connections_raise_no_sigpipe(void) {
    CHECK(signal(SIGPIPE, SIG_DFL) != SIG_ERR);
    const char *const faults[] = {
        "{\"faults\": [{\"times\": 0, \"then\": \"close\"}]}",
        "{\"faults\": [{\"skip\": 1, \"times\": 0, \"then\": \"reset\"}]}",
        "{\"faults\": [{\"times\": 0, \"then\": \"cut\", \"at\": \"connect\"}]}",
        "{\"faults\": [{\"times\": 0, \"then\": \"reset\", \"at\": \"connect\"}]}",
    };
    for (size_t fault = 0; fault < sizeof faults / sizeof *faults; fault++) {
        sandbox server = sandbox_new(faults[fault]);
        zexa_client *client = sandbox_client(&server);
        CHECK_NUMBER(get_credits(client), fault < 2 ? ZEXA_OK : ZEXA_CONNECT);
        for (int time = 0; time < 5; time++) {
            zexa_status status = get_credits(client);
            CHECK(status == ZEXA_CONNECT || (fault == 0 && status == ZEXA_OK));
        }
        zexa_client_free(client);
        sandbox_free(&server);
    }
}

static volatile sig_atomic_t signals;

static void count_signal(int number) {
    (void)number;
    signals++;
}

/* Raises a signal at this interval; 0 stops it. Without SA_RESTART it interrupts system calls. */
static void send_signals_every(long milliseconds) {
    struct sigaction action;
    memset(&action, 0, sizeof action);
    action.sa_handler = count_signal;
    CHECK_NUMBER(sigaction(SIGALRM, &action, NULL), 0);
    const struct timeval every = {0, milliseconds * 1000};
    const struct itimerval timer = {every, every};
    CHECK_NUMBER(setitimer(ITIMER_REAL, &timer, NULL), 0);
}

static void test_signals_do_not_fail_a_call(void) {
    /* A slow response, a long wait between attempts, and no response. */
    sandbox server = sandbox_new("{\"faults\": [{\"delay\": 0.4}, {\"status\": 429, \"headers\": "
                                 "{\"Retry-After\": \"1\"}}, {\"skip\": 1, \"then\": \"stall\"}]}");
    zexa_client *client = sandbox_client(&server);
    zexa_credits *credits = NULL;
    zexa_error *error = NULL;
    send_signals_every(10);
    CHECK_OK(zexa_credits_get(client, once(), &credits, &error), &error);
    zexa_credits_free(credits);
    CHECK(signals > 0);
    signals = 0;
    CHECK_OK(zexa_credits_get(client, NULL, &credits, &error), &error);
    zexa_credits_free(credits);
    CHECK(signals > 0);
    zexa_call_options with_deadline = ZEXA_CALL_OPTIONS_INIT;
    with_deadline.deadline_ms = 3000;
    signals = 0;
    CHECK_FAILS(zexa_credits_get(client, &with_deadline, &credits, &error), ZEXA_TIMEOUT,
                ZEXA_OUTCOME_UNKNOWN, &error);
    CHECK(signals > 0);
    send_signals_every(0);
    zexa_client_free(client);
    sandbox_free(&server);
}

int main(void) {
    test_signals_are_unchanged();
    test_nothing_is_printed();
    test_closed_connections_raise_no_sigpipe();
    test_signals_do_not_fail_a_call();
    return 0;
}
