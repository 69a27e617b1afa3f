"""A PEP 517 back end for tests, under poetry-core's name: packs the Python files that are there, and the scripts."""

import tomllib
import zipfile
from pathlib import Path


def build_wheel(folder, config_settings=None, metadata_directory=None):
    project = tomllib.loads(Path("pyproject.toml").read_text())["tool"]["poetry"]
    stem = f"{project['name'].replace('-', '_')}-{project['version']}"
    file = f"{stem}-py3-none-any.whl"
    with zipfile.ZipFile(Path(folder) / file, "w") as archive:
        for path in sorted(Path().rglob("*.py")):
            add(archive, str(path), path.read_text())
        add(archive, f"{stem}.dist-info/METADATA", f"Name: {project['name']}\nVersion: {project['version']}\n")
        scripts = "".join(f"{name} = {target}\n" for name, target in project.get("scripts", {}).items())
        add(archive, f"{stem}.dist-info/entry_points.txt", f"[console_scripts]\n{scripts}")
    return file


def add(archive, path, text):
    archive.writestr(zipfile.ZipInfo(path, (1980, 1, 1, 0, 0, 0)), text)
