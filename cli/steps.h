// SPDX-License-Identifier: MIT
//
// The way from a question to the next one: what is there, what grew, show me one, who holds it, draw it.
//
// Side: our process, cli.
#pragma once

#include <string>
#include <string_view>

#include <heapkit/shapes.h>

namespace heapkit::cli {

// The first row of a table of types that names an object's, not storage or a place that allocates; "" for none. Its
// name is a pattern that means it: what fnmatch would read in it is quoted.
std::string first_type_of(const Table& table);

// The cell of the first row under a key, as it is typed in a command: addresses as 0x…; "" when there is none.
std::string first_cell_of(const Table& table, std::string_view key);

// A file for a picture of a type: "UserRecord.png" of "docserver::UserRecord".
std::string picture_name_of(std::string_view type);

}  // namespace heapkit::cli
