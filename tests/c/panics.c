/* A panic in the library becomes an error that names its source location; nothing is printed, and
 * the program continues. Needs a library with the feature test-exports, whose functions no header
 * declares. */

#include <unistd.h>

#include "sandbox.h"

zexa_status zexa_test_panic(zexa_error **error);
zexa_status zexa_test_panic_with_non_string(zexa_error **error);
const char *zexa_test_panic_in_accessor(void);
zexa_status zexa_test_fail(zexa_error **error);

/* Redirects stderr into a pipe until captured_bytes() restores it. */
typedef struct {
    int saved_stderr;
    int reader;
} stderr_capture;

static stderr_capture capture_stderr(void) {
    int ends[2];
    CHECK_NUMBER(pipe(ends), 0);
    stderr_capture capture = {dup(STDERR_FILENO), ends[0]};
    CHECK_NUMBER(dup2(ends[1], STDERR_FILENO), STDERR_FILENO);
    close(ends[1]);
    return capture;
}

/* Restores stderr, and returns the number of bytes that were written to it. */
static long captured_bytes(stderr_capture capture) {
    char captured[4096];
    fflush(stderr);
    CHECK_NUMBER(dup2(capture.saved_stderr, STDERR_FILENO), STDERR_FILENO);
    close(capture.saved_stderr);
    long count = (long)read(capture.reader, captured, sizeof captured);
    close(capture.reader);
    return count;
}

int main(void) {
    /* The capture works: otherwise 0 bytes would prove nothing. */
    stderr_capture capture = capture_stderr();
    fputs("hello", stderr);
    CHECK_NUMBER(captured_bytes(capture), 5);

    zexa_error *panicked = NULL, *without_message = NULL, *failed = NULL;
    capture = capture_stderr();
    const zexa_status statuses[] = {zexa_test_panic(&panicked),
                                    zexa_test_panic_with_non_string(&without_message),
                                    zexa_test_panic(NULL)};
    const char *text = zexa_test_panic_in_accessor();
    const zexa_status ordinary = zexa_test_fail(&failed);
    CHECK_NUMBER(captured_bytes(capture), 0);

    for (size_t index = 0; index < sizeof statuses / sizeof *statuses; index++)
        CHECK_TEXT(zexa_status_name(statuses[index]), "internal");
    CHECK_CONTAINS(zexa_error_text(panicked), "test_exports.rs:");
    CHECK_CONTAINS(zexa_error_text(panicked), "on purpose");
    CHECK_CONTAINS(zexa_error_text(without_message), "test_exports.rs:");
    CHECK_FAILS(statuses[0], ZEXA_INTERNAL, ZEXA_OUTCOME_UNKNOWN, &panicked);
    CHECK_FAILS(statuses[1], ZEXA_INTERNAL, ZEXA_OUTCOME_UNKNOWN, &without_message);
    CHECK_TEXT(text, NULL);
    CHECK_FAILS(ordinary, ZEXA_CONFIG, ZEXA_OUTCOME_NOT_SENT, &failed);

    /* The program continues. */
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
