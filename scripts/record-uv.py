#!/usr/bin/env python3
"""Records what uv itself installs from the fixtures in test/fixtures/uv/okay-*.

    python3 scripts/record-uv.py --uv UV --python PYTHON [--python PYTHON]... [--lock] [FIXTURE]...

A fixture is a project (pyproject.toml and its members, or script.py) with selections.json. `--lock` makes uv.lock anew, from a
package index of small packages that this script makes and serves itself; its address in the lock is rewritten to an invalid
one. Then uv is asked for each selection, Python and platform what it would install (a dry run), and, where selections.json
says `"fetch": true`, which files it really fetches. The answers go to expected.json.
"""

import argparse
import base64
import hashlib
import http.server
import io
import json
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tarfile
import tempfile
import threading
import zipfile

FIXTURES = pathlib.Path(__file__).resolve().parent.parent / "test" / "fixtures" / "uv"
INDEX = "https://pypi.invalid/simple"
FILES = "https://files.pypi.invalid"
REPOSITORY = "https://git.invalid/repository"
PLATFORMS = {
    "x86_64-manylinux_2_28": "linux-x86_64-glibc2.28",
    "aarch64-apple-darwin": "macos14-arm64",
    "windows": "win-amd64",
}
ANY = "py3-none-any"
CP = "cp312-cp312"

# name, version -> requirements, requires-python, tags (None: only an sdist)
PACKAGES = {
    ("alpha", "1.0"): (["beta>=1", "gamma; extra == 'speed'", "delta; extra == 'more'"], None, [ANY]),
    ("beta", "1.0"): ([], None, [ANY]),
    ("beta", "2.0"): ([], ">=3.12", [ANY]),
    ("gamma", "1.0"): (["zeta; sys_platform == 'win32'", "eta; python_version < '3.12'"], None, [ANY]),
    ("delta", "1.0"): ([], None, [ANY]),
    ("zeta", "1.0"): ([], None, [ANY]),
    ("eta", "1.0"): (["typing-extras; platform_machine == 'arm64'"], None, [ANY]),
    ("typing-extras", "1.0"): ([], None, [ANY]),
    ("engine", "1.0"): (["engine-common"], None, [ANY]),
    ("engine", "2.0"): (["engine-common", "engine-driver; sys_platform == 'linux'"], None, [ANY]),
    ("engine-common", "1.0"): ([], None, [ANY]),
    ("engine-driver", "1.0"): ([], None, [ANY]),
    ("model", "1.0"): (["engine"], None, [ANY]),
    ("cycle-a", "1.0"): (["cycle-b[back]"], None, [ANY]),
    ("cycle-b", "1.0"): (["cycle-a; extra == 'back'", "beta; extra == 'back'"], None, [ANY]),
    ("native", "1.0"): (
        [],
        None,
        [
            ANY,
            f"1-{ANY}",
            "cp312-abi3-manylinux_2_17_x86_64",
            f"{CP}-manylinux_2_17_x86_64",
            f"{CP}-manylinux_2_28_x86_64",
            f"2-{CP}-manylinux_2_17_x86_64",
            f"{CP}-manylinux_2_34_x86_64",
            f"{CP}-macosx_11_0_arm64",
            "cp39-abi3-win_amd64",
        ],
    ),
    ("builds", "1.0+local.1"): ([], None, [ANY, f"10-{ANY}", f"9b-{ANY}"]),
    ("source-only", "1.0"): ([], None, None),
    ("mixed", "1.0"): ([], None, [f"{CP}-macosx_11_0_arm64", "sdist"]),
}

BACKEND = '''
import zipfile
def get_requires_for_build_wheel(config_settings=None): return []
def build_wheel(directory, config_settings=None, metadata_directory=None):
    name = "@STEM@-py3-none-any.whl"
    info = "@STEM@.dist-info/"
    with zipfile.ZipFile(directory + "/" + name, "w") as wheel:
        wheel.writestr(info + "METADATA", open("PKG-INFO").read())
        wheel.writestr(info + "WHEEL", "Wheel-Version: 1.0\\nGenerator: fixture\\nRoot-Is-Purelib: true\\nTag: py3-none-any\\n")
        wheel.writestr(info + "RECORD", "")
    return name
'''


def metadata(name, version, requirements, requires_python):
    lines = ["Metadata-Version: 2.3", f"Name: {name}", f"Version: {version}"]
    if requires_python:
        lines.append(f"Requires-Python: {requires_python}")
    extras = sorted({match for each in requirements for match in re.findall(r"extra == '([^']+)'", each)})
    lines += [f"Provides-Extra: {extra}" for extra in extras]
    lines += [f"Requires-Dist: {each}" for each in requirements]
    return "\n".join(lines) + "\n"


def wheel(name, version, tag, text):
    stem = f"{name.replace('-', '_')}-{version}"
    info = f"{stem}.dist-info"
    tags = tag.split("-")[-3:]
    files = {
        f"{info}/METADATA": text,
        f"{info}/WHEEL": f"Wheel-Version: 1.0\nGenerator: fixture\nRoot-Is-Purelib: true\nTag: {'-'.join(tags)}\n",
    }
    record = [f"{path},sha256={digest(data.encode())},{len(data)}" for path, data in files.items()] + [f"{info}/RECORD,,"]
    files[f"{info}/RECORD"] = "\n".join(record) + "\n"
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for path, data in files.items():
            archive.writestr(zipfile.ZipInfo(path, (2020, 1, 1, 0, 0, 0)), data)
    return f"{stem}-{tag}.whl", buffer.getvalue()


def digest(data):
    return base64.urlsafe_b64encode(hashlib.sha256(data).digest()).rstrip(b"=").decode()


def sdist(name, version, text):
    stem = f"{name.replace('-', '_')}-{version}"
    project = '[build-system]\nrequires = []\nbuild-backend = "backend"\nbackend-path = ["."]\n'
    project += f'[project]\nname = "{name}"\nversion = "{version}"\n'
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w:gz", format=tarfile.GNU_FORMAT) as archive:
        for path, data in {"PKG-INFO": text, "pyproject.toml": project, "backend.py": BACKEND.replace("@STEM@", stem)}.items():
            member = tarfile.TarInfo(f"{stem}/{path}")
            member.size = len(data)
            archive.addfile(member, io.BytesIO(data.encode()))
    data = bytearray(buffer.getvalue())
    data[4:8] = b"\0\0\0\0"  # gzip's time stamp
    return f"{stem}.tar.gz", bytes(data)


def files():
    """Project -> file name -> bytes."""
    answer = {}
    for (name, version), (requirements, requires_python, tags) in PACKAGES.items():
        text = metadata(name, version, requirements, requires_python)
        own = answer.setdefault(name, {})
        for tag in tags or ["sdist"]:
            file, data = sdist(name, version, text) if tag == "sdist" else wheel(name, version, tag, text)
            own[file] = data
    return answer


class Index(http.server.BaseHTTPRequestHandler):
    projects = files()
    fetched = []

    def do_GET(self):
        path = self.path.split("?")[0].replace("%2B", "+").strip("/").split("/")
        body = None
        if path[0] == "simple" and path[-1] in self.projects:
            links = [
                f'<a href="/files/{file.replace("+", "%2B")}#sha256={hashlib.sha256(data).hexdigest()}">{file}</a>'
                for file, data in self.projects[path[-1]].items()
            ]
            body = ("<!DOCTYPE html><html><body>" + "\n".join(links) + "</body></html>").encode()
        elif path[0] == "files":
            body = next((own[path[-1]] for own in self.projects.values() if path[-1] in own), None)
            if body is not None and self.command == "GET":
                self.fetched.append(path[-1])
        self.send_response(404 if body is None else 200)
        self.send_header("Content-Type", "text/html" if path[0] == "simple" else "application/octet-stream")
        self.send_header("Content-Length", str(len(body or b"")))
        self.end_headers()
        if self.command == "GET":
            self.wfile.write(body or b"")

    do_HEAD = do_GET

    def log_message(self, *_):
        pass


class Recorder:
    def __init__(self, uv, pythons, base):
        self.uv = uv
        self.base = base
        self.version = subprocess.run([uv, "--version"], capture_output=True, text=True, check=True).stdout.split()[1]
        self.pythons = {}
        for python in pythons:
            code = "import platform; print(platform.python_version())"
            self.pythons[subprocess.run([python, "-c", code], capture_output=True, text=True, check=True).stdout.strip()] = python

    def run(self, arguments, folder, cache=None):
        environment = {key: value for key, value in os.environ.items() if not key.startswith(("UV_", "PIP_"))}
        environment |= {"UV_PYTHON_DOWNLOADS": "never", "UV_NO_CONFIG": "1", "UV_PROJECT_ENVIRONMENT": str(folder / ".venv")}
        environment["UV_CACHE_DIR"] = str(cache or folder / ".cache")
        environment["UV_DEFAULT_INDEX"] = f"{self.base}/simple"
        return subprocess.run([self.uv, *arguments], cwd=folder, env=environment, capture_output=True, text=True)

    def record(self, fixture, relock):
        with tempfile.TemporaryDirectory() as scratch:
            folder = pathlib.Path(scratch) / "project"
            shutil.copytree(fixture, folder)
            repository = pathlib.Path(scratch) / "repository"
            if (fixture / "repository").exists():
                make_repository(fixture / "repository", repository)
            for path in folder.rglob("*"):
                if path.suffix in (".toml", ".py", ".lock") and path.is_file():
                    path.write_text(self.real(path.read_text(), repository))
            for name, file in {"vendor-wheel": "delta-1.0-py3-none-any.whl", "vendor-sdist": "source_only-1.0.tar.gz"}.items():
                if (folder / "vendor").exists():
                    data = next(own[file] for own in Index.projects.values() if file in own)
                    (folder / "vendor" / file).write_bytes(data)
            plan = json.loads((fixture / "selections.json").read_text())
            self.lock(fixture, folder, repository, relock)
            answers = [answer for each in plan["selections"] for answer in self.answers(folder, each, plan)]
        lines = ",\n".join(json.dumps(answer) for answer in answers)
        (fixture / "expected.json").write_text(f'{{"uv": "{self.version}", "answers": [\n{lines}\n]}}\n')
        print(f"{fixture.name}: {len(answers)} answers, {sum('error' in each for each in answers)} refusals")

    def lock(self, fixture, folder, repository, relock):
        script = folder / "script.py"
        if relock:
            arguments = ["lock", *(["--script", "script.py"] if script.exists() else []), "--python", max(self.pythons.values())]
            done = self.run(arguments, folder)
            if done.returncode != 0:
                sys.exit(f"{fixture.name}: {done.stderr}")
            made = folder / ("script.py.lock" if script.exists() else "uv.lock")
            text = made.read_text().replace(f"file://{folder}", "file:///project").replace(f"file://{repository}", REPOSITORY).replace(f"{self.base}/simple", INDEX)
            text = re.sub(r', upload-time = "[^"]*"', "", text.replace(f"{self.base}/files", FILES))
            (fixture / "uv.lock").write_text(text)
        text = self.real((fixture / "uv.lock").read_text(), repository)
        (folder / ("script.py.lock" if script.exists() else "uv.lock")).write_text(text)

    def real(self, text, repository):
        text = text.replace(INDEX, f"{self.base}/simple").replace(FILES, f"{self.base}/files")
        return text.replace(REPOSITORY, f"file://{repository}")

    def answers(self, folder, selection, plan):
        for version, python in self.pythons.items():
            for platform, target in PLATFORMS.items():
                tag = "cp" + "".join(version.split(".")[:2])
                answer = {"selection": selection, "python": version, "target": f"{tag}-{target}"}
                arguments = ["sync", "--frozen", "--python", python, "--python-platform", platform]
                arguments += options(selection, (folder / "script.py").exists())
                done = self.run([*arguments, "--dry-run", "--output-format", "json"], folder)
                if done.returncode != 0:
                    yield answer | {"error": refusal(done.stderr)}
                    continue
                changes = json.loads(done.stdout)["sync"]["changes"]
                answer["packages"] = sorted([change["name"], change.get("version")] for change in changes)
                if plan.get("fetch"):
                    Index.fetched.clear()
                    with tempfile.TemporaryDirectory() as cache:
                        self.run([*arguments, "--no-install-project"], folder, pathlib.Path(cache))
                    answer["files"] = sorted(set(Index.fetched))
                    shutil.rmtree(folder / ".venv", ignore_errors=True)
                yield answer


def options(selection, is_script):
    if is_script:
        return ["--script", "script.py"]
    groups = selection.get("groups")
    arguments = [word for extra in selection.get("extras", []) for word in ("--extra", extra)]
    if groups is not None and "main" in groups:
        arguments += ["--no-default-groups", *(word for group in groups if group != "main" for word in ("--group", group))]
    elif groups is not None:
        arguments += [word for group in groups for word in ("--only-group", group)]
    packages = selection.get("packages")
    if packages == "all":
        return [*arguments, "--all-packages"]
    return arguments + [word for package in packages or [] for word in ("--package", package)]


def refusal(text):
    """uv's own words, on one line and without anything of this machine."""
    lines = [line.strip() for line in text.splitlines() if not line.startswith(("Using ", "warning:"))]
    return re.sub(r"/[^\s`]*/", "", " ".join(line for line in lines if line))[:300]


def make_repository(source, target):
    """A git repository with the same commit every time."""
    shutil.copytree(source, target)
    date = "2020-01-01T00:00:00+00:00"
    identity = {"GIT_AUTHOR_NAME": "a", "GIT_AUTHOR_EMAIL": "a@invalid", "GIT_COMMITTER_NAME": "a", "GIT_COMMITTER_EMAIL": "a@invalid"}
    environment = os.environ | identity | {"GIT_AUTHOR_DATE": date, "GIT_COMMITTER_DATE": date, "GIT_CONFIG_GLOBAL": "/dev/null"}
    for arguments in (["init", "-q", "-b", "main"], ["add", "."], ["commit", "-q", "-m", "fixture"], ["tag", "v1"]):
        subprocess.run(["git", *arguments], cwd=target, env=environment, check=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--uv", required=True)
    parser.add_argument("--python", action="append", required=True)
    parser.add_argument("--lock", action="store_true")
    parser.add_argument("fixtures", nargs="*")
    given = parser.parse_args()
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Index)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    recorder = Recorder(given.uv, given.python, f"http://127.0.0.1:{server.server_port}")
    for fixture in sorted(FIXTURES.glob("okay-*")):
        if not given.fixtures or fixture.name in given.fixtures:
            recorder.record(fixture, given.lock)


main()
