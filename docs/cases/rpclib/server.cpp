// SPDX-License-Identifier: MIT
//
// The server of rpclib's own README: one function, called by whoever connects.
#include <rpc/server.h>

int main() {
    rpc::server server("127.0.0.1", 18091);
    server.bind("add", [](int a, int b) { return a + b; });
    server.run();
}
