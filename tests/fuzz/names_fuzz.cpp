// SPDX-License-Identifier: MIT
//
// Any bytes as the name of a type, of a function, of a mangled symbol: what a program's symbols, RTTI and debug
// information say is in its maker's hands.
//
// Side: tests. The body is libFuzzer's; replay.cpp feeds it the committed corpus in every test run.
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "symbols/demangle.h"
#include "symbols/short_name.h"
#include "symbols/type_name.h"
#include "types/frame_kinds.h"
#include "types/name_parts.h"
#include "types/type_names.h"

using namespace heapkit;

namespace {

void must(bool holds) {
    if (!holds) std::abort();
}

bool lies_in(std::string_view part, std::string_view whole) {
    return part.data() >= whole.data() && part.data() + part.size() <= whole.data() + whole.size();
}

void ask_type(std::string_view text) {
    const std::string canonical = symbols::canonical_type_name(text);
    for (const std::string_view argument : symbols::template_arguments_of(canonical))
        must(lies_in(argument, canonical));
    must(lies_in(symbols::without_template_arguments(canonical), canonical));
    (void)symbols::own_name_of(canonical);
    (void)symbols::short_type(text);
    (void)types::object_name(text);
    for (const auto role : {types::StorageRole::none, types::StorageRole::buffer, types::StorageRole::buckets})
        (void)types::storage_name(text, role);
}

void ask_function(std::string_view text) {
    const std::string_view qualified = symbols::qualified_function(text);
    must(lies_in(qualified, text));
    const auto [scope, function] = types::parts_of_function(qualified);
    must(scope.empty() || lies_in(scope, qualified));
    must(lies_in(function, qualified));
    (void)symbols::short_function(text);
    (void)types::kind_of_frame(text);
    (void)types::without_inline_namespaces(text);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
    const std::string text(reinterpret_cast<const char*>(data), size);
    ask_type(text);
    ask_function(text);
    const std::string demangled = symbols::demangle(text);
    ask_function(demangled);
    ask_type(symbols::demangle_type(text));
    return 0;
}
