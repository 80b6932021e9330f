/*
 * Runs one benchmark with the client that is linked. For each line on stdin, runs one round, and
 * prints wall and CPU time per operation in microseconds.
 *
 *     program BENCHMARK CLIENT URL [--short]
 *     program count CLIENT URL CALLS
 *     program memory CLIENT URL CALLS
 *
 * CLIENT is the name of the client that is linked. With --short, rounds are too short to measure,
 * but show that a benchmark works. `count` makes calls without a protocol, for tools that count.
 * `memory` prints the resident memory in KB after a tenth of the calls and after all of them.
 */

#include "client.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

/* Enough calls to measure, few enough that the rounds of different clients follow closely. */
enum { MOST_THREADS = 64, CALLS = 500, CONTACTS = 10000 };

static const struct benchmark {
    const char *name;
    int threads;
    /* 0 for a benchmark that reads contacts. */
    int calls_per_thread;
} BENCHMARKS[] = {
    {"one-call", 1, CALLS}, {"threads-8", 8, CALLS / 2}, {"threads-64", 64, 40},
    {"latency-64", 64, 10}, {"contacts", 1, 0},          {"contacts-latency", 1, 0},
};

static sender *senders[MOST_THREADS];
static int calls;

void require(int condition, const char *what) {
    if (condition)
        return;
    fprintf(stderr, "failed: %s\n", what);
    exit(1);
}

static void *make_calls(void *from) {
    for (int done = 0; done < calls; done++)
        send_message(from);
    return NULL;
}

static void run_round(int threads) {
    if (calls == 0) {
        require(read_contacts(senders[0]) == CONTACTS, "number of contacts");
        return;
    }
    if (threads == 1) {
        make_calls(senders[0]);
        return;
    }
    pthread_t running[MOST_THREADS];
    for (int index = 0; index < threads; index++)
        require(pthread_create(&running[index], NULL, make_calls, senders[index]) == 0, "thread");
    for (int index = 0; index < threads; index++)
        require(pthread_join(running[index], NULL) == 0, "thread");
}

static double microseconds(clockid_t clock) {
    struct timespec now;
    require(clock_gettime(clock, &now) == 0, "clock");
    return (double)now.tv_sec * 1e6 + (double)now.tv_nsec / 1e3;
}

static void run_rounds(const struct benchmark *benchmark) {
    int operations = calls == 0 ? 1 : benchmark->threads * calls;
    /* Warm up: the first round is not measured. */
    run_round(benchmark->threads);
    puts("ready");
    fflush(stdout);
    char line[16];
    while (fgets(line, sizeof line, stdin)) {
        double wall = microseconds(CLOCK_MONOTONIC);
        double cpu = microseconds(CLOCK_PROCESS_CPUTIME_ID);
        run_round(benchmark->threads);
        wall = microseconds(CLOCK_MONOTONIC) - wall;
        cpu = microseconds(CLOCK_PROCESS_CPUTIME_ID) - cpu;
        printf("%f %f\n", wall / operations, cpu / operations);
        fflush(stdout);
    }
}

/* The resident memory of this process in KB. */
static long memory(void) {
    FILE *file = fopen("/proc/self/status", "r");
    require(file != NULL, "/proc/self/status");
    char line[128];
    long size = 0;
    while (size == 0 && fgets(line, sizeof line, file))
        if (strncmp(line, "VmRSS:", 6) == 0)
            size = strtol(line + 6, NULL, 10);
    fclose(file);
    return size;
}

/* Makes this many calls, and returns the resident memory after a tenth of them. */
static long count_calls(const char *url, int all) {
    senders[0] = sender_new(url);
    calls = all / 10;
    make_calls(senders[0]);
    long before = memory();
    calls = all - all / 10;
    make_calls(senders[0]);
    return before;
}

int main(int count, char **arguments) {
    require(count >= 4, "usage: BENCHMARK CLIENT URL [--short]");
    const char *name = arguments[1], *url = arguments[3];
    const char *option = count > 4 ? arguments[4] : "";
    if (strcmp(name, "count") == 0 || strcmp(name, "memory") == 0) {
        long before = count_calls(url, atoi(option));
        if (strcmp(name, "memory") == 0)
            printf("%ld %ld\n", before, memory());
        sender_free(senders[0]);
        return 0;
    }
    const struct benchmark *benchmark = NULL;
    for (size_t index = 0; index < sizeof BENCHMARKS / sizeof *BENCHMARKS; index++)
        if (strcmp(BENCHMARKS[index].name, name) == 0)
            benchmark = &BENCHMARKS[index];
    require(benchmark != NULL, "benchmark of this name");
    calls = benchmark->calls_per_thread;
    if (strcmp(option, "--short") == 0 && calls > 2)
        calls = 2;
    for (int index = 0; index < benchmark->threads; index++)
        senders[index] = sender_new(url);
    run_rounds(benchmark);
    for (int index = 0; index < benchmark->threads; index++)
        sender_free(senders[index]);
    return 0;
}
