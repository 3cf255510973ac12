// SPDX-License-Identifier: MIT
//
// The public face: heapkit.hpp, on real objects, through the shared library.
//
// Side: tests. The objects are those of held.cpp, photographed.
#include <algorithm>
#include <fstream>
#include <sstream>

#include <heapkit/heapkit.hpp>
#include "catch.h"
#include "held.h"
#include "scene.h"
#include "snapshot_writer.h"
#include "temporary_folder.h"

using namespace heapkit::tests;
using heapkit::By;
using heapkit::Object;
using heapkit::Snapshot;

namespace {

// A block of 10 bytes in the domain "server/request", and one of 1 byte outside of all.
Snapshot with_domains() {
    const TemporaryFolder folder;
    SnapshotWriter writer;
    const heapkit::StackId stack = writer.stack({0x401010});
    const uint32_t request = writer.domain("request", writer.domain("server"));
    writer.block({.size_bytes = 1, .stack = stack});
    writer.block({.size_bytes = 10, .stack = writer.tagged(stack, {.domain = request})});
    writer.write(folder / "1.heap");
    return std::move(*Snapshot::open(folder / "1.heap"));
}

constexpr int64_t user_bytes = sizeof(held::UserRecord) + 16;  // behind the counts that std::make_shared puts first

Snapshot opened(Scene& scene) {
    auto snapshot = Snapshot::open(scene.write());
    if (!snapshot) throw std::runtime_error(snapshot.error().what);
    return std::move(*snapshot);
}

Snapshot with_handlers(int count) {
    Scene scene;
    held::subscribe(count);
    return opened(scene);
}

std::string name_of(const Snapshot& snapshot, Object object) {
    const auto description = snapshot.describe(object);
    return description ? description->name : description.error().what;
}

}  // namespace

TEST_CASE("a snapshot counts its types, and says which grew") {
    const Snapshot older = with_handlers(3), newer = with_handlers(5);
    CHECK(*older.count("UserRecord") == 3);
    CHECK(*newer.count("held::UserRecord") == 5);
    const auto grown = newer.growth(older);
    REQUIRE(grown);
    const auto user = std::find_if(grown->begin(), grown->end(),
                                   [](const heapkit::TypeGrowth& each) { return each.type == "held::UserRecord"; });
    REQUIRE(user != grown->end());
    CHECK(user->count == 5);
    CHECK(user->count_diff == 2);
    CHECK(user->size_diff == 2 * user_bytes);
    CHECK(older.growth(newer)->empty());
    CHECK_FALSE(newer.count("NoSuchType"));
}

TEST_CASE("statistics add up to what is live, and differences to what was gained") {
    const Snapshot older = with_handlers(3), newer = with_handlers(5);
    const auto statistics = newer.statistics({.by = By::type});
    REQUIRE(statistics);
    int64_t bytes = 0;
    for (const heapkit::Statistic& each : *statistics) bytes += each.size;
    CHECK(bytes == newer.subject().live_bytes);
    CHECK(std::is_sorted(statistics->begin(), statistics->end(),
                         [](const auto& a, const auto& b) { return a.size > b.size; }));
    int64_t gained = 0;
    const auto differences = newer.compare_to(older, {.by = By::type});
    REQUIRE(differences);
    for (const heapkit::StatisticDiff& each : *differences) gained += each.size_diff;
    CHECK(gained == newer.subject().live_bytes - older.subject().live_bytes);
    CHECK_FALSE(newer.statistics({.filters = {.include = {"type="}}}));
}

TEST_CASE("a filter keeps the blocks of a type") {
    const Snapshot snapshot = with_handlers(4);
    const auto users = snapshot.statistics({.by = By::type, .filters = {.include = {"type=UserRecord"}}});
    REQUIRE(users);
    REQUIRE(users->size() == 1);
    CHECK(users->front().name == "held::UserRecord");
    CHECK(users->front().count == 4);
    CHECK(users->front().average() == user_bytes);
}

TEST_CASE("the chain that holds an object begins at a root and ends at the object") {
    const Snapshot snapshot = with_handlers(5);
    const auto users = snapshot.by_type("UserRecord");
    REQUIRE(users);
    REQUIRE(users->size() == 5);
    const Object user = users->front();
    const auto chain = snapshot.find_backref_chain(user);
    REQUIRE(chain);
    REQUIRE(chain->size() == 3);
    CHECK(snapshot.is_root(chain->front().holder));
    CHECK(name_of(snapshot, chain->front().holder) == "EventBus::handlers_");
    CHECK(chain->back().held == user);
    CHECK(chain->back().field == "captured user");
    CHECK(chain->back().owns);
    CHECK_FALSE(snapshot.is_root(user));
}

TEST_CASE("a chain leads to what a predicate accepts, forwards and backwards, and no farther than was asked") {
    const Snapshot snapshot = with_handlers(2);
    const Object user = snapshot.by_type("UserRecord")->front();
    const auto is_closure = [&](Object each) { return name_of(snapshot, each).starts_with("λ"); };
    const auto back = snapshot.find_backref_chain(user, is_closure);
    REQUIRE(back);
    REQUIRE(back->size() == 1);
    const Object closure = back->front().holder;
    const auto forwards = snapshot.find_ref_chain(closure, [&](Object each) { return each == user; });
    REQUIRE(forwards);
    REQUIRE(forwards->size() == 1);
    CHECK(forwards->front().held == user);
    CHECK(snapshot.find_backref_chain(user, {}, 2)->empty());
    CHECK_FALSE(snapshot.find_ref_chain(closure, {}));
}

TEST_CASE("an object describes itself, its referrers and its referents") {
    const Snapshot snapshot = with_handlers(1);
    const Object user = snapshot.by_type("UserRecord")->front();
    const auto description = snapshot.describe(user);
    REQUIRE(description);
    CHECK(description->name == "UserRecord");
    CHECK(description->full_name.starts_with("std::_Sp_counted_ptr_inplace<held::UserRecord, "));
    CHECK(description->size == user_bytes);
    CHECK(description->evidence == "vtable");
    CHECK_FALSE(description->is_lost);
    CHECK(*snapshot.at(description->address + 8) == user);
    const auto holders = snapshot.backrefs(user);
    REQUIRE(holders);
    REQUIRE(holders->size() == 1);
    CHECK(snapshot.refs(holders->front().holder)->front().held == user);
    CHECK_FALSE(snapshot.at(1));
    CHECK_FALSE(snapshot.describe({UINT32_MAX}));
}

TEST_CASE("whole answers are reports, as text and as JSON") {
    const Snapshot first = with_handlers(5), second = with_handlers(40), third = with_handlers(90);
    const std::array older = {&first, &second};
    const auto containers = third.containers(older);
    REQUIRE(containers);
    CHECK(heapkit::to_text(*containers).find("A runaway container: EventBus::handlers_") != std::string::npos);
    CHECK(heapkit::to_json(*containers).find("\"containers\"") != std::string::npos);
    for (const auto& report : {third.leaks(), third.cycles(), third.retained(), third.holders("UserRecord"),
                               third.containers(), third.closures(), third.diagnose(older)}) {
        REQUIRE(report);
        CHECK(report->subjects.back().file.ends_with(".heap"));
        CHECK_FALSE(heapkit::to_text(*report).empty());
    }
    CHECK_FALSE(third.holders("NoSuchType"));
}

TEST_CASE("what is shown goes to a stream, and pictures to a file") {
    const Snapshot older = with_handlers(1), newer = with_handlers(3);
    std::ostringstream out;
    REQUIRE(newer.show_growth(older, out));
    REQUIRE(newer.show_most_common_types(out, 3));
    CHECK(out.str().find("held::UserRecord") != std::string::npos);
    const TemporaryFolder folder;
    const Object user = newer.by_type("UserRecord")->front();
    REQUIRE(newer.show_backrefs({user}, folder / "backrefs.dot"));
    REQUIRE(newer.show_refs({user}, folder / "refs.dot"));
    REQUIRE(newer.show_chain(*newer.find_backref_chain(user), folder / "chain.dot"));
    for (const char* const name : {"backrefs.dot", "refs.dot", "chain.dot"}) {
        std::stringstream text;
        text << std::ifstream(folder / name).rdbuf();
        CHECK(text.str().find("UserRecord") != std::string::npos);
    }
    CHECK_FALSE(newer.show_chain({}, folder / "none.dot"));
    CHECK_FALSE(newer.show_backrefs({user}, folder / "picture.bmp"));
    CHECK_FALSE(newer.show_backrefs({user}, folder / "no such folder" / "picture.dot"));
}

TEST_CASE("what is no snapshot is refused with the reason") {
    const TemporaryFolder folder;
    std::ofstream(folder / "text.heap") << "hello";
    const auto snapshot = Snapshot::open(folder / "text.heap");
    REQUIRE_FALSE(snapshot);
    CHECK_FALSE(snapshot.error().what.empty());
}

TEST_CASE("what was allocated in a domain can be asked for, and grouped by it") {
    const Snapshot snapshot = with_domains();
    const auto domains = snapshot.statistics({.by = By::domain});
    REQUIRE(domains);
    REQUIRE(domains->size() == 2);
    CHECK(domains->front().name == "server/request");
    CHECK(domains->front().size == 10);
    CHECK(domains->back().name == "-");
    const auto kept = snapshot.statistics({.by = By::module, .filters = {.domains = {"server"}}});
    REQUIRE(kept);
    CHECK(kept->front().size == 10);
    const auto left = snapshot.statistics({.by = By::module, .filters = {.exclude = {"domain=server"}}});
    REQUIRE(left);
    CHECK(left->front().size == 1);
}
