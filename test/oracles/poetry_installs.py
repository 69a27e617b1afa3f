"""What real Poetry installs from a lock: the answers for poetry.mjs to compare.

    python test/oracles/poetry_installs.py < questions > answers

Needs Poetry 2.5. A question is a line of JSON: {"lock", "pyproject": paths, "cases": [{"target", "environment", "groups" or
null for Poetry's own choice, "extras"}]}. For each case a line comes back: {"target", "groups", "extras", "packages": [[name,
version, kind, artifact]]} or {..., "error": text}.

The real `Installer` runs, with the real solver, over an environment that only has a marker environment and tags; instead of
being executed its operations are written down, and the real `Chooser` takes the file out of those that the lock names.
Freshness is not demanded, and folders need not be there. Each case runs in a process of its own (fork), since the solver
writes into the packages of the lock.
"""

import json
import os
import posixpath
import shutil
import sys
import tempfile
import tomllib
import traceback
import urllib.parse
import warnings
from functools import cached_property
from pathlib import Path

warnings.simplefilter("ignore")
os.environ["POETRY_CONFIG_DIR"] = os.environ["POETRY_CACHE_DIR"] = tempfile.mkdtemp()

import target_tags  # beside this file
from cleo.io.null_io import NullIO
from packaging.utils import InvalidSdistFilename, InvalidWheelFilename, parse_sdist_filename, parse_wheel_filename
from packaging.version import InvalidVersion
from packaging.version import Version as PackagingVersion
from poetry.config.config import Config
from poetry.console.exceptions import PoetryRuntimeError
from poetry.core.constraints.version import Version, parse_constraint
from poetry.core.packages.path_dependency import PathDependency
from poetry.core.packages.utils.link import Link
from poetry.factory import Factory
from poetry.installation.chooser import Chooser
from poetry.installation.installer import Installer
from poetry.packages.locker import Locker
from poetry.puzzle.exceptions import SolverProblemError
from poetry.repositories.installed_repository import InstalledRepository
from poetry.utils.env.mock_env import MockEnv
from poetry.utils.wheel import Wheel

PathDependency.validate = lambda self, *, raise_error: True


class Lock(Locker):
    """Reads the lock once: every case starts from a copy of this process."""

    cached = None

    @cached_property
    def was_fresh(self):
        return super().is_fresh()

    def is_fresh(self):
        return True

    def locked_repository(self):
        self.cached = self.cached or super().locked_repository()
        return self.cached


class Recorder(Installer):
    def _execute(self, operations):
        self.recorded = [op.package for op in operations if op.job_type == "install" and not op.skipped]
        return 0


class LockedFiles:
    """The files that the lock names, as an index would offer them: those of one version. 1.x lists all versions together."""

    def find_links_for_package(self, package):
        files = [f for f in package.files if version_of(f["file"]) in (None, str(PackagingVersion(str(package.version))))]
        return [Link(f"https://files.invalid/{f['file']}#{f['hash'].replace(':', '=')}") for f in files]


def version_of(file):
    try:
        return str(parse_wheel_filename(file)[1] if file.endswith(".whl") else parse_sdist_filename(file)[1])
    except (InvalidWheelFilename, InvalidSdistFilename, InvalidVersion):
        return None


class FileChooser(Chooser):
    def _get_repository(self, package):
        return LockedFiles()


def environment(target, variables):
    return MockEnv(
        version_info=tuple(int(part) for part in variables["python_full_version"].split(".")),
        python_implementation=variables["platform_python_implementation"],
        platform=variables["sys_platform"],
        platform_machine=variables["platform_machine"],
        os_name=variables["os_name"],
        marker_env=variables,
        supported_tags=target_tags.tags_of(target),
    )


def artifact(package, chooser):
    if package.source_type == "git":
        folder = f"#subdirectory={package.source_subdirectory}" if package.source_subdirectory else ""
        return ["git", f"{package.source_url}@{package.source_resolved_reference}{folder}"]
    if package.source_type == "directory":
        return ["directory", package.source_url]
    if package.source_type in ("url", "file"):
        # What is downloaded is looked up again as a wheel that fits (utils/cache.py, ArtifactCache); a path is not.
        name = posixpath.basename(urllib.parse.urlsplit(package.source_url).path)
        if package.source_type == "url" and name.endswith(".whl") and not Wheel(name).is_supported_by_environment(chooser._env):
            return ["none", None]
        return [package.source_type, package.source_url]
    if not package.files:
        return ["none", None]
    try:
        link = chooser.choose_for(package)
    except PoetryRuntimeError:  # no candidate is left
        return ["none", None]
    return ["wheel" if link.is_wheel else "sdist", link.filename]


def answer(folder, lock, case):
    poetry = Factory().create_poetry(folder, disable_plugins=True, disable_cache=True)
    package = poetry.package
    groups = case["groups"]
    if groups is None:
        # What `poetry install` does without options: GroupCommand.non_optional_groups.
        groups = sorted(package.dependency_group_names())
    found = {"target": case["target"], "groups": groups, "asked": case["groups"], "extras": case["extras"]}
    env = environment(case["target"], case["environment"])
    # EnvManager.create_venv: no environment is made of a Python that the project does not admit. A stale lock, which Poetry
    # refuses as a whole, is held against itself.
    python = Version.parse(case["environment"]["python_full_version"])
    admitted = package.python_constraint
    extras = case["extras"]
    if not lock.was_fresh:
        admitted = parse_constraint(lock.lock_data["metadata"]["python-versions"])
        extras = [extra for extra in extras if extra in lock.lock_data.get("extras", {})]
    if not admitted.allows(python):
        return {**found, "error": f"Python {python} is not in {admitted}"}
    installer = Recorder(NullIO(), env, package, lock, poetry.pool, Config(), installed=InstalledRepository())
    installer.only_groups(groups).extras(extras)
    try:
        installer.run()
    except (SolverProblemError, ValueError) as error:
        return {**found, "error": f"{type(error).__name__}: {error}"}
    chooser = FileChooser(poetry.pool, env, Config())
    rows = [[each.name, each.pretty_version, *artifact(each, chooser)] for each in installer.recorded]
    return {**found, "packages": sorted(rows, key=str)}


def put_paths(folder, lock):
    """Poetry looks whether a path is a folder or a file before it makes a requirement of it."""
    for package in tomllib.loads(lock.read_text(encoding="utf-8")).get("package", []):
        source = package.get("source", {})
        path = folder / source.get("url", "")
        if source.get("type") == "directory":
            path.mkdir(parents=True, exist_ok=True)
        elif source.get("type") == "file":
            path.parent.mkdir(parents=True, exist_ok=True)
            path.touch()


def main():
    for line in sys.stdin:
        question = json.loads(line)
        root = Path(tempfile.mkdtemp())
        # Deep enough for paths that leave the project.
        folder = root / "a" / "b" / "c" / "d"
        folder.mkdir(parents=True)
        shutil.copy(question["lock"], folder / "poetry.lock")
        shutil.copy(question["pyproject"], folder / "pyproject.toml")
        try:
            put_paths(folder, folder / "poetry.lock")
            poetry = Factory().create_poetry(folder, disable_plugins=True, disable_cache=True)
            lock = Lock(folder / "poetry.lock", poetry.locker._pyproject_data)
            lock.locked_repository()
        except Exception as error:
            lock, failure = None, f"{type(error).__name__}: {error}"
        for case in question["cases"]:
            if lock is None:
                print(json.dumps({"target": case["target"], "groups": case["groups"], "asked": case["groups"], "extras": case["extras"], "error": failure, "unread": True}), flush=True)
                continue
            child = os.fork()
            if child == 0:
                try:
                    text = json.dumps(answer(folder, lock, case))
                except BaseException:
                    text = json.dumps({"target": case["target"], "broken": traceback.format_exc()[-1500:]})
                os.write(1, f"{text}\n".encode())  # past Python's own buffer, which the parent shares
                os._exit(0)
            os.waitpid(child, 0)
        shutil.rmtree(root)


if __name__ == "__main__":
    main()
