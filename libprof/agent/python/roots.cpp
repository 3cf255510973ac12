// SPDX-License-Identifier: MIT
//
// What a search for holders ends at: modules, functions that run, the interpreter itself. Side: agent, floor 4
// (python). Child of a snapshot only.
#include <initializer_list>

#include "python/labels.h"
#include "python/memory.h"
#include "python/walk.h"
#include "snapshot/faults.h"

namespace prof::python {

namespace {

namespace faults = snapshot::faults;

constexpr int most_threads = 8192, most_frames = 100'000;
constexpr size_t most_modules = 100'000;

// Which of a function's frames runs on no frame of its own: a call of C between two of Python.
enum : uint8_t { owned_by_c_stack = 3 };

void begin(Walk& walk, prof_python_root& root) noexcept { root.references_begin = walk.root_references.size(); }
void end(Walk& walk, prof_python_root& root) noexcept {
    root.references_end = walk.root_references.size();
    if (!walk.roots.push(root)) walk.is_cut = true;
}

void refer(Walk& walk, Address to, uint32_t name) noexcept {
    const uint32_t object = walk.object(to);
    if (object != PROF_PYTHON_NONE && !walk.root_references.push({.to = object, .name = name})) walk.is_cut = true;
}

// ---- Modules -------------------------------------------------------------------------------------------------------

struct Module {
    Walk& walk;
    Address name, module;
};

long list_module(void* argument) {
    auto& [walk, name, module] = *static_cast<Module*>(argument);
    const uint32_t its_class = walk.classes.of(type_of(module));
    if (its_class == Classes::none || walk.classes.at(its_class).kind != Class::Kind::module) return 0;
    prof_python_root root{};
    root.kind = PROF_PYTHON_MODULE;
    root.name = walk.texts.of(name);
    root.thread = PROF_PYTHON_NONE;
    begin(walk, root);
    const Address dict = pointer_at(module + md_dict);
    intptr_t position = 0;
    void *key, *value;
    while (dict != 0 && walk.python.next_item(reinterpret_cast<void*>(dict), &position, &key, &value) != 0) {
        const uint32_t variable = walk.texts.of_identifier(reinterpret_cast<Address>(key));
        refer(walk, reinterpret_cast<Address>(value), name_of(PROF_PYTHON_VARIABLE, variable));
    }
    end(walk, root);
    return 0;
}

long list_modules(void* argument) {
    Walk& walk = *static_cast<Walk*>(argument);
    const auto interpreter = reinterpret_cast<Address>(walk.python.main_interpreter());
    const Address modules = pointer_at(interpreter + walk.python.layout->modules);
    if (modules == 0 || (read<uint64_t>(type_of(modules) + tp_flags) & flag_is_dict) == 0) return -1;
    prof_python_root root{};
    root.kind = PROF_PYTHON_INTERPRETER;
    root.name = walk.texts.of_characters("interpreter", 11);
    root.thread = PROF_PYTHON_NONE;
    begin(walk, root);
    refer(walk, modules, name_of(PROF_PYTHON_VARIABLE, walk.texts.of_characters("sys.modules", 11)));
    end(walk, root);
    intptr_t position = 0;
    void *key, *value;
    for (size_t i = 0; i < most_modules; ++i) {
        if (walk.python.next_item(reinterpret_cast<void*>(modules), &position, &key, &value) == 0) break;
        Module module{walk, reinterpret_cast<Address>(key), reinterpret_cast<Address>(value)};
        faults::guarded(list_module, &module);
    }
    return 0;
}

// ---- Frames --------------------------------------------------------------------------------------------------------

struct Frame {
    Walk& walk;
    Address frame;  // the next one out in the end; 0: there is none
    uint32_t thread, depth;
};

intptr_t length_of_tuple(Address tuple) noexcept { return tuple == 0 ? 0 : count_of(tuple); }

// The variables of a frame, in the order of `names`, a tuple; behind the first `from` of them.
void list_variables(Walk& walk, Address names, Address values, intptr_t count) noexcept {
    for (intptr_t i = 0; i < count && i < length_of_tuple(names); ++i) {
        const Address value = pointer_at(values + static_cast<Address>(i) * sizeof(void*));
        const Address name = pointer_at(items_of_tuple(names) + static_cast<Address>(i) * sizeof(void*));
        if (value != 0) refer(walk, value, name_of(PROF_PYTHON_VARIABLE, walk.texts.of_identifier(name)));
    }
}

void list_locals(Walk& walk, Address frame, Address code) noexcept {
    const Layout& layout = *walk.python.layout;
    Address values = frame + layout.locals;
    if (layout.co_freevars == 0)
        return list_variables(walk, pointer_at(code + layout.co_varnames), values,
                              read<int>(code + layout.co_nlocalsplus));
    const auto locals = read<int>(code + layout.co_nlocals);
    list_variables(walk, pointer_at(code + layout.co_varnames), values, locals);
    values += static_cast<Address>(locals) * sizeof(void*);
    for (const uint16_t offset : {layout.co_cellvars, layout.co_freevars}) {
        const Address names = pointer_at(code + offset);
        list_variables(walk, names, values, length_of_tuple(names));
        values += static_cast<Address>(length_of_tuple(names)) * sizeof(void*);
    }
}

int instruction_of(const Layout& layout, Address frame, Address code) noexcept {
    if (layout.lasti_unit != 0) return read<int>(frame + layout.instruction) * layout.lasti_unit;
    return static_cast<int>(pointer_at(frame + layout.instruction) - (code + layout.co_code));
}

long list_frame(void* argument) {
    auto& one = *static_cast<Frame*>(argument);
    Walk& walk = one.walk;
    const Layout& layout = *walk.python.layout;
    const Address frame = one.frame;
    one.frame = pointer_at(frame + layout.previous);
    const Address code = pointer_at(frame + layout.code);
    const bool is_between = layout.owner != 0 && read<uint8_t>(frame + layout.owner) == owned_by_c_stack;
    if (is_between || code == 0 || type_of(code) != walk.python.code_type) return 0;
    prof_python_root root{};
    root.kind = PROF_PYTHON_FRAME;
    root.name = walk.texts.of(pointer_at(code + layout.co_qualname));
    root.file = walk.texts.of(pointer_at(code + layout.co_filename));
    const int line = walk.python.line_of(reinterpret_cast<void*>(code), instruction_of(layout, frame, code));
    root.line = line > 0 ? static_cast<uint32_t>(line) : 0;
    root.thread = one.thread;
    root.depth = one.depth++;
    begin(walk, root);
    list_locals(walk, frame, code);
    end(walk, root);
    return 0;
}

// pthread_self() is the thread's pointer.
uint32_t row_of_thread(const Walk& walk, Address id) noexcept {
    for (size_t i = 0; i < walk.writer.thread_pointers.size(); ++i) {
        const bool is_alive = (walk.writer.threads[i].flags & PROF_THREAD_ALIVE) != 0;
        if (is_alive && walk.writer.thread_pointers[i] == id) return static_cast<uint32_t>(i);
    }
    return PROF_PYTHON_NONE;
}

struct Thread {
    Walk& walk;
    Address thread;
    Frame frame;
};

long find_frame(void* argument) {
    auto& one = *static_cast<Thread*>(argument);
    const Layout& layout = *one.walk.python.layout;
    one.frame.thread = row_of_thread(one.walk, pointer_at(one.thread + layout.thread_id));
    one.frame.frame = pointer_at(one.thread + layout.frame);
    if (layout.current_frame != UINT16_MAX && one.frame.frame != 0)
        one.frame.frame = pointer_at(one.frame.frame + layout.current_frame);
    return 0;
}

void list_frames(Walk& walk) noexcept {
    void* thread = walk.python.first_thread(walk.python.main_interpreter());
    for (int i = 0; thread != nullptr && i < most_threads; ++i, thread = walk.python.next_thread(thread)) {
        Thread one{walk, reinterpret_cast<Address>(thread), {walk, 0, PROF_PYTHON_NONE, 0}};
        if (faults::guarded(find_frame, &one) != 0) continue;
        for (int depth = 0; one.frame.frame != 0 && depth < most_frames; ++depth) {
            const Address before = one.frame.frame;
            if (faults::guarded(list_frame, &one.frame) != 0 && one.frame.frame == before) break;
        }
    }
}

}  // namespace

void list_roots(Walk& walk) noexcept {
    faults::guarded(list_modules, &walk);
    list_frames(walk);
}

}  // namespace prof::python
