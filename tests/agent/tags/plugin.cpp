// SPDX-License-Identifier: MIT
//
// A library that declares types of its own, and is unloaded. Side: tests.
#include <prof/prof.hpp>

namespace plugin {
class Filter : public prof::tracked<Filter> {
   public:
    PROF_FIELDS(Filter, next_, level_)

   private:
    Filter* next_ = nullptr;
    long level_ = 0;
};
}  // namespace plugin

extern "C" void allocate();
extern "C" void allocate() {
    static const void* kept[2];
    const prof::scope scope("plugin");
    kept[0] = new plugin::Filter;
    kept[1] = prof::make_unique<plugin::Filter[]>(10).release();
    asm volatile("" ::"m"(kept));
}
