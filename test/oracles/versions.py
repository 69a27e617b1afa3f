"""Random questions about versions, with the answers of packaging and poetry-core, for versions.mjs to compare.

    python test/oracles/versions.py COUNT SEED | node test/oracles/versions.mjs

Needs packaging 26.3 and poetry-core 2.5; packaging 26.2 gives other answers for `~=` with a version that is not in normal
form, since it cuts the text: `~=v1.2` matches nothing there. A line is a JSON array: kind, left, right, answer.
    "version"    a text, null, null when it is none, else its normal form
    "compare"    two versions, -1, 0 or 1
    "specifier"  a set, a text, null when the set is refused, else contains(None), contains(True), contains(False)
    "constraint" a constraint, a version, null when the constraint is refused, else allows

Left out, because poetry-core contradicts PEP 440 or itself there:
  - upper case in versions given to poetry-core, which takes 1.0RC1 and 1.0rc1 for different versions
  - constraints at which poetry-core crashes with an AssertionError or a RecursionError
"""

import json
import random
import sys
import warnings

from packaging.specifiers import InvalidSpecifier, SpecifierSet
from packaging.version import InvalidVersion, Version
from poetry.core.constraints.version import Version as PoetryVersion
from poetry.core.constraints.version.exceptions import ParseConstraintError
from poetry.core.constraints.version.parser import parse_constraint

warnings.simplefilter("ignore")
NUMBERS = ["0", "0", "0", "1", "1", "1", "2", "2", "3", "4", "9", "10", "00", "01", "20230101000000"]
LARGE = ["999999999999999999", "1000000000000000000", "18446744073709551616", "9" * 40, "1" + "0" * 40]
# Few versions close to each other, so that the bounds of a constraint meet.
CLOSE = ["1", "1.0", "1.0+a", "1.0+b", "1.0+1", "1.0.post1", "1.0.post1+a", "1.0.post1.dev0", "1.0.dev0", "1.0.dev1", "1.0a1"]
CLOSE += ["1.0a1.dev1", "1.0a1.post1", "1.0rc1", "1.0.0.1", "1.0.1", "1.0.1+a", "1.0.1.dev0", "1.1.dev0", "1.1", "2.dev0", "2", "1!1"]
PRES = ["a", "b", "rc", "c", "alpha", "beta", "pre", "preview"]


def number(pick):
    return pick.choice(LARGE) if pick.random() < 0.02 else pick.choice(NUMBERS)


def version(pick, plain=False, local=True):
    """A version near others; `plain` for one in normal form."""
    separator = (lambda: "") if plain else (lambda: pick.choice(["", "", ".", "-", "_"]))
    text = "" if plain or pick.random() < 0.9 else "v"
    if pick.random() < 0.05:
        text += f"{pick.choice(['0', '1', '2'])}!"
    text += ".".join(number(pick) for _ in range(pick.choice([1, 1, 2, 2, 2, 3, 3, 4])))
    if pick.random() < 0.2:
        text += separator() + pick.choice(PRES[:3] if plain else PRES) + separator() + (number(pick) if plain or pick.random() < 0.8 else "")
    if pick.random() < 0.15:
        spelled = pick.choice([".post", ".post", "-", "-", "r", "rev", "_post", "post"]) if not plain else ".post"
        text += spelled + number(pick)
    if pick.random() < 0.15:
        text += (".dev" if plain else separator() + "dev" + separator()) + (number(pick) if plain or pick.random() < 0.8 else "")
    if local and pick.random() < 0.12:
        text += "+" + pick.choice([".", "-", "_"]).join(pick.choice(["1", "2", "01", "abc", "cu121", "abd", "9" * 20]) for _ in range(pick.choice([1, 1, 2])))
    return text


def normal(text):
    return str(Version(text))


def damaged(pick, text, letters):
    """Sometimes one character more, less or another."""
    if pick.random() < 0.9:
        return text
    at = pick.randrange(len(text) + 1)
    return text[:at] + pick.choice(letters) + text[at + pick.choice([0, 1]) :]


def cased(pick, text):
    return text.upper() if pick.random() < 0.1 else text


def near(pick, text):
    """A version that likely shares the release of one in `text`."""
    if pick.random() < 0.4:
        return version(pick)
    core = "".join(c for c in text.split(",")[0].split("|")[0] if c not in "<>=!~^* ").removesuffix(".").removesuffix(".x")
    if pick.random() < 0.5:
        core = core.split("+")[0]
    core += pick.choice(["", "", ".0", ".1", "a1", ".post0", ".post1", ".dev0", ".dev1", "+cu121", "+1", ".post1+1", ".post1.dev0"])
    try:
        Version(core)
    except InvalidVersion:
        return version(pick)
    return core


def specifier(pick):
    clauses = []
    for _ in range(pick.choice([1, 1, 1, 2, 3])):
        operator = pick.choice(["==", "!=", "<=", ">=", "<", ">", "~=", "===", "==", "!=", "<", ">"])
        if operator == "~=":
            text = cased(pick, version(pick, local=pick.random() < 0.05))
        else:
            text = pick.choice(CLOSE) if pick.random() < 0.3 else cased(pick, version(pick, local=operator in ("==", "!=", "===") or pick.random() < 0.05))
        if operator in ("==", "!=") and pick.random() < 0.3:
            text = ".".join(number(pick) for _ in range(pick.choice([1, 2, 3]))) + ".*"
        elif pick.random() < 0.02:
            text += ".*"
        clauses.append(pick.choice(["", "", "", " "]) + operator + pick.choice(["", "", " "]) + text + pick.choice(["", "", " "]))
    text = ",".join(clauses)
    return damaged(pick, text, " ,.*=<>!;)+-ab1\n\u00a0")


def close(pick):
    """A constraint and a version of CLOSE alone."""
    clause = lambda: pick.choice(["==", "", "!=", "!=", "<=", ">=", "<", ">", "^", "~", "~="]) + pick.choice(CLOSE)
    group = lambda: ",".join(clause() for _ in range(pick.choice([1, 1, 2, 2, 3, 4])))
    return "||".join(group() for _ in range(pick.choice([1, 1, 2, 3, 4]))), pick.choice(CLOSE)


def constraint(pick):
    alternatives = []
    for _ in range(pick.choice([1, 1, 1, 1, 2, 3])):
        clauses = []
        for _ in range(pick.choice([1, 1, 1, 2, 2, 3])):
            operator = pick.choice(["", "", "==", "=", "!=", "!=", "<=", ">=", ">=", "<", "<", ">", "~=", "~", "^", "^", "<>"])
            text = version(pick, plain=pick.random() < 0.7)
            if operator in ("", "==", "=", "!=") and pick.random() < 0.4:
                text = ".".join(number(pick) for _ in range(pick.choice([1, 2, 3, 4])))
                text = (text if pick.random() < 0.8 else version(pick)) + pick.choice([".*", ".*", ".*", ".*.*"])
            if pick.random() < 0.02:
                text = pick.choice(["*", "x", "dev", "1.x", "*.*", "DEV", "v*"])
            clauses.append(operator + pick.choice(["", "", " "]) + text)
        separators = [pick.choice([",", ",", ", ", " ", " , ", "  ", " ,"]) for _ in clauses[1:]]
        alternatives.append("".join(c + s for c, s in zip(clauses, separators + [""])))
    text = pick.choice(["||", " || ", " | ", "|"]).join(alternatives)
    return damaged(pick, text, " ,.*=<>!|^~-x1\n")


def ask_version(pick):
    text = damaged(pick, cased(pick, pick.choice(["", "", " ", "\t"]) + version(pick)), "._-+!abcrv10 \n\u3000\x1c")
    try:
        return [text, None, normal(text)]
    except InvalidVersion:
        return [text, None, None]


def ask_compare(pick):
    left = cased(pick, version(pick))
    right = cased(pick, near(pick, left))
    a, b = Version(left), Version(right)
    return [left, right, (a > b) - (a < b)]


def ask_specifier(pick):
    left = specifier(pick)
    right = pick.choice(CLOSE) if pick.random() < 0.3 else cased(pick, near(pick, left))
    try:
        found = SpecifierSet(left)
    except InvalidSpecifier:
        return [left, right, None]
    return [left, right, [found.contains(right, prereleases=policy) for policy in (None, True, False)]]


def ask_constraint(pick):
    left = constraint(pick)
    left, right = close(pick) if pick.random() < 0.5 else (left, near(pick, left))
    try:
        return [left, right, parse_constraint(left).allows(PoetryVersion.parse(right))]
    except ParseConstraintError:
        return [left, right, None]
    except (AssertionError, RecursionError):
        return None


def main():
    count, seed = int(sys.argv[1]), int(sys.argv[2])
    pick = random.Random(seed)
    kinds = {"version": ask_version, "compare": ask_compare, "specifier": ask_specifier, "constraint": ask_constraint}
    for kind, ask in kinds.items():
        for _ in range(count):
            answer = ask(pick)
            parse_constraint.cache_clear()
            if answer is not None:
                print(json.dumps([kind, *answer]))


if __name__ == "__main__":
    main()
