# SPDX-License-Identifier: MIT
"""Runs the commands of a README as they are written, and compares what they print with what the README shows.

transcript.py README BIN_FOLDER [--approve] [--keep FOLDER]

Side: tests. A transcript is the blocks of a README that begin with ```console:

    $ heapkit leaks 4.heap        a command; its further lines begin with "> "
    outline (pid 12963)   …       what it prints, to standard output and standard error
    …                             a line that is only this stands for any lines that were left out

All commands of a README run in one shell, in one empty folder, with BIN_FOLDER first on the path. A command that fails
must be followed by `$ echo $?`. With --approve a README that is wrong is written anew, and lines that were left out
stay left out. Read the difference afterwards.
"""
import argparse
import difflib
import os
import pathlib
import re
import signal
import subprocess
import sys
import tempfile

LEFT_OUT = "…"
MARK = "\x1etranscript\x1e"  # what no command prints
MOST_SECONDS = 100

# What differs from run to run, and from machine to machine. Nothing else may.
VOLATILE = (
    (re.compile(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d(?: → (?:\d{4}-\d\d-\d\d )?\d\d:\d\d:\d\d)?"), "WHEN"),
    (re.compile(r"0x[0-9a-f]{4,}"), "ADDRESS"),
    (re.compile(r"(?:· ?)?[^\s(]+ \(tid \d+\)"), "THREAD"),  # its name is cut where the number leaves no room
    (re.compile(r"\b(pid|process|child of) \d+"), r"\1 N"),
    (re.compile(r"(?<=\.)\d+(?=\.\d+\.heap)"), "PID"),
    (re.compile(r"(?<=127\.0\.0\.1:)\d+"), "PORT"),
    (re.compile(r"-?[\d.,]+ (?:[KMG]i)?B(?= (?:a (?:second|minute)|an hour)\b)"), "RATE"),
    (re.compile(r"\b[\d.,]+ (?:ns|µs|ms|s|min|h)\b"), "TIME"),
)
RATES = re.compile(r" a second$")  # the heading of a table's last column
LAST_CELL = re.compile(r"  +-?[\d.,]+ (?:[KMG]i)?B$")


class Command:
    """One command of a README: its lines there, what it shows, and what it printed."""

    def __init__(self, first_line):
        self.text = first_line
        self.begin = self.end = 0  # of what it shows: lines of the README
        self.shown = []
        self.printed = []
        self.status = 0


def commands_of(lines):
    commands, is_inside = [], False
    for number, line in enumerate(lines):
        if line.startswith("```"):
            if is_inside and line.strip() != "```":
                raise ValueError(f"line {number + 1}: the transcript before it has no end")
            is_inside = line.strip() == "```console"
        elif is_inside and line.startswith("$ "):
            commands.append(Command(line[2:]))
            commands[-1].begin = commands[-1].end = number + 1
        elif is_inside and commands and line.startswith("> ") and commands[-1].end == commands[-1].begin:
            commands[-1].text += "\n" + line[2:]
            commands[-1].begin = commands[-1].end = number + 1
        elif is_inside and commands:
            commands[-1].shown.append(line)
            commands[-1].end = number + 1
        elif is_inside:
            raise ValueError(f"line {number + 1}: a transcript begins with a command")
    return commands


def script_of(commands):
    """Each command as it is, then a mark with its status, which the next one still finds in $?."""
    parts = [f"{{ {command.text}\n}} </dev/null\nset -- $?; printf '\\n{MARK}%d\\n' $1; (exit $1)" for command in commands]
    return "\n".join(parts) + "\n"


def run(commands, programs, folder):
    environment = {name: os.environ[name] for name in ("HOME", "TMPDIR") if name in os.environ}
    environment.update(PATH=f"{programs}:{os.environ['PATH']}", TZ="UTC", LC_ALL="C.UTF-8",
                       XDG_CACHE_HOME=os.environ.get("XDG_CACHE_HOME", str(folder / ".cache")))
    with subprocess.Popen(["bash", "-c", script_of(commands)], cwd=folder, env=environment, stdin=subprocess.DEVNULL,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT, start_new_session=True) as shell:
        try:
            output = shell.communicate(timeout=MOST_SECONDS)[0].decode("utf-8", "replace")
        except subprocess.TimeoutExpired:
            os.killpg(shell.pid, signal.SIGKILL)
            raise
    parts = re.split(f"\n{MARK}(\\d+)\n", output)
    if len(parts) != 2 * len(commands) + 1:
        raise ValueError(f"the shell ended early:\n{output}")
    for command, printed, status in zip(commands, parts[0::2], parts[1::2]):
        command.printed = without_blank_ends(printed.split("\n"))
        command.status = int(status)


def without_blank_ends(lines):
    while lines and not lines[-1].strip():
        lines = lines[:-1]
    return lines


def normalised(lines):
    """Volatile parts by name; where there were any, runs of spaces count as one."""
    result, has_rates = [], False
    for line in lines:
        has_rates = bool(RATES.search(line)) or (has_rates and line != "")
        replaced = LAST_CELL.sub("  RATE", line) if has_rates else line
        for pattern, name in VOLATILE:
            replaced = pattern.sub(name, replaced)
        result.append(replaced.rstrip() if replaced == line else re.sub(" +", " ", replaced).rstrip())
    return result


def agree(shown, printed):
    """Whether `shown`, with lines left out, is `printed`; both normalised. The earliest place for each part is right."""
    parts, at = [[]], 0
    for line in shown:
        if line == LEFT_OUT:
            parts.append([])
        else:
            parts[-1].append(line)
    for number, part in enumerate(parts):
        is_last = number == len(parts) - 1
        places = [0] if number == 0 else range(at, len(printed) - len(part) + 1)
        if is_last and number > 0:
            places = [place for place in [len(printed) - len(part)] if place >= at]
        found = next((place for place in places if printed[place:place + len(part)] == part), None)
        if found is None:
            return False
        at = found + len(part)
    return at == len(printed)


def with_left_out(shown, printed):
    """`printed`, but what `shown` left out is left out, as far as one can tell."""
    result = []
    matcher = difflib.SequenceMatcher(None, normalised(shown), normalised(printed), autojunk=False)
    for what, shown_from, shown_to, from_, to in matcher.get_opcodes():
        part, now = shown[shown_from:shown_to], printed[from_:to]
        if LEFT_OUT not in part:
            result += now
            continue
        before, after = part.index(LEFT_OUT), part[::-1].index(LEFT_OUT)
        result += [*now[:before], LEFT_OUT, *now[max(before, len(now) - after):]]
    return result


def problems_of(commands):
    for number, command in enumerate(commands):
        shown, printed = normalised(without_blank_ends(command.shown)), normalised(command.printed)
        if not agree(shown, printed):
            difference = difflib.unified_diff(shown, printed, "the README shows", "the command prints", lineterm="")
            yield f"$ {command.text}\n" + "\n".join(difference)
        is_said = number + 1 < len(commands) and commands[number + 1].text == "echo $?"
        if command.status != 0 and not is_said:
            yield f"$ {command.text}\nends with {command.status}, and no `$ echo $?` follows"


def approve(path, lines, commands):
    if not list(problems_of(commands)):
        return
    for command in reversed(commands):  # all of one run, so that they fit each other
        lines[command.begin:command.end] = with_left_out(command.shown, command.printed)
    path.write_text("\n".join(lines), encoding="utf-8")


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("readme", type=pathlib.Path)
    parser.add_argument("programs", type=pathlib.Path)
    parser.add_argument("--approve", action="store_true")
    parser.add_argument("--keep", type=pathlib.Path)
    options = parser.parse_args()
    lines = options.readme.read_text(encoding="utf-8").split("\n")
    commands = commands_of(lines)
    if not commands:
        print(f"{options.readme} has no transcript")
        return 1
    with tempfile.TemporaryDirectory(prefix="heapkit-transcript-") as scratch:
        folder = options.keep.resolve() if options.keep else pathlib.Path(scratch)
        folder.mkdir(exist_ok=True)
        run(commands, options.programs.resolve(), folder)
    if options.approve:
        approve(options.readme, lines, commands)
        return 0
    found = list(problems_of(commands))
    print("\n\n".join(found) if found else f"{len(commands)} commands print what {options.readme.name} shows")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
