// SPDX-License-Identifier: MIT
//
// perftools.profiles.Profile, the message that pprof reads, as a thing to add rows to. protozero comes in here and
// nowhere else.
//
// Side:   heap, floor 7 (export).
// Memory: the message; each distinct text once.
//
// Source: proto/profile.proto of github.com/google/pprof, which gives the numbers of the fields and what must hold:
// string 0 is "", ids are not 0 and unique, the first mapping is the main binary, the first location of a sample is
// its leaf, the first line of a location its innermost inlined function.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace heapkit::exports {

class PprofMessage {
   public:
    PprofMessage();
    ~PprofMessage();
    PprofMessage(const PprofMessage&) = delete;
    PprofMessage& operator=(const PprofMessage&) = delete;

    struct Mapping {
        uint64_t start = 0, end = 0, file_offset = 0;
        std::string_view file = {}, build_id = {};
        bool has_functions = false, has_lines = false;
    };
    struct Line {
        uint64_t function = 0;
        int64_t line = 0;
    };
    struct Label {
        std::string_view key = {}, text = {};  // of a text
        int64_t number = 0;                    // of a number, when the text is ""
        std::string_view unit = {};
    };

    void sample_type(std::string_view type, std::string_view unit);  // the columns of samples, in order
    uint64_t mapping(const Mapping& mapping);                        // ids count from 1
    uint64_t function(std::string_view name, std::string_view file);
    uint64_t location(uint64_t mapping, uint64_t address, std::span<const Line> innermost_first);
    void sample(std::span<const uint64_t> leaf_first, std::span<const int64_t> values, std::span<const Label> labels);

    struct Facts {
        int64_t time_ns = 0, duration_ns = 0, period = 0;
        std::string_view period_type = {}, period_unit = {}, default_sample_type = {}, drop_frames = {};
        std::vector<std::string> comments = {};
    };
    // The message; nothing may be added afterwards.
    std::string finish(const Facts& facts);

   private:
    struct State;
    std::unique_ptr<State> state_;
};

}  // namespace heapkit::exports
