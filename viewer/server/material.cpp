// SPDX-License-Identifier: MIT
//
// See material.h.
//
// Side: viewer/server.
#include "server/material.h"

#include <fmt/format.h>
#include <algorithm>
#include <numeric>

#include "analyze/heading.h"
#include "analyze/losses.h"
#include "render/graphviz.h"

namespace heapkit::viewer {

Material::Material(std::vector<Opened> snapshots) {
    std::stable_sort(snapshots.begin(), snapshots.end(), [](const Opened& a, const Opened& b) {
        return a.heap->snapshot().process().snapshot_unix_ns < b.heap->snapshot().process().snapshot_unix_ns;
    });
    for (const Opened& each : snapshots) {
        heaps_.push_back(each.heap);
        files_.push_back(each.file);
        quoted_.push_back(each.shell_word);
        watches_.emplace_back(each.file, each.heap->snapshot().path());
    }
}

std::string Material::all_files() const { return fmt::format("{}", fmt::join(quoted_, " ")); }

Result<const analyze::Ownership*> Material::ownership() {
    if (!ownership_) ownership_ = analyze::Ownership::of(last());
    if (!*ownership_) return ownership_->error();
    return &**ownership_;
}

Result<analyze::OwnedChildren*> Material::children() {
    const auto owners = ownership();
    if (!owners) return owners.error();
    if (children_ == nullptr) children_ = std::make_unique<analyze::OwnedChildren>(last(), **owners);
    return children_.get();
}

Answer Material::about(const std::string& command, size_t from) const {
    std::vector<size_t> which(heaps_.size() - from);
    std::iota(which.begin(), which.end(), from);
    return about(command, which);
}

Answer Material::about(const std::string& command, std::span<const size_t> which) const {
    Answer answer;
    answer.report.command = command;
    for (const size_t index : which) {
        answer.report.subjects.push_back(analyze::subject_of(*heaps_[index]));
        answer.report.subjects.back().file = files_[index];
    }
    answer.report.heading = analyze::heading_of(answer.report.subjects);
    return answer;
}

Result<void> Material::still_there() const {
    for (const SnapshotWatch& watch : watches_)
        if (auto there = watch.still_there(); !there) return there;
    return {};
}

void add_loss_notes(const Material& material, unsigned rests, Report& report) {
    for (std::string& note : analyze::loss_notes(material.heaps(), rests)) report.notes.push_back(std::move(note));
}

namespace {

// Nets that share a key are told apart: "chain", "chain_2".
std::string free_key(const Report& report, const std::string& key) {
    const auto is_taken = [&](const std::string& wanted) {
        return std::ranges::any_of(report.shapes, [&](const Shape& shape) {
            return std::visit([&](const auto& each) { return each.key == wanted; }, shape);
        });
    };
    std::string free = key;
    for (size_t number = 2; is_taken(free); ++number) free = fmt::format("{}_{}", key, number);
    return free;
}

}  // namespace

void add_picture(Answer& answer, Net net) {
    const Subject& subject = answer.report.subjects.back();
    net.key = free_key(answer.report, net.key);
    const auto picture = render::draw({.net = net,
                                       .caption = fmt::format("{}, {} · {}", subject.program, subject.file, net.title),
                                       .format = render::PictureFormat::svg});
    if (picture) {
        answer.members.push_back({net.key, "svg", *picture});
    } else {
        answer.report.notes.push_back(fmt::format("No picture: {}.", picture.error().what));
    }
    answer.report.shapes.emplace_back(std::move(net));
}

}  // namespace heapkit::viewer
