/* Sends a message, and prints its id and status. Needs ZEXA_API_KEY. */

#include <stdio.h>
#include <stdlib.h>

#include <zexa.h>

int main(void) {
    zexa_client *client = NULL;
    zexa_message *message = NULL;
    zexa_error *error = NULL;

    zexa_send_message_params params = ZEXA_SEND_MESSAGE_PARAMS_INIT;
    params.channel = ZEXA_CHANNEL_SMS;
    params.to = "+244912345678";
    params.from = "ZEXA";
    params.body = "Hello";

    int result = EXIT_SUCCESS;
    if (zexa_client_new(NULL, &client, &error) == ZEXA_OK &&
        zexa_messages_send(client, &params, NULL, &message, &error) == ZEXA_OK) {
        printf("%s is %s\n", zexa_message_id(message), zexa_message_status(message));
    } else {
        fprintf(stderr, "%s\n", zexa_error_text(error));
        result = EXIT_FAILURE;
    }

    zexa_error_free(error);
    zexa_message_free(message);
    zexa_client_free(client);
    return result;
}
