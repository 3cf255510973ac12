// SPDX-License-Identifier: MIT
//
// What the debug information around a call says of what it returns, on one program built in many ways.
//
// Side: tests.
#include <cstdlib>
#include <filesystem>
#include <map>

#include "catch.h"
#include "symbols/call_cache.h"
#include "symbols/call_sites.h"
#include "zoo.h"

using namespace heapkit;
using namespace heapkit::tests;
using symbols::DebugTypeId;

namespace {

class Calls {
   public:
    explicit Calls(const std::string& name, bool use_cache = false) : zoo_(name, use_cache) {
        std::vector<uint64_t> returns;
        zoo_.each("site", [&](const std::vector<std::string>& fact) {
            returns.push_back(std::stoull(fact[1], nullptr, 16) + Zoo::bias);
            // The same address is the same node.
            const auto first = std::find(returns.begin(), returns.end(), returns.back());
            node_of_[fact[0]] = NodeId(static_cast<size_t>(first - returns.begin()) + 1);
            if (first != returns.end() - 1) returns.pop_back();
        });
        snapshot_.emplace(Zoo::snapshot_of(zoo_.path, returns));
        const symbols::Options options = {.use_cache = use_cache, .progress = {}};
        frames_.emplace(symbols::Frames::resolve(*snapshot_, options));
        sites_.emplace(symbols::CallSites::read(*snapshot_, zoo_.book, *frames_, options));
    }

    const symbols::CallSite& at(const std::string& label) const { return sites_->at(node_of_.at(label)); }
    std::string constructed(const std::string& label) const { return name(at(label).constructed); }
    std::string assigned(const std::string& label) const { return name(at(label).assigned); }
    std::span<const symbols::CallScope> scopes(const std::string& label) const { return sites_->scopes(at(label)); }
    std::string_view returns_name(const symbols::CallScope& scope) const { return sites_->text(scope.returns_name); }
    std::string_view function(const symbols::CallScope& scope) const { return frames_->text(scope.function); }
    std::string name(DebugTypeId id) const { return id == DebugTypeId() ? "" : zoo_.book.name(id); }
    const symbols::TypeBook& book() const { return zoo_.book; }
    const std::string& path() const { return zoo_.path; }

    // All that is said of all sites, as text.
    std::string told() const {
        std::string text;
        for (const auto& [label, node] : node_of_) {
            text += label + " " + constructed(label) + " " + assigned(label) + "\n";
            for (const symbols::CallScope& scope : scopes(label))
                text += "  " + std::string(function(scope)) + " " + name(scope.of_class) + " " + name(scope.returns) +
                        " " + std::string(returns_name(scope)) + "\n";
        }
        return text;
    }

   private:
    Zoo zoo_;
    std::map<std::string, NodeId> node_of_;
    std::optional<read::Snapshot> snapshot_;
    std::optional<symbols::Frames> frames_;
    std::optional<symbols::CallSites> sites_;
};

bool is_optimised(const std::string& name) { return name.find("_O0") == std::string::npos; }

}  // namespace

TEST_CASE("new tells the class whose constructor follows, never its base") {
    for (const std::string& name : all_of("calls")) {
        INFO(name);
        const Calls calls(name);
        CHECK(calls.constructed("dog") == "Dog");
        CHECK(calls.constructed("far") == "Far");
        CHECK(calls.constructed("unique_dog") == "Dog");
    }
}

TEST_CASE("of nested new, the inner one's constructor is not the outer one's") {
    for (const std::string& name : all_of("calls")) {
        INFO(name);
        const Calls calls(name);
        CHECK(calls.constructed("flea") == "Flea");
        CHECK(calls.constructed("kennel") != "Flea");
    }
}

TEST_CASE("a temporary that is constructed for an argument is not what new makes") {
    for (const std::string& name : all_of("calls")) {
        INFO(name);
        const Calls calls(name);
        CHECK(calls.constructed("tagged") != "Tag");
        if (!is_optimised(name)) CHECK(calls.constructed("tagged") == "Tagged");
    }
}

TEST_CASE("the scopes around an allocator's call name the element, whether inlined or not") {
    for (const std::string& name : all_of("calls")) {
        INFO(name);
        const Calls calls(name);
        for (const auto& [label, element] :
             {std::pair<std::string, std::string>{"map", "std::_Rb_tree_node<std::pair<int const, Dog*> >"},
              {"vector", "Flea"}}) {
            INFO(label);
            const auto scopes = calls.scopes(label);
            REQUIRE_FALSE(scopes.empty());
            const DebugTypeId allocator = scopes[0].of_class;
            CHECK(calls.name(allocator).starts_with("std::__new_allocator<"));
            REQUIRE(calls.book().arguments(allocator).size() == 1);
            CHECK(calls.name(calls.book().arguments(allocator)[0].type) == element);
            CHECK(calls.function(scopes[0]).find("allocate(") != std::string_view::npos);
        }
        if (!is_optimised(name)) continue;
        // The next ones out are right where identical code was folded. GCC gives allocator_traits no arguments.
        bool has_traits = false;
        for (const symbols::CallScope& scope : calls.scopes("vector")) {
            if (calls.name(scope.of_class) != "std::allocator_traits<std::allocator<Flea> >") continue;
            has_traits = true;
            REQUIRE(calls.book().arguments(scope.of_class).size() == 1);
            CHECK(calls.name(calls.book().arguments(scope.of_class)[0].type) == "std::allocator<Flea>");
        }
        CHECK(has_traits);
    }
}

TEST_CASE("the variable that takes the result says what is allocated") {
    for (const std::string& name : all_of("calls")) {
        INFO(name);
        const Calls calls(name);
        CHECK(calls.assigned("entry") == "entry");
        CHECK(calls.assigned("robj") == "redisObject");
        // GCC gives the clones that it makes of a whole program's functions no variables.
        if (name != "calls_gcc_O2_lto") CHECK(calls.assigned("plain") == "Plain");
        CHECK(calls.assigned("wrapper") == "");  // a void* says nothing
    }
}

TEST_CASE("what a function returns is told as the source has it") {
    for (const std::string& name : all_of("calls")) {
        INFO(name);
        const Calls calls(name);
        const auto scopes = calls.scopes("sds");
        REQUIRE_FALSE(scopes.empty());
        CHECK(calls.returns_name(scopes.back()) == "sds");
        CHECK(calls.name(scopes.back().returns) == "char*");
        REQUIRE_FALSE(calls.scopes("robj").empty());
        CHECK(calls.returns_name(calls.scopes("robj").back()) == "robj*");
        CHECK(calls.name(calls.scopes("robj").back().returns) == "redisObject*");
        REQUIRE_FALSE(calls.scopes("wrapper").empty());
        CHECK(calls.returns_name(calls.scopes("wrapper").back()) == "void*");
        CHECK(calls.book().type(calls.scopes("wrapper").back().returns).target == DebugTypeId());
    }
}

TEST_CASE("what clang writes on a call to new is taken as it is") {
    const std::string path = std::string(HEAPKIT_FIXTURE_FOLDER) + "/alloc_type";
    const auto file = symbols::ElfFile::open(path);
    REQUIRE(file);
    const uint64_t returns = file->section(".text")->sh_addr + 5;  // behind its first instruction, the call
    const auto snapshot = Zoo::snapshot_of(path, {Zoo::bias + returns});
    const symbols::Options options = {.use_cache = false, .progress = {}};
    const auto book = symbols::TypeBook::load(snapshot, options);
    const auto sites = symbols::CallSites::read(snapshot, book, symbols::Frames::resolve(snapshot, options), options);
    CHECK(book.name(sites.at(NodeId(1)).allocated) == "Session");
}

TEST_CASE("call sites out of the cache say what those out of the debug information said") {
    const TemporaryFolder folder;
    setenv("XDG_CACHE_HOME", folder.path().c_str(), 1);
    for (const std::string name : {"calls_gcc_O2", "calls_gcc_O0"}) {
        const Calls without(name);
        REQUIRE(without.told().size() > 500);
        // First a few of the addresses, so that the others come to them.
        const auto few = Zoo::snapshot_of(without.path(), {Zoo::bias + 0x1234, Zoo::bias + 0x1801});
        const symbols::Options options = {.use_cache = true, .progress = {}};
        (void)symbols::CallSites::read(few, symbols::TypeBook::load(few, options),
                                       symbols::Frames::resolve(few, options), options);
        CHECK(Calls(name, true).told() == without.told());
        CHECK(Calls(name, true).told() == without.told());
        for (const auto& entry : std::filesystem::directory_iterator(folder / "heapkit"))
            if (entry.path().extension() == ".calls") std::filesystem::resize_file(entry.path(), 200);
        CHECK(Calls(name, true).told() == without.told());
    }
    unsetenv("XDG_CACHE_HOME");
}

TEST_CASE("a cache file of call sites that is damaged, of other files, or cut is none") {
    symbols::ModuleSites sites;
    sites.returns = {0x10, 0x20};
    sites.sites.resize(2);
    sites.sites[1].scopes_end = 1;
    sites.sites[1].assigned = DebugTypeId(3);
    sites.scopes.emplace_back().of_class = DebugTypeId(2);
    sites.scopes[0].returns_name = sites.texts.intern("sds");
    const symbols::CallCacheKey key = {42, 4};
    const std::string good = symbols::packed(sites, key);
    REQUIRE(symbols::unpacked(good, key));
    CHECK(symbols::unpacked(good, key)->sites[1].assigned == DebugTypeId(3));
    CHECK_FALSE(symbols::unpacked(good, {43, 4}));
    CHECK_FALSE(symbols::unpacked(good, {42, 5}));
    for (size_t size = 0; size < good.size(); ++size)
        CHECK_FALSE(symbols::unpacked(std::string_view(good).substr(0, size), key));
    for (size_t i = 0; i < good.size(); ++i) {
        std::string bad = good;
        bad[i] ^= 1;
        CHECK_FALSE(symbols::unpacked(bad, key));
    }
    // Whole, but with an index that leads nowhere.
    CHECK_FALSE(symbols::unpacked(symbols::packed(sites, {42, 3}), {42, 3}));
    sites.sites[1].scopes_end = 2;
    CHECK_FALSE(symbols::unpacked(symbols::packed(sites, key), key));
}

TEST_CASE("nothing is known of the empty stack, nor of code without debug information") {
    const std::string path = std::string(HEAPKIT_FIXTURE_FOLDER) + "/calls_gcc_O2";
    const auto snapshot = Zoo::snapshot_of(path, {0x1234, Zoo::bias + 1});
    const symbols::Options options = {.use_cache = false, .progress = {}};
    const auto book = symbols::TypeBook::load(snapshot, options);
    const auto sites = symbols::CallSites::read(snapshot, book, symbols::Frames::resolve(snapshot, options), options);
    for (size_t node = 0; node < 3; ++node) {
        const symbols::CallSite& site = sites.at(NodeId(node));
        CHECK(sites.scopes(site).empty());
        CHECK(site.constructed == DebugTypeId());
        CHECK(site.assigned == DebugTypeId());
        CHECK(site.allocated == DebugTypeId());
    }
}
