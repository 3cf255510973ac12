// SPDX-License-Identifier: MIT
//
// Open, begin, show.
//
// Side: our process, cli.
#include "session.h"

#include "analyze/heading.h"
#include "bundle/unpack.h"
#include "progress.h"
#include "render/json.h"
#include "render/text.h"

namespace heapkit::cli {

Session::Session() = default;
Session::Session(Session&&) noexcept = default;
Session::~Session() = default;

Result<Session> Session::open(std::span<const std::string> files, const Console& console) {
    Session session;
    session.progress_ = std::make_unique<Progress>(console.shows_progress() ? stderr : nullptr);
    Progress* const progress = session.progress_.get();
    HeapOptions options;
    options.symbols.progress.report = [progress](std::string_view what, uint64_t done, uint64_t total) {
        progress->report(what, done, total);
    };
    for (const std::string& file : files) {
        Result<std::filesystem::path> place = std::filesystem::path(file);
        if (bundle::is_bundle(file)) place = bundle::unpacked(file);
        if (!place) return place.error();
        auto heap = Heap::open(*place, options);
        if (!heap) return heap.error();
        session.files_.push_back(file);
        session.heaps_.push_back(std::move(*heap));
    }
    return session;
}

std::vector<const Heap*> Session::heaps() const {
    std::vector<const Heap*> pointers;
    for (const Heap& heap : heaps_) pointers.push_back(&heap);
    return pointers;
}

Report Session::begin_report(std::string command) const {
    Report report;
    report.command = std::move(command);
    for (const Heap& heap : heaps_) report.subjects.push_back(analyze::subject_of(heap));
    for (size_t i = 0; i < files_.size(); ++i) report.subjects[i].file = files_[i];
    report.heading = analyze::heading_of(report.subjects);
    return report;
}

void Session::clear_progress() const { progress_->clear(); }

void Session::show(const Report& report, const Typed& typed, const Console& console) const {
    clear_progress();
    console.print(typed.has("json") ? render::to_json(report) : render::to_text(report, console.text_options()));
}

}  // namespace heapkit::cli
