"""make-wheels.py FOLDER < JSON: writes wheels and sdists for tests; prints {file name: SRI hash} as JSON.

The input is a list of { file, files: {path: text}, scripts: {name: "module:object"} }. The same input gives the same bytes.
"""

import base64
import gzip
import hashlib
import io
import json
import sys
import tarfile
import zipfile
from pathlib import Path


def main(folder):
    hashes = {}
    for package in json.load(sys.stdin):
        path = Path(folder) / package["file"]
        make = wheel if path.suffix == ".whl" else sdist
        path.write_bytes(make(package))
        hashes[package["file"]] = "sha256-" + base64.b64encode(hashlib.sha256(path.read_bytes()).digest()).decode()
    json.dump(hashes, sys.stdout)


def wheel(package):
    name, version = package["file"].split("-")[:2]
    info = f"{name}-{version}.dist-info"
    files = dict(package["files"])
    files[f"{info}/METADATA"] = f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n"
    files[f"{info}/WHEEL"] = "Wheel-Version: 1.0\nGenerator: make-wheels\nRoot-Is-Purelib: true\nTag: py3-none-any\n"
    if package.get("scripts"):
        lines = [f"{script} = {target}\n" for script, target in package["scripts"].items()]
        files[f"{info}/entry_points.txt"] = "[console_scripts]\n" + "".join(lines)
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w") as archive:
        for path, text in sorted(files.items()):
            archive.writestr(zipfile.ZipInfo(path, (1980, 1, 1, 0, 0, 0)), text)
    return data.getvalue()


def sdist(package):
    top = package["file"].removesuffix(".tar.gz")
    data = io.BytesIO()
    with tarfile.open(fileobj=data, mode="w") as archive:
        for path, text in sorted(package["files"].items()):
            entry = tarfile.TarInfo(f"{top}/{path}")
            entry.size = len(text.encode())
            archive.addfile(entry, io.BytesIO(text.encode()))
    return gzip.compress(data.getvalue(), mtime=0)


main(*sys.argv[1:])
