// A sandbox instance, and a folder of its own for a ledger.

#ifndef CPP_LEDGER_HPP
#define CPP_LEDGER_HPP

#include <cstdio>
#include <string>
#include <unistd.h>

#include "cpp_sandbox.hpp"

/// A sandbox instance, and a folder of its own for a ledger.
class world {
  public:
    explicit world(const std::string &setup = "{}") : server(setup) {
        char name[] = "/tmp/zexa-ledger-XXXXXX";
        CHECK(mkdtemp(name) != nullptr);
        folder = name;
    }

    world(const world &) = delete;
    world &operator=(const world &) = delete;

    ~world() {
        for (const char *name : {"orders.db", "orders.db-journal", "orders.db-lock", "orders.csv"})
            std::remove((folder + "/" + name).c_str());
        CHECK(rmdir(folder.c_str()) == 0);
    }

    std::string path() const { return folder + "/orders.db"; }

    zexa::client client() const {
        zexa::client_options options = server.options();
        options.ledger = path();
        return zexa::client(options);
    }

    sandbox server;
    std::string folder{};
};

#endif
