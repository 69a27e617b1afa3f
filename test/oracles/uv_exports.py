"""What real uv installs from a lock: the answers for uv.mjs to compare.

    python test/oracles/uv_exports.py < questions > answers

Needs the packages uv and packaging. A question is a line of JSON: {"lock": path, "targets": [{"target", "environment"}],
"cases": [{"arguments"}], "fetch": a number}. For each case and target a line comes back: {"packages": [[name, version or
null, file or null]]} or {"error": text, "unasked": whether uv cannot be asked this}, and for the first `fetch` cases "fetched": [file] or "notFetched": text.

`uv export --frozen` says what a selection holds on any platform; packaging evaluates its markers for each target, and what
uv refuses on a target without exporting (the Pythons of the project and of the chosen groups, the environments of the lock)
is asked of packaging, too. Files: the best wheel by packaging's tags, else the sdist; "fetched" is what real `uv pip install`
fetches of the exported wheels for the target, from a server here that makes up each wheel that it is asked for.

Runs in a copy of the project. A workspace's members that are not there are made up with the names that the lock has of
their extras and groups.
"""

import base64
import functools
import hashlib
import http.server
import io
import json
import operator
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile
import threading
import tomllib
import zipfile
from urllib.parse import quote, unquote

import target_tags  # beside this file
from packaging import markers
from packaging.markers import Marker
from packaging.specifiers import SpecifierSet
from packaging.tags import parse_tag
from packaging.utils import canonicalize_name
from packaging.version import InvalidVersion, Version

# The release and the version of the system uv orders as text (crates/uv-pep508/src/marker/algebra.rs, Edges::from_string); of
# other texts packaging and uv say alike that `<` never holds and that `<=` is `==`.
ORDERS = {"<": operator.lt, "<=": operator.le, ">": operator.gt, ">=": operator.ge}
ORDERED = {"platform_release", "platform_version"}
packagings = markers._eval_op
# The environment that markers are evaluated in now.
current = {}


def is_version(text):
    try:
        return bool(Version(text.removesuffix(".*")))
    except InvalidVersion:
        return False


def evaluated(left, op, right, *, key):
    order = ORDERS.get(op.serialize()) if key in ORDERED else None
    # The releases of Darwin are versions, when they are compared with one.
    if key == "platform_release" and current.get("sys_platform") == "darwin" and is_version(right):
        order = None
    return packagings(left, op, right, key=key) if order is None else order(left, right)


markers._eval_op = evaluated

UV = str(pathlib.Path(sys.executable).parent / "uv")
PLATFORMS = {
    "linux-x86_64-glibc2.28": "x86_64-manylinux_2_28",
    "linux-aarch64-glibc2.28": "aarch64-manylinux_2_28",
    "linux-x86_64-glibc2.39": "x86_64-manylinux_2_39",
    "win-amd64": "x86_64-pc-windows-msvc",
    "macos13-x86_64": "x86_64-apple-darwin",
    "macos14-arm64": "aarch64-apple-darwin",
}


def run(arguments, folder, **more):
    environment = {key: value for key, value in os.environ.items() if not key.startswith(("UV_", "PIP_", "VIRTUAL_ENV"))}
    environment |= {"UV_PYTHON_DOWNLOADS": "never", "UV_CACHE_DIR": str(folder / ".cache"), "UV_NO_PROGRESS": "1", **more}
    return subprocess.run([UV, *arguments], cwd=folder, env=environment, capture_output=True, text=True)


# --- The project ------------------------------------------------------------------------------------------------------------


def copy_project(original, folder):
    ignored = shutil.ignore_patterns("oracle", "expected.json", "meta.json", "selections.json")
    shutil.copytree(original.parent, folder, ignore=ignored)
    if (folder / "script.py").exists():
        shutil.copy(original, folder / "script.py.lock")
    lock = tomllib.loads(original.read_text(encoding="utf-8"))
    members = lock.get("manifest", {}).get("members", [])
    for package in lock.get("package", []):
        source = package["source"]
        path = source.get("editable") or source.get("virtual") or source.get("directory")
        if path is None or path == "." or (folder / path / "pyproject.toml").exists():
            continue
        (folder / path).mkdir(parents=True, exist_ok=True)
        (folder / path / "pyproject.toml").write_text(member(package), encoding="utf-8")
    return lock, members


def member(package):
    lines = ["[project]", f'name = "{package["name"]}"', f'version = "{package.get("version", "0")}"']
    extras = {*package.get("optional-dependencies", {}), *package.get("metadata", {}).get("provides-extras", [])}
    lines += ["[project.optional-dependencies]", *(f'"{extra}" = []' for extra in sorted(extras))]
    groups = {*package.get("dev-dependencies", {}), *package.get("metadata", {}).get("requires-dev", {})}
    lines += ["[dependency-groups]", *(f'"{group}" = []' for group in sorted(groups))]
    return "\n".join(lines) + "\n"


# --- What uv refuses --------------------------------------------------------------------------------------------------------


def refusal(lock, project, arguments, environment):
    python = environment["python_full_version"]
    uv = project.get("tool", {}).get("uv", {})
    demanded = [lock.get("requires-python", "")]
    for group in chosen_groups(project, uv, arguments):
        demanded += [each for name in included(project, group) for each in demands(uv, name)]
    for each in demanded:
        if not SpecifierSet(each).contains(python, prereleases=True):
            return f"Python {python} is not in {each}"
    supported = lock.get("supported-markers", [])
    if supported and not any(Marker(each).evaluate(environment) for each in supported):
        return "the lock does not support this environment"
    return None


def chosen_groups(project, uv, arguments):
    every = [canonicalize_name(name) for name in project.get("dependency-groups", {})]
    if "--all-groups" in arguments:
        return every
    named = [word for before, word in zip(arguments, arguments[1:]) if before in ("--group", "--only-group")]
    if "--no-default-groups" in arguments or "--only-group" in arguments:
        return named
    usual = uv.get("default-groups", ["dev"])
    return [*named, *(every if usual == "all" else map(canonicalize_name, usual))]


def included(project, group):
    for name, entries in project.get("dependency-groups", {}).items():
        if canonicalize_name(name) == group:
            for entry in entries:
                if isinstance(entry, dict):
                    yield from included(project, canonicalize_name(entry["include-group"]))
    yield group


def demands(uv, group):
    groups = uv.get("dependency-groups", {})
    return [groups[name]["requires-python"] for name in groups if canonicalize_name(name) == group]


# --- What uv installs -------------------------------------------------------------------------------------------------------


def selected(export, environment):
    return [each for each in export.get("packages", []) if holds(each.get("marker"), environment)]


@functools.cache
def parsed(marker):
    return Marker(marker)


def holds(marker, environment):
    return marker is None or parsed(marker).evaluate(environment)


@functools.cache
def ranks(target):
    return {tag: rank for rank, tag in enumerate(target_tags.tags_of(target))}


def file_name(entry):
    """As the lock writes it: uv's export puts a normalised name beside the URL."""
    place = entry.get("url") or entry.get("path") or entry["name"]
    return unquote(re.sub(r"[?#].*", "", place).split("/")[-1])


def best_file(package, target):
    if "wheels" not in package and "sdist" not in package:
        return None
    known = ranks(target)
    found = []
    for index, name in enumerate(map(file_name, package.get("wheels", []))):
        parts = name.removesuffix(".whl").split("-")
        rank = min((known[tag] for tag in parse_tag("-".join(parts[-3:])) if tag in known), default=None)
        if rank is not None:
            build = re.match(r"(\d+)(.*)", parts[2]) if len(parts) == 6 else None
            found.append((-rank, (int(build[1]), build[2]) if build else (-1, ""), -index, name))
    if found:
        return max(found)[3]  # the first of equals
    return file_name(package["sdist"]) if "sdist" in package else ""


class Wheels(http.server.BaseHTTPRequestHandler):
    """Any wheel that is asked for, without contents."""

    protocol_version = "HTTP/1.1"
    fetched = set()

    def do_GET(self):
        name = unquote(self.path.split("?")[0].split("/")[-1])
        if self.command == "GET":
            self.fetched.add(name)
        body = wheel(name)
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.command == "GET":
            self.wfile.write(body)

    do_HEAD = do_GET

    def log_message(self, *_):
        pass


def wheel(name):
    project, version, *tags = name.removesuffix(".whl").split("-")
    info = f"{project}-{version}.dist-info"
    texts = {
        f"{info}/METADATA": f"Metadata-Version: 2.3\nName: {project}\nVersion: {version}\n",
        f"{info}/WHEEL": f"Wheel-Version: 1.0\nGenerator: x\nRoot-Is-Purelib: true\nTag: {'-'.join(tags[-3:])}\n",
    }
    record = [f"{path},sha256={digest(text.encode())},{len(text)}\n" for path, text in texts.items()]
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for path, text in {**texts, f"{info}/RECORD": "".join(record) + f"{info}/RECORD,,\n"}.items():
            archive.writestr(zipfile.ZipInfo(path, (2020, 1, 1, 0, 0, 0)), text)
    return buffer.getvalue()


def digest(data):
    return base64.urlsafe_b64encode(hashlib.sha256(data).digest()).rstrip(b"=").decode()


def fetch(packages, target, folder, base):
    """The wheels that uv fetches of these packages; sdists would have to be built."""
    version, platform = re.fullmatch(r"cp3(\d+)-(.*)", target).groups()
    lines = ['lock-version = "1.0"', 'created-by = "x"']
    for package in packages:
        if not package.get("wheels") or not (best_file(package, target) or "").endswith(".whl"):
            continue
        files = [file_name(each) for each in package["wheels"]]
        made = ", ".join(f'{{ url = "{base}/{quote(name)}", hashes = {{ sha256 = "{hash_of(name)}" }} }}' for name in files)
        lines += ["[[packages]]", f'name = "{package["name"]}"', f'version = "{package["version"]}"', f"wheels = [{made}]"]
    # A pylock.toml without packages is none to uv.
    if len(lines) == 2:
        return {"fetched": []}
    (folder / "pylock.files.toml").write_text("\n".join(lines) + "\n", encoding="utf-8")
    Wheels.fetched.clear()
    arguments = ["pip", "install", "--no-deps", "--no-cache", "--target", str(folder / ".target"), "-r", "pylock.files.toml"]
    arguments += ["--python", sys.executable, "--python-version", f"3.{version}", "--python-platform", PLATFORMS[platform]]
    macos = re.match(r"macos(\d+)", platform)
    done = run([*arguments, "--preview"], folder, **({"MACOSX_DEPLOYMENT_TARGET": f"{macos[1]}.0"} if macos else {}))
    shutil.rmtree(folder / ".target", ignore_errors=True)
    if done.returncode != 0:
        print(f"{target}: {done.stderr[-600:]}", file=sys.stderr)
        return {"notFetched": done.stderr[-1500:]}
    return {"fetched": sorted(Wheels.fetched)}


@functools.cache
def hash_of(name):
    return hashlib.sha256(wheel(name)).hexdigest()


def answers(question, folder, base):
    original = pathlib.Path(question["lock"])
    lock, _ = copy_project(original, folder)
    path = folder / "pyproject.toml"
    project = tomllib.loads(path.read_text(encoding="utf-8")) if path.exists() else {}
    for number, case in enumerate(question["cases"]):
        arguments = ["export", "--frozen", "--offline", "--format", "pylock.toml", "--quiet", *case["arguments"]]
        done = run(arguments, folder)
        export = tomllib.loads(done.stdout) if done.returncode == 0 else None
        for each in question["targets"]:
            target, environment = each["target"], {**each["environment"], "extra": ""}
            current.update(environment)
            error = refusal(lock, project, case["arguments"], environment)
            if export is None:
                error = done.stderr.strip() or "refused"
            unasked = export is None and "is not defined in" in done.stderr
            # `uv export` adds what the workspace itself requires even where `uv sync` does not.
            unasked |= "--only-group" in case["arguments"] and "requirements" in lock.get("manifest", {})
            if unasked or error is not None:
                yield {"error": error, "unasked": unasked}
                continue
            packages = selected(export, environment)
            rows = [[canonicalize_name(row["name"]), row.get("version"), best_file(row, target)] for row in packages]
            answer = {"packages": rows}
            if number < question["fetch"] and any(target.endswith(name) for name in PLATFORMS):
                answer |= fetch(packages, target, folder, base)
            yield answer


def main():
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Wheels)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    for line in sys.stdin:
        with tempfile.TemporaryDirectory() as root:
            # Deep enough for paths that leave the project.
            folder = pathlib.Path(root) / "a" / "b" / "c" / "project"
            folder.parent.mkdir(parents=True)
            for answer in answers(json.loads(line), folder, f"http://127.0.0.1:{server.server_port}"):
                print(json.dumps(answer), flush=True)


if __name__ == "__main__":
    main()
