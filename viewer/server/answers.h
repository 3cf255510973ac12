// SPDX-License-Identifier: MIT
//
// All that a page can ask, and the answers as JSON: "types" with sort=-size is the document of heapkit types --json,
// of which a window of the rows. The server and the report ask here, and tests do, without any HTTP.
//
// Side:    viewer/server.
// Threads: one thread, as the heaps.
// Memory:  the heaps' parts, and the last answers whole, a bounded number: what a page turns over is worked out once.
#pragma once

#include <list>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "server/material.h"
#include "server/parameters.h"

namespace heapkit::viewer {

// What was asked: "flamegraph" with by=type.
struct Question {
    std::string name;
    Parameters parameters = {};
};

// An answer, or {"error": {"what", "where", "do"}}; `status` is HTTP's: 200; 400 a parameter that cannot be; 404 no
// such page or object, or not in these snapshots; 410 a snapshot was cut or overwritten since.
struct Reply {
    int status = 200;
    std::string json;
};
Reply refusal(int status, const Error& error, const std::string& where);

// A type and one object of it.
struct TypeExample {
    std::string name, address;
};

class Answers {
   public:
    // One snapshot at least, in any order: the newest is shown, the others are what it is compared with.
    explicit Answers(std::vector<Opened> snapshots);

    Reply ask(const Question& question) { return ask(question, Window::usual_limit); }
    // The same with so many rows of each table.
    Reply ask(const Question& question, uint64_t rows);
    bool has(const Question& question) { return ask(question).status == 200; }

    // Those that take most, with an object each; nothing of which no type is known.
    std::vector<TypeExample> largest_types(size_t limit) const;

    const Material& material() const noexcept { return material_; }
    // What pages ask first, in the order in which a reader would: for who works ahead.
    std::vector<Question> first_questions() const;
    // What takes long and may be asked later: who holds the types that take most.
    std::vector<Question> later_questions() const;

   private:
    struct Page;
    static const std::vector<Page>& pages();
    using Kept = std::shared_ptr<const Answer>;
    Result<Kept> kept(const Page& page, const Question& question);

    Material material_;
    std::list<std::pair<std::string, Kept>> kept_;  // last asked first
};

// The document of an answer: of each table the window that `question` asks for, or its first rows. Errors: no such
// table or column. `rows` of those that are not asked for.
Result<std::string> document_of(const Answer& answer, const Window& window, uint64_t rows = Window::usual_limit);

}  // namespace heapkit::viewer
