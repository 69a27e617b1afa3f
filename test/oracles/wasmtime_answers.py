# Answers questions about modules for Nix under wasmtime. A question is a line of JSON on standard input,
#   { "module": path, "lock": path, "argument": { all but `lock` } }
# and its answer a line on standard output: { "value" }, or { "aborted": why }.
import json
import sys

import wasmtime

import nix_host

engine = nix_host.engine()
modules, locks = {}, {}


def kept(known, path, make):
    if path not in known:
        with open(path, "rb") as file:
            known[path] = make(file.read())
    return known[path]


for line in sys.stdin:
    question = json.loads(line)
    try:
        module = kept(modules, question["module"], lambda binary: nix_host.Module(engine, binary))
        lock = kept(locks, question["lock"], nix_host.Path)
        value, _ = module.call("resolve", {**question["argument"], "lock": lock})
        answer = {"value": value}
    except (nix_host.Aborted, wasmtime.Trap, wasmtime.WasmtimeError) as error:
        answer = {"aborted": f"{type(error).__name__}: {error}"}
    print(json.dumps(answer), flush=True)
