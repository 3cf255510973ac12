// SPDX-License-Identifier: MIT
//
// See sites.h. What is skipped stands in the three tables below, and nowhere else.
//
// Side: heap, floor 4 (types).
#include "types/sites.h"

#include <algorithm>
#include <string_view>
#include <unordered_set>

#include "symbols/short_name.h"

namespace heapkit::types {
namespace {

using namespace std::string_view_literals;

// Whole names of functions: the malloc family and wrappers that programs put around it.
constexpr std::string_view skipped_names[] = {
    "malloc", "calloc", "realloc", "reallocarray", "free", "memalign", "aligned_alloc", "posix_memalign", "valloc",
    "pvalloc", "strdup", "strndup", "asprintf", "vasprintf", "__strdup", "__strndup", "__libc_malloc",
    "prof_block_allocated",
    // GNU and BSD programs
    "xmalloc", "xcalloc", "xrealloc", "xstrdup", "xstrndup", "xmemdup", "xmemdup0", "xzalloc", "xnmalloc", "xnrealloc",
    "x2realloc", "x2nrealloc", "xpalloc", "xcharalloc", "ximalloc", "xirealloc", "xreallocarray", "xasprintf",
    "xvasprintf", "xaligned_alloc", "xposix_memalign", "xmemdupz", "xstrfmt", "xstrvfmt", "do_xmalloc", "sh_xmalloc",
    "sh_xrealloc", "safe_malloc", "safe_calloc", "safe_realloc", "emalloc", "ecalloc", "erealloc", "mem_alloc",
    // redis, its strings, its client, and Lua inside it
    "zstrdup", "_sdsnewlen", "sdsnewlen", "sdstrynewlen", "sdsnew", "sdsempty", "sdsdup", "_sdsMakeRoomFor",
    "sdsMakeRoomFor", "sdsMakeRoomForNonGreedy", "sdsRemoveFreeSpace", "sdsResize", "sdsgrowzero", "sdscatlen",
    "sdscat", "sdscatsds", "sdscatfmt", "sdscatprintf", "sdscatvprintf", "sdsfromlonglong", "hi_malloc", "hi_calloc",
    "hi_realloc", "hi_strdup", "hi_sdsnewlen", "hi_sdsMakeRoomFor", "hi_sds_malloc", "hi_sds_realloc", "l_alloc",
    "luaM_realloc_", "luaM_malloc_", "luaM_growaux_",
    // libraries
    "CRYPTO_malloc", "CRYPTO_zalloc", "CRYPTO_realloc", "CRYPTO_strdup", "CRYPTO_strndup", "CRYPTO_memdup",
    "Curl_saferealloc", "Curl_memdup", "Curl_strdup", "uv__malloc", "uv__calloc", "uv__realloc", "uv__strdup",
    "av_malloc", "av_mallocz", "av_calloc", "av_realloc", "png_malloc", "png_calloc", "ft_mem_alloc", "ft_mem_qalloc",
    "ft_mem_realloc", "ft_mem_qrealloc", "my_malloc", "my_realloc", "ngx_alloc", "ngx_calloc", "ngx_memalign",
    // other families
    "jv_mem_alloc", "jv_mem_realloc", "jv_mem_calloc", "jv_mem_strdup", "jv_mem_alloc_unguarded", "sqlite3MemMalloc",
    "sqlite3MemRealloc", "sqlite3Malloc", "sqlite3MallocZero", "sqlite3Realloc", "sqlite3_malloc", "sqlite3_malloc64",
    "sqlite3_realloc", "sqlite3_realloc64", "sqlite3DbMallocRaw", "sqlite3DbMallocRawNN", "sqlite3DbMallocZero",
    "sqlite3DbRealloc", "sqlite3DbReallocOrFree", "dbMallocRawFinish", "mallocWithAlarm", "xmlMallocAtomicLoc",
    "xmlMallocLoc", "xmlReallocLoc", "xmlMemStrdupLoc", "xmlStrdup", "xmlStrndup", "Perl_safesysmalloc",
    "Perl_safesyscalloc", "Perl_safesysrealloc", "Perl_more_bodies", "ggc_internal_alloc", "ggc_internal_cleared_alloc",
    "ggc_alloc_no_dtor", "alloc_anon", "alloc_page", "_PyObject_Malloc", "_PyObject_Calloc", "_PyObject_Realloc",
    "_PyMem_RawMalloc", "_PyMem_RawCalloc", "_PyMem_RawRealloc", "_PyMem_DebugRawAlloc", "_PyMem_DebugRawMalloc",
    "_PyMem_DebugMalloc", "new_arena", "_PyObject_GC_New", "_PyObject_GC_NewVar", "_PyObject_GC_Alloc", "_PyObject_New",
    "_PyObject_NewVar", "PyObject_Malloc", "PyObject_Calloc", "PyObject_Realloc", "PyMem_Malloc", "PyMem_Calloc",
    "PyMem_Realloc", "PyMem_RawMalloc", "PyMem_RawCalloc", "PyMem_RawRealloc", "PyType_GenericAlloc",
    "_PyType_AllocNoTrack", "gc_alloc"};

// Beginnings of names, return type and parameters apart.
constexpr std::string_view skipped_prefixes[] = {"operator new",    "std::",
                                                 "__gnu_cxx::",     "__cxxabiv1::",
                                                 "g_malloc",        "g_realloc",
                                                 "g_try_malloc",    "g_try_realloc",
                                                 "g_slice_alloc",   "g_aligned_alloc",
                                                 "g_strdup",        "g_strndup",
                                                 "g_memdup",        "boost::container::",
                                                 "boost::pool",     "absl::container_internal::",
                                                 "folly::detail::", "_obstack_",
                                                 "rpl_malloc",      "rpl_calloc",
                                                 "rpl_realloc",     "void* operator new",
                                                 "zmalloc",         "zcalloc",
                                                 "zrealloc",        "ztrymalloc",
                                                 "ztrycalloc",      "ztryrealloc",
                                                 "prof::allocator", "prof::tracked",
                                                 "prof::make_",     "prof::memory_"};

// Modules that only ever allocate for others; for frames without names. Compared with what stands before ".so".
constexpr std::string_view skipped_modules[] = {
    "libprof",     "libc",        "libstdc++",           "libc++",      "libc++abi", "ld-linux-x86-64",
    "libjemalloc", "libtcmalloc", "libtcmalloc_minimal", "libmimalloc", "libsupc++"};

bool is_skipped_module(std::string_view module) {
    const std::string_view stem = module.substr(0, module.find(".so"));
    return stem.size() != module.size() && std::ranges::find(skipped_modules, stem) != std::end(skipped_modules);
}

bool is_skipped_function(std::string_view full) {
    const std::string_view name = symbols::qualified_function(full);
    static const std::unordered_set<std::string_view> names(std::begin(skipped_names), std::end(skipped_names));
    if (names.contains(name)) return true;
    return std::ranges::any_of(skipped_prefixes, [&](std::string_view each) { return name.starts_with(each); });
}

std::string_view file_name(std::string_view path) { return path.substr(path.rfind('/') + 1); }

// Functions are shown with "()", as one speaks of them; "module+0x1234" and lambdas by their operator() as they are.
std::string spoken(std::string_view function) {
    const bool is_address = function.find("+0x") != std::string_view::npos || function.starts_with("0x");
    return std::string(function) + (is_address || function.empty() ? "" : "()");
}

}  // namespace

bool is_plumbing(const symbols::Frames& frames, symbols::LocationId id) {
    const symbols::Location& location = frames.location(id);
    return is_skipped_module(frames.text(location.module)) || is_skipped_function(frames.text(location.function));
}

Sites::Sites(const read::Snapshot& snapshot, const symbols::Frames& frames) : snapshot_(snapshot), frames_(frames) {
    std::vector<bool> is_skipped(frames.location_count());
    for (size_t i = 0; i < is_skipped.size(); ++i) is_skipped[i] = is_plumbing(frames, symbols::LocationId(i));
    const auto parents = snapshot.node_parent();
    of_node_.resize(parents.size());
    for (size_t node = 1; node < parents.size(); ++node) {
        const auto locations = frames.at(NodeId(node));
        const auto telling =
            std::ranges::find_if(locations, [&](auto location) { return !is_skipped[location.index()]; });
        if (telling != locations.end())
            of_node_[node] = *telling;
        else
            of_node_[node] = of_node_[parents[node]];  // a caller comes before its callees
    }
}

std::optional<symbols::LocationId> Sites::site_of(StackId stack) const {
    const NodeId innermost(snapshot_.stacks()[stack.index()].node);
    if (innermost == NodeId()) return std::nullopt;
    if (const auto site = of_node_[innermost.index()]) return site;
    return frames_.at(innermost).front();
}

std::string Sites::text_of(symbols::LocationId site) const {
    const symbols::Location& location = frames_.location(site);
    const std::string function = spoken(frames_.short_text(location.function));
    const std::string_view file = file_name(frames_.text(location.file));
    if (file.empty()) return std::string("in ").append(function);
    return std::string("in ").append(function).append(" ").append(file).append(":") + std::to_string(location.line);
}

}  // namespace heapkit::types
