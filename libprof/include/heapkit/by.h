// SPDX-License-Identifier: MIT
//
// By what blocks are put together, and what of them is counted. Side: public. Plain data.
#pragma once

namespace heapkit {

enum class By { lineno, filename, function, module, traceback, type, thread, domain };

enum class Metric {
    live,       // blocks alive at the snapshot, by size
    count,      // the same, by number
    allocated,  // ever, freed or not
    peak,       // alive when the process held most
    temporary,  // freed as the next thing that their thread did
};

}  // namespace heapkit
