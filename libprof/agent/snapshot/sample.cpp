// SPDX-License-Identifier: MIT
//
// A snapshot of a recorder that samples: what each block counts for. Side: agent, floor 3 (snapshot). Child of a
// snapshot only.
#include "record/sampled.h"
#include "record/sampler.h"
#include "snapshot/rows.h"
#include "snapshot/writer.h"

namespace prof::snapshot {

void count_sample(Writer& writer) noexcept {
    writer.counted_bytes = writer.block_bytes;
    writer.counted_blocks = writer.block_count;
    if (!sampler::is_on()) return;
    writer.counted_bytes = writer.counted_blocks = 0;
    Rows rows(writer.in_flight, writer.maps);
    for (Row row; rows.next(row);) {
        const sampled::Share share = sampled::share_of(row.block.address, row.block.size_bytes, row.block.birth);
        writer.counted_bytes += share.bytes;
        writer.counted_blocks += share.blocks;
    }
}

void write_sample(Writer& writer) noexcept {
    Output& output = writer.output;
    Column weights(output, Column::place_for(output, PROF_SECTION_BLOCK_WEIGHT, 4, writer.block_count));
    Rows rows(writer.in_flight, writer.maps);
    for (Row row; rows.next(row);) {
        const uint64_t blocks = sampled::share_of(row.block.address, row.block.size_bytes, row.block.birth).blocks;
        weights.put(static_cast<uint32_t>(blocks < UINT32_MAX ? blocks : UINT32_MAX));
    }
    output.add(weights.finish());
}

}  // namespace prof::snapshot
