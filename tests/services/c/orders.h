/* Sends a message for each order, and prints a line of JSON before and after each call. */

#ifndef ORDERS_H
#define ORDERS_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <zexa.h>

/** Prints a line in one write, so that the lines of threads and processes do not mix. */
static inline void print_line(const char *text) {
    char line[256];
    int length = snprintf(line, sizeof line, "%s\n", text);
    if (write(STDOUT_FILENO, line, (size_t)length) != length)
        _exit(90);
}

/** Sends the message of an order. Prints that the call starts, and its result. Returns the status.
 */
static inline zexa_status send_order(const zexa_client *client, const char *order,
                                     const zexa_call_options *options) {
    char body[64], text[200];
    snprintf(body, sizeof body, "Order %s is ready.", order);
    snprintf(text, sizeof text, "{\"order\": \"%s\", \"starts\": true}", order);
    print_line(text);
    zexa_send_message_params params = ZEXA_SEND_MESSAGE_PARAMS_INIT;
    params.channel = ZEXA_CHANNEL_SMS;
    params.to = "+244912345678";
    params.from = "ZEXA";
    params.body = body;
    if (getenv("ORDERS_LEDGER"))
        params.idempotency_key = order;
    zexa_message *message = NULL;
    zexa_error *error = NULL;
    zexa_status status = zexa_messages_send(client, &params, options, &message, &error);
    if (status == ZEXA_OK)
        snprintf(text, sizeof text, "{\"order\": \"%s\", \"outcome\": \"sent\", \"id\": \"%s\"}",
                 order, zexa_message_id(message));
    else
        snprintf(text, sizeof text, "{\"order\": \"%s\", \"outcome\": \"%s\", \"kind\": \"%s\"}",
                 order, zexa_outcome_name(zexa_error_outcome(error)), zexa_status_name(status));
    print_line(text);
    zexa_message_free(message);
    zexa_error_free(error);
    return status;
}

/** Creates a client from the environment, with a ledger if it names one. */
static inline zexa_client *orders_client(void) {
    zexa_client_options options = ZEXA_CLIENT_OPTIONS_INIT;
    options.ledger = getenv("ORDERS_LEDGER");
    zexa_client *client = NULL;
    zexa_error *error = NULL;
    if (zexa_client_new(&options, &client, &error) != ZEXA_OK) {
        fprintf(stderr, "%s\n", zexa_error_text(error));
        exit(1);
    }
    return client;
}

#endif
