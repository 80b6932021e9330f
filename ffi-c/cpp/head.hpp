/**
 * @file zexa.hpp
 *
 * libzexa for C++17: client library for the Zexa messaging API (SMS, WhatsApp, Telegram, email and
 * Slack).
 *
 * ```cpp
 * #include <iostream>
 * #include <zexa.hpp>
 *
 * int main() {
 *     try {
 *         zexa::client client; // reads ZEXA_API_KEY
 *         zexa::send_message_params params;
 *         params.channel = zexa::channel::sms;
 *         params.to = "+244912345678";
 *         params.from = "ZEXA";
 *         params.body = "Hello";
 *         zexa::message message = client.messages().send(params);
 *         std::cout << message.id() << " is " << message.status() << '\n';
 *     } catch (const zexa::error &error) {
 *         std::cerr << error.what() << '\n';
 *         return 1;
 *     }
 * }
 * ```
 *
 * In C++20 the parameters can be written in the call, in the order of their declaration:
 *
 * ```cpp
 * client.messages().send({.channel = zexa::channel::sms,
 *                         .to = "+244912345678",
 *                         .from = "ZEXA",
 *                         .body = "Hello"});
 * ```
 *
 * Conventions:
 *
 * - **Errors** are exceptions: zexa::error, with a derived class for each kind. Other exceptions
 *   come from the standard library, such as std::bad_alloc; they do not say whether a request was
 *   sent.
 * - **No duplicates:** a request that the server may have carried out is never retried, unless you
 *   set `retry_ambiguous`. The error's outcome() is then `outcome::unknown`.
 * - **Objects** are immutable handles. Copies are cheap and share the object; the last one frees
 *   it. A moved-from object is empty: its accessors return empty values, and calls throw.
 * - **A std::string_view** is valid until the object that it was read from, and all its copies, are
 *   destroyed. Keep the object: `auto id = client.messages().send(params).id();` dangles.
 * - **Strings** are UTF-8. A string that contains a NUL is rejected before anything is sent.
 * - **Threads:** a client is thread-safe. Several threads may read any other object at the same
 *   time. An iterator belongs to one thread at a time.
 *
 * Everything is inline and calls only zexa.h, which describes the use of threads, signals and
 * files. Link with `-lzexa`.
 */

#ifndef ZEXA_HPP
#define ZEXA_HPP

#if !(defined(_MSVC_LANG) ? _MSVC_LANG >= 201703L : __cplusplus >= 201703L)
#error "zexa.hpp needs C++17: compile with -std=c++17 or later"
#endif

#include "zexa.h"

#include <atomic>
#include <chrono>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <exception>
#include <functional>
#include <iterator>
#include <list>
#include <map>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

/// The C++ API of libzexa.
namespace zexa {

/// Return the version of the library at run time, such as "1.2.3". `ZEXA_VERSION` is the version
/// of the headers.
[[nodiscard]] inline std::string_view version() noexcept {
    return zexa_version();
}
