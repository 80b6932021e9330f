/* A panic inside the library: it becomes an error that says where, nothing is printed, and the
 * program goes on. Needs a library that was built with the feature test-exports, whose functions
 * are in no header. */

#include <unistd.h>

#include "sandbox.h"

zexa_status zexa_test_panic(zexa_error **error);
zexa_status zexa_test_panic_with_non_string(zexa_error **error);
const char *zexa_test_panic_in_accessor(void);
zexa_status zexa_test_fail(zexa_error **error);

/* stderr goes into a pipe until it is put back. */
typedef struct {
    int stderr_was;
    int reader;
} listening;

static listening listen_to_stderr(void) {
    int ends[2];
    CHECK_NUMBER(pipe(ends), 0);
    listening began = {dup(STDERR_FILENO), ends[0]};
    CHECK_NUMBER(dup2(ends[1], STDERR_FILENO), STDERR_FILENO);
    close(ends[1]);
    return began;
}

/* How many bytes were written to stderr meanwhile. */
static long stop_listening(listening began) {
    char heard[4096];
    fflush(stderr);
    CHECK_NUMBER(dup2(began.stderr_was, STDERR_FILENO), STDERR_FILENO);
    close(began.stderr_was);
    long count = (long)read(began.reader, heard, sizeof heard);
    close(began.reader);
    return count;
}

int main(void) {
    /* What listens hears: without this, silence would prove nothing. */
    listening began = listen_to_stderr();
    fputs("heard", stderr);
    CHECK_NUMBER(stop_listening(began), 5);

    zexa_error *panicked = NULL, *speechless = NULL, *failed = NULL;
    began = listen_to_stderr();
    const zexa_status statuses[] = {zexa_test_panic(&panicked),
                                    zexa_test_panic_with_non_string(&speechless),
                                    zexa_test_panic(NULL)};
    const char *text = zexa_test_panic_in_accessor();
    const zexa_status ordinary = zexa_test_fail(&failed);
    CHECK_NUMBER(stop_listening(began), 0);

    for (size_t index = 0; index < sizeof statuses / sizeof *statuses; index++)
        CHECK_TEXT(zexa_status_name(statuses[index]), "internal");
    CHECK_HOLDS(zexa_error_text(panicked), "test_exports.rs:");
    CHECK_HOLDS(zexa_error_text(panicked), "on purpose");
    CHECK_HOLDS(zexa_error_text(speechless), "test_exports.rs:");
    CHECK_FAILS(statuses[0], ZEXA_INTERNAL, ZEXA_OUTCOME_UNKNOWN, &panicked);
    CHECK_FAILS(statuses[1], ZEXA_INTERNAL, ZEXA_OUTCOME_UNKNOWN, &speechless);
    CHECK_TEXT(text, NULL);
    CHECK_FAILS(ordinary, ZEXA_CONFIG, ZEXA_OUTCOME_NOT_SENT, &failed);

    /* And the program goes on. */
    sandbox server = sandbox_new("{}");
    zexa_client *client = sandbox_client(&server);
    zexa_send_message_params params = sms("After it all");
    zexa_error *error = NULL;
    zexa_message *message = NULL;
    CHECK_OK(zexa_messages_send(client, &params, NULL, &message, &error), &error);
    CHECK_NUMBER(sandbox_count(&server, "messages"), 1);
    zexa_message_free(message);
    zexa_client_free(client);
    sandbox_free(&server);
    return 0;
}
