/* libcurl with cJSON, as an experienced user would combine them: each thread has a handle. */

/* strptime() and timegm(). */
#define _GNU_SOURCE

#include "client.h"

#include <cjson/cJSON.h>
#include <curl/curl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { PAGES = 100, PER_PAGE = 100 };

struct sender {
    CURL *curl;
    struct curl_slist *headers;
    char url[256];
    /* The body of the response. */
    char *body;
    size_t length, capacity;
};

/* A contact. Its strings belong to the parsed page. */
struct contact {
    const char *id, *name, *phone, *email;
    const cJSON *lists;
    time_t created_at;
};

static size_t receive(char *bytes, size_t size, size_t count, void *to) {
    sender *from = to;
    size_t length = size * count;
    if (from->length + length + 1 > from->capacity) {
        from->capacity = (from->length + length + 1) * 2;
        from->body = realloc(from->body, from->capacity);
        require(from->body != NULL, "realloc");
    }
    memcpy(from->body + from->length, bytes, length);
    from->length += length;
    from->body[from->length] = 0;
    return length;
}

sender *sender_new(const char *url) {
    sender *from = calloc(1, sizeof *from);
    require(from != NULL && curl_global_init(CURL_GLOBAL_ALL) == CURLE_OK, "curl_global_init");
    from->curl = curl_easy_init();
    require(from->curl != NULL, "curl_easy_init");
    snprintf(from->url, sizeof from->url, "%s/v1", url);
    from->headers = curl_slist_append(from->headers, "Authorization: Bearer k");
    from->headers = curl_slist_append(from->headers, "Content-Type: application/json");
    curl_easy_setopt(from->curl, CURLOPT_HTTPHEADER, from->headers);
    curl_easy_setopt(from->curl, CURLOPT_WRITEFUNCTION, receive);
    curl_easy_setopt(from->curl, CURLOPT_WRITEDATA, from);
    curl_easy_setopt(from->curl, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(from->curl, CURLOPT_TIMEOUT_MS, 30000L);
    return from;
}

/* Performs the request that is set up, and returns the JSON of the response. */
static cJSON *perform(sender *from) {
    from->length = 0;
    require(curl_easy_perform(from->curl) == CURLE_OK, "curl_easy_perform");
    long status = 0;
    curl_easy_getinfo(from->curl, CURLINFO_RESPONSE_CODE, &status);
    require(status / 100 == 2, "status");
    cJSON *json = cJSON_ParseWithLength(from->body, from->length);
    require(json != NULL, "JSON");
    return json;
}

void send_message(sender *from) {
    cJSON *message = cJSON_CreateObject();
    cJSON_AddStringToObject(message, "channel", "sms");
    cJSON_AddStringToObject(message, "to", "+244912345678");
    cJSON_AddStringToObject(message, "from", "ZEXA");
    cJSON_AddStringToObject(message, "body", "Hello");
    char *body = cJSON_PrintUnformatted(message);
    char url[300];
    snprintf(url, sizeof url, "%s/messages", from->url);
    curl_easy_setopt(from->curl, CURLOPT_URL, url);
    curl_easy_setopt(from->curl, CURLOPT_POSTFIELDS, body);
    cJSON *json = perform(from);
    const char *id = cJSON_GetStringValue(cJSON_GetObjectItem(json, "id"));
    require(id != NULL && id[0] == 'm', "id");
    cJSON_Delete(json);
    cJSON_free(body);
    cJSON_Delete(message);
}

static const char *text(const cJSON *object, const char *name) {
    return cJSON_GetStringValue(cJSON_GetObjectItem(object, name));
}

static struct contact contact_of(const cJSON *json) {
    struct contact contact = {text(json, "id"),
                              text(json, "name"),
                              text(json, "phone"),
                              text(json, "email"),
                              cJSON_GetObjectItem(json, "lists"),
                              0};
    struct tm created = {0};
    const char *created_at = text(json, "created_at");
    require(created_at != NULL && strptime(created_at, "%Y-%m-%dT%H:%M:%SZ", &created) != NULL,
            "created_at");
    contact.created_at = timegm(&created);
    return contact;
}

long read_contacts(sender *from) {
    long count = 0;
    curl_easy_setopt(from->curl, CURLOPT_HTTPGET, 1L);
    for (int page = 1; page <= PAGES; page++) {
        char url[300];
        snprintf(url, sizeof url, "%s/contacts?per_page=%d&page=%d", from->url, PER_PAGE, page);
        curl_easy_setopt(from->curl, CURLOPT_URL, url);
        cJSON *json = perform(from);
        const cJSON *item = NULL;
        cJSON_ArrayForEach(item, cJSON_GetObjectItem(json, "data")) {
            struct contact contact = contact_of(item);
            if (contact.created_at > 0 && contact.name[0] == 'C')
                count++;
        }
        cJSON_Delete(json);
    }
    return count;
}

void sender_free(sender *from) {
    curl_easy_cleanup(from->curl);
    curl_slist_free_all(from->headers);
    free(from->body);
    free(from);
}
