/* Ways to exit while threads are in calls: exits.c WAY. A byte on stdin starts the exit. */

#include <pthread.h>
#include <signal.h>

#include "orders.h"

enum { THREADS = 4 };

static zexa_client *client;

static void *send_indefinitely(void *name) {
    for (int number = 0; number >= 0; number++) {
        char order[32];
        snprintf(order, sizeof order, "%s-%d", (const char *)name, number);
        send_order(client, order, NULL);
    }
    return NULL;
}

static void *exit_from_thread(void *unused) {
    (void)unused;
    exit(3);
}

static void exit_in_handler(int number) {
    (void)number;
    _exit(3);
}

static void *send_last(void *unused) {
    (void)unused;
    send_order(client, "last", NULL);
    return NULL;
}

/* A thread that has made calls cannot make them in an exit handler, but another thread can. */
static void send_at_exit(void) {
    pthread_t thread;
    if (pthread_create(&thread, NULL, send_last, NULL) != 0)
        _exit(98);
    pthread_join(thread, NULL);
}

static void close_at_exit(void) {
    zexa_client_close(client);
}

int main(int count, char **arguments) {
    static char names[THREADS][16];
    pthread_t thread;
    char byte;
    const char *way = count > 1 ? arguments[1] : "";
    client = orders_client();
    send_order(client, "first", NULL);
    for (int number = 0; number < THREADS; number++) {
        snprintf(names[number], sizeof names[number], "thread%d", number);
        if (pthread_create(&thread, NULL, send_indefinitely, names[number]) != 0)
            return 1;
    }
    if (strcmp(way, "handler") == 0)
        signal(SIGTERM, exit_in_handler);
    if (read(STDIN_FILENO, &byte, 1) != 1)
        return 2;
    if (strcmp(way, "thread") == 0) {
        pthread_create(&thread, NULL, exit_from_thread, NULL);
        pthread_join(thread, NULL);
    } else if (strcmp(way, "handler") == 0) {
        raise(SIGTERM);
    } else if (strcmp(way, "sends") == 0) {
        atexit(send_at_exit);
    } else if (strcmp(way, "closes") == 0) {
        atexit(close_at_exit);
    }
    return 3;
}
