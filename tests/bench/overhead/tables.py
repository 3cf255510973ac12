# SPDX-License-Identifier: MIT
"""Tables of text for a terminal, or in Markdown as docs/performance.md has them. Side: tests, bench."""


class Printer:
    def __init__(self, markdown):
        self.markdown = markdown

    def title(self, text):
        print(f"\n### {text}\n" if self.markdown else f"\n{text}")

    def text(self, *lines):
        print(("\n" if self.markdown else "") + "\n".join(lines))

    def table(self, headings, rows):
        cells = [[str(cell) for cell in row] for row in [headings, *rows]]
        if self.markdown:
            lines = ["| " + " | ".join(row) + " |" for row in cells]
            lines.insert(1, "|" + "---|" * len(headings))
            print("\n".join(lines).replace("|  |", "| |"))
            return
        widths = [max(map(len, column)) for column in zip(*cells)]
        for row in cells:
            first, *others = zip(row, widths)
            print("  ".join([first[0].ljust(first[1])] + [cell.rjust(width) for cell, width in others]).rstrip())


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
