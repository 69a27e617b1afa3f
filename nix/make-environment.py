"""make-environment.py SPECIFICATION OUT [PACKAGE]: a virtual environment (PEP 405) out of installed packages.

The specification is JSON: interpreter, version, sitePackages, packages (their prefixes), names (of the packages),
ignoreCollisions (patterns, or pattern -> the package whose file is taken; true for all files).
A folder that one package has alone becomes one link; shared folders are merged; files that several packages
have must be the same, or the build fails and names them all. Python scripts in bin/ run OUT's python.
With PACKAGE, that prefix belongs to the environment too, and its own scripts are changed in place to run OUT's python:
so an application carries its environment inside its output.

Invariant: the same prefixes give the same content under the same names, whatever their order, except where
ignoreCollisions lets the first win, by the order of their names, or the one that it names.
"""

import fnmatch
import json
import os
import re
import sys
from pathlib import Path

# The kernel reads this much of a script's first line (Linux before 5.1: 127 bytes), and cuts off the rest silently.
SHEBANG_LIMIT = 127
SHEBANG = re.compile(rb"#!\s*(\S*/env\s+|\S*/)python[\d.]*t?(?P<arguments>[ \t][^\n]*)?\n")
# What installers write where the first line would be too long: a line for sh that Python reads as a string.
LONG_SHEBANG = re.compile(rb"#!/bin/sh\n'''exec' \S*python[\d.]*t? \"\$0\" \"\$@\"\n' '''\n")


def main(specification_path, out, package=None):
    specification = json.loads(Path(specification_path).read_text(encoding="utf-8"))
    out = Path(out)
    prefixes = [Path(prefix) for prefix in specification["packages"]]
    names = dict(zip(prefixes, specification["names"]))
    if package is not None:
        prefixes.append(Path(package))
        names[Path(package)] = "the project"
    # First, since pyvenv.cfg marks OUT as an environment, which may lie inside PACKAGE.
    make_interpreter(out, specification)
    tree = Tree(out, specification["ignoreCollisions"], names)
    tree.merge([prefix for prefix in prefixes if prefix.is_dir()], Path())
    tree.finish()
    if package is not None:
        for script in sorted((Path(package) / "bin").glob("*")):
            replace_in_place(script, out)


class Tree:
    def __init__(self, out, ignored, names):
        self.out = out
        # Pattern -> the package whose file is taken, None for the first.
        self.ignored = ignored if isinstance(ignored, dict) else dict.fromkeys(["*"] if ignored is True else ignored)
        self.names = names
        self.collisions = []

    def merge(self, folders, relative):
        """Makes out/relative of the same folder in several prefixes."""
        entries = {}
        for folder in folders:
            for entry in sorted(folder.iterdir()):
                entries.setdefault(entry.name, []).append(entry)
        for name, found in sorted(entries.items()):
            # nix-support is what nixpkgs propagates to builds; an environment is no build input. What is a link
            # already is its own interpreter.
            if (relative / name) != Path("nix-support") and not (self.out / relative / name).is_symlink():
                self.place(found, relative / name)

    def place(self, found, relative):
        directories = [entry for entry in found if entry.is_dir()]
        directories = [entry for entry in directories if not (entry / "pyvenv.cfg").exists()]
        files = [entry for entry in found if not entry.is_dir()]
        if directories and files:
            self.place([self.decide(found, relative)], relative)
        elif len(directories) > 1 or (directories and is_own_folder(relative)):
            self.merge(directories, relative)
        elif directories:
            self.link(relative, directories[0])
        elif files:
            self.place_file(files, relative)

    def place_file(self, files, relative):
        contents = {self.content(file, relative) for file in files} if len(files) > 1 else set()
        # Byte code names the path that it was compiled from, so it differs where the source does not.
        if len(contents) > 1 and relative.parent.name != "__pycache__":
            files = [self.decide(files, relative)]
        script = rewritten(files[0], self.out) if relative.parent == Path("bin") else None
        if script is None:
            self.link(relative, files[0])
        else:
            target = self.made(relative)
            target.write_bytes(script)
            target.chmod(0o755)

    def link(self, relative, target):
        self.made(relative).symlink_to(target)

    def made(self, relative):
        """out/relative, in a folder that exists; a folder without entries is never made."""
        path = self.out / relative
        path.parent.mkdir(parents=True, exist_ok=True)
        return path

    def content(self, file, relative):
        if relative.parent == Path("bin"):
            script = rewritten(file, self.out)
            if script is not None:
                return script
        return file.read_bytes() if file.exists() else os.readlink(file).encode()

    def decide(self, found, relative):
        """The one that is taken of different ones."""
        for pattern, winner in self.ignored.items():
            if fnmatch.fnmatchcase(str(relative), pattern):
                # A package that is not among them decides nothing.
                chosen = [entry for entry in found if winner in (None, self.name_of(entry))]
                if chosen:
                    return chosen[0]
        self.collisions.append((relative, found))
        return found[0]

    def name_of(self, entry):
        return next((self.names[prefix] for prefix in entry.parents if prefix in self.names), entry.name)

    def finish(self):
        if not self.collisions:
            return
        print("error: cannot make the environment: packages disagree about the same file", file=sys.stderr)
        for relative, found in self.collisions:
            print(f"  {relative}", file=sys.stderr)
            width = max(len(self.name_of(entry)) for entry in found)
            for entry in found:
                print(f"    {self.name_of(entry):{width}}  {entry}", file=sys.stderr)
        relative, found = self.collisions[0]
        first, second = (self.name_of(entry) for entry in found[:2])
        print(
            f'\nhint: `ignoreCollisions."{relative}" = "{first}";` takes that of {first}, `... = "{second}";` that of {second};\n'
            "or remove the file from one of them with `overridePythonAttrs`",
            file=sys.stderr,
        )
        sys.exit(1)


def is_own_folder(relative):
    """Whether the environment has this folder itself, even when one package alone fills it."""
    # libexec: an application keeps its own environment there, which is left out.
    return re.fullmatch(r"bin|libexec|lib(/python[\d.]+t?(/site-packages)?)?", str(relative)) is not None


def rewritten(file, out):
    """The script with OUT's python in its first line, or None when no Python runs it."""
    if not file.is_file():
        return None
    with file.open("rb") as stream:
        if stream.read(2) != b"#!":
            return None
    text = file.read_bytes()
    match = LONG_SHEBANG.match(text) or SHEBANG.match(text)
    if match is None:
        return None
    python = os.fsencode(out / "bin" / "python")
    arguments = (match.groupdict().get("arguments") or b"").rstrip()
    if len(python) + len(arguments) + 3 <= SHEBANG_LIMIT:
        first = b"#!" + python + arguments + b"\n"
    else:
        first = b"#!/bin/sh\n'''exec' " + python + arguments + b' "$0" "$@"\n' + b"' '''\n"
    return first + text[match.end() :]


def replace_in_place(script, out):
    text = rewritten(script, out)
    if text is not None and not script.is_symlink():
        script.chmod(0o755)
        script.write_bytes(text)


def make_interpreter(out, specification):
    interpreter = Path(specification["interpreter"])
    binaries = out / "bin"
    binaries.mkdir(parents=True, exist_ok=True)
    (out / specification["sitePackages"]).mkdir(parents=True, exist_ok=True)
    for name in {"python", "python3", interpreter.name}:
        (binaries / name).symlink_to(interpreter)
    (out / "pyvenv.cfg").write_text(
        f"home = {interpreter.parent}\n"
        "include-system-site-packages = false\n"
        f"version = {specification['version']}\n",
        encoding="utf-8",
    )


if __name__ == "__main__":
    main(*sys.argv[1:])
