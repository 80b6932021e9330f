/* Breaks the rules of the header on purpose. Who watches over memory has to notice, or watches
 * nothing. */

#include "check.h"

static zexa_error *an_error(void) {
    zexa_error *error = NULL;
    CHECK_NUMBER(zexa_template_new(NULL, NULL, &error), ZEXA_INVALID_ARGUMENT);
    return error;
}

int main(int count, char **arguments) {
    CHECK_NUMBER(count, 2);
    if (strcmp(arguments[1], "use-after-free") == 0) {
        zexa_error *error = an_error();
        const char *text = zexa_error_text(error);
        zexa_error_free(error);
        return text[0] == '\0';
    }
    if (strcmp(arguments[1], "leak") == 0) {
        for (int left = 0; left < 10; left++)
            an_error();
        return 0;
    }
    return 1;
}
