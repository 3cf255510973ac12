// SPDX-License-Identifier: MIT
//
// The votes, in order of their trust.
//
// Side: heap, floor 4 (types).
//
// Blocks are many, what decides of them is not: each distinct vtable pointer and each stack is looked at once, and a
// block costs a few loads. Then propagation looks at the words, once.
#include "types/types.h"

#include <algorithm>
#include <unordered_map>

#include "symbols/type_name.h"
#include "types/coroutine_frames.h"
#include "types/declared_votes.h"
#include "types/member_path.h"
#include "types/named_pointers.h"
#include "types/propagation.h"
#include "types/python_votes.h"
#include "types/sites.h"
#include "types/stack_votes.h"
#include "types/vtable_votes.h"

namespace heapkit::types {

using symbols::DebugTypeId;

struct Types::State {
    explicit State(const Input& input)
        : blocks(input.blocks),
          book(input.book),
          frames(input.frames),
          memory(input.blocks, input.words),
          layouts(input.book),
          table(input.book),
          closures(input.frames, input.book, layouts, memory),
          sites(input.snapshot, input.frames),
          site_of_stack(input.snapshot.stacks().size()),
          vtables(input.blocks, input.words, input.frames, input.book, table),
          coroutines(input.blocks, input.words, input.frames, input.book, table),
          constructors(input.snapshot, input.frames),
          stacks({input.snapshot, input.frames, input.book, input.sites, constructors, layouts.classes(), table}),
          declared(input.snapshot, input.blocks, input.book, table),
          python(input.python, table) {}

    const read::Blocks& blocks;
    const symbols::TypeBook& book;
    const symbols::Frames& frames;
    const Memory memory;
    const Layouts layouts;
    TypeTable table;
    Closures closures;
    const Sites sites;
    std::vector<TypeId> site_of_stack;
    VtableVotes vtables;
    CoroutineFrames coroutines;
    const symbols::Constructors constructors;
    StackVotes stacks;
    const DeclaredVotes declared;
    const PythonVotes python;
    std::unordered_map<uint64_t, bool> is_derived;  // by vtable's type and declared one
    std::vector<TypeId> reached;                    // what fields say
    std::vector<Evidence> reached_by;

    TypeId place_of(StackId stack);
    Vote by_stack(BlockId block);
    Vote by_itself(BlockId block);
    Vote by_program(BlockId block, TypeId said);
    bool is_more_derived(BlockId block, TypeId by_vtable, TypeId said);
    bool is_wrapped_by(TypeId outer, TypeId inner, uint64_t block_bytes) const;
    Vote surest(BlockId block, const Vote& own, const Vote& field) const;
};

TypeId Types::State::place_of(StackId stack) {
    TypeId& known = site_of_stack[stack.index()];
    if (known == unknown_type)
        if (const auto site = sites.site_of(stack)) known = table.place(sites.text_of(*site));
    return known;
}

// Whether a block whose first word says `inner` is rather an `outer`, which begins with one: an element of a container
// of structs, a node, a buffer of objects.
bool Types::State::is_wrapped_by(TypeId outer, TypeId inner, uint64_t block_bytes) const {
    const Type& around = table.at(outer);
    const DebugTypeId first = table.at(inner).layout;
    if (around.layout == DebugTypeId() && around.form == Type::Form::storage) {
        const size_t role = around.full_name.rfind(' ');
        const auto arguments = symbols::template_arguments_of(std::string_view(around.full_name).substr(0, role));
        return !arguments.empty() && arguments[0] == table.at(inner).full_name;
    }
    if (around.layout == DebugTypeId() || first == DebugTypeId() || around.first_offset_bytes != 0) return false;
    if (around.layout == first) return around.form == Type::Form::storage || table.at(inner).first_offset_bytes != 0;
    const uint64_t size = book.type(around.layout).size_bytes;
    const bool fits = size != 0 && block_bytes % size == 0 && book.type(first).size_bytes != block_bytes;
    return fits && begins_with(book, around.layout, first);
}

Vote Types::State::by_stack(BlockId block) {
    const uint64_t bytes = blocks.size_bytes(block);
    for (const StackVote& vote : stacks.of(blocks.stack_of(block)))
        if (const TypeId type = vote.for_size(bytes); type != unknown_type) return {vote.evidence, type};
    return {};
}

// Whether the class that the block's vtable names is derived from the one that was declared: by debug information, or
// else by what RTTI says of bases.
bool Types::State::is_more_derived(BlockId block, TypeId by_vtable, TypeId said) {
    const auto [known, is_new] = is_derived.try_emplace(uint64_t{by_vtable.value} << 32 | said.value);
    if (!is_new) return known->second;
    const Type &derived = table.at(by_vtable), &base = table.at(said);
    if (base.form != Type::Form::object) return false;
    const bool have_bases = derived.layout != DebugTypeId() && !book.is_by_program(derived.layout);
    const bool by_book = have_bases && base.layout != DebugTypeId() && has_base(book, derived.layout, base.layout);
    return known->second = by_book || derives_from(vtables.vptr_of(block), base.full_name, frames);
}

// The program said `said` of the block. A class derived from that may be what was made in the end; and where a stack
// tells of the container whose node or buffer was declared, the container's name is the better one.
Vote Types::State::by_program(BlockId block, TypeId said) {
    const TypeId by_vtable = vtables.of(block);
    if (by_vtable != unknown_type && is_more_derived(block, by_vtable, said)) return {Evidence::vtable, by_vtable};
    for (const StackVote& vote : stacks.of(blocks.stack_of(block))) {
        const TypeId type = vote.for_size(blocks.size_bytes(block));
        if (type != unknown_type && is_storage_of(table.at(type), table.at(said))) return {Evidence::declared, type};
    }
    return {Evidence::declared, said};
}

// What the block's own words and its stack say.
Vote Types::State::by_itself(BlockId block) {
    const uint64_t bytes = blocks.size_bytes(block);
    if (const TypeId object = python.of(block); object != unknown_type) return {Evidence::python, object};
    if (const TypeId said = declared.of(block); said != unknown_type) return by_program(block, said);
    const Vote best = by_stack(block);
    if (const TypeId coroutine = coroutines.of(block); coroutine != unknown_type)
        return {Evidence::resume_function, coroutine};
    const TypeId by_vtable = vtables.of(block);
    if (by_vtable == unknown_type || trust_in(best.evidence) == Trust::certain) return best;
    if (best.evidence == Evidence::allocator_argument && is_wrapped_by(best.type, by_vtable, bytes)) return best;
    return {Evidence::vtable, by_vtable};
}

// Where two agree on what the block is made of, the field's name is the better one: it knows the container.
Vote Types::State::surest(BlockId block, const Vote& own, const Vote& field) const {
    if (field.type == unknown_type) return own;
    if (own.type == unknown_type) return field;
    const Type& by_own = table.at(own.type);
    const Type& by_field = table.at(field.type);
    const Evidence more = std::max(own.evidence, field.evidence);
    if (own.evidence == Evidence::declared && is_storage_of(by_field, by_own)) return {more, field.type};
    if (by_own.layout != DebugTypeId() && by_own.layout == by_field.layout)
        return {more, by_field.form == Type::Form::storage || field.evidence > own.evidence ? field.type : own.type};
    // A closure whose name alone is known, and the same one with its captures.
    if (by_own.layout == DebugTypeId() && by_own.is_closure && by_field.is_closure) return {more, field.type};
    // A struct and what follows it is less than a class that is just as long and begins with that struct.
    if (by_own.is_head && !by_field.is_head && begins_with(book, by_field.layout, by_own.layout)) return field;
    if (own.evidence == Evidence::vtable && is_wrapped_by(field.type, own.type, blocks.size_bytes(block))) return field;
    return own.evidence >= field.evidence ? own : field;
}

Types::Types() = default;
Types::Types(Types&&) noexcept = default;
Types& Types::operator=(Types&&) noexcept = default;
Types::~Types() = default;

const Layouts& Types::layouts() const noexcept { return state_->layouts; }

namespace {

Propagation::Seed seed_of(const symbols::TypeBook& book, const Place& place, DebugTypeId type) {
    Propagation::Seed seed = {place, type, 1};
    while (book.type(seed.type).kind == symbols::TypeKind::array) {
        seed.elements *= book.type(seed.type).count;
        seed.type = book.type(seed.type).target;
    }
    return seed;
}

// The variables that a snapshot holds the words of.
std::vector<Propagation::Seed> globals_in(const Memory& memory, const symbols::TypeBook& book) {
    std::vector<Propagation::Seed> seeds;
    for (const symbols::Variable& variable : book.variables()) {
        if (variable.is_thread_local) continue;
        const auto place = memory.root_place(variable.address);
        if (!place || memory.words().roots[place->index].kind != PROF_ROOT_GLOBALS) continue;
        seeds.push_back(seed_of(book, *place, variable.type));
    }
    return seeds;
}

std::optional<Place> place_in_register(const read::Words& words, const symbols::ThreadVariable& variable) {
    for (uint32_t index = 0; index < words.roots.size(); ++index)
        if (words.roots[index].kind == PROF_ROOT_REGISTERS && words.roots[index].owner == variable.thread)
            return Place{.is_root = true, .index = index, .offset_bytes = variable.in_register * sizeof(uint64_t)};
    return std::nullopt;
}

Propagation::Seeds seeds_in(const Memory& memory, const Types::Input& input) {
    using symbols::ThreadVariable;
    Propagation::Seeds seeds = {.globals = globals_in(memory, input.book), .thread_locals = {}, .stacks = {}};
    if (input.threads == nullptr) return seeds;
    for (const ThreadVariable& variable : input.threads->all()) {
        if (variable.type == DebugTypeId() || !variable.is_set) continue;
        const bool is_in_memory = variable.in_register == ThreadVariable::no_register;
        const auto place =
            is_in_memory ? memory.root_place(variable.address) : place_in_register(memory.words(), variable);
        if (!place) continue;
        auto& kind = variable.kind == ThreadVariable::Kind::storage ? seeds.thread_locals : seeds.stacks;
        kind.push_back(seed_of(input.book, *place, variable.type));
    }
    return seeds;
}

}  // namespace

Types Types::infer(const Input& input) {
    Types types;
    types.state_ = std::make_unique<State>(input);
    State& state = *types.state_;
    const size_t count = input.blocks.count();
    types.of_block_.resize(count);
    types.evidence_.resize(count);
    for (size_t index = 0; index < count; ++index) {
        const Vote vote = state.by_itself(BlockId(index));
        types.of_block_[index] = vote.type;
        types.evidence_[index] = vote.evidence;
    }
    Propagation propagation({state.memory, state.book, state.layouts, state.closures, state.vtables, state.table,
                             types.of_block_, types.evidence_});
    propagation.run(seeds_in(state.memory, input));
    types.containers_ = propagation.take_containers();
    types.counts_ = propagation.counts();
    propagation.take_reached(state.reached, state.reached_by);
    for (size_t index = 0; index < count; ++index) {
        const BlockId block(index);
        Vote best = state.surest(block, {types.evidence_[index], types.of_block_[index]},
                                 {state.reached_by[index], state.reached[index]});
        types.of_block_[index] = best.type;
        types.evidence_[index] = best.evidence;
    }
    types.follow_named_pointers();
    for (size_t index = 0; index < count; ++index) {
        const TypeId part = state.python.of_part(BlockId(index));
        if (part == unknown_type || trust_in(types.evidence_[index]) >= Trust::medium) continue;
        types.of_block_[index] = part;
        types.evidence_[index] = Evidence::python;
    }
    for (size_t index = 0; index < count; ++index) {
        if (types.of_block_[index] != unknown_type) continue;
        const TypeId place = state.place_of(input.blocks.stack_of(BlockId(index)));
        types.of_block_[index] = place;
        types.evidence_[index] = place == unknown_type ? Evidence::none : Evidence::allocation_site;
    }
    return types;
}

void Types::follow_named_pointers() {
    for (const NamedBlock& found :
         blocks_behind_named_pointers({state_->memory, state_->book, state_->table, of_block_, evidence_})) {
        const size_t index = found.block.index();
        of_block_[index] = state_->reached[index] = found.type;
        evidence_[index] = state_->reached_by[index] = found.evidence;
    }
}

size_t Types::count() const noexcept { return state_->table.all().size(); }
const Type& Types::type(TypeId id) const noexcept { return state_->table.at(id); }

std::vector<DeclaredDoubt> Types::declared_doubts() const { return state_->declared.doubts(); }

VtableKind Types::vtable_kind(BlockId block) const { return state_->vtables.kind_of(block); }

std::vector<Vote> Types::votes(BlockId block) const {
    State& state = *state_;
    std::vector<Vote> votes = {{evidence(block), of(block)}};
    if (of(block) == unknown_type) return {};
    const auto add = [&](Evidence evidence, TypeId type) {
        const DebugTypeId layout = this->type(type).layout;
        const bool is_known = std::ranges::any_of(votes, [&](const Vote& vote) {
            const bool is_same =
                vote.type == type || (layout != DebugTypeId() && this->type(vote.type).layout == layout);
            return is_same && vote.evidence == evidence;
        });
        if (type != unknown_type && !is_known) votes.push_back({evidence, type});
    };
    const uint64_t bytes = state.blocks.size_bytes(block);
    const TypeId said = state.declared.of(block);
    const bool is_better_named = evidence(block) == Evidence::declared && is_storage_of(type(of(block)), type(said));
    if (!is_better_named) add(Evidence::declared, said);
    add(Evidence::vtable, state.vtables.of(block));
    add(Evidence::resume_function, state.coroutines.of(block));
    for (const StackVote& vote : state.stacks.of(state.blocks.stack_of(block)))
        add(vote.evidence, vote.for_size(bytes));
    add(state.reached_by[block.index()], state.reached[block.index()]);
    add(Evidence::allocation_site, state.place_of(state.blocks.stack_of(block)));
    std::stable_sort(votes.begin() + 1, votes.end(),
                     [](const Vote& a, const Vote& b) { return a.evidence > b.evidence; });
    return votes;
}

}  // namespace heapkit::types
