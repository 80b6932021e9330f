/* A PostgreSQL server in a temporary folder, for programs in C and C++. */

#ifndef POSTGRES_H
#define POSTGRES_H

#include <glob.h>
#include <pwd.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/types.h>
#include <sys/wait.h>
#include <unistd.h>

/* CHECK is that of check.h or cpp_sandbox.hpp, which the program includes first. */

#define POSTGRES_PASSWORD "zx_top_secret"

typedef struct {
    char folder[32];
    pid_t server;
} postgres;

/** Finds a program of the server, where Debian installs it. Returns whether it exists. */
static inline bool postgres_program(const char *name, char *path, size_t size) {
    char pattern[96];
    snprintf(pattern, sizeof pattern, "/usr/lib/postgresql/*/bin/%s", name);
    glob_t found;
    const bool exists = glob(pattern, 0, NULL, &found) == 0;
    char **newest = exists ? found.gl_pathv : NULL;
    while (newest && newest[1])
        newest++;
    if (newest)
        snprintf(path, size, "%s", *newest);
    globfree(&found);
    return exists;
}

/** Whether the server is installed. Says so if it is not, because the tests are then skipped. */
static inline bool postgres_is_installed(void) {
    char path[128];
    const bool is_installed = postgres_program("initdb", path, sizeof path) &&
                              postgres_program("postgres", path, sizeof path) &&
                              postgres_program("pg_isready", path, sizeof path);
    if (!is_installed)
        fputs("skipped: PostgreSQL is not installed: apt-get install postgresql\n", stderr);
    return is_installed;
}

/** The user that runs the server, which refuses to run as root. */
static inline const struct passwd *postgres_user(void) {
    const struct passwd *user = getpwnam("postgres");
    if (!user)
        user = getpwnam("nobody");
    CHECK(user != NULL);
    return user;
}

/** Starts a program of the server in its folder. It ends with this process at the latest. */
static inline pid_t postgres_start(const char *folder, const char *name, const char *options) {
    char path[128], command[512];
    CHECK(postgres_program(name, path, sizeof path));
    snprintf(command, sizeof command, "exec %s %s >/dev/null 2>&1", path, options);
    const struct passwd *user = geteuid() == 0 ? postgres_user() : NULL;
    const pid_t child = fork();
    CHECK(child >= 0);
    if (child > 0)
        return child;
    if (user && (setgid(user->pw_gid) != 0 || setuid(user->pw_uid) != 0))
        _exit(126);
    if (prctl(PR_SET_PDEATHSIG, SIGINT) == 0 && chdir(folder) == 0)
        execl("/bin/sh", "sh", "-c", command, NULL);
    _exit(127);
}

/** Runs a program of the server. Returns whether it succeeds. */
static inline bool postgres_run(const char *folder, const char *name, const char *options) {
    int status = 0;
    const pid_t child = postgres_start(folder, name, options);
    CHECK(waitpid(child, &status, 0) == child);
    return WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

/** Starts a server. End it with postgres_free(). */
static inline postgres postgres_new(void) {
    postgres database = {"/tmp/zexa-pg-XXXXXX", 0};
    CHECK(mkdtemp(database.folder) != NULL);
    char file[64];
    snprintf(file, sizeof file, "%s/password", database.folder);
    FILE *password = fopen(file, "w");
    CHECK(password && fputs(POSTGRES_PASSWORD, password) >= 0 && fclose(password) == 0);
    if (geteuid() == 0) {
        const struct passwd *user = postgres_user();
        CHECK(chown(database.folder, user->pw_uid, user->pw_gid) == 0);
        CHECK(chown(file, user->pw_uid, user->pw_gid) == 0);
    }
    CHECK(postgres_run(database.folder, "initdb",
                       "--no-sync --no-locale --encoding=UTF8 --auth=scram-sha-256 "
                       "--username=zexa --pwfile=password data"));
    database.server = postgres_start(database.folder, "postgres",
                                     "-D data -k \"$PWD\" -h '' -c fsync=off "
                                     "-c shared_buffers=16MB");
    while (!postgres_run(database.folder, "pg_isready", "-q -h \"$PWD\""))
        CHECK(waitpid(database.server, NULL, WNOHANG) == 0);
    return database;
}

/** Writes the URL of a ledger. Without a password, it is that of PGPASSWORD. */
static inline void postgres_url(const postgres *database, const char *password, const char *ledger,
                                char *url, size_t size) {
    snprintf(url, size, "postgres://zexa%s%s@%%2Ftmp%%2F%s/postgres?ledger=%s", password ? ":" : "",
             password ? password : "", database->folder + strlen("/tmp/"), ledger);
}

/** Ends the server, and removes its folder. */
static inline void postgres_free(postgres *database) {
    char command[64];
    CHECK(kill(database->server, SIGINT) == 0);
    CHECK(waitpid(database->server, NULL, 0) == database->server);
    snprintf(command, sizeof command, "rm -r %s", database->folder);
    CHECK(system(command) == 0);
}

#endif
