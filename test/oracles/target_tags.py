"""The tags of a target, best first, as packaging.tags gives them on such a machine."""

import functools
import re

from packaging import _manylinux, _musllinux, tags

NAME = re.compile(r"cp3(\d+)(t?)-(?:linux-(\w+?)-(glibc|musl)(\d+)\.(\d+)|macos(\d+)-(\w+)|win-(\w+))$")


def platforms(match):
    _, _, machine, libc, major, minor, macos, mac_machine, windows = match.groups()
    if macos:
        return list(tags.mac_platforms((int(macos), 0), mac_machine))
    if windows:
        return [f"win_{windows}"]
    if libc == "glibc":
        _manylinux._get_glibc_version = lambda: (int(major), int(minor))
        _manylinux._have_compatible_abi = lambda executable, archs: True
        found = list(_manylinux.platform_tags([machine]))
    else:
        _musllinux._get_musl_version = lambda executable: _musllinux._MuslVersion(int(major), int(minor))
        found = list(_musllinux.platform_tags([machine]))
    return [*found, f"linux_{machine}"]


@functools.cache
def tags_of(target):
    match = NAME.match(target)
    version = (3, int(match[1]))
    # 3.8 did away with the "m" of pymalloc.
    abi = f"cp3{match[1]}{'m' if match[1] == '7' else match[2]}"
    found = platforms(match)
    return [*tags.cpython_tags(version, [abi], found), *tags.compatible_tags(version, f"cp3{match[1]}", found)]
