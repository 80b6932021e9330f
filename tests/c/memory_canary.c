/* Violates the rules of the header, or of C, on purpose. Valgrind and the sanitizers must report
 * it: this proves that they work. */

#include <pthread.h>

#include "check.h"

static zexa_error *new_error(void) {
    zexa_error *error = NULL;
    CHECK_NUMBER(zexa_template_new(NULL, NULL, &error), ZEXA_INVALID_ARGUMENT);
    return error;
}

static void *count_up(void *counter) {
    ++*(long *)counter;
    return NULL;
}

/* Two threads modify a variable of the program at the same time. */
static void race(void) {
    long counter = 0;
    pthread_t other;
    CHECK_NUMBER(pthread_create(&other, NULL, count_up, &counter), 0);
    count_up(&counter);
    CHECK_NUMBER(pthread_join(other, NULL), 0);
}

int main(int count, char **arguments) {
    CHECK_NUMBER(count, 2);
    if (strcmp(arguments[1], "use-after-free") == 0) {
        zexa_error *error = new_error();
        const char *text = zexa_error_text(error);
        zexa_error_free(error);
        return text[0] == '\0';
    }
    if (strcmp(arguments[1], "leak") == 0) {
        for (int left = 0; left < 10; left++)
            new_error();
        return 0;
    }
    if (strcmp(arguments[1], "race") == 0) {
        race();
        return 0;
    }
    return 1;
}
