# SPDX-License-Identifier: MIT
"""Names that speak to the terminal: of the program, its folder, its files, threads, types, fields, scopes and roots. No
answer of any command says them as they are.

Side: tests. How it is called: stage.py."""
import os
import shutil
import subprocess

from stage import HERE, TIMEOUT, parse, run_in_a_folder_of_its_own, skip

GIVEN = parse()
# To clear the screen, set a title, ring, go back, turn the direction of text, hide; a byte that is no UTF-8.
EVIL = b"a\x1b[2J\x1b]0;owned\x07\rb\x08\xe2\x80\xaec\xe2\x80\x8b\xc2\x9bd\xff<b>&\"'"
SPEAKING = (b"\x1b", b"\x07", b"\r", b"\x08", b"\xe2\x80\xae", b"\xe2\x80\x8b", b"\xc2\x9b", b"\xff")
ONE = ("info", "types", "types --by evidence", "stats", "stats --by function", "stats --by traceback", "stats --by filename",
       "stats --by domain", "stats --by thread", "stats --by module", "leaks", "leaks --traceback --holders", "cycles",
       "containers", "retained", "tree", "churn", "waste", "closures", "leaks --kinds reachable")
TWO = ("growth", "diff", "diagnose")
FILES = (("flamegraph", "flame.svg"), ("report", "page.html"))


def literal(name):
    """As a C string."""
    return '"' + "".join(f"\\{byte:03o}" for byte in name) + '"'


def recorded():
    """Paths of the snapshots; where they lie is named as badly."""
    folder = EVIL.replace(b"/", b"") + b"/"
    os.mkdir(folder)
    program = folder + b"program" + EVIL
    compiler = shutil.which("cc")
    if compiler is None:
        skip("no C compiler is installed here")
    subprocess.run([compiler, "-g", "-O1", "-w", "-fno-builtin", "-I", os.path.join(HERE, "../../libprof/include"),
                    f"-DEVIL={literal(EVIL)}", f"-DEVIL_FILE={literal(EVIL + b'.c')}", f"-DEVIL_SHORT={literal(EVIL[:15])}",
                    os.path.join(HERE, "names.c"), "-o", "plain", "-lpthread"], check=True)
    os.rename(b"plain", program)
    environment = {**os.environ, "LD_PRELOAD": GIVEN.agent, "PROF": "out=."}
    result = subprocess.run([program], env=environment, capture_output=True, check=False, timeout=TIMEOUT)
    assert result.returncode == 0, result
    return sorted(name for name in os.listdir(b".") if name.endswith(b".heap"))


def ask(words, paths, *more):
    command, *options = words.split()
    result = subprocess.run([GIVEN.heapkit, command, *paths, *options, *more], capture_output=True, check=False,
                            timeout=TIMEOUT)
    assert result.returncode in (0, 1), (words, result.stderr)
    return result.stdout, result.stderr


def must_not_speak(what, text):
    found = [speaking for speaking in SPEAKING if speaking in text]
    assert not found, (what, found, text[max(0, text.find(found[0]) - 100):][:300])
    text.decode("utf-8")


def no_answer_repeats_a_name_that_speaks_to_the_terminal():
    paths = recorded()
    assert len(paths) == 9, paths
    seen = b""
    for words, of in [(each, paths[-1:]) for each in ONE] + [(each, paths[:2]) for each in TWO]:
        for more in ((), ("--json",)):
            output, errors = ask(words, of, *more)
            must_not_speak((words, more), output)
            must_not_speak((words, more), errors)
            seen += output
    assert seen.count(b"\\x1b[2J") > 50, "the names are not there at all"
    for command, file in FILES:
        output, errors = ask(command, paths[-1:], "-o", file)
        must_not_speak(command, output + errors)
        with open(file, "rb") as written:
            must_not_speak(file, written.read())


if __name__ == "__main__":
    run_in_a_folder_of_its_own(globals(), GIVEN)
