"""install-wheel.py WHEEL PREFIX SITE_PACKAGES: installs a wheel (the binary distribution format), as nixpkgs' hook does."""

import configparser
import re
import shutil
import sys
import zipfile
from pathlib import Path

SCRIPT = """\
#!{interpreter}
import sys

from {module} import {name}

if __name__ == "__main__":
    sys.exit({object}())
"""


def main(wheel, prefix, site_packages):
    if re.fullmatch(r"[^-]+-[^-]+(-\d[^-]*)?-[^-]+-[^-]+-[^-]+\.whl", Path(wheel).name.split("/")[-1]) is None:
        sys.exit(f"error: {Path(wheel).name} is not the name of a wheel")
    prefix = Path(prefix)
    site = prefix / site_packages
    site.mkdir(parents=True, exist_ok=True)
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(site)
        for info in archive.infolist():
            if info.external_attr >> 16 & 0o111 and not info.is_dir():
                (site / info.filename).chmod(0o755)
    for data in site.glob("*.data"):
        for kind, target in {"purelib": site, "platlib": site, "scripts": prefix / "bin", "data": prefix}.items():
            if (data / kind).is_dir():
                shutil.copytree(data / kind, target, dirs_exist_ok=True)
        shutil.rmtree(data)
    entry_points = configparser.ConfigParser(delimiters=["="], interpolation=None)
    entry_points.optionxform = str
    entry_points.read(site.glob("*.dist-info/entry_points.txt"))
    if entry_points.has_section("console_scripts"):
        for name, target in entry_points.items("console_scripts"):
            module, target_object = (part.strip() for part in target.split("[")[0].split(":"))
            write_script(prefix / "bin" / name, module, target_object)


def write_script(path, module, target):
    path.parent.mkdir(exist_ok=True)
    path.write_text(
        SCRIPT.format(interpreter=sys.executable, module=module, name=target.split(".")[0], object=target)
    )
    path.chmod(0o755)


main(*sys.argv[1:])
