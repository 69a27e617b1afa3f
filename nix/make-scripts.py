"""make-scripts.py SPECIFICATION OUT: a program in OUT/bin for each entry point (name -> "module:object").

The specification is JSON: interpreter, scripts; importsFromHere (usually true): the working directory comes first.
Invariant: a name or an object that is not what the entry point specification allows is refused, never quoted.
"""

import json
import re
import sys
from pathlib import Path

NAME = re.compile(r"[\w.-]*[\w-][\w.-]*", re.ASCII)
# module.path:object.path, then extras, which mean nothing here.
OBJECT = re.compile(r"(?P<module>[\w.]+)\s*:\s*(?P<object>[\w.]+)\s*(\[[\w\s,.-]*\])?")

PROGRAM = """\
#!{interpreter}
import sys
{here}
import {module}

if __name__ == "__main__":
    sys.exit({module}.{object}())
"""

HERE = """
sys.path.insert(0, "")
"""


def main(specification_path, out):
    specification = json.loads(Path(specification_path).read_text(encoding="utf-8"))
    folder = Path(out) / "bin"
    folder.mkdir(parents=True)
    here = HERE if specification.get("importsFromHere", True) else ""
    for name, target in sorted(specification["scripts"].items()):
        # Poetry also allows a table; one that names a file instead of an object has no module to import.
        text = target.get("reference", target.get("callable", "")) if isinstance(target, dict) else target
        match = OBJECT.fullmatch(text)
        if not NAME.fullmatch(name) or match is None:
            sys.exit(f"error: cannot make the script {name!r}: {target!r} is not of the form module:object")
        program = folder / name
        program.write_text(
            PROGRAM.format(
                interpreter=specification["interpreter"], here=here, module=match["module"], object=match["object"]
            ),
            encoding="utf-8",
        )
        program.chmod(0o755)


if __name__ == "__main__":
    main(*sys.argv[1:])
