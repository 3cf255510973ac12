// SPDX-License-Identifier: MIT
//
// Calls through the headers, one a function, to look at what is compiled: absent.py. Side: tests.
#include <prof/prof.hpp>

namespace {
struct Order {
    long id;
    Order* next;
};
PROF_FIELDS(Order, id, next);
}  // namespace

extern "C" {
void call_next_type();
void call_next_is();
int call_block_type(void* block);
uint32_t call_type_declare(const prof_type_declaration* declaration);
uint64_t call_scope_enter(const char* name);
void call_scope_leave(uint64_t token);

void call_next_type() { prof_next_type(7); }
void call_next_is() { prof::next_is<Order>(); }
int call_block_type(void* block) { return prof_block_type(block, 7); }
uint32_t call_type_declare(const prof_type_declaration* declaration) { return prof_type_declare(declaration); }
uint64_t call_scope_enter(const char* name) { return prof_scope_enter(name); }
void call_scope_leave(uint64_t token) { prof_scope_leave(token); }
}
