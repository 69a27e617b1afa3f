# What a call of wasm/nix.wasm costs under wasmtime, which is what Determinate Nix runs it with: compiling, one call with the
# host functions in Python, and the two together; the least of several rounds, in milliseconds. With Nix installed,
# `builtins.fromTOML` of the same file beside it.
#   python3 bench/nix-module.bench.py LOCK...        needs: pip install wasmtime
import importlib.metadata
import json
import os
import subprocess
import sys
import time

import wasmtime

ROUNDS = 5
MODULE = "wasm/nix.wasm"
TARGET = "cp312-linux-x86_64-glibc2.28"


class Host:
    """Values by id, as Nix hands them to a module; test/nix/host.ts is the strict one."""

    def __init__(self, store):
        self.store, self.values, self.memory = store, [None], None

    def add(self, value):
        self.values.append(value)
        return len(self.values) - 1

    def read(self, at, size):
        return self.memory.read(self.store, at & 0xFFFFFFFF, (at & 0xFFFFFFFF) + (size & 0xFFFFFFFF))

    def text(self, at, size):
        return self.read(at, size).decode("utf-8")

    def words(self, at, count):
        return memoryview(bytes(self.read(at, 4 * count))).cast("I").tolist()

    def copy(self, data, at, room):
        if 0 < len(data) <= room:
            self.memory.write(self.store, data, at)
        return len(data)

    def panic(self, at, size):
        raise RuntimeError(self.text(at, size))

    def get_type(self, value):
        value = self.values[value]
        kinds = {bool: 3, int: 1, str: 4, bytes: 5, type(None): 6, dict: 7, list: 8}
        return kinds[type(value)]

    def get_attr(self, value, at, size):
        found = self.values[value]
        name = self.text(at, size)
        return self.add(found[name]) if name in found else 0

    def copy_list(self, value, at, room):
        items = self.values[value]
        if len(items) <= room:
            ids = b"".join(self.add(each).to_bytes(4, "little") for each in items)
            self.copy(ids, at, len(ids))
        return len(items)

    def make_attrset(self, at, count):
        words = self.words(at, 3 * count)
        triples = zip(words[::3], words[1::3], words[2::3])
        return self.add({self.text(name, size): self.values[value] for name, size, value in triples})

    def functions(self):
        return {
            "panic": self.panic,
            "warn": lambda at, size: None,
            "get_type": self.get_type,
            "get_attr": self.get_attr,
            "copy_string": lambda value, at, room: self.copy(self.values[value].encode(), at, room),
            "copy_list": self.copy_list,
            "read_file": lambda value, at, room: self.copy(self.values[value], at, room),
            "make_null": lambda: self.add(None),
            "make_bool": lambda value: self.add(value != 0),
            "make_int": lambda value: self.add(value),
            "make_string": lambda at, size: self.add(self.text(at, size)),
            "make_list": lambda at, count: self.add([self.values[each] for each in self.words(at, count)]),
            "make_attrset": self.make_attrset,
        }


def call(engine, module, argument):
    store = wasmtime.Store(engine)
    host = Host(store)
    known = host.functions()
    imports = [wasmtime.Func(store, each.type, known[each.name]) for each in module.imports]
    exports = wasmtime.Instance(store, module, imports).exports(store)
    host.memory = exports["memory"]
    exports["nix_wasm_init_v1"](store)
    return host.values[exports["resolve"](store, host.add(argument))]


def least(run):
    best = float("inf")
    for _ in range(ROUNDS):
        start = time.process_time()
        run()
        best = min(best, time.process_time() - start)
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


def main(paths):
    with open(MODULE, "rb") as file:
        binary = file.read()
    engine = wasmtime.Engine()
    report = {"module": len(binary), "wasmtime": importlib.metadata.version("wasmtime"), "compile": least(lambda: wasmtime.Module(engine, binary))}
    module = wasmtime.Module(engine, binary)
    for path in paths:
        with open(path, "rb") as file:
            lock = file.read()
        argument = {"lock": lock, "target": TARGET, "format": os.path.basename(path).split(".")[0]}
        answer = call(engine, module, argument)
        refused = "error" in answer or "error" in answer["targets"][TARGET]
        report[path] = {
            "bytes": len(lock),
            "packages": None if refused else len(answer["packages"]),
            "call": least(lambda: call(engine, module, argument)),
            "fromTOML": from_toml(path),
        }
    print(json.dumps(report, indent=2))


main(sys.argv[1:])
