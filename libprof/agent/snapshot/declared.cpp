// SPDX-License-Identifier: MIT
//
// What the program declared: types, their fields, domains. Side: agent, floor 3 (snapshot). Child of a snapshot only.
//
// Row 0 of types and of domains is "none". A program that declared nothing has no such sections.
#include "record/domains.h"
#include "record/types.h"
#include "snapshot/writer.h"

namespace prof::snapshot {

namespace {

void write_types(Writer& writer) noexcept {
    const uint32_t count = types::count();
    if (count <= 1) return;
    Output& output = writer.output;
    Column rows(output, Column::place_for(output, PROF_SECTION_DECLARED_TYPES, sizeof(prof_declared_type), count));
    rows.put(prof_declared_type{});
    for (uint32_t i = 1; i < count; ++i) {
        const types::Type& type = types::type(i);
        prof_declared_type row{};
        row.bytes = type.bytes;
        row.name = writer.strings.add(type.name);
        row.flags = type.flags;
        row.fields_begin = type.fields_begin;
        row.fields_end = type.fields_end;
        rows.put(row);
    }
    output.add(rows.finish());
}

void write_fields(Writer& writer) noexcept {
    const uint32_t count = types::field_count();
    if (count == 0) return;
    Output& output = writer.output;
    Column rows(output, Column::place_for(output, PROF_SECTION_DECLARED_FIELDS, sizeof(prof_declared_field), count));
    for (uint32_t i = 0; i < count; ++i) {
        const types::Field& field = types::field(i);
        prof_declared_field row{};
        row.offset = field.offset;
        row.bytes = field.bytes;
        row.name = writer.strings.add(field.name);
        row.type = writer.strings.add(field.type);
        row.flags = field.flags;
        rows.put(row);
    }
    output.add(rows.finish());
}

void write_domains(Writer& writer) noexcept {
    const uint32_t count = domains::count();
    if (count <= 1) return;
    Output& output = writer.output;
    Column rows(output, Column::place_for(output, PROF_SECTION_DOMAINS, sizeof(prof_domain), count));
    rows.put(prof_domain{});
    for (uint32_t i = 1; i < count; ++i) {
        const domains::Domain& domain = domains::domain(i);
        rows.put(prof_domain{.name = writer.strings.add(domain.name), .parent = domain.parent});
    }
    output.add(rows.finish());
}

}  // namespace

void write_declared(Writer& writer) noexcept {
    write_types(writer);
    write_fields(writer);
    write_domains(writer);
}

}  // namespace prof::snapshot
