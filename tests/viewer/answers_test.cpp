// SPDX-License-Identifier: MIT
//
// Answers without a server: status, paging, and files that change underneath.
//
// Side: tests. That the numbers are the commands' is answers.py's business.
#include "server/answers.h"

#include <filesystem>
#include <fstream>

#include "heaps.h"

namespace heapkit::viewer {
namespace {

using tests::Stated;

Heap heap_of(size_t sessions, uint32_t number) {
    Stated stated;
    stated.writer.process.snapshot_unix_ns = 1'000'000'000ULL * number;
    stated.writer.process.snapshot_number = number;
    stated.blocks(sessions, 48, stated.load);
    stated.blocks(10, 4096, stated.insert);
    stated.blocks(3, 100, stated.read);
    return stated.open();
}

bool contains(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

}  // namespace

TEST_CASE("The newest snapshot is shown, in whatever order they are named") {
    const Heap first = heap_of(10, 1), second = heap_of(20, 2), third = heap_of(30, 3);
    const Answers answers({{"2.heap", "2.heap", &second}, {"3.heap", "3.heap", &third}, {"1.heap", "1.heap", &first}});
    CHECK(&answers.material().last() == &third);
    CHECK(&answers.material().first() == &first);
    CHECK(answers.material().all_files() == "1.heap 2.heap 3.heap");
}

TEST_CASE("Each page that a reader comes to first has an answer") {
    const Heap first = heap_of(10, 1), second = heap_of(20, 2);
    Answers answers({{"1.heap", "1.heap", &first}, {"2.heap", "2.heap", &second}});
    for (const Question& question : answers.first_questions()) {
        const Reply reply = answers.ask(question);
        INFO(key_of(question.name, question.parameters) << ": " << reply.json);
        CHECK((reply.status == 200 || reply.status == 404));
        CHECK(reply.status == (contains(reply.json, "\"error\"") ? 404 : 200));
    }
}

TEST_CASE("What cannot be asked says what, where and what to do") {
    const Heap heap = heap_of(10, 1);
    Answers answers({{"1.heap", "1.heap", &heap}});
    const auto status = [&](const char* name, Parameters parameters) {
        const Reply reply = answers.ask({name, std::move(parameters)});
        CHECK(contains(reply.json, "{\"error\": {\"what\": \""));
        CHECK(contains(reply.json, "\"where\": \""));
        CHECK(contains(reply.json, "\"do\": \""));
        return reply.status;
    };
    CHECK(status("nothing", {}) == 404);
    CHECK(status("types", {{"colour", "red"}}) == 400);
    CHECK(status("types", {{"offset", "-1"}}) == 400);
    CHECK(status("types", {{"limit", "1001"}}) == 400);
    CHECK(status("types", {{"sort", "-colour"}}) == 400);
    CHECK(status("types", {{"table", "objects"}}) == 400);
    CHECK(status("flamegraph", {{"metric", "weight"}}) == 400);
    CHECK(status("flamegraph", {{"metric", "growth"}}) == 404);
    CHECK(status("object", {}) == 404);
    CHECK(status("object", {{"address", "0x8000000000000000"}}) == 404);
    CHECK(status("object", {{"address", "9223372036854775808"}}) == 400);
    CHECK(status("objects", {}) == 404);
    CHECK(status("objects", {{"type", "NoSuchType"}}) == 404);
    CHECK(status("holders", {{"type", "A"}, {"address", "0x10"}}) == 404);
    CHECK(status("dominators", {{"node", "0.99999999999999999999.1"}}) == 404);
    CHECK(status("dominators", {{"node", std::string(4000, '.')}}) == 404);
    CHECK(status("leaks", {{"kinds", "terrible"}}) == 404);
    CHECK(status("diff", {}) == 404);
}

TEST_CASE("A file that is cut or written to while it is shown is gone, one that is removed is not") {
    const Heap heap = heap_of(10, 1);
    Answers answers({{"1.heap", "1.heap", &heap}});
    const std::filesystem::path path = heap.snapshot().path();
    const auto size = std::filesystem::file_size(path);
    REQUIRE(answers.ask({"types"}).status == 200);

    std::filesystem::resize_file(path, size - 1);
    const Reply cut = answers.ask({"leaks"});
    CHECK(cut.status == 410);
    CHECK(contains(cut.json, "1.heap was truncated while it was shown"));

    const Heap other = heap_of(10, 2);
    Answers of_other({{"2.heap", "2.heap", &other}});
    std::filesystem::remove(other.snapshot().path());
    CHECK(of_other.ask({"types"}).status == 200);
    std::ofstream(other.snapshot().path()) << "another file";
    CHECK(of_other.ask({"flamegraph"}).status == 200);
}

TEST_CASE("A table is turned over page by page, and another table of the same answer by its name") {
    const Heap first = heap_of(10, 1), second = heap_of(20, 2);
    Answers answers({{"1.heap", "1.heap", &first}, {"2.heap", "2.heap", &second}});
    const std::string page = answers.ask({"types", {{"limit", "1"}, {"offset", "1"}}}).json;
    CHECK(contains(page, "\"rows_total\":3"));
    CHECK(contains(page, "\"offset\":1"));
    CHECK(contains(page, "\"rows_left_out\":2"));
    CHECK(answers.ask({"info", {{"table", "losses"}, {"filter", "nothing"}}}).status == 200);
}

}  // namespace heapkit::viewer
