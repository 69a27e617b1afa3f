"""Records what the real tools install from the locks in test/fixtures, for test/flat.test.ts.

    VENV/bin/python scripts/record-flat.py FORMAT

FORMAT is pylock (needs packaging 26.2), pdm (PDM 2.29.3 with hishel 1.2.1 and unearth 0.18.2), pipfile (Pipenv
2026.8.0), requirements (pip 26.3) or conda (conda-lock 4.0.3, whose own writer also makes the lock: its solver wants
conda). Each writes expected.json beside the lock: the tool with its version, and for each target and selection the
packages as [name, version, artifact]; null stands for "refused". Targets and their environments come from our own
`pylock2nix targets --json`, which is tested elsewhere; build first.

The hosts of the index are rewritten in the lock before it is read.

The requirements were written by, each in a small project that has what the file shows:
  okay-uv-export        uv export                               (0.13.9; -plain: --no-editable --no-annotate --no-header)
  okay-poetry-export    poetry export --all-groups --all-extras (poetry-plugin-export 1.10.1)
  okay-pdm-export       pdm export -G :all
  okay-pipenv           pipenv requirements --hash --dev
  okay-pip-compile      pip-compile --generate-hashes --newline crlf --emit-index-url --find-links ... (7.6.2)
"""

import json
import os
import pathlib
import re
import subprocess
import sys
from importlib.metadata import version

ROOT = pathlib.Path(__file__).resolve().parent.parent
FIXTURES = ROOT / "test" / "fixtures"
TARGETS = [
    "cp39-linux-x86_64-glibc2.28",
    "cp312-linux-x86_64-glibc2.28",
    "cp312-linux-aarch64-glibc2.28",
    "cp313-macos14-arm64",
    "cp313-win-amd64",
]


def targets():
    output = subprocess.run(
        ["node", str(ROOT / "dist" / "cli.js"), "targets", "--json"], capture_output=True, text=True, check=True
    ).stdout
    listed = json.loads(output)
    listed = listed["targets"] if isinstance(listed, dict) else listed
    return {each["target"]: each for each in listed if each["target"] in TARGETS}


def rewrite(path):
    """The index as it must not appear here: files.<host> and <host>/simple."""
    text = path.read_text()
    text = re.sub(r"https://files\.[a-z]+\.org/", "https://files.pypi.invalid/", text)
    text = re.sub(r"https://pypi\.[a-z]+/simple", "https://pypi.invalid/simple", text)
    path.write_text(text)


def record(folder, tool, answers, warnings=(), **more):
    expected = {"tool": tool, "answers": answers, **({"warnings": list(warnings)} if warnings else {}), **more}
    (folder / "expected.json").write_text(json.dumps(expected, indent=1) + "\n")
    print(folder.relative_to(ROOT), len(answers))


def answer(target, groups, extras, packages):
    rows = None if packages is None else sorted(packages)
    return {"target": target, "groups": groups, "extras": extras, "packages": rows}


def folders(name):
    return sorted(path for path in (FIXTURES / name).iterdir() if path.name.startswith("okay-"))


def record_pylock():
    import tomllib

    from packaging.pylock import Pylock, PylockSelectError
    from packaging.tags import parse_tag
    from packaging.utils import canonicalize_name

    for folder in folders("pylock"):
        path = folder / "pylock.toml"
        rewrite(path)
        document = tomllib.loads(path.read_text())
        plain = [each for each in document["packages"] if each["name"] != canonicalize_name(each["name"])]
        # pipenv's names, which packaging refuses and uv takes.
        for package in plain:
            package["name"] = canonicalize_name(package["name"])
        lock = Pylock.from_dict(document)
        extras = list(lock.extras or [])
        groups = list(lock.dependency_groups or [])
        defaults = list(lock.default_groups or [])
        answers = []
        for target, facts in targets().items():
            tags = [tag for text in facts["tags"] for tag in parse_tag(text)]
            for chosen, asked in {(tuple(defaults), ()), (tuple(groups), tuple(extras)), ((), tuple(extras))}:
                try:
                    selected = lock.select(
                        environment=facts["environment"], tags=tags, extras=asked, dependency_groups=chosen
                    )
                    rows = [
                        [package.name, str(package.version or ""), getattr(artifact, "filename", "")]
                        for package, artifact in selected
                    ]
                except PylockSelectError:
                    rows = None
                answers.append(answer(target, list(chosen), list(asked), rows))
        record(folder, f"packaging {version('packaging')}", answers, ["pylock-name"] if plain else [])


def record_pdm():
    from pdm.cli.actions import resolve_from_lockfile
    from pdm.cli.filters import GroupSelection
    from pdm.core import Core
    from pdm.exceptions import PdmException
    from pdm.models.markers import EnvSpec

    platforms = {
        "linux-x86_64-glibc2.28": "manylinux_2_28_x86_64",
        "linux-aarch64-glibc2.28": "manylinux_2_28_aarch64",
        "macos14-arm64": "macos_14_0_arm64",
        "win-amd64": "windows_amd64",
    }
    for folder in folders("pdm"):
        rewrite(folder / "pdm.lock")
        os.chdir(folder)
        project = Core().create_project(folder)
        project.project_config["python.use_venv"] = False
        answers = []
        all_groups = list(project.lockfile.groups)
        for target, facts in targets().items():
            python = facts["environment"]["python_full_version"]
            spec = EnvSpec.from_spec(f"=={python}", platforms[target.split("-", 1)[1]], "cpython")
            for groups in (["default"], ["default", "dev"], all_groups):
                try:
                    dependencies = project._resolve_dependencies(groups)
                    requirements = [each for group in groups for each in project.get_dependencies(group, dependencies)]
                    found = resolve_from_lockfile(project, requirements, groups, spec)
                    kept = {each.candidate.identify(): each.candidate for each in found}
                    rows = [list(row) for row in {(can.name, can.version, "") for can in kept.values()}]
                except PdmException:
                    rows = None
                answers.append(answer(target, groups, [], rows))
        fresh = project.pyproject.content_hash() == project.lockfile.hash[1]
        assert fresh, f"{folder}: PDM calls the lock stale"
        defaults = sorted(GroupSelection(project))
        record(folder, f"PDM {version('pdm')}", answers, defaults=defaults)
    for leftover in FIXTURES.glob("pdm/*/.pdm-python"):
        leftover.unlink()


def record_pipfile():
    import pipenv

    sys.path.insert(0, str(pathlib.Path(pipenv.__file__).parent / "vendor"))
    from pipenv.patched.pip._vendor.packaging.markers import Marker
    from pipenv.utils.dependencies import requirement_from_lockfile
    from pipenv.vendor.plette import Lockfile, Pipfile

    for folder in folders("pipfile"):
        rewrite(folder / "Pipfile")
        rewrite(folder / "Pipfile.lock")
        with (folder / "Pipfile").open() as file:
            digest = Pipfile.load(file).get_hash()
        path = folder / "Pipfile.lock"
        data = json.loads(path.read_text())
        data["_meta"]["hash"] = dict(digest._data)
        path.write_text(json.dumps(data, indent=4, separators=(",", ": "), sort_keys=True) + "\n")
        lock = Lockfile(data)._data
        categories = [name for name in lock if name != "_meta"]
        answers = []
        for target, facts in targets().items():
            for chosen in (["default"], ["default", "develop"], categories):
                installed = {}
                for category in chosen:
                    for name, entry in lock[category].items():
                        line = requirement_from_lockfile(name, entry, include_hashes=False, include_markers=False)
                        # pipenv/routines/install.py: what cannot be evaluated is included.
                        try:
                            markers = entry.get("markers")
                            holds = markers is None or Marker(markers).evaluate(facts["environment"])
                        except KeyError:
                            holds = True
                        if holds:
                            installed[name] = line.split("==")[1] if "==" in line else ""
                rows = [[name, text, ""] for name, text in installed.items()]
                answers.append(answer(target, chosen, [], rows))
        record(folder, f"Pipenv {version('pipenv')}", answers)


def local_name(requirement):
    """pip builds a folder to know its name; here its pyproject.toml tells it."""
    import tomllib

    path = pathlib.Path(requirement.link.file_path) / "pyproject.toml"
    return tomllib.loads(path.read_text())["project"]["name"]


def record_requirements():
    from pip._internal.network.session import PipSession
    from pip._internal.req import parse_requirements
    from pip._internal.req.constructors import install_req_from_parsed_requirement

    for folder in folders("requirements"):
        path = folder / "requirements.txt"
        for file in folder.glob("*.txt"):
            rewrite(file)
        # pip takes paths from where it runs.
        os.chdir(folder)
        answers = []
        warnings = set()
        for target, facts in targets().items():
            found = {}
            for parsed in parse_requirements(str(path), session=PipSession()):
                if parsed.constraint:
                    continue
                requirement = install_req_from_parsed_requirement(parsed)
                environment = {**facts["environment"], "extra": ""}
                if requirement.markers is not None and not requirement.markers.evaluate(environment):
                    continue
                pin = None if requirement.req is None else next(iter(requirement.req.specifier), None)
                key = (requirement.name or local_name(requirement), pin.version if pin else "")
                if requirement.link is not None and not requirement.hashes(trust_internet=True):
                    # Where it installs, pip refuses this: what it parses is what uv installs.
                    warnings.add("requirements-unhashed")
                # As its resolver does (pip/_internal/resolution/resolvelib/base.py, Constraint.__and__).
                hashes = requirement.hashes(trust_internet=True)
                found[key] = found[key] & hashes if key in found else hashes
            rows = [
                [*key, " ".join(sorted(f"{name}:{value}" for name, all in hashes._allowed.items() for value in all))]
                for key, hashes in found.items()
            ]
            answers.append(answer(target, ["main"], [], rows))
        record(folder, f"pip {version('pip')}", answers, sorted(warnings))


def record_conda():
    from conda_lock.lockfile import parse_conda_lock_file, write_conda_lock_file
    from conda_lock.lockfile.v2prelim.models import HashModel, LockedDependency, LockMeta, Lockfile
    from conda_lock.models.channel import Channel

    def entry(name, number, manager, platform, url, digest, dependencies=None, categories=("main",)):
        hashes = HashModel(md5="0" * 32, sha256=digest) if manager == "conda" else HashModel(sha256=digest)
        return LockedDependency(
            name=name, version=number, manager=manager, platform=platform, dependencies=dependencies or {},
            url=url, hash=hashes, categories=set(categories),
        )  # fmt: skip

    folder = FIXTURES / "conda" / "okay-pip"
    path = folder / "conda-lock.yml"
    files = "https://files.pypi.invalid/packages/aa/bb"
    packages = []
    for platform in ("linux-64", "osx-arm64"):
        conda = f"https://conda.invalid/conda-forge/{platform}/python-3.12.7-h0.conda"
        packages += [
            entry("python", "3.12.7", "conda", platform, conda, "1" * 64, {"openssl": ">=3.3,<4.0a0"}),
            entry("idna", "3.10", "pip", platform, f"{files}/idna-3.10-py3-none-any.whl", "2" * 64),
            entry("torch", "2.5.1+cpu", "pip", platform, f"{files}/torch-2.5.1%2Bcpu-cp312-cp312-{platform}.whl", "3" * 64,
                  {"idna": "!=3.0,>=2", "typing-extensions": "", "filelock": "'quoted' # text"}, ("main", "dev")),
            entry("pytest", "8.3.3", "pip", platform, f"{files}/pytest-8.3.3.tar.gz", "4" * 64, {}, ("dev", "docs")),
        ]  # fmt: skip
    packages.append(
        entry("demo", "0.0.1", "pip", "linux-64", "git+https://git.invalid/demo.git@" + "5" * 40, "5" * 40)
    )
    meta = LockMeta(
        content_hash={"linux-64": "6" * 64, "osx-arm64": "7" * 64},
        channels=[Channel.from_string("conda-forge")],
        platforms=["linux-64", "osx-arm64"],
        sources=["environment.yml"],
    )
    write_conda_lock_file(Lockfile(package=packages, metadata=meta), path, metadata_choices=None)
    lock = parse_conda_lock_file(path)
    names = {"linux-x86_64-glibc2.28": "linux-64", "macos14-arm64": "osx-arm64", "win-amd64": "win-64"}
    names["linux-aarch64-glibc2.28"] = "linux-aarch64"
    answers = []
    for target in targets():
        for groups in (["main"], ["main", "dev"], ["main", "docs"]):
            rows = {
                (each.name, each.version, each.url)
                for each in lock.package
                if each.manager == "pip"
                and each.platform == names[target.split("-", 1)[1]]
                and each.categories & set(groups)
            }
            # conda_lock.py, _render_lockfile_for_install: PlatformValidationError.
            is_locked = names[target.split("-", 1)[1]] in lock.metadata.platforms
            answers.append(answer(target, groups, [], [list(row) for row in rows] if is_locked else None))
    record(folder, f"conda-lock {version('conda-lock')}", answers)


if __name__ == "__main__":
    {
        "pylock": record_pylock,
        "pdm": record_pdm,
        "pipfile": record_pipfile,
        "requirements": record_requirements,
        "conda": record_conda,
    }[sys.argv[1]]()
