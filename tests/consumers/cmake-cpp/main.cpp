// Sends a message, and prints its id and status. Needs ZEXA_API_KEY.

#include <iostream>

#include <zexa.hpp>

int main() {
    try {
        const zexa::client client;
        zexa::send_message_params params;
        params.channel = zexa::channel::sms;
        params.to = "+244912345678";
        params.from = "ZEXA";
        params.body = "Hello";
        const zexa::message message = client.messages().send(params);
        std::cout << message.id() << " is " << message.status() << '\n';
        return 0;
    } catch (const zexa::error &error) {
        std::cerr << error.what() << '\n';
        return 1;
    }
}
