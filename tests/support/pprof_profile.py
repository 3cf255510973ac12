# SPDX-License-Identifier: MIT
"""Reads a pprof profile (gzip of perftools.profiles.Profile) from its bytes, and says what is wrong with it.

Side: tests. A reader of its own: it knows the wire format of protocol buffers and the numbers of profile.proto's fields
(github.com/google/pprof), and nothing of who wrote it. Standard library only.
"""
import collections
import gzip

Field = collections.namedtuple("Field", "number value")


def varint(data, at):
    value = shift = 0
    while True:
        byte = data[at]
        value |= (byte & 0x7f) << shift
        at += 1
        shift += 7
        if byte < 0x80:
            return value, at


def signed(value):
    return value - (1 << 64) if value >> 63 else value


def fields(data):
    at = 0
    while at < len(data):
        key, at = varint(data, at)
        if key & 7 == 0:
            value, at = varint(data, at)
        elif key & 7 == 2:
            length, at = varint(data, at)
            value, at = data[at:at + length], at + length
            if len(value) != length:
                raise ValueError("a field ends beyond the message")
        else:
            raise ValueError(f"a field of wire type {key & 7}, which profiles do not have")
        yield Field(key >> 3, value)


def packed(data):
    at, numbers = 0, []
    while at < len(data):
        number, at = varint(data, at)
        numbers.append(number)
    return numbers


def message(data, names):
    """{name: the last value, or a list for names that end in *}."""
    result = {name.rstrip("*"): [] if name.endswith("*") else 0 for name in names.values()}
    for field in fields(data):
        name = names.get(field.number)
        if name is None:
            continue
        if name.endswith("*"):
            result[name[:-1]].append(field.value)
        else:
            result[name] = field.value
    return result


PROFILE = {1: "sample_type*", 2: "sample*", 3: "mapping*", 4: "location*", 5: "function*", 6: "string*", 7: "drop_frames",
           9: "time_ns", 10: "duration_ns", 11: "period_type", 12: "period", 13: "comment*", 14: "default_sample_type"}


class Profile:
    def __init__(self, path):
        with gzip.open(path, "rb") as file:
            raw = message(file.read(), PROFILE)
        self.strings = [text.decode("utf-8") for text in raw["string"]]
        self.sample_types = [self.texts(message(one, {1: "type", 2: "unit"}), "type", "unit")
                             for one in raw["sample_type"]]
        self.period_type = self.texts(message(raw["period_type"], {1: "type", 2: "unit"}), "type", "unit")
        self.period, self.time_ns, self.duration_ns = raw["period"], raw["time_ns"], raw["duration_ns"]
        self.comments = [self.strings[number] for number in raw["comment"]]
        self.default_sample_type = self.strings[raw["default_sample_type"]]
        self.drop_frames = self.strings[raw["drop_frames"]]
        self.mappings = [message(one, {1: "id", 2: "start", 3: "end", 4: "file_offset", 5: "file", 6: "build_id",
                                       7: "has_functions", 9: "has_lines"}) for one in raw["mapping"]]
        for mapping in self.mappings:
            mapping.update(self.texts_in(mapping, "file", "build_id"))
        self.functions = {}
        for one in raw["function"]:
            function = message(one, {1: "id", 2: "name", 3: "system_name", 4: "file"})
            self.add(self.functions, function["id"], self.texts_in(function, "name", "system_name", "file"))
        self.locations = {}
        for one in raw["location"]:
            location = message(one, {1: "id", 2: "mapping", 3: "address", 4: "line*"})
            location["line"] = [message(line, {1: "function", 2: "line"}) for line in location["line"]]
            self.add(self.locations, location["id"], location)
        self.samples = [self.sample(one) for one in raw["sample"]]

    def texts(self, row, *names):
        return tuple(self.strings[row[name]] for name in names)

    def texts_in(self, row, *names):
        return {name: self.strings[row[name]] for name in names}

    @staticmethod
    def add(rows, number, row):
        if number == 0 or number in rows:
            raise ValueError(f"id {number} is 0 or is there twice")
        rows[number] = row

    def sample(self, data):
        row = message(data, {1: "locations", 2: "values", 3: "label*"})
        labels = {}
        for one in row["label"]:
            label = message(one, {1: "key", 2: "text", 3: "number", 4: "unit"})
            labels[self.strings[label["key"]]] = self.strings[label["text"]] or label["number"]
        return {"locations": packed(row["locations"]), "values": [signed(value) for value in packed(row["values"])],
                "labels": labels}

    def names(self, sample):
        """Functions of a sample, the leaf first, inlined ones before those that they are in."""
        return [self.functions[line["function"]]["name"] for location in sample["locations"]
                for line in self.locations[location]["line"]]

    def problems(self):
        if not self.strings or self.strings[0] != "":
            yield "string 0 is not empty"
        if len(set(self.strings)) != len(self.strings):
            yield "a string is there twice"
        mappings = {mapping["id"]: mapping for mapping in self.mappings}
        if 0 in mappings or len(mappings) != len(self.mappings):
            yield "a mapping's id is 0 or is there twice"
        for number, location in self.locations.items():
            mapping = mappings.get(location["mapping"])
            if location["mapping"] != 0 and mapping is None:
                yield f"location {number} is in a mapping that is not there"
            if mapping and not mapping["start"] <= location["address"] < mapping["end"]:
                yield f"location {number} is at {location['address']:#x}, beyond its mapping {mapping}"
            if not location["line"] or any(line["function"] not in self.functions for line in location["line"]):
                yield f"location {number} has no function"
        for sample in self.samples:
            if len(sample["values"]) != len(self.sample_types):
                yield f"a sample has {len(sample['values'])} values"
            if not sample["locations"] or any(number not in self.locations for number in sample["locations"]):
                yield "a sample names a location that is not there"

    def sum(self, name):
        column = [kind for kind, _ in self.sample_types].index(name)
        return sum(sample["values"][column] for sample in self.samples)
