// SPDX-License-Identifier: MIT
//
// The modules section, from what the unwinder has met. Side: agent, floor 3 (snapshot). Child of a snapshot only.
#include "base/text.h"
#include "record/tables.h"
#include "snapshot/writer.h"

namespace prof::snapshot {

namespace {

bool is_vdso(const tables::Module& module) noexcept { return starts_with(base_name(module.path), "linux-vdso"); }

// The dynamic linker names what it found by a relative LD_LIBRARY_PATH or dlopen as it was asked for; the kernel knows
// the whole path.
const char* whole_path(const tables::Module& module, const Writer& writer) noexcept {
    const prof_map* const map = module.path[0] == '/' ? nullptr : writer.maps.at(module.start);
    const char* const mapped = map == nullptr ? "" : writer.maps.path(*map);
    return mapped[0] == '/' ? mapped : module.path;
}

prof_module fact_of(const tables::Module& module, Writer& writer) noexcept {
    prof_module fact{};
    fact.bias = module.bias;
    fact.start = module.start;
    fact.end = module.end;
    fact.first_generation = module.first_generation;
    fact.last_generation = module.last_generation;
    fact.tls_module = module.tls_module;
    if (is_vdso(module)) {
        fact.flags = PROF_MODULE_VDSO;
    } else if (module.path[0] == '\0') {
        fact.flags = PROF_MODULE_EXECUTABLE;
        fact.path = writer.strings.add(writer.frozen.order.executable);
    } else {
        fact.path = writer.strings.add(whole_path(module, writer));
    }
    if (is_agent_address(module.start, module.end)) fact.flags |= PROF_MODULE_AGENT;
    fact.build_id_bytes = module.build_id_bytes <= PROF_BUILD_ID_BYTES ? module.build_id_bytes : 0;
    __builtin_memcpy(fact.build_id, module.build_id, fact.build_id_bytes);
    return fact;
}

}  // namespace

void list_modules(Writer& writer) noexcept {
    for (uint32_t i = 0; i < tables::module_count(); ++i) {
        const prof_module fact = fact_of(tables::module(i), writer);
        if (!writer.modules.push(fact)) return tables::lose(PROF_LOSS_NO_MEMORY);
        if (fact.last_generation == PROF_GENERATION_ALIVE) writer.ranges.add(fact.start, fact.end, PROF_WORD_MODULE);
    }
}

}  // namespace prof::snapshot
