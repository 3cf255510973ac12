// SPDX-License-Identifier: MIT
//
// The table of offsets. Side: agent, floor 4 (python). See layout.h.
#include "python/layout.h"

namespace prof::python {

namespace {

constexpr Layout before_3_11(uint32_t version, uint16_t modules) noexcept {
    Layout layout{};
    layout.version = version;
    layout.finalizing = 16;
    layout.modules = modules;
    layout.frame = 24;
    layout.thread_id = 176;
    layout.current_frame = UINT16_MAX;
    layout.previous = 24;
    layout.code = 32;
    layout.instruction = 104;
    layout.locals = 360;
    layout.lasti_unit = 1;
    layout.co_name = layout.co_qualname = 112;
    layout.co_filename = 104;
    layout.co_firstlineno = 40;
    layout.co_varnames = 72;
    layout.co_cellvars = 88;
    layout.co_freevars = 80;
    layout.co_nlocals = 28;
    layout.func_code = 16;
    layout.func_defaults = 32;
    layout.func_annotations = 96;
    layout.func_name = 64;
    layout.func_qualname = 104;
    layout.ht_qualname = 864;
    layout.ht_cached_keys = 872;
    layout.string_bytes = 48;
    layout.wide_string_bytes = 72;
    layout.arena_bytes = 256 << 10;
    return layout;
}

constexpr Layout of_3_8() noexcept { return before_3_11(0x308, 56); }

constexpr Layout of_3_9() noexcept {
    Layout layout = before_3_11(0x309, 856);
    layout.ht_qualname = 856;
    layout.ht_cached_keys = 864;
    return layout;
}

constexpr Layout of_3_10() noexcept {
    Layout layout = before_3_11(0x30a, 856);
    layout.instruction = 96;
    layout.locals = 352;
    layout.lasti_unit = 2;
    layout.func_code = 48;
    layout.func_defaults = 56;
    layout.func_annotations = 112;
    layout.func_name = 32;
    layout.func_qualname = 40;
    layout.arena_bytes = 1 << 20;
    return layout;
}

constexpr Layout of_3_11() noexcept {
    Layout layout = of_3_10();
    layout.version = 0x30b;
    layout.finalizing = 24;
    layout.modules = 888;
    layout.frame = 56;
    layout.thread_id = 152;
    layout.current_frame = 8;
    layout.previous = 48;
    layout.instruction = 56;
    layout.owner = 69;
    layout.locals = 72;
    layout.lasti_unit = 0;
    layout.co_name = 120;
    layout.co_qualname = 128;
    layout.co_filename = 112;
    layout.co_firstlineno = 72;
    layout.co_code = 184;
    layout.co_varnames = 96;
    layout.co_cellvars = layout.co_freevars = 0;
    layout.co_nlocals = 80;
    layout.co_nlocalsplus = 76;
    layout.co_nfreevars = 92;
    layout.values = Inline::before;
    return layout;
}

constexpr Layout of_3_12() noexcept {
    Layout layout = of_3_11();
    layout.version = 0x30c;
    layout.modules = 944;
    layout.thread_id = 136;
    layout.current_frame = 0;
    layout.previous = 8;
    layout.code = 0;
    layout.owner = 70;
    layout.co_firstlineno = 68;
    layout.co_code = 192;
    layout.co_nlocalsplus = 72;
    layout.co_nfreevars = 88;
    layout.ht_qualname = 872;
    layout.ht_cached_keys = 880;
    layout.string_bytes = 40;
    layout.wide_string_bytes = 56;
    layout.values = Inline::before_tagged;
    return layout;
}

constexpr Layout of_3_13() noexcept {
    Layout layout = of_3_12();
    layout.version = 0x30d;
    layout.finalizing = 608;
    layout.modules = 7656;
    layout.frame = 72;
    layout.thread_id = 152;
    layout.current_frame = UINT16_MAX;
    layout.co_code = 200;
    layout.values = Inline::behind;
    return layout;
}

constexpr Layout layouts[] = {of_3_8(), of_3_9(), of_3_10(), of_3_11(), of_3_12(), of_3_13()};

}  // namespace

const Layout* layout_of(uint32_t version) noexcept {
    for (const Layout& layout : layouts) {
        if (layout.version == version >> 16) return &layout;
    }
    return nullptr;
}

}  // namespace prof::python
