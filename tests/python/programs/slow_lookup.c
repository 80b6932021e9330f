/* When preloaded, blocks lookups of names that end with .example forever. */
#define _GNU_SOURCE

#include <dlfcn.h>
#include <netdb.h>
#include <string.h>
#include <unistd.h>

int getaddrinfo(const char *node, const char *service, const struct addrinfo *hints,
                struct addrinfo **result) {
    const char *suffix = node ? strstr(node, ".example") : NULL;
    if (suffix && strcmp(suffix, ".example") == 0)
        for (;;)
            pause();
    int (*real)(const char *, const char *, const struct addrinfo *, struct addrinfo **) =
        (int (*)(const char *, const char *, const struct addrinfo *, struct addrinfo **))dlsym(
            RTLD_NEXT, "getaddrinfo");
    return real(node, service, hints, result);
}
