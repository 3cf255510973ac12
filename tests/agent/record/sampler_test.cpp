// SPDX-License-Identifier: MIT
//
// Sampling as arithmetic: who is in the sample, what it stands for, and whether sums of that are right. Whatever is
// drawn here comes from fixed seeds.
#include "record/sampler.h"

#include <cmath>
#include <functional>
#include <random>
#include <vector>

#include "catch.h"

using namespace prof;

namespace {

constexpr uint64_t mean = 512 << 10;

struct Sums {
    double bytes = 0, blocks = 0;
};

struct Estimate {
    Sums sum, variance;  // of the sums: weight * (weight - 1) * what is summed, squared
    size_t sampled = 0;
};

// One process that allocates blocks of these sizes, in this order.
Estimate sample(const std::vector<uint64_t>& sizes, uint64_t mean_bytes, uint64_t seed) {
    sampler::start(mean_bytes, seed);
    threads::local.until_sample = 0;
    Thread thread{};
    Estimate estimate;
    for (uint64_t size : sizes) {
        if (sampler::passes_by(size) || !sampler::takes(thread, nullptr, size)) continue;
        const double weight = std::ldexp(static_cast<double>(sampler::weight_of(size)), -16);
        const double bytes = static_cast<double>(size);
        estimate.sum.bytes += weight * bytes;
        estimate.sum.blocks += weight;
        estimate.variance.bytes += weight * (weight - 1) * bytes * bytes;
        estimate.variance.blocks += weight * (weight - 1);
        ++estimate.sampled;
    }
    return estimate;
}

using Random = std::mt19937_64;
std::vector<uint64_t> sizes_by(size_t count, const std::function<double(Random&)>& draw) {
    Random random(20240607);
    std::vector<uint64_t> sizes(count);
    for (uint64_t& size : sizes) size = static_cast<uint64_t>(draw(random));
    return sizes;
}

double uniform(Random& random) { return std::uniform_real_distribution<>(0, 1)(random); }

// Half of all allocations are of 16 bytes, and half of all bytes are in a few that are large.
std::vector<uint64_t> mixture() {
    return sizes_by(200'000, [](Random& random) {
        const double which = uniform(random);
        if (which < 0.5) return 16.0;
        if (which < 0.9) return 64.0;
        if (which < 0.99) return 1500.0;
        if (which < 0.9999) return 40000.0;
        return 8.0 * (1 << 20);
    });
}

std::vector<uint64_t> log_normal() {
    return sizes_by(200'000, [](Random& random) { return 16 + std::lognormal_distribution<>(5, 2.5)(random); });
}

// Of infinite variance: the largest blocks have a good part of all bytes.
std::vector<uint64_t> pareto() {
    return sizes_by(200'000, [](Random& random) { return std::min(24 / std::pow(uniform(random), 1 / 1.2), 1e9); });
}

struct Coverage {
    double mean_error_in_sigmas;  // of the mean of all runs, from the truth
    double within_95;             // share of the runs whose interval has the truth
    double largest_share;         // of the variance: the estimated one, and the one that was seen
};

Coverage coverage_of(const std::vector<double>& estimates, const std::vector<double>& variances, double truth) {
    const auto runs = static_cast<double>(estimates.size());
    double sum = 0, squares = 0, covered = 0, estimated = 0;
    for (size_t run = 0; run < estimates.size(); ++run) {
        const double error = estimates[run] - truth;
        sum += error;
        squares += error * error;
        estimated += variances[run];
        covered += std::abs(error) <= 1.96 * std::sqrt(variances[run]);
    }
    return {.mean_error_in_sigmas = sum / runs / (std::sqrt(squares / runs) / std::sqrt(runs)),
            .within_95 = covered / runs,
            .largest_share = estimated / squares};
}

struct Tried {
    Coverage bytes, blocks;
    double sampled;
};

Tried tried(const std::vector<uint64_t>& sizes, uint64_t mean_bytes, unsigned runs) {
    std::vector<double> bytes, bytes_variance, blocks, blocks_variance;
    double sampled = 0, all_bytes = 0;
    for (uint64_t size : sizes) all_bytes += static_cast<double>(size);
    for (unsigned run = 1; run <= runs; ++run) {
        const Estimate one = sample(sizes, mean_bytes, run);
        bytes.push_back(one.sum.bytes), bytes_variance.push_back(one.variance.bytes);
        blocks.push_back(one.sum.blocks), blocks_variance.push_back(one.variance.blocks);
        sampled += static_cast<double>(one.sampled);
    }
    return {.bytes = coverage_of(bytes, bytes_variance, all_bytes),
            .blocks = coverage_of(blocks, blocks_variance, static_cast<double>(sizes.size())),
            .sampled = sampled / runs};
}

void is_right(const Coverage& coverage) {
    CAPTURE(coverage.mean_error_in_sigmas, coverage.within_95, coverage.largest_share);
    CHECK(std::abs(coverage.mean_error_in_sigmas) < 3);
    CHECK(coverage.within_95 >= 0.92);
    CHECK(coverage.within_95 <= 0.98);
    CHECK(coverage.largest_share > 0.85);
    CHECK(coverage.largest_share < 1.15);
}

}  // namespace

TEST_CASE("a weight is one over the probability of being in the sample") {
    for (uint64_t mean_bytes : {uint64_t{1}, uint64_t{100}, uint64_t{4096}, mean, sampler::most_mean_bytes}) {
        sampler::start(mean_bytes, 1);
        for (uint64_t size = 0; size < uint64_t{1} << 47; size = size * 3 / 2 + 1) {
            const double share = static_cast<double>(std::max<uint64_t>(size, 1)) / static_cast<double>(mean_bytes);
            const double expected = -1 / std::expm1(-share);
            const double weight = std::ldexp(static_cast<double>(sampler::weight_of(size)), -16);
            CAPTURE(mean_bytes, size);
            CHECK(weight >= 1);
            CHECK(std::abs(weight - expected) <= expected * 1e-9 + std::ldexp(1, -16));
        }
    }
}

TEST_CASE("a distance is as often above each length as the exponential says") {
    sampler::start(mean, 1);
    constexpr unsigned draws = 200'000;
    std::vector<uint64_t> lengths = {1000, 100'000, mean, 3 * mean};
    std::vector<unsigned> longer(lengths.size(), 0);
    Thread thread{};
    for (unsigned i = 0; i < draws; ++i) {
        const uint64_t distance = sampler::distance_of(sampler::random(thread));
        REQUIRE(distance >= 1);
        for (size_t at = 0; at < lengths.size(); ++at) longer[at] += distance > lengths[at];
    }
    for (size_t at = 0; at < lengths.size(); ++at) {
        const double expected = std::exp(-static_cast<double>(lengths[at]) / static_cast<double>(mean));
        const double sigma = std::sqrt(expected * (1 - expected) / draws);
        CHECK(std::abs(longer[at] / double{draws} - expected) < 4 * sigma);
    }
}

TEST_CASE("a distance is the logarithm, at both ends of what can be drawn") {
    sampler::start(mean, 1);
    const double ln2 = std::log(2.0);
    CHECK(sampler::distance_of(UINT64_MAX) == 1);
    CHECK(sampler::distance_of(0) == sampler::distance_of(1));
    CHECK(static_cast<double>(sampler::distance_of(1)) == Approx(64 * ln2 * mean).epsilon(1e-7));
    CHECK(static_cast<double>(sampler::distance_of(uint64_t{1} << 63)) == Approx(ln2 * mean).epsilon(1e-5));
    CHECK(static_cast<double>(sampler::distance_of(uint64_t{3} << 62)) == Approx(-std::log(0.75) * mean).epsilon(1e-5));
}

TEST_CASE("estimates are right as often as they say, of a mixture of sizes") {
    const Tried all = tried(mixture(), mean, 1000);
    CAPTURE(all.sampled);
    is_right(all.bytes);
}

TEST_CASE("estimates are right as often as they say, of log-normal sizes") {
    const Tried all = tried(log_normal(), 32 << 10, 1000);
    CAPTURE(all.sampled);
    is_right(all.bytes);
    is_right(all.blocks);
}

TEST_CASE("estimates are right as often as they say, of sizes without a variance") {
    const Tried all = tried(pareto(), 32 << 10, 1000);
    CAPTURE(all.sampled);
    is_right(all.bytes);
    is_right(all.blocks);
}

// Of blocks of 16 bytes hardly one in 30,000 is in the sample: their number is known badly, and must still be right
// on average.
TEST_CASE("counts of blocks are unbiased where one stands for tens of thousands") {
    const Tried all = tried(mixture(), mean, 1000);
    CHECK(std::abs(all.blocks.mean_error_in_sigmas) < 3);
}

TEST_CASE("a block far larger than the mean is in every sample, and stands for itself") {
    const std::vector<uint64_t> sizes(100, 64 * mean);
    for (uint64_t seed = 1; seed <= 20; ++seed) CHECK(sample(sizes, mean, seed).sampled == sizes.size());
    CHECK(sampler::weight_of(64 * mean) == uint64_t{1} << sampler::weight_shift);
}

TEST_CASE("blocks of no bytes are counted too") {
    const std::vector<uint64_t> sizes(100'000, 0);
    double sum = 0;
    for (uint64_t seed = 1; seed <= 50; ++seed) sum += sample(sizes, 1000, seed).sum.blocks;
    CHECK(sum / 50 == Approx(100'000).epsilon(0.02));
}

TEST_CASE("one seed is one sample, another is another") {
    const std::vector<uint64_t> sizes(100'000, 100);
    CHECK(sample(sizes, 4096, 7).sampled == sample(sizes, 4096, 7).sampled);
    CHECK(sample(sizes, 4096, 7).sampled != sample(sizes, 4096, 8).sampled);
}
