// SPDX-License-Identifier: MIT
//
// See python_votes.h.
//
// Side: heap, floor 4 (types).
#include "types/python_votes.h"

namespace heapkit::types {

PythonVotes::PythonVotes(const python::Objects* objects, TypeTable& types) {
    if (objects == nullptr || !objects->any()) return;
    objects_ = objects;
    const auto& rows = objects->python().types;
    of_class_.resize(rows.size());
    of_part_.resize(rows.size());
    for (uint32_t row = 0; row < rows.size(); ++row) {
        const std::string full_name = objects->full_type_name(row);
        of_class_[row] = types.of_python(objects->type_name(row), full_name, Type::Form::object);
        const std::string part = objects->part_name(row);
        of_part_[row] = types.of_python(part, part, Type::Form::storage);
    }
}

TypeId PythonVotes::of(BlockId block) const noexcept {
    if (objects_ == nullptr) [[likely]]
        return unknown_type;
    const uint32_t object = objects_->in(block);
    return object == python::none ? unknown_type : of_class_[objects_->python().objects[object].type];
}

TypeId PythonVotes::of_part(BlockId block) const noexcept {
    if (objects_ == nullptr) [[likely]]
        return unknown_type;
    const uint32_t object = objects_->part_of(block);
    return object == python::none ? unknown_type : of_part_[objects_->python().objects[object].type];
}

}  // namespace heapkit::types
