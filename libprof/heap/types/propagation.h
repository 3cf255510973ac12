// SPDX-License-Identifier: MIT
//
// The technique "field": from what is typed along typed pointers and containers to what they lead to.
//
// Side:    heap, floor 4 (types).
// Threads: one thread.
// Memory:  12 bytes a block, 8 a type, the containers, and a work list of what was reached and not yet looked at.
//
// Rounds: from global and thread-local variables, which hold what they say; then from objects whose type is certain or
// high; then from variables of functions that were running, which may not have been set yet; then from the rest, and
// only into blocks that nothing has reached. A pointer is believed where the block's size is that of one
// T, or else of several, and only when nothing fits better. A conflict is counted, and who came first stays.
#pragma once

#include <unordered_set>
#include <vector>

#include "types/closures.h"
#include "types/container_reader.h"
#include "types/layout.h"
#include "types/memory.h"
#include "types/type_table.h"
#include "types/vtable_votes.h"

namespace heapkit::types {

class Propagation {
   public:
    struct Input {
        const Memory& memory;
        const symbols::TypeBook& book;
        const Layouts& layouts;
        Closures& closures;
        VtableVotes& vtables;
        TypeTable& types;
        // The surest that other techniques said of each block.
        const std::vector<TypeId>& known;
        const std::vector<Evidence>& evidence;
    };
    explicit Propagation(const Input& input);

    // Something of a type that a snapshot holds: a variable; `elements` side by side.
    struct Seed {
        Place place;
        symbols::DebugTypeId type;
        uint64_t elements = 1;
    };
    // Variables, by what they are worth: those of functions that were running may lie.
    struct Seeds {
        std::vector<Seed> globals, thread_locals, stacks;
    };
    void run(const Seeds& seeds);

    // What fields say of each block; type 0 where none leads to it.
    void take_reached(std::vector<TypeId>& types, std::vector<Evidence>& evidence) const;
    const PropagationCounts& counts() const noexcept { return counts_; }
    Containers take_containers() { return std::move(containers_); }

   private:
    // Blocks are met in the order of pointers, which is none: all that is asked of one lies in one cache line.
    struct Row {
        TypeId known = {}, reached = {};
        Evidence known_by = Evidence::none, reached_by = Evidence::none;
        bool is_expanded = false;
    };

    struct Arrival {
        BlockId block;
        symbols::DebugTypeId type;
    };

    void follow_all();
    template <typename Look>
    void look_at(const std::vector<Arrival>& arrivals, Look look) const;
    void scan(const Seed& region);
    void scan_element(const Place& element, std::span<const Field> fields);
    void follow(const Field& field, const Place& place);
    bool is_there(const Field& field, const Place& element) const;
    bool is_only_one_that_fits(std::span<const Field> fields, size_t index, const Place& element) const;
    void follow_pointer(symbols::DebugTypeId type, const Place& from);
    void follow_into_itself(const symbols::DebugType& base, const Place& to);
    void follow_container(symbols::DebugTypeId type, const Place& place);
    void open_inner(const InnerClosure& closure);
    void follow_callable(symbols::DebugTypeId type, const Place& place);

    void reach_all();
    void reach(BlockId block, symbols::DebugTypeId type);
    void take_pending();
    void believe_several(BlockId block, symbols::DebugTypeId type);
    TypeId one_of(symbols::DebugTypeId type);
    TypeId several_of(symbols::DebugTypeId type);
    void take(BlockId block, TypeId type);
    void expand(BlockId block);
    bool is_room_for_several(const Row& row, uint64_t bytes) const;
    bool may_be_storage(const ContainerClass& container, const Part& part) const;
    bool may_claim(const ContainerClass& container, const Place& place, const Reading& reading) const;
    void claim(const ContainerClass& container, const Place& place, const Reading& reading);
    void claim_part(const ContainerClass& container, uint32_t number, const Part& part);

    const Input input_;
    ContainerReader reader_;
    std::vector<Row> rows_;
    Containers containers_;
    std::vector<Seed> open_;              // to be scanned
    std::unordered_set<uint64_t> inner_;  // addresses of what lies in an object and was opened
    std::vector<Arrival> arrivals_;  // pointers to the starts of blocks, to be believed or not
    std::vector<Arrival> pending_;   // pointers that would be to several T
    std::vector<Arrival> taken_;     // of these, the ones that are looked at
    struct Forms {
        TypeId one = {}, several = {};  // as far as blocks were taken for them
    };
    std::vector<Forms> forms_;  // by DebugTypeId
    Evidence round_ = Evidence::field;
    PropagationCounts counts_;
};

}  // namespace heapkit::types
