// SPDX-License-Identifier: MIT
//
// See metrics.h.
#include "metrics.h"

#include <algorithm>

void Histogram::observe(double value) {
    const auto bucket = std::lower_bound(bounds_.begin(), bounds_.end(), value) - bounds_.begin();
    ++counts_[static_cast<size_t>(bucket)];
    sum_ += value;
}

std::string Histogram::text(const std::string& name, const Labels& labels) const {
    std::string inside;
    for (const auto& [label, value] : labels) inside += label + "=\"" + value + "\",";
    std::string text;
    uint64_t so_far = 0;
    for (size_t bucket = 0; bucket < counts_.size(); ++bucket) {
        so_far += counts_[bucket];
        const std::string bound = bucket < bounds_.size() ? std::to_string(bounds_[bucket]) : "+Inf";
        text += name + "_bucket{" + inside + "le=\"" + bound + "\"} " + std::to_string(so_far) + '\n';
    }
    return text + name + "_sum{" + inside + "} " + std::to_string(sum_) + '\n';
}

Histogram& Family::with(const Labels& labels) {
    std::unique_ptr<Histogram>& member = members_[labels];
    if (member == nullptr) member = std::make_unique<Histogram>(bounds_);
    return *member;
}

std::string Family::text() const {
    std::string text = "# TYPE " + name_ + " histogram\n";
    for (const auto& [labels, member] : members_) text += member->text(name_, labels);
    return text;
}

Registry& Registry::instance() {
    static Registry registry;
    return registry;
}

Family& Registry::family(const std::string& name, std::vector<double> bounds) {
    return *families_.emplace_back(std::make_unique<Family>(name, std::move(bounds)));
}

std::string Registry::text() const {
    std::string text;
    for (const auto& family : families_) text += family->text();
    return text;
}
