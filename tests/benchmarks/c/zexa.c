/* The client libzexa. Threads share it. */

#include "client.h"

#include <stdio.h>
#include <string.h>
#include <zexa.h>

static zexa_client *shared;
static int users;

sender *sender_new(const char *url) {
    users++;
    if (shared == NULL) {
        char base_url[256];
        snprintf(base_url, sizeof base_url, "%s/v1", url);
        zexa_client_options options = ZEXA_CLIENT_OPTIONS_INIT;
        options.base_url = base_url;
        options.api_key = "k";
        require(zexa_client_new(&options, &shared, NULL) == ZEXA_OK, "zexa_client_new");
    }
    return (sender *)shared;
}

void send_message(sender *from) {
    zexa_send_message_params params = ZEXA_SEND_MESSAGE_PARAMS_INIT;
    params.channel = ZEXA_CHANNEL_SMS;
    params.to = "+244912345678";
    params.from = "ZEXA";
    params.body = "Hello";
    zexa_message *message = NULL;
    zexa_status status = zexa_messages_send((zexa_client *)from, &params, NULL, &message, NULL);
    require(status == ZEXA_OK && zexa_message_id(message)[0] == 'm', "zexa_messages_send");
    zexa_message_free(message);
}

long read_contacts(sender *from) {
    zexa_list_contacts_params params = ZEXA_LIST_CONTACTS_PARAMS_INIT;
    params.per_page = 100;
    zexa_contact_iter *contacts = NULL;
    zexa_status status =
        zexa_contacts_list((const zexa_client *)from, &params, NULL, &contacts, NULL);
    require(status == ZEXA_OK, "zexa_contacts_list");
    zexa_contact *contact = NULL;
    long count = 0;
    while ((status = zexa_contact_iter_next(contacts, &contact, NULL)) == ZEXA_OK) {
        if (zexa_contact_created_at_unix_ms(contact) > 0 && zexa_contact_name(contact)[0] == 'C')
            count++;
        zexa_contact_free(contact);
    }
    require(status == ZEXA_DONE, "zexa_contact_iter_next");
    zexa_contact_iter_free(contacts);
    return count;
}

void sender_free(sender *from) {
    if (--users == 0)
        zexa_client_free((zexa_client *)from);
}
