/* Sends a first message, many messages in one run, and a small campaign, and prints their progress.
 *
 * Needs ZEXA_BASE_URL and ZEXA_API_KEY of a sandbox. `cargo xtask demo c` starts one. Do not run it
 * against the real API: it costs credits, and the phone numbers are fictitious. */

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include <zexa.h>

/* An existing contact list: the API cannot create one. */
#define LIST "lst_demo"
enum { NEW_CONTACTS = 20, ROWS = 200, BAR = 40 };
/* Longest wait for a status, in seconds. */
static const double MAX_WAIT = 60;

static double now(void) {
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (double)time.tv_sec + (double)time.tv_nsec / 1e9;
}

static void pause_for(long milliseconds) {
    struct timespec time = {milliseconds / 1000, milliseconds % 1000 * 1000000};
    nanosleep(&time, NULL);
}

/* Prints with a style if the output is a terminal. */
static void styled(const char *code, const char *format, ...) {
    va_list arguments;
    va_start(arguments, format);
    int terminal = isatty(STDOUT_FILENO);
    if (terminal)
        printf("\033[%sm", code);
    vprintf(format, arguments);
    if (terminal)
        fputs("\033[0m", stdout);
    va_end(arguments);
}

#define BOLD "1"
#define GREEN "32"
#define RED "31"

static void heading(const char *text) {
    putchar('\n');
    styled(BOLD, "%s", text);
    putchar('\n');
}

/* Ends the demo if a call failed. */
static void require_ok(zexa_status status, zexa_error *error) {
    if (status == ZEXA_OK)
        return;
    fflush(stdout);
    fprintf(stderr, "%s\n", zexa_error_text(error));
    exit(EXIT_FAILURE);
}

static double balance(const zexa_client *client) {
    zexa_credits *credits = NULL;
    zexa_error *error = NULL;
    require_ok(zexa_credits_get(client, NULL, &credits, &error), error);
    double count = zexa_credits_credits(credits);
    zexa_credits_free(credits);
    return count;
}

static void show_status(const zexa_message *message, double start) {
    printf("  %4.1f s  ", now() - start);
    styled(GREEN, "%s", zexa_message_status(message));
    putchar('\n');
}

/* Sends a message, and polls it until its status is final. */
static void send_message(const zexa_client *client) {
    double start = now();
    zexa_send_message_params params = ZEXA_SEND_MESSAGE_PARAMS_INIT;
    params.channel = ZEXA_CHANNEL_SMS;
    params.to = "+244912345678";
    params.from = "ZEXA";
    params.body = "Olá! This is Zexa.";
    zexa_message *message = NULL;
    zexa_error *error = NULL;
    require_ok(zexa_messages_send(client, &params, NULL, &message, &error), error);
    printf("  %s by %s from ZEXA\n", zexa_message_id(message), zexa_message_channel(message));
    show_status(message, start);
    while (!zexa_message_status_is_final(zexa_message_status(message)) &&
           now() - start < MAX_WAIT) {
        pause_for(200);
        zexa_message *later = NULL;
        require_ok(zexa_messages_get(client, zexa_message_id(message), NULL, &later, &error),
                   error);
        if (strcmp(zexa_message_status(later), zexa_message_status(message)) != 0)
            show_status(later, start);
        zexa_message_free(message);
        message = later;
    }
    zexa_message_free(message);
}

/* Prints the number of finished messages: a progress bar in a terminal, otherwise a few lines. */
static void show_progress(int64_t done, int64_t before, int64_t total, const char *status) {
    int64_t step = total > 4 ? (total + 3) / 4 : 1;
    if (isatty(STDOUT_FILENO)) {
        int filled = total > 0 ? (int)(done * BAR / total) : BAR;
        fputs("\r\033[K  ", stdout);
        for (int cell = 0; cell < BAR; cell++)
            styled(cell < filled ? GREEN : "2", cell < filled ? "█" : "░");
        printf(" %d/%d  %s", (int)done, (int)total, status);
        fflush(stdout);
    } else if (done / step > before / step || (done == total && before < done)) {
        printf("  %3d/%d  %s\n", (int)done, (int)total, status);
    }
}

/* The rows of a bulk run. */
typedef struct {
    int count;
    char phone[32];
} row_source;

static zexa_status next_row(zexa_send_message_params *row, void *userdata) {
    row_source *source = userdata;
    if (source->count == ROWS)
        return ZEXA_DONE;
    snprintf(source->phone, sizeof source->phone, "+24491000%04d", source->count++);
    row->channel = ZEXA_CHANNEL_SMS;
    row->to = source->phone;
    row->from = "ZEXA";
    row->body = "Your order has been shipped.";
    return ZEXA_OK;
}

/* Sends many messages in one run, at a limited rate. */
static void send_many(const zexa_client *client) {
    double start = now();
    row_source source = {0};
    zexa_bulk_options options = ZEXA_BULK_OPTIONS_INIT;
    options.rate = 100;
    zexa_send_many *sending = NULL;
    zexa_send_result *result = NULL;
    zexa_error *error = NULL;
    require_ok(zexa_messages_send_many(client, next_row, &source, &options, &sending, &error),
               error);
    zexa_status status;
    for (int64_t done = 0; (status = zexa_send_many_next(sending, &result, &error)) == ZEXA_OK;
         done++) {
        const zexa_error *failure = zexa_send_result_error(result);
        show_progress(done + 1, done, ROWS, failure ? zexa_error_message(failure) : "sent");
        zexa_send_result_free(result);
    }
    if (status != ZEXA_DONE)
        require_ok(status, error);
    zexa_bulk_stats *stats = zexa_send_many_stats(sending);
    fputs(isatty(STDOUT_FILENO) ? "\n  " : "  ", stdout);
    styled(GREEN, "%d accepted", (int)zexa_bulk_stats_accepted(stats));
    printf(" in %.1f s\n", now() - start);
    zexa_bulk_stats_free(stats);
    zexa_send_many_free(sending);
}

/* Returns a phone number. For two of them, the sandbox simulates failed deliveries. */
static void format_phone(int number, char *phone, size_t size) {
    if (number == 7)
        snprintf(phone, size, "+244000100007");
    else if (number == 13)
        snprintf(phone, size, "+244000200013");
    else
        snprintf(phone, size, "+2449000000%02d", number);
}

/* Adds contacts to the list. Contacts of an earlier run are kept. */
static void add_contacts(const zexa_client *client) {
    const char *lists[] = {LIST};
    int added = 0;
    for (int number = 1; number <= NEW_CONTACTS; number++) {
        char name[32], phone[32];
        snprintf(name, sizeof name, "Cliente %d", number);
        format_phone(number, phone, sizeof phone);
        zexa_create_contact_params params = ZEXA_CREATE_CONTACT_PARAMS_INIT;
        params.name = name;
        params.phone = phone;
        params.lists = lists;
        params.lists_count = 1;
        zexa_contact *contact = NULL;
        zexa_error *error = NULL;
        zexa_status status = zexa_contacts_create(client, &params, NULL, &contact, &error);
        if (status != ZEXA_CONFLICT)
            require_ok(status, error);
        added += status == ZEXA_OK;
        zexa_error_free(error);
        zexa_contact_free(contact);
    }
    printf("  %d contacts added to " LIST "\n", added);
}

static void show_count(const char *name, int64_t count) {
    if (count >= 0)
        printf("  %3d %s\n", (int)count, name);
}

/* Creates a campaign for the contact list, and polls it until it is finished. */
static void run_campaign(const zexa_client *client) {
    double start = now();
    zexa_create_campaign_params params = ZEXA_CREATE_CAMPAIGN_PARAMS_INIT;
    params.name = "Two for one";
    params.channel = ZEXA_CHANNEL_SMS;
    params.contact_list_id = LIST;
    params.sender_id = "ZEXA";
    params.body = "This week only: two for the price of one.";
    zexa_campaign *campaign = NULL;
    zexa_error *error = NULL;
    require_ok(zexa_campaigns_create(client, &params, NULL, &campaign, &error), error);
    int64_t total = zexa_campaign_total_recipients(campaign), done = 0;
    printf("  %s \"%s\" to %d contacts\n", zexa_campaign_id(campaign), zexa_campaign_name(campaign),
           (int)total);
    while (!zexa_campaign_status_is_final(zexa_campaign_status(campaign)) &&
           now() - start < MAX_WAIT) {
        pause_for(100);
        zexa_campaign *later = NULL;
        require_ok(zexa_campaigns_get(client, zexa_campaign_id(campaign), NULL, &later, &error),
                   error);
        zexa_campaign_free(campaign);
        campaign = later;
        int64_t pending = zexa_campaign_stats_pending(campaign), before = done;
        done = pending < 0 ? 0 : total - pending;
        show_progress(done, before, total, zexa_campaign_status(campaign));
    }
    fputs(isatty(STDOUT_FILENO) ? "\n  " : "  ", stdout);
    styled(GREEN, "%s", zexa_campaign_status(campaign));
    printf(" in %.1f s\n", now() - start);
    show_count("delivered", zexa_campaign_stats_delivered(campaign));
    show_count("failed", zexa_campaign_stats_failed(campaign));
    show_count("undeliverable", zexa_campaign_stats_undeliverable(campaign));
    zexa_campaign_free(campaign);
}

static const char *text_or(const char *text, const char *otherwise) {
    return text ? text : otherwise;
}

static void explain(const zexa_error *error) {
    fputs("  ", stdout);
    styled(RED, "%s", zexa_error_message(error));
    printf("\n  kind        %s\n", zexa_status_name(zexa_error_kind(error)));
    printf("  outcome     %s, so %s\n", zexa_outcome_name(zexa_error_outcome(error)),
           zexa_error_safe_to_retry(error)
               ? "nothing was sent: send it again after the cause is removed"
               : "it may have been sent: check before you send it again");
    printf("  response    %d, %s\n", (int)zexa_error_http_status(error),
           text_or(zexa_error_code(error), "no code"));
    printf("  request id  %s\n", text_or(zexa_error_request_id(error), "none"));
    if (zexa_error_details_json(error))
        printf("  details     %s\n", zexa_error_details_json(error));
}

/* Sends from an unregistered Sender ID, and prints the error and its outcome. */
static void show_error(const zexa_client *client) {
    zexa_send_message_params params = ZEXA_SEND_MESSAGE_PARAMS_INIT;
    params.channel = ZEXA_CHANNEL_SMS;
    params.to = "+244912345678";
    params.from = "NOBODY";
    params.body = "From a name that is not registered.";
    zexa_message *message = NULL;
    zexa_error *error = NULL;
    if (zexa_messages_send(client, &params, NULL, &message, &error) == ZEXA_OK)
        printf("  none: %s was sent\n", zexa_message_id(message));
    else
        explain(error);
    zexa_message_free(message);
    zexa_error_free(error);
}

int main(void) {
    const char *url = getenv("ZEXA_BASE_URL");
    if (!url || !*url) {
        fputs("ZEXA_BASE_URL is not set. This demo needs a sandbox, which `cargo xtask demo c` "
              "starts.\n",
              stderr);
        return EXIT_FAILURE;
    }
    styled(BOLD, "Zexa");
    printf(" in C, with %s\n", url);

    zexa_client *client = NULL;
    zexa_error *error = NULL;
    require_ok(zexa_client_new(NULL, &client, &error), error);
    heading("Credits");
    double before = balance(client);
    printf("  %g\n", before);
    heading("A message");
    send_message(client);
    heading("Many messages");
    send_many(client);
    heading("A campaign");
    add_contacts(client);
    run_campaign(client);
    heading("Credits");
    double after = balance(client);
    printf("  %g, so this cost %g\n", after, before - after);
    heading("An error, on purpose");
    show_error(client);
    zexa_client_free(client);
    return EXIT_SUCCESS;
}
