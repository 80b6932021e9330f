/* A service with threads that send messages until SIGTERM or SIGINT. It then cancels the calls in
 * flight, reports their outcomes, and exits.
 *
 * The library installs no signal handler, and its functions must not be called from one. The
 * signals are blocked in all threads, and one thread waits for them. */

#include <pthread.h>
#include <signal.h>

#include "orders.h"

enum { THREADS = 4 };

static zexa_client *client;
static zexa_cancel_token *stop;

static void *send_until_stopped(void *name) {
    zexa_call_options options = ZEXA_CALL_OPTIONS_INIT;
    options.cancel = stop;
    zexa_status status = ZEXA_OK;
    for (int number = 0; status != ZEXA_CANCELLED; number++) {
        char order[32];
        snprintf(order, sizeof order, "%s-%d", (const char *)name, number);
        status = send_order(client, order, &options);
    }
    return NULL;
}

int main(void) {
    static char names[THREADS][16];
    pthread_t threads[THREADS];
    sigset_t signals;
    int received;

    /* Before the first thread starts, because threads inherit the mask. */
    sigemptyset(&signals);
    sigaddset(&signals, SIGTERM);
    sigaddset(&signals, SIGINT);
    pthread_sigmask(SIG_BLOCK, &signals, NULL);

    client = orders_client();
    stop = zexa_cancel_token_new();
    for (int thread = 0; thread < THREADS; thread++) {
        snprintf(names[thread], sizeof names[thread], "thread%d", thread);
        if (pthread_create(&threads[thread], NULL, send_until_stopped, names[thread]) != 0)
            return 1;
    }
    sigwait(&signals, &received);
    zexa_cancel_token_cancel(stop);
    for (int thread = 0; thread < THREADS; thread++)
        pthread_join(threads[thread], NULL);
    zexa_cancel_token_free(stop);
    zexa_client_free(client);
    return 0;
}
