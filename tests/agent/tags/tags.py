#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""What a recorded program says of its types and domains, from prof.h and prof.hpp to the bytes of the snapshot.

Side: tests. Usage: tags.py SENTENCE LIBPROF SAID PLUGIN TYPED…  Each test works in a new folder of its own. TYPED are
the program typed.cpp in the ways in which it is built; those without RTTI have "no_rtti" in their names.
"""
import collections
import ctypes.util
import os
import subprocess
import sys
import tempfile

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../../support"))

import snapshot_file  # noqa: E402

LIBPROF, SAID, PLUGIN = sys.argv[2:5]
TYPED = sys.argv[5:]
TAG, MANGLED, POINTER = 0xfffe, 1, 2
IMPLICIT_FREE, REPORTS = 5, 16
POINT = 16  # bytes


def run(*words, recorded=True, **variables):
    environment = {**os.environ, **variables}
    if recorded:
        environment["LD_PRELOAD"] = variables.get("LD_PRELOAD", LIBPROF)
        environment.setdefault("PROF", f"out={os.getcwd()}")
    result = subprocess.run(words, env=environment, capture_output=True, text=True, timeout=100)
    assert result.returncode == 0, result
    return result.stdout


def plain(names):
    """As one writes them: {mangled: name}."""
    names = sorted(names)
    lines = subprocess.run(["c++filt", "-t"], input="\n".join(names), capture_output=True, text=True).stdout
    return dict(zip(names, lines.splitlines()))


class Said:
    """What a snapshot has of types and domains."""

    def __init__(self, path):
        file = snapshot_file.Snapshot(path)
        assert (file.major, file.minor) >= (1, 4)
        self.losses = file.losses()
        rows, fields = list(file.rows(23, "<QIIIIQ")), list(file.rows(24, "<QQIIII"))
        domains = list(file.rows(33, "<II"))
        mangled = {file.string(row[1]) for row in rows if row[2] & MANGLED}
        mangled |= {file.string(field[3]) for field in fields if field[4] & MANGLED}
        names = plain(mangled)
        assert all(parent < number or number == 0 for number, (_, parent) in enumerate(domains))

        def name(at, flags):
            return names[file.string(at)] if flags & MANGLED else file.string(at)

        def path_of(number):
            return "" if number == 0 else path_of(domains[number][1]) + "/" + file.string(domains[number][0])

        self.types = {}  # name: (bytes, ((offset, bytes, name, type, is it a pointer) …))
        for row in rows[1:]:
            own = fields[row[3]:row[4]]
            assert own == sorted(own)
            self.types[name(row[1], row[2])] = (row[0], tuple(
                (field[0], field[1], file.string(field[2]), name(field[3], field[4]), bool(field[4] & POINTER))
                for field in own))
        type_names = ["-"] + [name(row[1], row[2]) for row in rows[1:]]
        pcs, parents = [row[0] for row in file.rows(7, "<Q")], [row[0] for row in file.rows(8, "<I")]
        assert not any(pcs[parent] >> 48 == TAG for parent in parents), "a tag that is no leaf"
        stacks = [row[0] for row in file.rows(9, "<I68x")]
        self.blocks = collections.Counter()  # (type, domain, bytes), of those that have either: how many
        self.sizes = collections.Counter()  # of all
        for (size,), (stack,) in zip(file.rows(11, "<Q"), file.rows(12, "<I")):
            pc, size = pcs[stacks[stack]], size & ((1 << 48) - 1)
            self.sizes[size] += 1
            if pc >> 48 == TAG:
                assert pc & ((1 << 48) - 1) != 0
                self.blocks[type_names[pc & 0xffffff], path_of(pc >> 24 & 0xffffff), size] += 1


def exit_snapshot(*words, **variables):
    run(*words, **variables)
    path, = (name for name in os.listdir(".") if name.count(".") == 3 and name.endswith(".heap"))
    return Said(path)


def typed(way, **variables):
    """Of each program: (its name, what its snapshot says)."""
    for program in TYPED:
        path = os.path.basename(program) + ".heap"
        printed = run(program, way, path, PROF="exit=off", **variables)
        assert printed == "done\n", (program, printed)
        yield program, Said(path)


def has_rtti(program):
    return "no_rtti" not in program


NODE = "std::__detail::_Hash_node<std::pair<int const, long>, false>"


def containers_say_what_their_blocks_are():
    for program, said in typed("containers"):
        blocks = {(name.replace("{anonymous}", "(anonymous namespace)"), size): count
                  for (name, domain, size), count in said.blocks.items() if domain == ""}
        wanted = {("shop::Item", 200): 1, ("Matrix", 192): 1, ("char", 101): 1, ("shop::Node<int>", 512): 1,
                  ("std::_List_node<Wide>", 176): 2}
        if has_rtti(program):
            wanted |= {("std::_Rb_tree_node<std::pair<int const, shop::Item> >", 80): 3, (NODE, 24): 4,
                       ("std::__detail::_Hash_node_base*", 104): 1, ("shop::Node<int>*", 64): 1}
        assert wanted.items() <= blocks.items(), (program, wanted.items() - blocks.items(), blocks)
        assert sum(blocks.values()) == 15, (program, blocks)


def fields_are_known_by_name_place_and_type():
    session = ((0, 4, "user_", "int", False), (8, 8, "next_", "Session", True), (16, 8, "owner_", "Unknown", True),
               (24, 32, "name_", None, False), (56, 16, "shared_", "std::shared_ptr<Session>", False),
               (72, 8, "nothing_", "void*", False), (80, 8, "callback_", "int (Session&)", True))
    item = ((0, 8, "id", "long", False), (8, 8, "next", "shop::Item", True), (16, 8, "code", "char [8]", False),
            (24, 16, "near", "shop::Item* [2]", False))
    for program, said in typed("classes"):
        bytes_, fields = said.types["Session"]
        assert bytes_ == 88 and len(fields) == len(session), (program, fields)
        for known, wanted in zip(fields, session):
            spelled = tuple(part.replace(" ", "") if isinstance(part, str) else part for part in known)
            for part, other in zip(spelled, wanted):
                other = other.replace(" ", "") if isinstance(other, str) else other
                assert other is None or part == other or not has_rtti(program), (program, known, wanted)
            assert known[:3] == wanted[:3] and known[4] == wanted[4], (program, known)
        bytes_, inherited = said.types["Admin"]  # whose Session begins behind a pointer
        assert bytes_ == 128 and inherited[-1][:3] == (96, 28, "rights"), (program, inherited)
        assert inherited[:-1] == tuple((field[0] + 8,) + field[1:] for field in fields), (program, inherited)
    for program, said in typed("makers"):
        spelled = tuple(field[:3] + (field[3].replace(" ", ""), field[4]) for field in said.types["shop::Item"][1])
        wanted = tuple(field[:3] + (field[3].replace(" ", ""), field[4]) for field in item)
        assert not has_rtti(program) or spelled == wanted, spelled
        assert [field[:3] for field in spelled] == [field[:3] for field in wanted], (program, spelled)
    for program, said in typed("by_hand"):
        fields = said.types["Wide"][1]
        assert [(field[0], field[2]) for field in fields] == [(4 * i, f"a{i + 1}") for i in range(40)], fields


def a_tracked_class_says_it_in_every_new():
    for program, said in typed("classes"):
        wanted = {("Session", 88): 2, ("Admin", 128): 1, ("Matrix", 64): 2, ("Matrix", 128): 1, ("Buffer", 104): 1,
                  ("Buffer", 24): 1}
        assert said.blocks == {(name, "", size): count for (name, size), count in wanted.items()}, (program, said.blocks)
        assert said.sizes[88] >= 3 and said.losses[IMPLICIT_FREE] == 0


def make_unique_and_make_shared_say_it():
    for program, said in typed("makers"):
        shared = [(name, size) for (name, _, size) in said.blocks if "_Sp_counted" in name or name == "Wide"]
        assert said.blocks["shop::Item", "", 40] == said.blocks["shop::Item", "", 240] == 1, (program, said.blocks)
        assert any("_Sp_counted_ptr_inplace<Wide" in name and size == 176 for name, size in shared), (program, shared)


def a_block_may_be_named_before_and_after_it_is_made():
    for program, said in typed("by_hand"):
        assert said.blocks == {("shop::Item", "", 120): 1, ("Wide", "", 160): 1, ("shop::Item", "", 80): 1}, said.blocks
        assert said.losses[REPORTS] == 1


def a_block_remembers_the_scopes_that_it_was_made_in():
    for program, said in typed("scopes"):
        assert said.blocks == {("-", "/http", 1002): 1, ("-", "/http/json", 1003): 1, ("Session", "/http/json", 88): 1,
                               ("-", "/http/sql", 1004): 1, ("-", "/http", 1005): 1}, (program, said.blocks)
        assert said.sizes[1001] == 1


def a_memory_resource_has_a_type_and_a_domain():
    for program, said in typed("resources"):
        assert said.blocks == {("parser's text", "/parser", 1001): 1, ("-", "/plain", 800): 1}, (program, said.blocks)
        assert said.types["parser's text"] == (1, ()) and said.types["ready"] == (1, ())


def a_c_program_says_the_same():
    said = exit_snapshot(SAID, "once")
    assert said.types == {"point": (16, ((0, 8, "next", "point", True), (8, 4, "x", "int", False),
                                         (12, 4, "y", "int", False)))}, said.types
    assert said.blocks == {("point", "", POINT): 1}, said.blocks


def it_may_be_said_before_main_and_after_exit_begins():
    said = exit_snapshot(SAID, "after", SAY_BEFORE_MAIN="1")
    assert said.blocks == {("point", "/before main", 3 * POINT): 1, ("point", "/after exit", 5 * POINT): 1}, said.blocks
    assert len(said.types) == 1


def a_forked_child_knows_it_and_goes_on():
    assert run(SAID, "child") == "child 0\n"
    child = Said("child.heap")
    assert child.blocks == {("point", "/parent", 7 * POINT): 1, ("child's own", "/parent/child", 24): 1,
                            ("point", "", 9 * POINT): 1}, child.blocks
    parent, = (Said(name) for name in os.listdir(".") if name != "child.heap" and name.endswith(".heap"))
    assert list(parent.types) == ["point"] and parent.blocks == {}, (parent.types, parent.blocks)


def what_grows_stays_in_the_domain_in_which_it_was_made():
    said = exit_snapshot(SAID, "grown")
    assert said.blocks == {("point", "", 2222): 1, ("-", "/grown in", 2223): 1} and said.sizes[2221] == 1, said.blocks


def a_signal_handler_disturbs_nothing():
    said = exit_snapshot(SAID, "signals")
    wanted = {("point", "/outer/even", 11 * POINT): 50, ("point", "/outer/odd", 11 * POINT): 50}
    assert said.blocks == wanted, said.blocks


def what_cannot_be_so_is_harmless_and_counted():
    said = exit_snapshot(SAID, "wrong")
    # 6 declarations, 2 blocks, a type, a scope without a name, 3 tokens
    assert said.losses[REPORTS] == 13, said.losses
    assert said.sizes[1111] == said.sizes[1112] == 1 and said.blocks == {}, said.blocks
    assert list(said.types) == ["point"]


def other_allocators_do_not_hide_it():
    wanted = {way: {program: said.blocks for program, said in typed(way)} for way in ("containers", "classes", "by_hand")}
    for name in ("jemalloc", "tcmalloc_minimal", "mimalloc"):
        library = ctypes.util.find_library(name)
        if library is None:
            continue
        for way, blocks in wanted.items():
            for program, said in typed(way, LD_PRELOAD=f"{LIBPROF}:{library}"):
                assert said.blocks == blocks[program], (library, program, said.blocks, blocks[program])


def a_library_that_declared_types_is_unloaded():
    program, said = SAID, None
    printed = run(program, "library", PLUGIN)
    assert printed == "unloaded 1\n", printed
    said, = (Said(name) for name in os.listdir(".") if name.endswith(".heap"))
    assert said.types == {"plugin::Filter": (16, ((0, 8, "next_", "plugin::Filter", True),
                                                  (8, 8, "level_", "long", False))), "point": said.types["point"]}
    assert said.blocks == {("plugin::Filter", "/plugin", 16): 1, ("plugin::Filter", "/plugin", 160): 1}, said.blocks


def without_the_recorder_nothing_happens():
    for way in ("once", "after", "child", "signals"):
        expected = "child 256\n" if way == "child" else ""  # no snapshot can be taken
        assert run(SAID, way, recorded=False, SAY_BEFORE_MAIN="1") == expected
    for program in TYPED:
        for way in ("containers", "classes", "makers", "scopes", "resources"):
            assert run(program, way, "none.heap", recorded=False) == "no recorder\n"
    assert not any(name.endswith(".heap") for name in os.listdir("."))


if __name__ == "__main__":
    with tempfile.TemporaryDirectory(prefix="heapkit-tags-") as folder:
        os.chdir(folder)
        globals()[sys.argv[1]]()
        os.chdir("/")
