"""Renews test/fixtures/poetry-constraints.json: what poetry-core makes of constraints.

    python scripts/record-constraints.py

Needs poetry-core; the file states its version. Each row is [constraint, versions that it allows] with all other versions
of "versions" not allowed, or [constraint, null] when poetry-core refuses it.
"""

import json
import pathlib
from importlib.metadata import version as installed

from poetry.core.constraints.version import Version
from poetry.core.constraints.version.exceptions import ParseConstraintError
from poetry.core.constraints.version.parser import parse_constraint

VERSIONS = """
0 0.0.1 0.0.2 0.0.2.5 0.0.3 0.1 0.2.3 0.2.9 0.3 0.9 1.dev0 1.0a1 1.0rc1 1 1.0+cu121 1.0.post1 1.0.post1+cu121 1.0.post2.dev1
1.0.0.1 1.0.1.dev1 1.0.1 1.1.dev0 1.1a1 1.1 1.2 1.2.1 1.2.3a1 1.2.3 1.2.3+local 1.2.3.post1 1.2.3.4 1.2.4 1.3.dev0 1.3 1.9 2.dev0 2a1
2 2+local 2.post1 2.1 2.7.18 3 3.0.5 3.1 3.6 3.7.2 3.8.20 3.9.25 3.10.0rc1 3.10 3.11.7 3.12.12 3.13.0rc1 3.13.13 3.14 4.dev0
4 10 2023.12.31 20230101000000 1!0.5 1!1.0
""".split()

CONSTRAINTS = """
*|x|X|v*|1.*|1.x|*.*|x.X.*
^1|^1.2|^1.2.3|^0|^0.0|^0.0.0|^0.2|^0.2.3|^0.0.2|^0.0.2.5|^1.0a1|^1.2.3.post1|^1!0.5|^ 1.2|^v1.2|^1.0+cu121|^3.9|^0.0.0.1|^2.dev0|^20230101000000
~1|~1.2|~1.2.3|~0.0.2|~1.0a1|~ 1.2|~1.2.3.4|~1!0|~3.9|~1.0.post1
~=1|~=1.2|~=1.2.3|~=1.2.3.4|~=1.0a1|~= 1.2|~=1.0+cu121|~=3.9|~=2.dev0
1.0|==1.0|=1.0|== 1.0|1.0+cu121|==1.2.3+local|<>1.0|1.0a1|=v1.0|3.10.0rc1|1.0.post1
!=1.0|!=1.0+cu121|!= 2|!=1.0.post1|!=2a1|!=1.0,!=1.0+cu121|!=1.0,!=2|!=1.2.3+local,!=1.2.3
1.2.*|==1.2.*|!=1.2.*|=1.2.*|v1.2.*|==1.*|!=3.*|1.2.3.*|1.2.3.4.*|1.*.*|!=1.*.*|==1.2.*.*|1.0.post1.*|1.0a1.*|!=1.0rc1.*|1.dev0.*|>=1.2.*|<1.2.*|==1!0.*|!=0.*
<1|<1.0|<2|<2a1|<2.post1|<1.0+cu121|<2.dev0|<1.2.3|<4|< 4.0|<0
<=1.0|<=1.0+cu121|<=2|<=2a1|<=1.2.3
>1.0|>1|>1.0+cu121|>1.0.post1|>2a1|>1.2.3|>1.dev0|>1.2.3+local
>=1.0|>=1|>=1.0+cu121|>=1.2.3.post1|>=2a1|>= 1.2|>=3.9|>=2.dev0|>=1!0|>=1.2.3+local
>=1,<2|>=1.0 <2.0|>=1, <2|>=1 , <2|>=1  <2|>=1 ,<2,|>1,<1.0.1|>=3.9,<4.0|>=3.9,<3.13,!=3.10.*|>=1,<=1|>=1,<1|>2,<1|^1,!=1.2.*|^1.2 !=1.2.3|^3.9,<3.14
>=2.7,!=3.0.*,!=3.1.*,!=3.2.*|>=1,!=1.2,!=1.3,<2|>=1.0+cu121,1.0|>1.0+cu121,1.0|1.0,1.0+cu121|1.0+cu121,1.0|1.0,>1.0|>=1.0,==1.0.*
>1,<3,!=2|*,>=1|>=1,*|!=1.0,>=1.0|>=1.2.3+local,1.2.3|<=1.2.3+local,1.2.3|>=1.2.3+local,!=1.2.3
""".replace("\n", "|").strip("|").split("|")

CONSTRAINTS += [
    "^1 || ^2", "^1||^3", "^1 | ^3", "1.0 || 2", "<1 || >2", "<1||>1", "<=1||>1", "<1||>=1", "1.0||1.0+cu121", "1.0+cu121||1.0",
    ">=1.0+cu121||1.0", "<1||1.0+cu121", "<=1.0+cu121||1.0", "!=1||1", "!=1 || 1.0+cu121", "<1 || >1,<2 || >2", "~2.7 || ^3.6",
    ">=2.7,<2.8 || >=3.6", "* || 1", "1 || *", ">2,<1 || 1", ">2,<1 || >3,<2", "==1.* || ==3.*", "<1.0.dev0 || >=1.1.dev0",
    "^3.9,!=3.10.* || 2.7.18", "<1 || >1+a", "!=1.2.3,!=1.2.3+local || 1!0", "1.1 || 1.2 || 1.3 || <1", "<1.2.3||>1.2.3,<2||>2",
    # refused
    "", " ", "foo", "1.0.", "1..0", ">=", ">=1,", ">=1,,<2", ",>=1", "^", "~", "~=", "^*", "^1.*", "~1.*", ">1||", "||>1", "1 || || 2",
    "=>1", "=<1", "> = 1", "===1.0", "1.0 - 2.0", ">=1 - <2", ">=1, ,<2", "1.2.*.3", "1.*.*.1", "1.2.3.4.*.*", "V1.*.*", "=1.*.*", "<>1.*.*",
    "1!1.*.*", "dev", ">=dev", "DEV", "dev.*", "^dev", "@1", "1.0;2", "(>=1)", "1.0+", "1.0a.*", "latest", "1.0 || bar", "*.1", "x.1", "vv1",
    # white space
    " >=1 ", "\t1.0\n", "1.0\n||2", ">=1\t,<2", ">=1,\n<2", "1,\n1.0", "^\t1.2", "^1.2\u00a0", ">=1   ,   <2", ">=1  -1", "1.0 -1", "1 1.0", "> 1 < 2",
]


def allowed(constraint):
    try:
        parsed = parse_constraint(constraint)
    except ParseConstraintError:
        return None
    return [version for version in VERSIONS if parsed.allows(Version.parse(version))]


rows = [[constraint, allowed(constraint)] for constraint in dict.fromkeys(CONSTRAINTS)]
head = {"source": f"poetry-core {installed('poetry-core')}", "renew": "python scripts/record-constraints.py", "versions": VERSIONS}
lines = ",\n".join(json.dumps(row) for row in rows)
target = pathlib.Path(__file__).parent.parent / "test/fixtures/poetry-constraints.json"
target.write_text(f'{json.dumps(head)[:-1]}, "constraints": [\n{lines}\n]}}\n')
print(f"{len(rows)} constraints, {len(rows) * len(VERSIONS)} answers")
