// SPDX-License-Identifier: MIT
//
// heapkit/heapkit.hpp: questions to snapshots, from C++. What objgraph asks of objects and who holds them, and what
// tracemalloc asks of where memory was allocated, in their words.
//
//     const auto before = heapkit::Snapshot::open("1.heap");
//     const auto after = heapkit::Snapshot::open("2.heap");
//     if (!before || !after) return complain(before ? after.error() : before.error());
//     after->show_growth(*before, std::cout);
//     const auto sessions = after->by_type("Session");
//     if (sessions) after->show_backrefs({sessions->front()}, "who_holds_it.png");
//
// Side:    public. Link heapkit::heap; C++20. Behind it is what the command line stands on.
// Threads: a Snapshot belongs to one thread at a time; several may be open.
// Memory:  a snapshot is mapped, and what is worked out of it are columns: some 40 bytes a block and 20 a reference.
// Errors:  what is wrong with files or questions comes as an Error, which says what, where and what to do. Nothing
//          throws but std::bad_alloc.
#pragma once

#include <compare>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <iosfwd>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include <heapkit/by.h>
#include <heapkit/result.h>
#include <heapkit/shapes.h>

#define HEAPKIT_PUBLIC __attribute__((visibility("default")))

namespace heapkit {

// ---- Where memory was allocated: tracemalloc ----------------------------------------------------------------------

// Which blocks. A pattern is FILE[:LINE], function=NAME, module=NAME or type=NAME, each as fnmatch has it; a name may
// leave out its namespaces. A block counts when any pattern of `include`, or none being there, and none of `exclude`
// matches its allocation site: with `all_frames` any frame of its stack. domain=NAME means the domain in which it was
// allocated (prof_scope_enter), or one around it; with `domains`, a block must also be of one of these. "-": of none.
struct Filters {
    std::vector<std::string> include = {}, exclude = {};
    bool all_frames = false;
    std::vector<std::string> domains = {};
};

struct Grouping {
    By by = By::lineno;
    Metric metric = Metric::live;
    bool cumulative = false;  // charge every function on the stack, not the allocation site alone
    Filters filters = {};
};

struct Statistic {
    std::string name;     // of the type, thread or domain; "" for what `place` says whole
    Place place;          // as far as the grouping says it
    Traceback traceback;  // of By::traceback
    int64_t size = 0;     // bytes; 0 for Metric::temporary
    int64_t count = 0;    // blocks
    double average() const noexcept { return count == 0 ? 0 : static_cast<double>(size) / static_cast<double>(count); }
};

struct StatisticDiff : Statistic {
    int64_t size_diff = 0, count_diff = 0;
};

// ---- Objects: objgraph --------------------------------------------------------------------------------------------

struct TypeCount {
    std::string type;
    int64_t count = 0, size = 0;  // blocks, bytes
};

struct TypeGrowth : TypeCount {
    int64_t count_diff = 0, size_diff = 0;
};

// A block, a container or a root of one snapshot. Two are equal when they are the same; of two snapshots they mean
// nothing to each other.
struct Object {
    uint32_t number = 0;
    friend auto operator<=>(const Object&, const Object&) = default;
};

struct Description {
    enum class Kind { block, container, root };
    Kind kind = Kind::block;
    std::string name;       // "UserRecord", "λ in handle_request(int)", "EventBus::handlers_"
    std::string full_name;  // with namespaces and default arguments
    std::string evidence;   // how the type of a block is known: "vtable", "allocator argument"
    std::string facts;      // "48 B · shared_ptr: 1 of 1 owners found"
    uint64_t address = 0;   // 0: none
    int64_t size = 0;       // bytes; of a container its storage
    int64_t age_ns = 0;     // of a block, at the snapshot
    Place place;            // of a block the site that allocated it, of a root its declaration
    bool is_lost = false;   // no chain of references leads to it from a root
};

struct Reference {
    Object holder, held;
    std::string field;  // "handlers_[17]", "captured user", "+0x18" when no type says what lies there
    bool owns = false;
};

struct Drawing {
    uint32_t max_depth = 3;
    size_t too_many = 10;        // neighbours of one object; the rest is one box. 0: all
    std::string highlight = {};  // type pattern
    Filters filters = {};
    bool raw = false;  // show what containers and smart pointers consist of
};

class HEAPKIT_PUBLIC Snapshot {
   public:
    // Errors: there is no such file, it is no snapshot, it is damaged.
    static Result<Snapshot> open(const std::filesystem::path& path);

    Snapshot(Snapshot&&) noexcept;
    Snapshot& operator=(Snapshot&&) noexcept;
    ~Snapshot();

    Subject subject() const;                  // file, program, process, live bytes and blocks
    std::vector<std::string> losses() const;  // what is missing from it, in sentences

    // Largest first. Errors: a filter that cannot be understood.
    Result<std::vector<Statistic>> statistics(const Grouping& grouping = {}) const;
    // What changed since `older`, the largest difference first, whether up or down; what is gone is there with size 0.
    Result<std::vector<StatisticDiff>> compare_to(const Snapshot& older, const Grouping& grouping = {}) const;

    // By count, most first; `limit` 0: all.
    Result<std::vector<TypeCount>> most_common_types(size_t limit = 10, const Filters& filters = {}) const;
    // Blocks of the types that a pattern matches: "Session" is also http::Session. Errors: it matches none.
    Result<int64_t> count(const std::string& pattern) const;
    // Types of which there are more blocks or bytes than in `older`, most blocks gained first.
    Result<std::vector<TypeGrowth>> growth(const Snapshot& older, size_t limit = 10) const;

    // Blocks of the types that a pattern matches, by address. Errors: it matches none.
    Result<std::vector<Object>> by_type(const std::string& pattern) const;
    // The object in which the address lies. Errors: it lies in no block, and the Error says what is there.
    Result<Object> at(uint64_t address) const;

    // Errors of all below: the snapshot was taken without words (a sample), or is damaged; the object is not of this
    // snapshot.
    Result<Description> describe(Object object) const;
    Result<std::vector<Reference>> refs(Object object) const;      // what it holds
    Result<std::vector<Reference>> backrefs(Object object) const;  // who holds it

    // The shortest chain of references to `object` from one that `is_end` accepts, that one first; empty when there is
    // none of at most `max_depth` references. Without `is_end` from any root.
    using Predicate = std::function<bool(Object)>;
    Result<std::vector<Reference>> find_backref_chain(Object object, const Predicate& is_end = {},
                                                      uint32_t max_depth = 20) const;
    // The same from `object` to one that `is_end` accepts.
    Result<std::vector<Reference>> find_ref_chain(Object object, const Predicate& is_end,
                                                  uint32_t max_depth = 20) const;
    bool is_root(Object object) const;

    // Whole answers, as the commands of these names give them. `older`: snapshots of the same program, oldest first.
    Result<Report> leaks() const;
    Result<Report> cycles() const;
    Result<Report> retained() const;
    Result<Report> holders(const std::string& type) const;
    Result<Report> containers(std::span<const Snapshot* const> older = {}) const;
    Result<Report> closures(std::span<const Snapshot* const> older = {}) const;
    Result<Report> diagnose(std::span<const Snapshot* const> older = {}) const;

    // To read, and to look at. A picture's name ends in .png, .svg, .pdf or .dot.
    Result<void> show_most_common_types(std::ostream& out, size_t limit = 10) const;
    Result<void> show_growth(const Snapshot& older, std::ostream& out, size_t limit = 10) const;
    Result<void> show_refs(const std::vector<Object>& objects, const std::filesystem::path& picture,
                           const Drawing& drawing = {}) const;
    Result<void> show_backrefs(const std::vector<Object>& objects, const std::filesystem::path& picture,
                               const Drawing& drawing = {}) const;
    Result<void> show_chain(std::span<const Reference> chain, const std::filesystem::path& picture) const;

   private:
    struct State;
    struct Answer;
    Result<Net> neighbours(const std::vector<Object>& objects, const Drawing& drawing, bool referrers) const;
    explicit Snapshot(std::unique_ptr<State> state) noexcept;
    std::unique_ptr<State> state_;
};

HEAPKIT_PUBLIC std::string to_text(const Report& report);  // as a terminal of 100 columns shows it
HEAPKIT_PUBLIC std::string to_json(const Report& report);  // docs/json.md says what the keys are

}  // namespace heapkit
