// SPDX-License-Identifier: MIT
//
// What the service measures of itself, in the manner of Prometheus: families of histograms, one for each set of labels.
// The process has one registry, which collects all that was ever asked for and shows it under /metrics.
//
// Side:    example. Threads: one at a time.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <vector>

using Labels = std::map<std::string, std::string>;

class Histogram {
   public:
    explicit Histogram(std::vector<double> bounds) : bounds_(std::move(bounds)), counts_(bounds_.size() + 1) {}

    void observe(double value);
    std::string text(const std::string& name, const Labels& labels) const;

   private:
    std::vector<double> bounds_;  // ascending: the upper end of each bucket but the last
    std::vector<uint64_t> counts_;
    double sum_ = 0;
};

class Family {
   public:
    Family(std::string name, std::vector<double> bounds) : name_(std::move(name)), bounds_(std::move(bounds)) {}

    // The one with these labels; it is made when it is not there, and stays.
    Histogram& with(const Labels& labels);
    std::string text() const;

   private:
    const std::string name_;
    const std::vector<double> bounds_;
    std::map<Labels, std::unique_ptr<Histogram>> members_;
};

class Registry {
   public:
    static Registry& instance();

    Family& family(const std::string& name, std::vector<double> bounds);
    std::string text() const;

   private:
    std::vector<std::unique_ptr<Family>> families_;
};
