/* A client of the benchmarks: main.c runs it, and each client is a file. */

#ifndef CLIENT_H
#define CLIENT_H

/* Sends requests from one thread at a time. */
typedef struct sender sender;

/* Returns a sender for another thread. `url` is that of the server, without /v1. */
sender *sender_new(const char *url);

/* Sends one message, and reads the id from the response. */
void send_message(sender *from);

/* Reads all contacts in order, as objects with a parsed time. Returns their number. */
long read_contacts(sender *from);

void sender_free(sender *from);

/* Ends the program if something has failed. */
void require(int condition, const char *what);

#endif
