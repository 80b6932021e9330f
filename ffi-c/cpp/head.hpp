/*
 * libzexa for C++17: the client of the Zexa messaging API for SMS, WhatsApp, Telegram, email and
 * Slack.
 *
 * A first message, to the account whose key is in the environment's `ZEXA_API_KEY`:
 *
 * ```cpp
 * #include <iostream>
 * #include <zexa.hpp>
 *
 * int main() try {
 *     zexa::client client;
 *     zexa::send_message_params params;
 *     params.channel = zexa::channel::sms;
 *     params.to = "+244912345678";
 *     params.from = "ZEXA";
 *     params.body = "Hello";
 *     zexa::message message = client.messages().send(params);
 *     std::cout << message.id() << " is " << message.status() << '\n';
 * } catch (const zexa::error &error) {
 *     std::cerr << error.what() << '\n';
 *     return 1;
 * }
 * ```
 *
 * In C++20 the parameters can stand in the call, in the order in which they are declared:
 *
 * ```cpp
 * client.messages().send({.channel = zexa::channel::sms,
 *                         .to = "+244912345678",
 *                         .from = "ZEXA",
 *                         .body = "Hello"});
 * ```
 *
 * What holds for all of it:
 *
 * - **Nothing is sent twice.** A request that may have been carried out is not repeated, unless the
 *   caller says so. The error's outcome() then says that it is not known.
 * - **Failures** are exceptions: zexa::error, and one class derived from it for each kind. Beside
 *   them only what the standard library throws can come, such as std::bad_alloc, which does not say
 *   whether the call was carried out.
 * - **Objects** that the API answers with never change, and are handles: to copy one is cheap, its
 *   copies share what they are about, and the last of them frees it.
 * - **A std::string_view** that you are given lives as long as the object that it was asked of, or
 *   a copy of that. So keep the object: `auto id = client.messages().send(params).id();` dangles.
 * - **Text** is UTF-8. A string with a NUL in it is refused, not cut, before anything is sent.
 * - **Threads.** A client may be used from any thread, by many at once. All other objects may be
 *   read by many at once, too; an iterator belongs to one at a time.
 * - **What was moved from** is empty: it says nothing, and a call on it throws.
 *
 * Everything here is inline, and calls nothing but zexa.h: link with `-lzexa`.
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
#include <functional>
#include <iterator>
#include <list>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace zexa {

/// The version of the library that runs, such as "1.2.3". `ZEXA_VERSION` is that of the headers
/// which the program was compiled with.
[[nodiscard]] inline std::string_view version() noexcept {
    return zexa_version();
}
