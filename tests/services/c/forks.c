/* A process whose threads send messages while it forks. The children use the client of the parent,
 * and exit, or are killed during a call. */

#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <sys/types.h>
#include <sys/wait.h>

#include "orders.h"

enum { THREADS = 4, CHILDREN = 18, ORDERS = 4 };

static zexa_client *client;
static atomic_bool done;

static void *send_until_done(void *name) {
    for (int number = 0; !atomic_load(&done); number++) {
        char order[32];
        snprintf(order, sizeof order, "%s-%d", (const char *)name, number);
        send_order(client, order, NULL);
    }
    return NULL;
}

static void run_child(int child, int ready) {
    char order[32];
    for (int number = 0; number < ORDERS || child % 3 == 2; number++) {
        snprintf(order, sizeof order, "child%d-%d", child, number);
        send_order(client, order, NULL);
        /* The parent kills this child after its first call. */
        if (number == 0 && write(ready, "", 1) != 1)
            _exit(91);
    }
    if (child % 3 == 1)
        _exit(0);
    /* Runs the exit handlers and destructors of the parent's objects. */
    exit(0);
}

static int wait_for(pid_t child) {
    int status = 0;
    if (waitpid(child, &status, 0) != child)
        exit(92);
    return status;
}

int main(void) {
    static char names[THREADS][16];
    pthread_t threads[THREADS];
    client = orders_client();
    for (int thread = 0; thread < THREADS; thread++) {
        snprintf(names[thread], sizeof names[thread], "thread%d", thread);
        if (pthread_create(&threads[thread], NULL, send_until_done, names[thread]) != 0)
            return 93;
    }
    for (int child = 0; child < CHILDREN; child++) {
        int ends[2];
        char first;
        if (pipe(ends) != 0)
            return 94;
        pid_t pid = fork();
        if (pid < 0)
            return 95;
        if (pid == 0)
            run_child(child, ends[1]);
        if (read(ends[0], &first, 1) != 1)
            return 96;
        if (child % 3 == 2)
            kill(pid, SIGKILL);
        int status = wait_for(pid);
        int is_expected = child % 3 == 2 ? WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL
                                         : WIFEXITED(status) && WEXITSTATUS(status) == 0;
        if (!is_expected) {
            fprintf(stderr, "child %d ended with the status %#x\n", child, (unsigned)status);
            return 97;
        }
        close(ends[0]);
        close(ends[1]);
    }
    atomic_store(&done, true);
    for (int thread = 0; thread < THREADS; thread++)
        pthread_join(threads[thread], NULL);
    zexa_client_free(client);
    return 0;
}
