"""auto-patchelf.py OUT LIBRARIES EXTRA IGNORED APPENDED REPORT: what nixpkgs' autoPatchelfHook does.

Each of LIBRARIES, EXTRA, IGNORED and APPENDED is a list with spaces between: folders of build inputs, folders that were
added by hand, patterns of names that may be missing, and run paths besides. For each object in OUT the names that it needs
are looked for in OUT itself, then in the folders in this order. REPORT gets a line for each: object, name, folder or
"missing". The folders become the object's run path where it has room for one (an empty DT_RUNPATH): patchelf would make it.
"""

import fnmatch
import struct
import sys
from pathlib import Path

# What the linker finds beside itself.
LIBC = {"ld-linux-x86-64.so.2", "libc.so.6", "libdl.so.2", "libm.so.6", "libmvec.so.1", "libpthread.so.0", "librt.so.1"}
LIBC |= {"ld-linux-aarch64.so.1", "libresolv.so.2", "libutil.so.1", "libanl.so.1", "libnsl.so.1"}

# Tags of entries of the dynamic section (System V ABI).
NEEDED, RUNPATH = 1, 29


def main(out, libraries, extra, ignored, appended, report):
    out = Path(out)
    objects = sorted(path for path in out.rglob("*") if path.is_file() and not path.is_symlink())
    folders = [*sorted({path.parent for path in objects if ".so" in path.name})]
    folders += map(Path, [*libraries.split(), *extra.split()])
    lines, missing = [], []
    for path in objects:
        data = path.read_bytes()
        run_path = []
        for name in texts(data, NEEDED):
            if name in LIBC:
                continue
            found = next((folder for folder in folders if (folder / name).is_file()), None)
            lines.append(f"{path.relative_to(out)} {name} {found or 'missing'}\n")
            if found is not None and str(found) not in run_path:
                run_path.append(str(found))
            if found is None and not any(fnmatch.fnmatch(name, pattern) for pattern in ignored.split()):
                missing.append(f"error: auto-patchelf could not satisfy dependency {name} wanted by {path}")
        for at in texts(data, RUNPATH, places=True):
            if data[at] == 0:
                write(path, data, at, ":".join([*run_path, *appended.split()]).encode())
    if missing:
        sys.exit("\n".join([*missing, "auto-patchelf failed to find all the required dependencies."]))
    if lines:
        Path(report).parent.mkdir(exist_ok=True)
        Path(report).write_text("".join(lines))


def write(path, data, at, run_path):
    room = len(data) - at - len(data[at:].lstrip(b"\0"))
    if len(run_path) >= room:
        sys.exit(f"error: {path} has no room for the run path {run_path.decode()}")
    path.chmod(0o644)
    path.write_bytes(data[:at] + run_path + data[at + len(run_path) :])


def texts(data, wanted, places=False):
    """What such entries of the dynamic section of a 64-bit little-endian ELF object say; nothing of any other file."""
    if data[:6] != b"\x7fELF\x02\x01":
        return []
    offset, size, count = struct.unpack_from("<Q", data, 32)[0], *struct.unpack_from("<HH", data, 54)
    segments = [struct.unpack_from("<II6Q", data, offset + index * size) for index in range(count)]
    dynamic = next((segment for segment in segments if segment[0] == 2), None)
    if dynamic is None:
        return []
    entries = list(struct.iter_unpack("<QQ", data[dynamic[2] : dynamic[2] + dynamic[5] // 16 * 16]))
    address = next((value for tag, value in entries if tag == 5), None)
    if address is None:
        return []
    strings = next(s[2] + address - s[3] for s in segments if s[0] == 1 and s[3] <= address < s[3] + s[5])
    found = [strings + value for tag, value in entries if tag == wanted]
    return found if places else [data[at : data.index(0, at)].decode() for at in found]


main(*sys.argv[1:])
