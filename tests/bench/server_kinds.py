# SPDX-License-Identifier: MIT
"""The servers that tests/bench/servers runs, as Debian ships them, and what loads each.

Side: tests, bench. load() gives requests, failed, p50_ms, p99_ms. Durability is switched off where a disk would be
measured rather than the server.
"""
import os
import re
import signal
import statistics
import subprocess
import time

from server_base import PATH, Server, number_after, percentile, run


class Redis(Server):
    """Over jemalloc; its snapshots to disk are forked children."""
    name, programs = "redis", ("redis-server", "redis-benchmark", "redis-cli")

    def command(self, folder):
        return ["redis-server", "--port", str(self.port), "--save", "", "--dir", folder]

    def load(self, folder, seconds):
        end, batches, requests, in_batch = time.monotonic() + seconds, [], 0, 50_000
        run(["redis-benchmark", "-p", str(self.port), "-q", "-n", str(in_batch), "-r", "200000", "-t", "set"])
        while time.monotonic() < end:
            answer = run(["redis-benchmark", "-p", str(self.port), "-c", "20", "-n", str(in_batch), "-r", "200000", "-t",
                          "set,get,lpush", "--csv"])
            run(["redis-cli", "-p", str(self.port), "bgsave"])
            rows = [line.replace('"', "").split(",") for line in answer.splitlines() if line.startswith('"')][1:]
            batches += [(float(row[4]), float(row[6])) for row in rows]
            requests += in_batch * len(rows)
        facts = run(["redis-cli", "-p", str(self.port), "info"])
        while "rdb_bgsave_in_progress:1" in facts:
            time.sleep(0.1)
            facts = run(["redis-cli", "-p", str(self.port), "info"])
        failed = number_after("total_error_replies:", facts) + ("rdb_last_bgsave_status:ok" not in facts)
        return {"requests": requests, "failed": int(failed), "p50_ms": statistics.median(p50 for p50, _ in batches),
                "p99_ms": statistics.median(p99 for _, p99 in batches)}


class WebServer(Server):
    def load(self, _folder, seconds):
        text = run(["wrk", "-t", "1", "-c", "20", "-d", f"{seconds}s", "--latency",
                    f"http://127.0.0.1:{self.port}{self.page}"])
        unit = {"us": 1e-3, "ms": 1.0, "s": 1e3}
        at = {share: float(value) * unit[name] for share, value, name in
              re.findall(r"^ +(50|99)% +([\d.]+)(us|ms|s)$", text, flags=re.M)}
        errors = re.search(r"Socket errors: connect (\d+), read (\d+), write (\d+), timeout (\d+)", text)
        failed = sum(map(int, errors.groups())) if errors else 0
        failed += int(number_after("Non-2xx or 3xx responses:", text))
        return {"requests": int(re.search(r"(\d+) requests in", text).group(1)), "failed": failed,
                "p50_ms": at["50"], "p99_ms": at["99"]}


class Nginx(WebServer):
    """A master and two forked workers; compresses a page for each request, since a bare file allocates nothing."""
    name, programs, page = "nginx", ("nginx", "wrk"), "/page.txt"

    def prepare(self, folder, build):
        with open(os.path.join(folder, "page.txt"), "w", encoding="ascii") as file:
            file.write("".join(f"line {n * 7919 % 10007} of a page\n" for n in range(1000)))
        places = " ".join(f"{what}_temp_path {folder}/{what};" for what in
                          ("client_body", "proxy", "fastcgi", "uwsgi", "scgi"))
        with open(os.path.join(folder, "nginx.conf"), "w", encoding="ascii") as file:
            file.write(f"daemon off; worker_processes 2; pid {folder}/pid; error_log stderr notice;\n"
                       "events { worker_connections 256; }\n"
                       f"http {{ access_log off; gzip on; gzip_types *; {places}\n"
                       f"server {{ listen 127.0.0.1:{self.port}; root {folder}; }} }}\n")

    def command(self, folder):
        return ["nginx", "-p", folder, "-c", os.path.join(folder, "nginx.conf")]


class Docserver(WebServer):
    """Our example, with threads, in C++; it visits itself as well."""
    name, programs, page = "docserver", ("wrk",), "/documents/1"

    def missing(self, build):
        self.path = os.path.join(build, "bin/docserver")
        return super().missing(build) or (None if os.path.exists(self.path) else self.path)

    def command(self, _folder):
        return [self.path]

    def wait_until_ready(self, folder, output, deadline):
        while time.monotonic() < deadline:
            with open(output, encoding="utf-8") as file:
                found = re.search(r"http://127.0.0.1:(\d+)/", file.read())
            if found:
                self.port = int(found.group(1))
                return super().wait_until_ready(folder, output, deadline)
            time.sleep(0.05)
        raise RuntimeError("docserver does not say its port")


class Postgres(Server):
    """A process for each client, all forked from one."""
    name, programs, user = "postgres", ("initdb", "postgres", "pgbench", "pg_isready"), "postgres"
    stop_signal = signal.SIGINT

    def prepare(self, folder, build):
        self.data = self.own_folder(folder, "data")
        run(self.as_user() + ["initdb", "-D", self.data, "-A", "trust", "-U", "bench", "--no-sync"], cwd=self.data)

    def command(self, _folder):
        return ["postgres", "-D", self.data, "-p", str(self.port), "-k", self.data, "-c", "fsync=off", "-c",
                "listen_addresses=127.0.0.1", "-c", "shared_buffers=32MB"]

    def wait_until_ready(self, folder, output, deadline):
        super().wait_until_ready(folder, output, deadline)
        ready = ["pg_isready", "-q", "-h", "127.0.0.1", "-p", str(self.port)]
        while subprocess.run(ready, env={"PATH": PATH}, check=False).returncode != 0:
            if time.monotonic() > deadline:
                raise RuntimeError("postgres does not become ready")
            time.sleep(0.05)

    def load(self, folder, seconds):
        to = ["-h", "127.0.0.1", "-p", str(self.port), "-U", "bench", "postgres"]
        run(["pgbench", "-i", "-q", "-s", "5"] + to)
        text = run(["pgbench", "-n", "-c", "8", "-T", str(seconds), "--log", f"--log-prefix={folder}/transactions"] + to)
        counted = {}
        for name in os.listdir(folder):
            if name.startswith("transactions"):
                with open(os.path.join(folder, name), encoding="ascii") as file:
                    for line in file:
                        took = int(line.split()[2]) / 1000
                        counted[took] = counted.get(took, 0) + 1
        return {"requests": int(number_after("transactions actually processed:", text)),
                "failed": int(number_after("number of failed transactions:", text)),
                "p50_ms": percentile(counted, 0.5), "p99_ms": percentile(counted, 0.99)}


class MariaDb(Server):
    """A thread for each client, in C++."""
    name, programs, user = "mariadb", ("mariadbd", "mariadb-install-db", "sysbench", "mariadb-admin"), "mysql"

    def prepare(self, folder, build):
        self.data = self.own_folder(folder, "data")
        run(["mariadb-install-db", "--no-defaults", f"--datadir={self.data}", "--skip-test-db",
             "--auth-root-authentication-method=normal"] + (["--user=mysql"] if self.as_user() else []))

    def command(self, folder):
        return ["mariadbd", "--no-defaults", f"--datadir={self.data}", f"--port={self.port}", "--bind-address=127.0.0.1",
                f"--socket={self.data}/socket", "--innodb-flush-log-at-trx-commit=0", "--innodb-buffer-pool-size=64M"]

    def load(self, folder, seconds):
        run(["mariadb-admin", "--no-defaults", "--protocol=tcp", "-h127.0.0.1", f"-P{self.port}", "-uroot", "create", "sbtest"])
        to = ["sysbench", "oltp_read_write", "--db-driver=mysql", "--mysql-host=127.0.0.1", f"--mysql-port={self.port}",
              "--mysql-user=root", "--tables=2", "--table-size=20000"]
        run(to + ["prepare"])
        text = run(to + ["--threads=8", f"--time={seconds}", "--histogram", "run"])
        counted = {float(value): int(count) for value, count in re.findall(r"^ +([\d.]+) \|\**\s+(\d+)$", text, flags=re.M)}
        # "Ignored errors" are deadlocks, which the client tries again, natively too; any other error ends sysbench.
        return {"requests": int(number_after("transactions:", text)), "failed": int(number_after("reconnects:", text)),
                "p50_ms": percentile(counted, 0.5), "p99_ms": percentile(counted, 0.99)}


ALL = [Redis(), Nginx(), Postgres(), MariaDb(), Docserver()]
