/* Forked children, for tests. */

#ifndef CHILDREN_H
#define CHILDREN_H

#include <sys/types.h>
#include <sys/wait.h>
#include <unistd.h>

#include "sandbox.h"

/** Forks. An alarm ends a child that hangs. */
static inline pid_t fork_child(void) {
    fflush(NULL);
    pid_t child = fork();
    CHECK(child >= 0);
    if (child == 0)
        alarm(60);
    return child;
}

/** Waits for a child, which must succeed. */
static inline void join(pid_t child) {
    int status = 0;
    CHECK_NUMBER(waitpid(child, &status, 0), child);
    CHECK(WIFEXITED(status));
    CHECK_NUMBER(WEXITSTATUS(status), 0);
}

/** Sends messages, one after the other. */
static inline void send_some(const zexa_client *client, int count) {
    zexa_send_message_params params = sms("Hello");
    for (int sent = 0; sent < count; sent++) {
        zexa_error *error = NULL;
        zexa_message *message = NULL;
        CHECK_OK(zexa_messages_send(client, &params, NULL, &message, &error), &error);
        zexa_message_free(message);
    }
}

#endif
