# SPDX-License-Identifier: MIT
"""heapkit doctor says what stands in the way of recording, and what to do: doctor.py BIN_FOLDER LIBPROF CC

The programs are built here; package managers are replaced by scripts, so that the answers do not depend on what is
installed."""
import json
import os
import pathlib
import subprocess
import sys
import tempfile
import unittest

HEAPKIT, LIBPROF, CC = pathlib.Path(sys.argv[1], "heapkit").resolve(), pathlib.Path(sys.argv[2]).resolve(), sys.argv[3]
ALLOCATES = "#include <stdlib.h>\nint main(void) { return malloc(1) == 0; }\n"
OWN_MALLOC = """#include <stddef.h>
static char pool[4096]; static size_t used;
VISIBLE void* malloc(size_t size) { void* at = pool + used; used += size; return at; }
VISIBLE void free(void* at) { (void)at; }
int main(void) { return malloc(1) == 0; }
"""
WAITS = """#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stdio.h>
#include <sys/prctl.h>
int main(int count, char** words) {
    struct sock_filter allow = BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW);
    struct sock_fprog filter = {1, &allow};
    prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
    if (count > 1 && words[1][0] == 'f') prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &filter);
    puts("waits"); fflush(stdout);
    return getchar();
}
"""


class Doctor(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory(prefix="heapkit-doctor-")
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)
        self.tools = self.folder / "tools"
        self.tools.mkdir()
        self.write_tool("dpkg", 'test "$1" = -S || exit 0\nshift\nfor f; do case $f in */program) echo "shop:amd64: $f";; esac; done')
        self.write_tool("apt-cache", "true")

    def write_tool(self, name, text):
        path = self.tools / name
        path.write_text("#!/bin/sh\n" + text + "\n", encoding="utf-8")
        path.chmod(0o755)

    def build(self, text, *flags, name="program"):
        (self.folder / "program.c").write_text(text, encoding="utf-8")
        subprocess.run([CC, "-w", "-fno-builtin", *flags, "-o", name, "program.c"], cwd=self.folder, check=True)

    def environment(self, **more):
        return {"PATH": f"{self.tools}:{os.environ['PATH']}", "HEAPKIT_AGENT": str(LIBPROF), "LC_ALL": "C.UTF-8", **more}

    def ask(self, *words, shell=None, **more):
        command = [HEAPKIT, "doctor", *words]
        if shell:
            command = ["sh", "-c", shell + '; exec "$@"', "sh", *command]
        return subprocess.run(command, cwd=self.folder, env=self.environment(**more), capture_output=True,
                              encoding="utf-8", check=False, timeout=60)

    def checks(self, answer):
        """Topic to (verdict, text)."""
        rows = json.loads(answer.stdout)["answers"]["checks"]["rows"]
        return {row["topic"]: (row["verdict"], row["text"]) for row in rows}

    def wait_with(self, *arguments, recorded=False):
        self.build(WAITS)
        command = ["./program", *arguments]
        process = subprocess.Popen([HEAPKIT, "run", "-o", "heaps", "--", *command] if recorded else command,
                                   cwd=self.folder, env=self.environment(), stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        self.addCleanup(process.stdout.close)
        self.addCleanup(process.wait)
        self.addCleanup(process.stdin.close)
        self.assertEqual(process.stdout.readline(), b"waits\n")
        if not recorded:
            return process.pid
        children = pathlib.Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text(encoding="ascii").split()
        return next(pid for pid in children if os.readlink(f"/proc/{pid}/exe").endswith("/program"))

    def test_a_plain_program_can_be_recorded_and_the_missing_symbols_package_is_named(self):
        self.build(ALLOCATES, "-s")
        answer = self.ask("./program")
        self.assertEqual(answer.returncode, 0, answer.stderr)
        self.assertIn("./program", answer.stdout.splitlines()[-1])
        self.assertRegex(answer.stdout, r"program +exported functions +shop-dbgsym \(debug archive\)")
        self.assertIn("is not among apt's sources here", answer.stdout)
        self.assertRegex(answer.stdout, r"fine +allocator +glibc's \(libc.so.6\)")

    def test_a_package_that_apt_has_is_given_as_a_command(self):
        self.build(ALLOCATES, "-s")
        self.write_tool("apt-cache", "echo shop-dbgsym:; echo '  Candidate: 1.0'")
        self.assertIn("apt install shop-dbgsym", self.ask("./program").stdout)

    def test_debug_information_is_seen(self):
        self.build(ALLOCATES, "-g")
        answer = self.ask("./program", "--json")
        self.assertEqual(self.checks(answer)["symbols"][0], "fine")
        modules = json.loads(answer.stdout)["answers"]["modules"]["rows"]
        self.assertEqual((modules[0]["symbols"], modules[0]["remedy"]), ("functions, lines and types", ""))

    def test_an_allocator_linked_into_the_executable_is_recognised(self):
        self.build("#define VISIBLE\n" + OWN_MALLOC, "-rdynamic")
        answer = self.ask("./program", "--json")
        self.assertEqual(answer.returncode, 1)
        verdict, text = self.checks(answer)["allocator"]
        self.assertEqual(verdict, "NO")
        self.assertIn("is linked into the executable", text)

    def test_a_hidden_allocator_leaves_the_libraries(self):
        self.build('#define VISIBLE __attribute__((visibility("hidden")))\n' + OWN_MALLOC)
        verdict, text = self.checks(self.ask("./program", "--json"))["allocator"]
        self.assertEqual(verdict, "note")
        self.assertIn("only what libraries allocate", text)

    def test_an_allocator_under_names_of_its_own_is_said_by_the_doctor_by_run_and_by_each_snapshot(self):
        for function, family, *flags in (("_rjem_malloc", "jemalloc"), ("je_malloc", "jemalloc"),
                                         ("tc_malloc", "tcmalloc"), ("mi_malloc", "mimalloc"),
                                         ("_rjem_malloc", "jemalloc", "-s")):
            self.build(f"""#include <stdlib.h>
                static char pool[4096]; const char* says = "<jemalloc>: Out-of-range conf value";
                static void* {function}(size_t size) {{ return pool + size; }}
                int main(int count, char** words) {{ return {function}(count) == NULL || malloc(count) == NULL; }}
                """.replace("<jemalloc>", "<jemalloc>" if flags else "none"), *flags)
            name = family if flags else f"{family} ({function})"
            answer = self.ask("./program")
            self.assertEqual(answer.returncode, 0, answer.stderr)
            self.assertIn(f"note  allocator  {name} is in program under names of its own", " ".join(answer.stdout.split(" ")))
            self.assertRegex(answer.stdout, r"fine +allocator +glibc's")
            run = subprocess.run([HEAPKIT, "run", "-o", "heaps", "--", "./program"], cwd=self.folder, check=True,
                                 env=self.environment(), capture_output=True, encoding="utf-8")
            self.assertIn(f"heapkit: {name} is linked into ./program: what it allocates is not recorded", run.stderr)
            (snapshot,) = (self.folder / "heaps").iterdir()
            info = subprocess.run([HEAPKIT, "info", snapshot], env=self.environment(), capture_output=True,
                                  encoding="utf-8", check=True)
            self.assertIn("what it allocates is not recorded", " ".join(info.stdout.split()))
            snapshot.unlink()

    def test_a_library_that_is_missing_is_named(self):
        (self.folder / "gone.c").write_text("int gone;\n", encoding="utf-8")
        subprocess.run([CC, "-shared", "-o", "libgone.so", "gone.c"], cwd=self.folder, check=True)
        self.build(ALLOCATES, "-Wl,--no-as-needed", "-L.", "-lgone")
        self.assertIn("libgone.so", self.checks(self.ask("./program", "--json"))["libraries"][1])

    def test_an_agent_that_the_loader_refuses_is_said(self):
        self.build(ALLOCATES)
        bad = self.folder / "libprof.so"
        bad.write_text("no library", encoding="utf-8")
        answer = self.ask("./program", HEAPKIT_AGENT=str(bad))
        self.assertEqual(answer.returncode, 1)
        self.assertRegex(answer.stdout, r"NO +agent +the loader does not take it: .*libprof.so")

    def test_a_static_program_is_refused(self):
        self.build(ALLOCATES, "-static")
        answer = self.ask("./program")
        self.assertEqual(answer.returncode, 1)
        self.assertIn("is statically linked", answer.stdout)

    def test_limits_that_matter_are_named(self):
        self.build(ALLOCATES)
        answer = self.ask("./program", shell="ulimit -v 8000000; ulimit -f 1000; ulimit -n 20")
        for part in ("address space is limited to 7812 MiB", "files are limited to 500 KiB", "only 20 open files"):
            self.assertIn(part, answer.stdout)

    def test_a_script_is_judged_by_what_runs_it(self):
        self.build(ALLOCATES, "-static", name="interpreter")
        for line in (f"#!{self.folder}/interpreter", "#!/usr/bin/env interpreter"):
            self.write_tool("script", "")
            (self.tools / "script").write_text(line + "\n", encoding="utf-8")
            answer = self.ask("script", PATH=f"{self.folder}:{self.environment()['PATH']}")
            self.assertIn("is statically linked", answer.stdout, line)

    def test_a_process_that_is_not_recorded_is_told_so(self):
        answer = self.ask(str(self.wait_with()))
        self.assertEqual(answer.returncode, 1)
        self.assertRegex(answer.stdout, r"NO +recorded +process \d+ \(program\) is not recorded")
        self.assertIn("start it with heapkit run", answer.stdout)

    def test_a_recorded_process_is_fine_and_a_filter_of_system_calls_is_named(self):
        pid = self.wait_with("filtered", recorded=True)
        answer = self.ask(pid)
        self.assertEqual(answer.returncode, 0, answer.stdout + answer.stderr)
        self.assertRegex(answer.stdout, r"fine +recorded")
        self.assertRegex(answer.stdout, r"note +sandbox +it filters system calls")
        self.assertTrue(answer.stdout.endswith(f"Next: heapkit snapshot {pid}\n"))

    def test_a_process_that_is_gone_is_an_error(self):
        answer = self.ask("99999999")
        self.assertEqual((answer.returncode, answer.stdout), (2, ""))
        self.assertIn("there is no process 99999999", answer.stderr)


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])
