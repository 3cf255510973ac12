# SPDX-License-Identifier: MIT
"""Unmodified Debian programs and work for them whose result can be compared to the byte.

Side: tests. Standard library only. Each row is a shell script that runs in an empty folder, alone and under the agent,
which follows into every program that it starts. What it prints and what it leaves in the folder must be the same. To
add one: a row, its package in `install`, and if time or chance show in its output, a pattern that takes them out.
"""
import dataclasses


@dataclasses.dataclass
class Program:
    name: str
    package: str               # Debian's, with the program in it
    needs: str                 # commands that must be there, with spaces between them
    script: str
    done: str                  # what the work is, for people
    forks: bool = False        # many processes, or threads that fork: worth repeating
    hides: tuple = ()          # regular expressions of what differs from run to run, in output and text files; and of
                               # lines of ours that are there for a reason
    leaves_out: tuple = ()     # patterns of files that differ from run to run
    unrecorded: str = ""       # why no block is recorded


NUMBERS = "seq 1 20000 | awk '{ s = (s * 1664525 + 1013904223) % 4294967296; print s, $1 }' > numbers\n"
TEXT = NUMBERS + "for i in 1 2 3 4 5 6 7 8; do cat numbers; done > text\n"
C_SOURCES = r"""
for i in 1 2 3 4 5 6; do
  printf '#include <stdio.h>\n#include <stdlib.h>\nint f%s(int n) { int* p = malloc(n * sizeof *p); int s = 0;\n' $i
  printf 'for (int i = 0; i < n; ++i) s += p[i] = i * %s; free(p); return s; }\n' $i
done > /dev/null
for i in 1 2 3 4 5 6; do
  printf '#include <stdlib.h>\nint f%s(int n) { int* p = malloc(n * sizeof *p); int s = 0;\n' $i > f$i.c
  printf 'for (int i = 0; i < n; ++i) s += p[i] = i * %s; free(p); return s; }\n' $i >> f$i.c
done
printf '#include <stdio.h>\n' > main.c
for i in 1 2 3 4 5 6; do printf 'int f%s(int);\n' $i >> main.c; done
printf 'int main(void) { printf("%%d\\n", f1(10) + f2(20) + f3(30) + f4(40) + f5(50) + f6(60)); return 0; }\n' >> main.c
"""
WAV = r"""python3 - <<'P'
import math, struct, wave
with wave.open("in.wav", "wb") as out:
    out.setnchannels(1), out.setsampwidth(2), out.setframerate(22050)
    out.writeframes(b"".join(struct.pack("<h", int(9000 * math.sin(i / 17) + 5000 * math.sin(i / 5))) for i in range(44100)))
P
"""
PPM = r"""python3 - <<'P'
with open("in.ppm", "wb") as out:
    out.write(b"P6 320 240 255\n")
    out.write(bytes((x * y + c * 40) & 255 for y in range(240) for x in range(320) for c in range(3)))
P
"""
PAGE = "printf '<html><head><title>T</title></head><body><h1>Head</h1><p>A <b>bold</b> word.</p>" \
       "<table><tr><td>1</td><td>2</td></tr></table><ul><li>one<li>two</ul></body></html>' > page.html\n"


def until(condition):
    return f"for i in $(seq 600); do {condition} && break; sleep 0.1; done\n"


SHELL_WORK = r"""
t=0; for i in $(echo 1 2 3 4 5 6 7 8 9 10); do t=$((t + i * i)); x=$(echo "sub $i" | tr a-z A-Z); echo "$x $t"; done
f() { [ $1 -le 1 ] && echo 1 && return; echo $(( $(f $(($1 - 1))) + $1 )); }
f 12
(sleep 0.1; echo background) & wait $!; echo "status $?"
trap 'echo trapped' USR1; kill -USR1 $$; echo a b c | while read a b c; do echo "$c$b$a"; done
cat <<E | sort -r
one
two $t
E
exit 3
"""

SHELLS = [
    Program(name, package, name, f"cat > work.sh <<'END'\n{SHELL_WORK}\nEND\n{name} work.sh", "subshells, pipes, traps, jobs", True)
    for name, package in (("bash", "bash"), ("dash", "dash"), ("zsh", "zsh"), ("ksh", "ksh93u+m"))
] + [
    Program("fish", "fish", "fish", "export XDG_CONFIG_HOME=$PWD/c XDG_DATA_HOME=$PWD/d; fish --no-config -c "
            "'for i in (seq 9); echo (math $i \\* $i) (string upper sub$i); end; exit 4'", "loops and substitutions", True,
            leaves_out=("c/*", "d/*")),
]

TEXT_TOOLS = [
    Program("coreutils", "coreutils", "sort sha256sum", TEXT + """
sort -n --parallel=2 text | uniq -c | head -50; sha256sum text; tac numbers | cut -d' ' -f1 | paste -sd+ | head -c 300
shuf --random-source=numbers numbers | head -5; od -c numbers | tail -3; factor 1234567890123; wc text; ls; comm -12 numbers numbers | tail -1
split -n l/4 numbers part.; cat part.* | cksum; date -u -d @1700000000; expr 7 '*' 6; nl numbers | tail -1; base64 numbers | md5sum; exit 5
""", "sort, sha256sum, shuf, od, split and a dozen more", True),
    Program("findutils", "findutils", "find xargs", NUMBERS + "mkdir -p a/b c; cp numbers a/b; cp numbers c/x; find . -type f | sort; "
            "find . -name 'n*' -exec wc -c {} +; seq 50 | xargs -n 5 -P 1 echo", "find -exec, xargs", True),
    Program("diffutils", "diffutils", "diff cmp", NUMBERS + "sed 's/7/8/' numbers > other; diff -u numbers other | tail -n +3 | md5sum; cmp numbers other; "
            "diff3 numbers other numbers | md5sum", "diff, cmp, diff3"),
    Program("grep", "grep", "grep", TEXT + "grep -cE '(12|34)+5' text; grep -P '^(\\d)\\d*\\1 ' numbers | tail -5; grep -rn 99999 .", "E and P expressions, -r"),
    Program("sed", "sed", "sed", TEXT + "sed -E 's/([0-9]+) ([0-9]+)/\\2 \\1/; /3$/d' text | md5sum; sed -i '1,100d' numbers; sed -n '$=' numbers", "substitutions, in place"),
    Program("gawk", "gawk", "gawk", NUMBERS + "gawk '{ a[$1 % 97] = a[$1 % 97] \",\" $2; n += length($0) } END { m = asorti(a, b); for (i = 1; i <= m; ++i) "
            "s = s length(a[b[i]]) \" \"; print n, s; print gensub(/1/, \"one\", \"g\", s) | \"md5sum\" }' numbers", "arrays, asorti, a pipe", True),
    Program("mawk", "mawk", "mawk", NUMBERS + "mawk '{ a[$1 % 97] += $2 } END { for (i = 0; i < 97; ++i) printf \"%d \", a[i] }' numbers", "sums by key"),
    Program("bc", "bc", "bc", "echo 'scale=500; 4*a(1); 2^4000 % 99991; sqrt(2)' | bc -l", "500 digits of pi"),
    Program("dc", "dc", "dc", "echo '200k 2v p 3 4000^ 7919% p' | dc", "a root, a power"),
    Program("m4", "m4", "m4", "printf 'define(`f\\x27, `ifelse($1, 0, 1, `eval($1 * 3 %% 1009) f(decr($1))\\x27)\\x27)dnl\\nf(200)\\n' | m4", "recursive macros"),
    Program("ed", "ed", "ed", NUMBERS + "printf 'g/999/s/9/nine/g\\n1,5p\\nw out\\nq\\n' | ed -s numbers", "a global substitution"),
    Program("jq", "jq", "jq", NUMBERS + "jq -R 'split(\" \") | {a: (.[0] | tonumber), b: .[1]}' numbers | jq -s 'group_by(.a % 10) | map({n: length, m: (map(.a) | max)})'", "group and sum"),
    Program("xsltproc", "xsltproc", "xsltproc", "printf '<a><b n=\"1\">x</b><b n=\"2\">y</b></a>' > in.xml; printf '<xsl:stylesheet version=\"1.0\" xmlns:xsl=\"http://www.w3.org/1999/XSL/Transform\">"
            "<xsl:template match=\"/\"><r><xsl:for-each select=\"//b\"><xsl:sort select=\"@n\" order=\"descending\"/><c><xsl:value-of select=\".\"/></c></xsl:for-each></r></xsl:template></xsl:stylesheet>' > t.xsl; xsltproc t.xsl in.xml", "a stylesheet"),
    Program("aspell", "aspell aspell-en", "aspell", "printf 'a wrod and teh end\\n' | aspell -l en list", "spelling", hides=()),
    Program("units", "units", "units", "units -t '12 furlongs' 'meters'; units -t '3 acre' 'm^2'", "conversions"),
]

PACKERS = [
    Program(name, package, name, TEXT + script, done, threads) for name, package, script, done, threads in (
        ("gzip", "gzip", "gzip -n -9 text; gunzip -c text.gz | md5sum", "there and back", False),
        ("bzip2", "bzip2", "bzip2 -k text; bunzip2 -c text.bz2 | md5sum", "there and back", False),
        ("xz", "xz-utils", "xz -k -T2 --block-size=500KiB text; xz -dc -T2 text.xz | md5sum", "two threads, there and back", True),
        ("zstd", "zstd", "zstd -q -T2 -12 text; zstd -dc text.zst | md5sum; zstd -lv text.zst | grep -i ratio", "two threads, there and back", True),
        ("pigz", "pigz", "pigz -n -p 2 -k text; pigz -dc text.gz | md5sum", "two threads, there and back", True),
        ("7z", "p7zip-full", "7z a -bd -mmt2 -mtm- -mtc- -mta- a.7z text > /dev/null; 7z x -bd -so a.7z | md5sum; rm a.7z", "two threads, there and back", True),
        ("tar", "tar", "mkdir d; cp text d; tar --sort=name --mtime=@0 --owner=0 --group=0 -czf a.tgz d; tar -tvf a.tgz; tar -xzf a.tgz -O | md5sum", "with a gzip child", True),
        ("cpio", "cpio", "ls numbers text | cpio -o --reproducible --quiet | cpio -it --quiet", "an archive", False),
        ("rsync", "rsync", "mkdir a b; cp text a; rsync -a a/ b/; echo more >> a/text; rsync -a --no-whole-file --stats a/ b/ | grep 'Number of files:'; cmp a/text b/text", "two processes, a delta", True),
        ("mksquashfs", "squashfs-tools", "mkdir d; cp text d; mksquashfs d a.sq -quiet -no-progress -all-root -mkfs-time 0 -all-time 0 -processors 2; unsquashfs -s a.sq | grep -c gzip; rm a.sq", "a file system, threads", True),
    )
]

PYTHON_PROCESSES = r"""
import multiprocessing, sys
def work(n):
    return sum(len(str(i)) for i in range(n))
if __name__ == "__main__":
    multiprocessing.set_start_method(sys.argv[1])
    with multiprocessing.Pool(3) as pool:
        print(pool.map(work, range(0, 20000, 1000)))
    queue = multiprocessing.Queue()
    child = multiprocessing.Process(target=queue.put, args=([1, "two", {3: 4}],))
    child.start()
    print(queue.get(), child.join(), child.exitcode)
"""
NODE_WORK = r"""
const { Worker, isMainThread, parentPort, workerData } = require('worker_threads');
const { execFileSync } = require('child_process'), crypto = require('crypto'), zlib = require('zlib');
if (!isMainThread) { let h = ''; for (let i = 0; i < 300; i++) h = crypto.createHash('sha256').update(h + workerData).digest('hex'); parentPort.postMessage(h); }
else {
  const all = [1, 2, 3, 4].map(n => new Promise(done => new Worker(__filename, { workerData: n }).on('message', done)));
  Promise.all(all).then(found => { console.log(found.join('\n')); console.log(execFileSync('echo', ['child']).toString().trim());
    console.log(zlib.deflateSync(Buffer.alloc(100000, 'heap')).length, JSON.stringify([...Array(2000).keys()].map(i => ({ i, s: 'x'.repeat(i % 9) }))).length); });
}
"""
LANGUAGES = [
    Program("perl", "perl", "perl", "perl -e 'my %h; $h{$_ % 1009} .= $_ for 1..50000; print length($h{$_}), \" \" for sort { $a <=> $b } keys %h; "
            "for my $n (1..5) { my $p = fork; if (!$p) { exit $n } waitpid $p, 0; print $? >> 8, \"\\n\" } print `echo child`'", "hashes, forks", True),
    Program("python3", "python3", "/usr/bin/python3", "/usr/bin/python3 -c 'import json, re, sys, subprocess, threading\nprint(len(json.dumps([{str(i): [i] * 5} for i in range(5000)])))\n"
            "t = [threading.Thread(target=lambda: sorted(map(str, range(20000)))) for _ in range(4)]\n[x.start() for x in t]; [x.join() for x in t]\n"
            "print(subprocess.run([\"echo\", \"child\"], capture_output=True).stdout, len(re.sub(\"1+\", \"one\", str(2 ** 9999))))'", "json, threads, a child", True),
    Program("python3 multiprocessing fork", "python3", "/usr/bin/python3", f"cat > w.py <<'END'\n{PYTHON_PROCESSES}\nEND\n/usr/bin/python3 w.py fork", "a pool of 3, a queue", True),
    Program("python3 multiprocessing spawn", "python3", "/usr/bin/python3", f"cat > w.py <<'END'\n{PYTHON_PROCESSES}\nEND\n/usr/bin/python3 w.py spawn", "a pool of 3, a queue", True),
    Program("python3 multiprocessing forkserver", "python3", "/usr/bin/python3", f"cat > w.py <<'END'\n{PYTHON_PROCESSES}\nEND\n/usr/bin/python3 w.py forkserver", "a pool of 3, a queue", True),
    Program("numpy", "python3-numpy", "/usr/bin/python3", "OPENBLAS_NUM_THREADS=2 /usr/bin/python3 -c 'import numpy as n; a = n.arange(90000.0).reshape(300, 300) % 7; print((a @ a.T)[:3, :3], n.linalg.matrix_rank(a), n.sort(a.ravel())[-5:])'", "matrices in two threads", True),
    Program("ruby", "ruby", "ruby", "ruby -e 'require \"json\"; h = Hash.new { |k, v| k[v] = [] }; 50000.times { |i| h[i % 97] << i.to_s }; puts h.values.map(&:size).sum, JSON.dump(h.first)[0, 60]; "
            "4.times.map { |i| Thread.new { (1..2000).map { |x| x.to_s * i }.join.size } }.each { |t| puts t.value }; 3.times { |i| fork { exit i }; Process.wait; puts $?.exitstatus }; puts `echo child`'", "threads, forks, json", True),
    Program("php", "php-cli", "php", "php -n -r '$a = []; for ($i = 0; $i < 50000; ++$i) $a[$i % 101][] = md5($i); echo count($a), \" \", strlen(serialize($a)), \" \", json_encode(array_slice($a[7], 0, 2)), shell_exec(\"echo child\");'", "arrays, serialize, a child", True),
    Program("lua", "lua5.4", "lua5.4", "lua5.4 -e 't = {} for i = 1, 50000 do t[i] = tostring(i) .. \"x\" end print(#table.concat(t)) c = coroutine.wrap(function() for i = 1, 9 do coroutine.yield(i * i) end end) for i = 1, 9 do io.write(c(), \" \") end'", "tables, coroutines"),
    Program("tcl", "tcl", "tclsh", "printf 'for {set i 0} {$i < 20000} {incr i} {dict lappend d [expr {$i %% 13}] $i}\nputs [llength [dict get $d 5]]\nputs [string length $d]\nputs [exec echo child]\n' > w.tcl; tclsh w.tcl", "dictionaries, a child", True),
    Program("guile", "guile-3.0", "guile", "GUILE_AUTO_COMPILE=0 guile -c '(define (f n) (if (< n 2) n (+ (f (- n 1)) (f (- n 2))))) (display (f 20)) (newline) (display (length (let loop ((i 0) (l (list))) (if (= i 50000) l (loop (+ i 1) (cons (number->string i) l))))))'", "recursion, a garbage collector"),
    Program("sbcl", "sbcl", "sbcl", "sbcl --noinform --no-sysinit --no-userinit --non-interactive --eval '(progn (print (loop for i below 100000 collect (* i i) into l finally (return (length l)))) (gc :full t) (print (expt 3 200)))'", "a garbage collector"),
    Program("ocaml", "ocaml-nox", "ocaml", "printf 'let rec f n = if n < 2 then n else f (n - 1) + f (n - 2)\nlet () = Printf.printf \"%%d %%d\\\\n\" (f 22) (List.length (List.init 50000 string_of_int))\n' > w.ml; ocaml w.ml; ocamlfind ocamlopt w.ml -o w 2> /dev/null || ocamlopt w.ml -o w; ./w", "the toplevel, ocamlopt and what it makes", True,
            leaves_out=("w", "w.o")),
    Program("erlang", "erlang-base", "erl", "erl -noshell -noinput +S 2 -eval 'P = self(), [spawn(fun() -> P ! {N, lists:sum(lists:seq(1, N))} end) || N <- lists:seq(1, 500)], io:format(\"~p~n\", [lists:sum([receive {N, S} -> S end || N <- lists:seq(1, 500)])]), halt(0).'", "500 processes on two schedulers", True,
            leaves_out=("*.dump",)),
    Program("octave", "octave", "octave-cli", "octave-cli --no-init-file --no-gui --eval 'a = magic(60); printf(\"%d \", rank(a), round(det(a(1:3, 1:3))), sum(a(:))); s = sprintf(\"%d,\", 1:2000); disp(length(strsplit(s, \",\")))'", "matrices, strings"),
    Program("R", "r-base-core", "Rscript", "Rscript --vanilla -e 'set.seed(1); x <- rnorm(5000); print(summary(lm(x ~ seq_along(x)))$r.squared); print(table(sapply(split(1:9999, 1:9999 %% 7), sum)))'", "a regression"),
    Program("swi-prolog", "swi-prolog-nox", "swipl", "swipl -q -g 'numlist(1, 20000, L), sum_list(L, S), format(\"~w~n\", [S]), length(P, 6), findall(x, permutation([1, 2, 3, 4, 5, 6], P), Q), length(Q, N), format(\"~w~n\", [N])' -t halt", "lists, backtracking"),
    Program("gforth", "gforth", "gforth", "gforth -e ': f dup 2 < if else dup 1- recurse swap 2 - recurse + then ; 22 f . 1000 allocate drop free . cr bye'", "recursion, allocate"),
    Program("node", "nodejs", "node", f"cat > w.js <<'END'\n{NODE_WORK}\nEND\nnode w.js", "four workers, a child, zlib", True),
    Program("java", "default-jdk-headless", "java javac", "printf 'import java.util.*; import java.util.stream.*; public class W { public static void main(String[] a) throws Exception { System.out.println(IntStream.range(0, 200000).parallel().mapToObj(Integer::toString).mapToInt(String::length).sum()); "
            "Thread[] t = new Thread[8]; for (int i = 0; i < 8; ++i) { t[i] = new Thread(() -> { List<byte[]> l = new ArrayList<>(); for (int j = 0; j < 500; ++j) l.add(new byte[5000]); }); t[i].start(); } for (Thread x : t) x.join(); System.gc(); "
            "System.out.println(new String(new ProcessBuilder(\"echo\", \"child\").start().getInputStream().readAllBytes())); } }' > W.java; javac W.java && java -Xmx200m W", "javac, streams, threads, a child", True),
    Program("pandoc", "pandoc", "pandoc", "printf '# Head\\n\\nA *word*, `code`.\\n\\n| a | b |\\n|---|---|\\n| 1 | 2 |\\n' > in.md; pandoc in.md -t html; pandoc in.md -t rst; pandoc in.md -t latex", "three formats"),
    Program("rustc", "rustc", "rustc", "printf 'use std::collections::HashMap; fn main() { let mut m = HashMap::new(); for i in 0..1000 { *m.entry(i %% 7).or_insert(0) += i; } let mut v: Vec<_> = m.into_iter().collect(); v.sort(); println!(\"{:?}\", v); let t: Vec<_> = (0..4).map(|i| std::thread::spawn(move || (0..1000).map(|x| x * i).sum::<i32>())).collect(); for x in t { println!(\"{}\", x.join().unwrap()); } }' > w.rs; rustc -O w.rs 2>&1; ./w", "the compiler and what it makes", True,
            leaves_out=("w",)),
    Program("go", "golang-go", "go", "printf 'package main\\nimport \"fmt\"\\nfunc main() { c := make(chan int); for i := 0; i < 9; i++ { go func(n int) { c <- n * n }(i) }; s := 0; for i := 0; i < 9; i++ { s += <-c }; fmt.Println(s) }\\n' > w.go; HOME=$PWD GOFLAGS=-buildvcs=false GO111MODULE=off GOCACHE=$PWD/cache go run w.go; chmod -R u+w . ; rm -rf cache", "go run", True,
            unrecorded="go and what it makes are statically linked"),
]
