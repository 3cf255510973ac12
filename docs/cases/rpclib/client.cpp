// SPDX-License-Identifier: MIT
//
// Usage: client CALLS. One short connection after another, as a cron job or a script makes them.
#include <rpc/client.h>

#include <chrono>
#include <cstdlib>
#include <thread>

int main(int count, char** arguments) {
    const int calls = count > 1 ? std::atoi(arguments[1]) : 150;
    for (int call = 0; call < calls; ++call) {
        rpc::client client("127.0.0.1", 18091);
        if (client.call("add", call, 1).as<int>() != call + 1) return 1;
        std::this_thread::sleep_for(std::chrono::milliseconds(10));
    }
}
