// SPDX-License-Identifier: MIT
//
// A library that comes by dlopen and keeps a block in a thread-local variable. Side: tests.
namespace tickets {

struct Ticket {
    long number, parts[16];
};

thread_local long sold = 0;
thread_local Ticket* last_ticket = nullptr;

}  // namespace tickets

extern "C" void keep_ticket() { tickets::last_ticket = new tickets::Ticket{++tickets::sold, {}}; }
