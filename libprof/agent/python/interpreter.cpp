// SPDX-License-Identifier: MIT
//
// Finding the interpreter by the names that it exports. Side: agent, floor 4 (python). See interpreter.h.
#include "python/interpreter.h"

#include "base/next_symbol.h"

namespace prof::python {

namespace {

Interpreter interpreter;
bool is_found = false;

template <class T>
bool find(const char* name, T& into) noexcept {
    void* const found = any_symbol(name);
    static_assert(sizeof(T) == sizeof found);
    __builtin_memcpy(&into, &found, sizeof found);
    return found != nullptr;
}

bool find_functions(Interpreter& one) noexcept {
    const bool has_all =
        find("Py_IsInitialized", one.is_initialized) && find("PyInterpreterState_Main", one.main_interpreter) &&
        find("PyInterpreterState_Head", one.first_interpreter) &&
        find("PyInterpreterState_Next", one.next_interpreter) &&
        find("PyInterpreterState_ThreadHead", one.first_thread) && find("PyThreadState_Next", one.next_thread) &&
        find("PyDict_Next", one.next_item) && find("PyCode_Addr2Line", one.line_of);
    if (!find("_Py_IsFinalizing", one.is_finalizing)) find("Py_IsFinalizing", one.is_finalizing);
    return has_all;
}

bool find_types(Interpreter& one) noexcept {
    return find("PyType_Type", one.type_type) && find("PyDict_Type", one.dict_type) &&
           find("PyList_Type", one.list_type) && find("PyTuple_Type", one.tuple_type) &&
           find("PyUnicode_Type", one.string_type) && find("PyLong_Type", one.int_type) &&
           find("PyModule_Type", one.module_type) && find("PyFunction_Type", one.function_type) &&
           find("PyCell_Type", one.cell_type) && find("PyCode_Type", one.code_type);
}

uint32_t number_at(const char*& text) noexcept {
    uint32_t number = 0;
    while (*text >= '0' && *text <= '9') number = number * 10 + static_cast<uint32_t>(*text++ - '0');
    if (*text == '.') ++text;
    return number;
}

// "3.11.2 (main, …": of before 3.11, which has it as a number, too.
uint32_t version_in(const char* text) noexcept {
    const uint32_t major = number_at(text), minor = number_at(text), micro = number_at(text);
    return major << 24 | minor << 16 | micro << 8 | 0xf0;
}

}  // namespace

const Interpreter* known_interpreter() noexcept { return is_found ? &interpreter : nullptr; }

const Interpreter* find_interpreter() noexcept {
    if (is_found) return &interpreter;
    Interpreter one{};
    if (!find("_PyRuntime", one.runtime) || !find_functions(one) || !find_types(one)) return nullptr;
    const char* (*version)() = nullptr;
    if (const uint32_t* number = nullptr; find("Py_Version", number)) {
        one.version = *number;
    } else if (find("Py_GetVersion", version)) {
        one.version = version_in(version());
    }
    one.layout = layout_of(one.version);
    interpreter = one;
    is_found = true;
    return &interpreter;
}

}  // namespace prof::python
