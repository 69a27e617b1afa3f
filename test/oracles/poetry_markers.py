"""Locks full of random markers about Python, for poetry.mjs to hold against real Poetry.

    python test/oracles/poetry_markers.py FOLDER COUNT SEED

Needs poetry-core 2.5. Writes FOLDER/markers-SEED-N/{poetry.lock, pyproject.toml} and prints the paths of the locks. Below 2.1
each marker stands on a requirement of a package and decides whether a helper is installed; others stand on requirements of
the project. In 2.1 they stand on packages, one for each group.

Left out is what only poetry-core's merging of comparisons decides (version/markers.py, union and intersection), which the core
does not do: a marker is drawn as Poetry writes it, merged already; and where Poetry joins two markers itself, those of two
groups or a requirement's `markers` and `python`, python_version is compared with short versions, for which merging is exact.
"""

import random
import sys
from pathlib import Path

from poetry.core.constraints.version import parse_constraint
from poetry.core.version.markers import InvalidMarkerError, parse_marker

# Below, at, and above those of the targets: 3.9.25, 3.10.20, 3.11.15, 3.12.13, 3.13.13.
PATCHES = [0, 1, 2, 5, 13, 15, 20, 25, 26]
OTHERS = ['sys_platform == "linux"', 'sys_platform != "win32"', 'os_name == "nt"', 'platform_machine in "x86_64 arm64"', 'platform_system == "Darwin"']
FILE = 'files = [{file = "%s-1.0-py3-none-any.whl", hash = "sha256:' + "0" * 64 + '"}]'
MARKERS_A_LOCK = 60


SHORT, LONG = (1, 2), (1, 4)


def version(pick, segments=LONG):
    fewest, most = segments
    parts = [3, pick.randint(8, 14), pick.choice(PATCHES), pick.randint(0, 1)]
    return ".".join(str(part) for part in parts[: min(most, max(fewest, pick.choice([1, 2, 2, 2, 3, 3, 3, 4])))])


def atom(pick, segments):
    if pick.random() < 0.15:
        return pick.choice(OTHERS)
    name = pick.choice(["python_version"] * 3 + ["python_full_version"])
    if name == "python_full_version":
        segments = LONG
    if pick.random() < 0.2:
        # Merging adds `.0` to a list that is shorter (_merge_python_version_single_markers), and it means something else.
        segments = (3, 4) if name == "python_full_version" else segments
        items = [version(pick, segments) for _ in range(pick.randint(1, 3))]
        return f'{name} {pick.choice(["in", "not in"])} "{pick.choice([" ", ", "]).join(items)}"'
    operator = pick.choice(["<", "<=", ">", ">=", "==", "!=", "~="])
    star = ".*" if operator in ("==", "!=") and pick.random() < 0.1 else ""
    return f'{name} {operator} "{version(pick, segments)}{star}"'


def expression(pick, segments, depth=0):
    if depth == 2 or pick.random() < 0.35:
        return atom(pick, segments)
    parts = [expression(pick, segments, depth + 1) for _ in range(pick.choice([2, 2, 3]))]
    return pick.choice([" and ", " or "]).join(f"({part})" if " and " in part or " or " in part else part for part in parts)


def marker(pick, segments=LONG):
    """A marker as Poetry writes it; "" for one that always holds."""
    if pick.random() < 0.03:
        return pick.choice(["<empty>", "*", ""])
    while True:
        try:
            return str(parse_marker(expression(pick, segments)))
        except InvalidMarkerError:  # merging made a comparison that poetry-core itself cannot read
            continue


def python_versions(pick):
    one = lambda: pick.choice(["", "", "==", ">=", "<", "<=", ">", "!=", "^", "~", "~="]) + version(pick)
    while True:
        text = pick.choice([one, one, lambda: f"{one()} || {one()}", lambda: f"{one()},{one()}"])()
        if not parse_constraint(text).is_empty():  # Poetry breaks on those
            return text


def requirement(pick):
    """The value of a requirement, with a marker, with `python`, or with both."""
    fields = ['version = "*"']
    kind = pick.random()
    if kind < 0.8:
        fields.append(f"markers = '{marker(pick, LONG if kind < 0.7 else SHORT)}'")
    if kind > 0.7:
        fields.append(f'python = "{python_versions(pick)}"')
    return f"{{{', '.join(fields)}}}"


def package(name, *lines):
    return "\n".join(["[[package]]", f'name = "{name}"', 'version = "1.0"', 'description = ""', "optional = false", 'python-versions = "*"', *lines, ""])


def lock(pick, version):
    packages, wanted, files = [], [], []
    groups = 'groups = ["docs", "main"]'
    for index in range(MARKERS_A_LOCK):
        for name in (f"owner-{index}", f"helper-{index}", f"direct-{index}"):
            lines = []
            if version >= "2.0":
                lines.append(FILE % name.replace("-", "_"))
            else:
                files.append(f'{name} = [{{file = "{name.replace("-", "_")}-1.0-py3-none-any.whl", hash = "sha256:{"0" * 64}"}}]')
            if version == "2.1":
                lines.append(groups)
                both = pick.random() < 0.5
                one, other = marker(pick, SHORT), marker(pick, SHORT)
                lines.append(f"markers = '{one}'" if both else f"markers = {{docs = '{one}', main = '{other}'}}")
            elif name.startswith("owner"):
                lines.append(f"[package.dependencies]\nhelper-{index} = {requirement(pick)}")
            packages.append(package(name, *lines))
        wanted.append(f'owner-{index} = "*"\ndirect-{index} = {requirement(pick)}\n')
    metadata = f'[metadata]\nlock-version = "{version}"\npython-versions = "*"\ncontent-hash = "x"\n'
    if files:
        metadata += "\n".join(["[metadata.files]", *files, ""])
    return "\n".join([*packages, metadata]), "".join(wanted)


def main():
    folder, count, seed = Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3])
    pick = random.Random(seed)
    for number in range(count):
        text, wanted = lock(pick, ["2.0", "1.1", "2.0", "2.1"][number % 4])
        place = folder / f"markers-{seed}-{number}"
        place.mkdir(parents=True, exist_ok=True)
        (place / "poetry.lock").write_text(text)
        project = '[tool.poetry]\nname = "made"\nversion = "1"\ndescription = ""\nauthors = []\n'
        (place / "pyproject.toml").write_text(f'{project}[tool.poetry.dependencies]\npython = "*"\n{wanted}[tool.poetry.group.docs.dependencies]\n')
        print(place / "poetry.lock")


if __name__ == "__main__":
    main()
