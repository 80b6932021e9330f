/* A freed client leaves no copy of its secrets in memory that can be written. The constants of this
 * program are in memory that cannot. */

#include <fcntl.h>
#include <sched.h>
#include <sys/wait.h>
#include <unistd.h>

#include "sandbox.h"

static const char KEY[] = "zx_live_Tn5Xc1Qe8Jw4Mz7Ub2Rg";
static const char PASSWORD[] = "Lp6Vd3Ys9Ha2Kf8No1Cb";

/* A proxy that refuses connections. */
static const char PROXY[] = "http://user:Lp6Vd3Ys9Ha2Kf8No1Cb@127.0.0.1:9";

enum { CHUNK = 1 << 20 };

/* Mappings of sanitizers are larger, and contain no copies. */
static const unsigned long LARGEST = 1UL << 30;

/* Counts a text in a part of the memory of a process. */
static long count_between(int memory, unsigned long start, unsigned long end, const char *text) {
    static char buffer[CHUNK + 64];
    size_t length = strlen(text);
    long count = 0;
    for (unsigned long at = start; at < end; at += CHUNK) {
        size_t wanted = end - at < CHUNK + length - 1 ? end - at : CHUNK + length - 1;
        ssize_t size = pread(memory, buffer, wanted, (off_t)at);
        for (ssize_t index = 0; index + (ssize_t)length <= size; index++)
            count += buffer[index] == text[0] && memcmp(buffer + index, text, length) == 0;
    }
    return count;
}

/* Counts a text in the writable memory of a process. */
static long count_in(pid_t process, const char *text) {
    char path[64];
    snprintf(path, sizeof path, "/proc/%d/maps", (int)process);
    FILE *maps = fopen(path, "r");
    snprintf(path, sizeof path, "/proc/%d/mem", (int)process);
    int memory = open(path, O_RDONLY);
    CHECK(maps != NULL && memory != -1);
    char line[1024], rights[8];
    unsigned long start, end;
    long count = 0;
    while (fgets(line, sizeof line, maps)) {
        CHECK_NUMBER(sscanf(line, "%lx-%lx %7s", &start, &end, rights), 3);
        if (rights[1] == 'w' && end - start < LARGEST)
            count += count_between(memory, start, end, text);
    }
    CHECK_NUMBER(fclose(maps), 0);
    CHECK_NUMBER(close(memory), 0);
    return count;
}

static long threads(void) {
    FILE *status = fopen("/proc/self/status", "r");
    CHECK(status != NULL);
    char line[256];
    long count = 0;
    while (fgets(line, sizeof line, status))
        if (strncmp(line, "Threads:", 8) == 0)
            count = strtol(line + 8, NULL, 10);
    CHECK_NUMBER(fclose(status), 0);
    return count;
}

static zexa_client *client_with(const char *url, const char *proxy) {
    zexa_client_options options = ZEXA_CLIENT_OPTIONS_INIT;
    options.api_key = KEY;
    options.base_url = url;
    options.proxy = proxy;
    options.max_retries = 0;
    zexa_client *client = NULL;
    zexa_error *error = NULL;
    CHECK_OK(zexa_client_new(&options, &client, &error), &error);
    return client;
}

static void use(const zexa_client *client) {
    zexa_send_message_params params = sms("Hello");
    zexa_error *error = NULL;
    zexa_message *message = NULL;
    CHECK_OK(zexa_messages_send(client, &params, NULL, &message, &error), &error);
    zexa_message_free(message);
    zexa_credits *credits = NULL;
    CHECK_FAILS(zexa_credits_get(client, NULL, &credits, &error), ZEXA_UNAUTHORIZED,
                ZEXA_OUTCOME_REJECTED, &error);
}

static void use_without_connection(const zexa_client *client) {
    zexa_error *error = NULL;
    zexa_credits *credits = NULL;
    CHECK_FAILS(zexa_credits_get(client, NULL, &credits, &error), ZEXA_CONNECT,
                ZEXA_OUTCOME_NOT_SENT, &error);
}

/* Reports a step, and waits until the parent has read the memory. */
static void step(int output, int input) {
    char byte = '.';
    CHECK_NUMBER(write(output, &byte, 1), 1);
    CHECK_NUMBER(read(input, &byte, 1), 1);
}

/* The process with the clients. */
static void run_clients(const char *url, int output, int input) {
    long before = threads();
    zexa_client *direct = client_with(url, NULL), *proxied = client_with(url, PROXY);
    use(direct);
    use_without_connection(proxied);
    step(output, input);
    zexa_client_free(direct);
    zexa_client_free(proxied);
    while (threads() != before)
        sched_yield();
    step(output, input);
}

static void test_memory(void) {
    /* It does not check the key of a message, and rejects other requests because of the key. */
    sandbox server = sandbox_new("{\"faults\": [{\"path\": \"/messages\", \"status\": 201, "
                                 "\"body\": {\"id\": \"msg_1\"}}]}");
    int to_child[2], to_parent[2];
    CHECK(pipe(to_child) == 0 && pipe(to_parent) == 0);
    pid_t process = fork();
    CHECK(process != -1);
    if (process == 0) {
        run_clients(server.url, to_parent[1], to_child[0]);
        _exit(0);
    }
    CHECK(close(to_child[0]) == 0 && close(to_parent[1]) == 0);
    char byte;
    CHECK_NUMBER(read(to_parent[0], &byte, 1), 1);
    CHECK(count_in(process, KEY) > 0);
    CHECK(count_in(process, PASSWORD) > 0);
    CHECK_NUMBER(write(to_child[1], &byte, 1), 1);
    CHECK_NUMBER(read(to_parent[0], &byte, 1), 1);
    CHECK_NUMBER(count_in(process, KEY), 0);
    CHECK_NUMBER(count_in(process, PASSWORD), 0);
    CHECK_NUMBER(write(to_child[1], &byte, 1), 1);
    int status = 0;
    CHECK_NUMBER(waitpid(process, &status, 0), process);
    CHECK_NUMBER(status, 0);
    CHECK(close(to_child[1]) == 0 && close(to_parent[0]) == 0);
    sandbox_free(&server);
}

int main(void) {
    test_memory();
    return 0;
}
