# What a call of a module for Nix costs under wasmtime, which is what Determinate Nix runs it with: compiling, one call with the
# host functions in Python, and the two together; the least CPU time of several rounds, in milliseconds. With Nix installed,
# `builtins.fromTOML` of the same file beside it. Most of `call` is this host: `hostCalls` says how often it is asked, and
# `inModule` what is left without that time (measured in runs of its own).
#   python3 bench/nix-module.bench.py [LOCK...]        needs: pip install wasmtime; Nix for the last column
# Without locks: a uv.lock of about 1.6 MB and a poetry.lock of about 1.3 MB of the corpus.
import importlib.metadata
import json
import os
import pathlib
import subprocess
import sys
import time

sys.path.insert(0, str(pathlib.Path(__file__).parent.parent / "test" / "oracles"))
import nix_host  # noqa: E402

ROUNDS = 7
MODULES = {"poetry.lock": "nix", "uv.lock": "nix-uv", "pylock.toml": "nix-flat", "pdm.lock": "nix-flat"}
FORMATS = {"poetry.lock": "poetry", "uv.lock": "uv", "pylock.toml": "pylock", "pdm.lock": "pdm"}
TARGET = "cp312-linux-x86_64-glibc2.28"
CORPUS = pathlib.Path("../shared/corpus")
USUAL = [("uv.lock", 1600000), ("poetry.lock", 1300000)]


def least(run):
    best = float("inf")
    for _ in range(ROUNDS):
        start = time.process_time()
        run()
        best = min(best, time.process_time() - start)
    return round(best * 1000, 1)


class TimedHost(nix_host.Host):
    """Knows how long its own functions took."""

    spent = 0.0

    def guarded(self, name, function):
        def called(*words):
            start = time.thread_time()
            try:
                return function(*words)
            finally:
                self.spent += time.thread_time() - start

        return called


def in_module(module, argument):
    best = float("inf")
    for _ in range(ROUNDS):
        host = TimedHost(module.engine, module.module)
        start = time.thread_time()
        host.call("resolve", argument)
        best = min(best, time.thread_time() - start - host.spent)
        host.close()
    return round(best * 1000, 1)


def from_toml(path):
    """CPU time of Nix for the file, its own start taken off; None without Nix or when it refuses the file."""
    times = []
    for expression in ["1", f"builtins.deepSeq (builtins.fromTOML (builtins.readFile {os.path.abspath(path)})) 1"]:
        best = float("inf")
        for _ in range(ROUNDS):
            environment = {**os.environ, "NIX_SHOW_STATS": "1"}
            try:
                done = subprocess.run(
                    ["nix-instantiate", "--eval", "-E", expression], capture_output=True, text=True, env=environment
                )
            except FileNotFoundError:
                return None
            if done.returncode != 0:
                return None
            best = min(best, json.loads(done.stderr[done.stderr.index("{") :])["cpuTime"])
        times.append(best)
    return round((times[1] - times[0]) * 1000, 1)


def measured(engine, path):
    name = os.path.basename(path)
    with open(f"wasm/{MODULES[name]}.wasm", "rb") as file:
        binary = file.read()
    with open(path, "rb") as file:
        lock = file.read()
    argument = {"lock": nix_host.Path(lock), "target": TARGET, "format": FORMATS[name]}
    module = nix_host.Module(engine, binary)
    answer, calls = module.call("resolve", argument)
    refused = "error" in answer or "error" in answer["targets"][TARGET]
    return {
        "bytes": len(lock),
        "packages": None if refused else len(answer["packages"]),
        "module": len(binary),
        "compile": least(lambda: nix_host.Module(engine, binary)),
        "call": least(lambda: module.call("resolve", argument)),
        "inModule": in_module(module, argument),
        "hostCalls": calls,
        "both": least(lambda: nix_host.Module(engine, binary).call("resolve", argument)),
        "fromTOML": from_toml(path),
    }


def usual():
    for name, size in USUAL:
        found = list(CORPUS.glob(f"*/{name}"))
        if found:
            yield str(min(found, key=lambda path: abs(path.stat().st_size - size)))


def main(paths):
    engine = nix_host.engine()
    report = {"wasmtime": importlib.metadata.version("wasmtime"), "load": os.getloadavg()[0]}
    report.update((path, measured(engine, path)) for path in paths or usual())
    print(json.dumps(report, indent=2))


main(sys.argv[1:])
