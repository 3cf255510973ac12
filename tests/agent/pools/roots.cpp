// SPDX-License-Identifier: MIT
//
// A program that hides what it holds, and declares it. Side: tests.  roots WAY
#include <prof/prof.hpp>

#include <cstdint>
#include <cstdio>
#include <string_view>

namespace {

struct Node {
    Node* next;
    char text[40];
};
static_assert(sizeof(Node) == 48);

uintptr_t hidden;  // the first node, upside down: no pointer
uintptr_t shown;

[[gnu::noinline]] void make_queue() {
    Node* first = nullptr;
    for (int i = 0; i < 10; ++i) first = new Node{first, {}};
    hidden = ~reinterpret_cast<uintptr_t>(first);
}

Node* first_node() { return reinterpret_cast<Node*>(~hidden); }

// A variable is a root by itself; declared it has a second name.
void declare_variable() {
    shown = ~hidden;
    prof::root("queue", &shown);
}

bool declare_wrong_ones() {
    static char places[1024];
    bool all_taken = true, any_wrong = false;
    for (char& place : places) all_taken &= prof::root("place", &place);
    any_wrong |= prof_root_declare(nullptr, places, 1) == 0;
    any_wrong |= prof_root_declare("nowhere", nullptr, 1) == 0;
    any_wrong |= prof_root_declare("beyond", places, SIZE_MAX) == 0;
    any_wrong |= prof_root_declare("beyond", reinterpret_cast<void*>(UINTPTR_MAX - 7), 8) == 0;
    any_wrong |= prof_root_declare("one too many", &hidden, 8) == 0;
    all_taken &= prof_root_declare("a name that is longer than forty characters, far longer", places, 1) == 0;
    prof::forget_root(&shown);  // never declared
    return all_taken && !any_wrong;
}

}  // namespace

int main(int count, char** arguments) {
    const std::string_view way = count > 1 ? arguments[1] : "";
    make_queue();
    if (way == "block" || way == "forgotten" || way == "renamed") prof::root("queue", first_node());
    if (way == "inside") prof::root("queue", &first_node()->text);
    if (way == "variable") declare_variable();
    if (way == "renamed") prof::root("line", first_node());
    if (way == "forgotten") prof::forget_root(first_node());
    if (way == "wrong") std::puts(prof_recording() == 0 ? "absent" : declare_wrong_ones() ? "right" : "wrong");
    return 0;
}
