"""make-editable.py SPECIFICATION OUT: an installed package that holds a path file and metadata, and no code.

The specification is JSON: name, version (or null), scripts, paths, sitePackages; perhaps groups, further entry points:
group -> name -> object; and compiled, a folder of packages whose extension modules are those of the sources.
Invariant: a value with a line break is refused, since each line of a path file or of metadata is one statement.
"""

import json
import os.path
import sys
from pathlib import Path


def main(specification_path, out):
    specification = json.loads(Path(specification_path).read_text(encoding="utf-8"))
    name = line(specification["name"])
    version = line(specification["version"] or "0")
    site = Path(out) / specification["sitePackages"]
    metadata = site / f"{name.replace('-', '_')}-{version}.dist-info"
    metadata.mkdir(parents=True)
    write(metadata / "METADATA", ["Metadata-Version: 2.1", f"Name: {name}", f"Version: {version}"])
    write(metadata / "INSTALLER", ["pylock2nix"])
    scripts = {
        script: target for script, target in specification["scripts"].items() if isinstance(target, str)
    }
    groups = {"console_scripts": scripts, **specification.get("groups", {})}
    entries = [
        text
        for group, points in sorted(groups.items())
        if points
        for text in (f"[{line(group)}]", *(f"{line(key)} = {line(target)}" for key, target in sorted(points.items())))
    ]
    if entries:
        write(metadata / "entry_points.txt", entries)
    lines = [entry(name, path) for path in specification["paths"]]
    if specification.get("compiled"):
        # Not a name of the project's: a module of its own, which the path file imports when Python starts.
        module = f"_{name.replace('-', '_').replace('.', '_')}_compiled"
        (site / f"{module}.py").write_text(FINDER.format(modules=extensions(specification["compiled"])), encoding="utf-8")
        lines.append(f"import {module}")
    write(site / f"_{name.replace('-', '_')}_editable.pth", lines)


FINDER = '''\
"""Finds extension modules where they were built: the packages around them are the sources."""

import sys
from importlib.machinery import ExtensionFileLoader
from importlib.util import spec_from_file_location

MODULES = {modules!r}


class Finder:
    @staticmethod
    def find_spec(name, path=None, target=None):
        if name not in MODULES:
            return None
        return spec_from_file_location(name, MODULES[name], loader=ExtensionFileLoader(name, MODULES[name]))


# Before the finders of paths: an older build may lie among the sources.
sys.meta_path.insert(0, Finder)
'''


def extensions(folder):
    """Module -> file. What stands before the first dot of a file's name is the module's (PEP 3149)."""
    found = {}
    for path in sorted(Path(folder).rglob("*.so")):
        parts = path.relative_to(folder).parts
        # auditwheel's and delvewheel's folders hold libraries, not modules.
        if not any(part.endswith(".libs") for part in parts[:-1]):
            found[".".join([*parts[:-1], parts[-1].split(".")[0]])] = str(path)
    return found


def entry(name, path):
    """A line of a path file; one that starts with `import` is run, and asks the environment where the sources are."""
    text = os.path.normpath(line(path))
    if "$" in text:
        return f"import os, sys; sys.path.append(os.path.expandvars({text!r}))"
    if not text.startswith("/"):
        sys.exit(f"error: cannot make {name} editable: {path!r} is not an absolute path")
    return text


def line(text):
    if len(text.splitlines()) != 1:
        sys.exit(f"error: cannot write {text!r}: it is not one line")
    return text


def write(path, lines):
    path.write_text("".join(f"{text}\n" for text in lines), encoding="utf-8")


if __name__ == "__main__":
    main(*sys.argv[1:])
