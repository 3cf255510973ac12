# SPDX-License-Identifier: MIT
"""Tables of text for a terminal, or in Markdown, printed or put into a document.

Side: tests, bench. A document has a place for each part, which is written anew as a whole:

    <!-- overhead: threads -->
    …
    <!-- end -->
"""
import re


class Printer:
    """Collects what each part says."""

    def __init__(self, markdown):
        self.markdown = markdown
        self.parts = {}    # {part: [title, [lines]]}
        self.lines = None

    def part(self, name, title):
        self.lines = []
        self.parts[name] = (title, self.lines)

    def text(self, *lines):
        self.lines += [*lines, ""]

    def table(self, headings, rows):
        cells = [[str(cell) for cell in row] for row in [headings, *rows]]
        self.lines += (in_markdown(cells) if self.markdown else aligned(cells)) + [""]

    def print(self):
        for title, lines in self.parts.values():
            print(f"### {title}\n" if self.markdown else title)
            print("\n".join(lines))

    def write_into(self, path):
        with open(path, encoding="utf-8") as file:
            text = file.read()
        for name, (_, lines) in self.parts.items():
            begin, end = f"<!-- overhead: {name} -->\n", "<!-- end -->"
            if text.count(begin) != 1:
                raise ValueError(f"{path} has no place for {name}, or several: a line {begin.strip()}")
            head, _, tail = text.partition(begin)
            text = head + begin + "\n" + "\n".join(lines) + end + tail.partition(end)[2]
        with open(path, "w", encoding="utf-8") as file:
            file.write(text)


def in_markdown(cells):
    lines = ["| " + " | ".join(row) + " |" for row in cells]
    lines.insert(1, "|" + "---|" * len(cells[0]))
    return [re.sub(r"(?<=\|)  (?=\|)", " ", line) for line in lines]


def aligned(cells):
    widths = [max(map(len, column)) for column in zip(*cells)]
    lines = []
    for row in cells:
        (first, width), *others = zip(row, widths)
        lines.append("  ".join([first.ljust(width)] + [cell.rjust(wide) for cell, wide in others]).rstrip())
    return lines


def ratio(value):
    return f"{value:.2f}x"


def share(value):
    return "" if value is None else f"{value:.2f}"


def nanoseconds(value):
    return f"{value:.0f} ns"


def milliseconds(value):
    return f"{value:.2f} ms" if abs(value) < 10 else f"{value:.0f} ms"


def mebibytes(value):
    return f"{value / 2**20:.1f} MiB" if abs(value) < 10 * 2**20 else f"{value / 2**20:.0f} MiB"


def file_size(value):
    return mebibytes(value) if value >= 2**20 else f"{value / 1024:.0f} KiB"


def more(value, unit):
    return f"{value:+.2f} {unit}"


def bytes_of(value):
    return f"{value:.0f} B" if abs(value) >= 100 else f"{value:.1f} B"


def millions(value):
    return f"{value / 1e6:.2f} M"
