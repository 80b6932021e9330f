/* A thread makes the first call of its process while another thread forks. The child must not wait
 * for something that the thread was initialising. */

#include <pthread.h>
#include <time.h>

#include "children.h"

static void *send_first(void *client) {
    send_some(client, 1);
    return NULL;
}

/* Starts an instance of the sandbox in a child, because that makes calls. It runs until the sandbox
 * ends. */
static void start_instance(char *url, char *api_key) {
    int ends[2];
    CHECK_NUMBER(pipe(ends), 0);
    pid_t child = fork_child();
    if (child == 0) {
        sandbox server = sandbox_new("{}");
        dprintf(ends[1], "%s %s", server.url, server.api_key);
        _exit(0);
    }
    join(child);
    char text[512] = "";
    CHECK(read(ends[0], text, sizeof text - 1) > 0);
    CHECK_NUMBER(sscanf(text, "%255s %255s", url, api_key), 2);
    close(ends[0]);
    close(ends[1]);
}

int main(void) {
    char url[256], api_key[256];
    start_instance(url, api_key);
    const int processes = 300;
    for (int number = 0; number < processes; number++) {
        pid_t process = fork_child();
        if (process == 0) {
            zexa_client *client = new_client(url, api_key);
            pthread_t thread;
            CHECK_NUMBER(pthread_create(&thread, NULL, send_first, client), 0);
            struct timespec pause = {.tv_nsec = number * 5000L};
            nanosleep(&pause, NULL);
            pid_t child = fork_child();
            if (child == 0) {
                send_some(client, 1);
                _exit(0);
            }
            join(child);
            CHECK_NUMBER(pthread_join(thread, NULL), 0);
            _exit(0);
        }
        join(process);
    }
    return 0;
}
