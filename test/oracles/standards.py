"""Random questions about markers and wheel names, with packaging's answers, for standards.mjs to compare.

    python test/oracles/standards.py COUNT SEED < environments | node test/oracles/standards.mjs

`environments` is what `pylock2nix targets --json` prints. Needs packaging 26.3. A line is a JSON array:
    "marker" target, marker, true, false, or null when it is refused or undefined
    "tag"    target, two wheel names, [whether each fits, order of their best tags: -1 when the first is better]

Left out: `extra` (in parentheses packaging does not normalise the names it is compared with; assembly/pep508.ts does).
"""

import json
import random
import sys

import target_tags
from packaging.markers import InvalidMarker, Marker, UndefinedComparison, UndefinedEnvironmentName
from packaging.tags import parse_tag

LITERALS = ["3", "3.8", "3.9", "3.10", "3.11", "3.12", "3.12.*", "3.9.25", "3.12.13", "3.13.0", "2.7", "linux", "linux2", "win32", "darwin"]
LITERALS += ["Linux", "Windows", "Darwin", "x86_64", "aarch64", "arm64", "AMD64", "CPython", "cpython", "PyPy", "posix", "nt", "6.1.0", "5", "", "x", "3.11, 3.12", "3.8 3.9", "win32 linux", "#1 SMP"]
OPERATORS = ["==", "!=", "<", "<=", ">", ">=", "~=", "===", "in", "not in"]
ALIASES = ["os.name", "sys.platform", "platform.version", "platform.machine", "platform.python_implementation", "python_implementation"]


def atom(pick, variables):
    variable = pick.choice(ALIASES) if pick.random() < 0.05 else pick.choice(variables)
    quote = pick.choice("'\"")
    literal = f"{quote}{pick.choice(LITERALS)}{quote}"
    sides = [variable, literal] if pick.random() < 0.85 else [literal, variable]
    if pick.random() < 0.01:
        sides = [pick.choice(variables), pick.choice(variables)]
    return f"{sides[0]} {pick.choice(OPERATORS)} {sides[1]}"


def marker(pick, variables, depth=0):
    parts = []
    for _ in range(pick.choice([1, 1, 2, 2, 3])):
        inner = depth < 3 and pick.random() < 0.2
        parts.append(f"({marker(pick, variables, depth + 1)})" if inner else atom(pick, variables))
    text = parts[0]
    for part in parts[1:]:
        text += pick.choice([" and ", " or "]) + part
    if pick.random() < 0.02:
        at = pick.randrange(len(text) + 1)
        text = text[:at] + pick.choice("()'\"=<> a") + text[at + pick.choice([0, 1]) :]
    return text


def ask_marker(pick, targets):
    target, environment = pick.choice(targets)
    text = marker(pick, list(environment))
    try:
        answer = Marker(text).evaluate({**environment, "extra": ""})
    except (InvalidMarker, UndefinedComparison, UndefinedEnvironmentName):
        answer = None
    return ["marker", target, text, answer]


def wheel(pick):
    some = lambda make: ".".join(sorted({make() for _ in range(pick.choice([1, 1, 1, 2]))}))
    minor = lambda: str(pick.choice([7, 8, 9, 10, 11, 12, 13, 14]))
    python = some(lambda: pick.choice(["cp3", "cp3", "cp3", "py3", "pp3"]) + minor() if pick.random() < 0.7 else pick.choice(["py3", "py2", "py30", "cp32"]))
    abi = some(lambda: pick.choice(["cp3" + minor(), "cp3" + minor(), "none", "none", "abi3", "abi3t", "cp313t", "cp37m"]))
    machine = lambda: pick.choice(["x86_64", "x86_64", "aarch64", "i686", "arm64"])
    linux = lambda: pick.choice([f"manylinux_2_{pick.choice([5, 12, 17, 24, 27, 28, 31, 34, 39])}", "manylinux1", "manylinux2010", "manylinux2014", "musllinux_1_1", "musllinux_1_2", "linux"])
    mac = lambda: f"macosx_{pick.choice(['10_4', '10_9', '10_12', '10_15', '10_16', '11_0', '11_1', '12_0', '13_0', '14_0', '15_0'])}_{pick.choice(['x86_64', 'arm64', 'universal2', 'intel', 'universal', 'fat64'])}"
    platform = some(lambda: pick.choice([lambda: f"{linux()}_{machine()}", mac, lambda: pick.choice(["any", "win_amd64", "win32", "win_arm64"])])())
    return f"{python}-{abi}-{platform}"


def ask_tag(pick, targets):
    target, _ = pick.choice(targets)
    order = places(target)
    ranks = []
    names = [wheel(pick), wheel(pick)]
    for name in names:
        found = [order[tag] for tag in parse_tag(name) if tag in order]
        ranks.append(min(found) if found else None)
    both = None not in ranks
    sign = (ranks[0] > ranks[1]) - (ranks[0] < ranks[1]) if both else 0
    return ["tag", target, names, [ranks[0] is not None, ranks[1] is not None, sign]]


known = {}


def places(target):
    if target not in known:
        known[target] = {tag: place for place, tag in reversed(list(enumerate(target_tags.tags_of(target))))}
    return known[target]


def main():
    count, pick = int(sys.argv[1]), random.Random(int(sys.argv[2]))
    targets = [(each["target"], each["environment"]) for each in json.load(sys.stdin)["targets"]]
    for ask in (ask_marker, ask_tag):
        for _ in range(count):
            print(json.dumps(ask(pick, targets)))


if __name__ == "__main__":
    main()
