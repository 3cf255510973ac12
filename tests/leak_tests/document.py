# SPDX-License-Identifier: MIT
"""The programs of docs/leak-tests.md are built and run as it says, and print what it shows:
document.py HEAPKIT DOCUMENT COMPILER HEADERS [--approve]

Side: tests. A block of C++ whose first line is the name of a file is that file."""
import pathlib
import re
import shutil
import sys
import tempfile

sys.path.insert(0, str(pathlib.Path(__file__).parents[1] / "examples"))
import transcript  # noqa: E402  (beside the examples, whose READMEs it runs)

HEAPKIT, DOCUMENT, COMPILER, HEADERS = (pathlib.Path(word) for word in sys.argv[1:5])
# The folder in which all of it happens, which the document calls /gateway; the process in names of files; and
# which element a chain leads to.
VOLATILE = ((re.compile(r"/\S*/heapkit-document-\w+/project/|/gateway/"), ""),
            (re.compile(r"(?<=\.)\d+-(?=\d+\.)"), "PID-"),
            (re.compile(r"(?<=└─ \[)\d+(?=\] → )"), "N"))  # any of those that are held alike


def programs_in(folder):
    """heapkit, and a g++ that finds our headers where an installed heapkit has them."""
    folder.mkdir()
    (folder / "heapkit").symlink_to(HEAPKIT.resolve())
    (folder / "g++").write_text(f'#!/bin/sh\nexec "{shutil.which(str(COMPILER))}" -isystem "{HEADERS.resolve()}" "$@"\n',
                                encoding="utf-8")
    (folder / "g++").chmod(0o755)
    return folder


def main():
    text = DOCUMENT.read_text(encoding="utf-8")
    lines = text.split("\n")
    commands = transcript.commands_of(lines)
    transcript.VOLATILE = VOLATILE + transcript.VOLATILE
    with tempfile.TemporaryDirectory(prefix="heapkit-document-") as scratch:
        folder = pathlib.Path(scratch, "project")
        folder.mkdir()
        files = re.findall(r"```cpp\n// (\w+\.cpp)\n(.*?)```", text, re.DOTALL)
        for name, source in files:
            (folder / name).write_text(f"// {name}\n{source}", encoding="utf-8")
        transcript.run(commands, programs_in(pathlib.Path(scratch, "bin")), folder)
        pictures = [path for path in folder.glob("heaps/*.png") if path.read_bytes().startswith(b"\x89PNG")]
    if "--approve" in sys.argv:
        transcript.approve(DOCUMENT, lines, commands)
        return 0
    found = list(transcript.problems_of(commands))
    if len(files) != 2 or len(pictures) != 3:
        found.append(f"{len(files)} programs and {len(pictures)} pictures, not 2 and 3")
    print("\n\n".join(found) if found else f"{len(commands)} commands print what {DOCUMENT.name} shows")
    return 1 if found else 0


sys.exit(main())
