"""Records what real Poetry installs from the locks in test/fixtures/poetry, for test/poetry.test.ts.

    VENV/bin/python scripts/record-poetry.py

Needs Poetry 2.5.1 and packaging 26.3. Writes expected.json beside each lock that must be read: the tool with its version, and
for each target, with the main group and with all, the packages as [name, version, kind, file name or commit]; null stands for
"refused". The answers are those of test/oracles/poetry_installs.py. Targets and their environments come from our own
`pylock2nix targets --json`, which is tested elsewhere; build first.
"""

import json
import pathlib
import subprocess
import sys
import tomllib
from importlib.metadata import version

ROOT = pathlib.Path(__file__).resolve().parent.parent
TARGETS = ["cp39-linux-x86_64-glibc2.28", "cp312-linux-x86_64-glibc2.28", "cp313-macos14-arm64", "cp313-win-amd64"]


def environments():
    command = ["node", str(ROOT / "dist" / "cli.js"), "targets", "--json"]
    listed = json.loads(subprocess.run(command, capture_output=True, text=True, check=True).stdout)["targets"]
    return {each["target"]: each["environment"] for each in listed}


def groups_of(pyproject):
    document = tomllib.loads(pyproject.read_text())
    poetry = document.get("tool", {}).get("poetry", {})
    named = [*poetry.get("group", {}), *document.get("dependency-groups", {})]
    return ["main", *named, *(["dev"] if "dev-dependencies" in poetry else [])]


def ask(folder, known):
    lock, pyproject = folder / "poetry.lock", folder / "pyproject.toml"
    selections = [["main"], sorted(set(groups_of(pyproject)))]
    pairs = [(target, groups) for target in TARGETS for groups in selections]
    cases = [{"target": target, "environment": known[target], "groups": groups, "extras": []} for target, groups in pairs]
    question = json.dumps({"lock": str(lock), "pyproject": str(pyproject), "cases": cases})
    oracle = [sys.executable, "test/oracles/poetry_installs.py"]
    output = subprocess.run(oracle, input=f"{question}\n", capture_output=True, text=True, check=True, cwd=ROOT).stdout
    return [json.loads(line) for line in output.splitlines()]


def row(name, version, kind, artifact):
    # Folders are those of the oracle.
    return [name, version, kind, artifact if kind in ("wheel", "sdist", "git") else None]


def main():
    known = environments()
    for folder in sorted((ROOT / "test/fixtures/poetry").glob("okay-*")):
        found = ask(folder, known)
        if any(each.get("unread") for each in found):  # no Poetry 2 reads a lock from before 1.0
            continue
        answers = [
            {
                "target": each["target"],
                "groups": each["groups"],
                "packages": None if "error" in each else [row(*package) for package in each["packages"]],
            }
            for each in found
        ]
        text = json.dumps({"tool": f"poetry {version('poetry')}", "answers": answers}, indent=1)
        (folder / "expected.json").write_text(f"{text}\n")
        print(folder.name, len(answers))


if __name__ == "__main__":
    main()
