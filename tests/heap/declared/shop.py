#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""What the commands say of a program that declares its types, fields and domains (shop.cpp).

    shop.py SENTENCE HEAPKIT AGENT SHOP SHOP_WITH_DEBUG_INFORMATION SHOP_WITHOUT_RTTI

Each sentence is a function below.
"""
import json
import os
import shutil
import subprocess
import sys
import tempfile

HEAPKIT, AGENT, SHOP, WITH_DEBUG, WITHOUT_RTTI = sys.argv[2:7]
FOLDER = tempfile.mkdtemp()


class Heap:
    """One snapshot of a program, asked through the command line."""

    def __init__(self, program):
        self.path = os.path.join(FOLDER, os.path.basename(program) + ".heap")
        variables = {**os.environ, "LD_PRELOAD": AGENT, "PROF": f"out={FOLDER}"}
        subprocess.run([program, self.path], env=variables, cwd=FOLDER, check=True)

    def ask(self, command, *options):
        environment = {**os.environ, "XDG_CACHE_HOME": FOLDER}
        done = subprocess.run([HEAPKIT, command, self.path, *options, "--json"], env=environment, check=True,
                              stdout=subprocess.PIPE, text=True)
        return json.loads(done.stdout)

    def rows(self, command, answer, *options):
        return self.ask(command, *options)["answers"][answer]["rows"]

    def types(self, *options):
        """Name: (count, how it is known)."""
        return {row["name"]: (row["count"], row["evidence"]) for row in self.rows("types", "types", *options)}

    def one(self, type_name):
        return self.rows("objects", "objects", "--type", type_name, "--limit", "1")[0]

    def fields(self, type_name, skip=0):
        """What an object of a type refers to: field: whether it owns."""
        address = self.rows("objects", "objects", "--type", type_name)[skip]["address"]
        return {row["field"]: row["how"] for row in self.rows("object", "referents", address_text(address))}


def address_text(address):
    return address if isinstance(address, str) else hex(address)


def check(holds, what):
    if not holds:
        sys.exit(f"not so: {what}")


def stripped(program):
    copy = os.path.join(FOLDER, "stripped")
    shutil.copy(program, copy)
    subprocess.run(["strip", "-s", copy], check=True)
    return copy


def has_all_types(types):
    check(types.get("shop::Session") == (50, "declared"), f"50 sessions: {types}")
    check(types.get("shop::Customer") == (50, "declared"), f"50 customers: {types}")
    check(types.get("shop::Item") == (50 + 50, "declared"), f"100 items: {types}")
    check(types.get("shop::Item[]") == (1, "declared"), f"an array of items: {types}")
    check(types.get("shop::Registry") == (1, "declared"), f"a registry: {types}")
    check(types.get("map<int, shop::Order> node") == (50, "declared"), f"50 nodes of a map: {types}")
    check(types.get("vector<shop::Session*> buffer") == (1, "declared"), f"a buffer: {types}")
    check(types.get("unordered_map<long, long> node") == (30, "declared"), f"30 nodes of a table: {types}")
    check(types.get("unordered_map<long, long> buckets") == (1, "declared"), f"buckets: {types}")


def a_program_without_debug_information_has_the_types_that_it_declared():
    types = Heap(SHOP).types()
    has_all_types(types)
    coverage = {row["name"]: row for row in Heap(SHOP).rows("types", "evidence", "--by", "evidence")}
    check(coverage["declared"]["trust"] == "certain", f"declared is certain: {coverage}")


def has_all_edges(heap):
    fields = heap.fields("shop::Session", skip=1)
    check(fields.get("name_") == "owns", f"a session's name: {fields}")
    check(fields.get("customer_") == "owns", f"a session's customer: {fields}")
    check("peer_" in fields, f"a session's peer: {fields}")
    customer = heap.fields("shop::Customer")
    check("current" in customer, f"a customer's session: {customer}")
    item = [heap.fields("shop::Item", skip) for skip in range(4)]
    check({"next": "owns"} in item, f"an item's next one: {item}")
    registry = heap.fields("shop::Registry")
    nodes = {field for each in range(3) for field in heap.fields("map<int, shop::Order> node", each)}
    check({"by", "first"} <= {field.split(".")[-1] for field in nodes}, f"what lies in a map's nodes: {nodes}")
    check({"orders", "sessions", "prices", "base", "derived", "items"} <= set(registry), f"the registry: {registry}")


def its_edges_are_named_by_declared_fields():
    has_all_edges(Heap(SHOP))


def its_containers_are_read():
    heap = Heap(SHOP)
    containers = {row["name"]: row for row in heap.rows("containers", "containers", "--limit", "0")}
    counts = {name: row["elements"] for name, row in containers.items()}
    check(counts.get("Registry::orders") == 50, f"50 orders: {counts}")
    check(counts.get("Registry::sessions") == 50, f"50 sessions: {counts}")
    check(counts.get("Registry::prices") == 30, f"30 prices: {counts}")
    chain = json.dumps(heap.ask("backrefs", "--type", "shop::Session", "--chain", "--one", "oldest"))
    check("orders \\u2192 [" in chain and "].by" in chain, f"who holds a session: {chain}")


def without_symbols_it_is_the_same():
    heap = Heap(stripped(SHOP))
    has_all_types(heap.types())
    has_all_edges(heap)


def without_rtti_names_are_as_written():
    heap = Heap(WITHOUT_RTTI)
    has_all_types(heap.types())
    has_all_edges(heap)


def declared_types_meet_debug_information():
    heap = Heap(WITH_DEBUG)
    has_all_types(heap.types())
    has_all_edges(heap)
    address = address_text(heap.one("shop::Customer")["address"])
    votes = {row["evidence"]: row["type"] for row in heap.rows("object", "votes", address)}
    check(votes.get("declared") == votes.get("vtable") == "shop::Customer", f"two ways to know it: {votes}")
    agreement = heap.rows("types", "agreement", "--by", "evidence")
    wrong = [row for row in agreement if "declared" in (row["one"], row["other"]) and row["same_percent"] < 99]
    check(agreement and all(row["other"] == "vtable" or row["one"] == "vtable" for row in wrong),
          f"declarations agree with what else is known, but for what is derived: {agreement}")


def a_derived_class_is_told_by_its_vtable():
    for program in (SHOP, WITH_DEBUG, stripped(SHOP)):
        types = Heap(program).types()
        check(types.get("shop::Derived") == (1, "vtable"), f"what is derived: {types}")
        check(types.get("shop::Base") == (1, "declared"), f"what is not: {types}")


def blocks_are_grouped_and_filtered_by_domain():
    heap = Heap(SHOP)
    counts = {row["name"]: row["count"] for row in heap.rows("stats", "by_domain", "--by", "domain")}
    check(set(counts) == {"-", "server", "server/order"}, f"three domains: {counts}")
    check(counts["server/order"] == 3 * 50, f"a node and two items an order: {counts}")
    made = heap.types("--domain", "order")
    check(set(made) == {"shop::Item", "map<int, shop::Order> node"}, f"what an order allocates: {made}")
    check("shop::Session" in heap.types("--domain", "server"), "a domain holds what is nested in it")
    check("shop::Registry" not in heap.types("--domain", "server"), "and nothing else")
    check("shop::Registry" in heap.types("--domain", "-"), "what is outside of all")
    check("shop::Item" not in heap.types("--exclude", "domain=order"), "a domain may be excluded")
    lines = heap.rows("stats", "by_function", "--by", "function")
    check(len({row["name"] for row in lines}) == len(lines), f"a tag parts no function in two: {lines}")


def an_object_says_its_domain():
    heap = Heap(SHOP)
    item = heap.rows("objects", "objects", "--type", "shop::Item", "--domain", "order")[0]
    check(item["domain"] == "server/order", f"an item's domain: {item}")
    facts = {row["fact"]: row["value"] for row in heap.rows("object", "object", address_text(item["address"]))}
    check(facts.get("in domain") == "server/order", f"what is said of it: {facts}")


if __name__ == "__main__":
    try:
        globals()[sys.argv[1]]()
    finally:
        shutil.rmtree(FOLDER)
