/* Sends a first message. Needs ZEXA_API_KEY, and ZEXA_BASE_URL to use a sandbox. */

#include <stdio.h>
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
    zexa_status status = zexa_client_new(NULL, &client, &error);
    if (status == ZEXA_OK)
        status = zexa_messages_send(client, &params, NULL, &message, &error);
    puts(status == ZEXA_OK ? zexa_message_status(message) : zexa_error_text(error));
    zexa_error_free(error);
    zexa_message_free(message);
    zexa_client_free(client);
    return status;
}
