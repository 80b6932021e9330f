/* Calls the other library, then sends a message. */

#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>

size_t greeting_length(unsigned times);
int send_message(void);

int main(void) {
    if (greeting_length(3) != 18) {
        fputs("greeting_length(3) did not return 18\n", stderr);
        return EXIT_FAILURE;
    }
    return send_message();
}
