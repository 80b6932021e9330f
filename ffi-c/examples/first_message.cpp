// Sends a first message. Needs ZEXA_API_KEY, and ZEXA_BASE_URL to use a sandbox.

#include <iostream>
#include <zexa.hpp>

int main() try {
    zexa::client client; // reads ZEXA_API_KEY
    zexa::send_message_params params;
    params.channel = zexa::channel::sms;
    params.to = "+244912345678";
    params.from = "ZEXA";
    params.body = "Hello";
    zexa::message message = client.messages().send(params);
    std::cout << message.id() << " is " << message.status() << '\n';
} catch (const zexa::error &error) {
    std::cerr << error.what() << '\n';
    return 1;
}
