// SPDX-License-Identifier: MIT
//
// See doctor.h.
//
// Side: our process, cli.
#include "doctor/doctor.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>

#include "console.h"
#include "doctor/allocator.h"
#include "doctor/debug_symbols.h"
#include "doctor/finding.h"
#include "doctor/limits.h"
#include "doctor/patient.h"
#include "doctor/proc_text.h"
#include "doctor/sandbox.h"
#include "process/agent.h"
#include "process/page.h"
#include "process/program.h"

namespace heapkit::cli {
namespace {

namespace fs = std::filesystem;
using Verdict = Finding::Verdict;

std::string_view word_for(Verdict verdict) {
    return verdict == Verdict::fine ? "fine" : verdict == Verdict::limits ? "note" : "NO";
}

bool any_is(const Findings& findings, Verdict verdict) {
    return std::any_of(findings.begin(), findings.end(), [&](const Finding& each) { return each.verdict == verdict; });
}

void append(Findings& findings, Findings more) { std::move(more.begin(), more.end(), std::back_inserter(findings)); }

std::string conclusion(const std::string& name, const Findings& findings) {
    const auto notes = std::count_if(findings.begin(), findings.end(),
                                     [](const Finding& each) { return each.verdict == Verdict::limits; });
    if (any_is(findings, Verdict::refuses)) return name + " cannot be recorded as it is.";
    if (notes == 0) return name + " can be recorded.";
    return fmt::format("{} can be recorded; {} to know.", name,
                       notes == 1 ? "one thing is good" : fmt::format("{} things are good", notes));
}

Table table_of(const Findings& findings) {
    Table table{.title = "Checks", .key = "checks", .layout = Table::Layout::facts};
    table.columns = {{.name = "check", .key = "what"},
                     {.name = "is", .key = "text"},
                     {.name = "verdict", .key = "verdict", .is_for_json = true},
                     {.name = "topic", .key = "topic", .is_for_json = true}};
    for (const Finding& finding : findings) {
        const std::string verdict(word_for(finding.verdict));
        table.rows.push_back({fmt::format("{:<4}  {}", verdict, finding.topic), finding.text, verdict, finding.topic});
    }
    return table;
}

Diagnosis diagnosis_of(const std::string& name, const Findings& findings) {
    Diagnosis diagnosis{.report = {.command = "doctor"}, .can_record = !any_is(findings, Verdict::refuses)};
    diagnosis.report.heading = {conclusion(name, findings)};
    diagnosis.report.shapes.emplace_back(table_of(findings));
    return diagnosis;
}

Finding loader_finding(const Patient& patient) {
    if (!patient.loader_says.empty())
        return {Verdict::refuses, "agent", "the loader does not take it: " + patient.loader_says};
    if (patient.missing.empty()) return {Verdict::fine, "agent", "the program's loader takes it"};
    return {Verdict::limits, "libraries",
            fmt::format("the loader does not find {}: the program would not start", patient.missing.front())};
}

// What is the same for a program and a process.
Diagnosis with_the_rest(const Patient& patient, Findings findings) {
    append(findings, look_at_allocator(patient));
    append(findings, look_at_sandbox(patient));
    append(findings, look_at_limits(patient));
    DebugSymbols symbols = look_at_debug_symbols(patient);
    findings.push_back(std::move(symbols.finding));
    Diagnosis diagnosis = diagnosis_of(patient.name, findings);
    diagnosis.report.shapes.emplace_back(std::move(symbols.table));
    if (!symbols.note.empty()) diagnosis.report.notes.push_back(std::move(symbols.note));
    return diagnosis;
}

Diagnosis examine_program_named(const std::string& name, const fs::path& agent) {
    const Program program = find_program(name);
    if (program.file.empty()) return diagnosis_of(name, {{Verdict::refuses, "program", program.problem}});
    const Patient patient = examine_program(program.runs, agent);
    Findings findings = {{Verdict::fine, "program", "dynamically linked, for x86-64 and glibc"}};
    if (program.runs != program.file)
        findings[0].text = fmt::format("a script; {}, which runs it, is what was looked at", program.runs.string());
    findings.push_back(loader_finding(patient));
    Diagnosis diagnosis = with_the_rest(patient, std::move(findings));
    if (diagnosis.can_record) diagnosis.report.next = {fmt::format("heapkit run -- {}", shell_quoted(name))};
    return diagnosis;
}

// Whether it is recorded: when it is not, all that can be said is of the next start.
Finding recorded_finding(pid_t pid) {
    const auto page = ControlPage::open(pid, true);
    if (page) return {Verdict::fine, "recorded", "since it was started"};
    return {Verdict::refuses, "recorded",
            page.error().what + ". The agent must be there from the first allocation on: start it with heapkit run"};
}

Result<Diagnosis> examine_process_numbered(pid_t pid) {
    const auto patient = examine_process(pid);
    if (!patient) return patient.error();
    const Program program = find_program(patient->here(patient->executable).string());
    Findings findings = {recorded_finding(pid)};
    if (program.file.empty()) findings.push_back({Verdict::refuses, "program", program.problem});
    Diagnosis diagnosis = with_the_rest(*patient, std::move(findings));
    if (diagnosis.can_record) diagnosis.report.next = {fmt::format("heapkit snapshot {}", pid)};
    return diagnosis;
}

}  // namespace

std::optional<NotSeen> not_seen_of(const std::string& program) {
    std::error_code error;
    const fs::path executable = fs::canonical(find_program(program).runs, error);
    if (error) return std::nullopt;
    const auto unseen = unseen_allocator_in(executable);
    return unseen ? std::optional(NotSeen{executable, unseen->text()}) : std::nullopt;
}

Result<Diagnosis> examine(const std::string& whom) {
    std::error_code error;
    const bool is_number = !whom.empty() && whom.find_first_not_of("0123456789") == std::string::npos;
    if (is_number && !fs::exists(whom, error))
        return examine_process_numbered(static_cast<pid_t>(number_in(whom).value_or(0)));
    const auto agent = find_agent();
    if (!agent) return agent.error();
    return examine_program_named(whom, *agent);
}

}  // namespace heapkit::cli
