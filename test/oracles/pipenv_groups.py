"""What Pipenv installs from Pipfile.lock: reads lines of {folder, environment, selections}, a selection being the categories
of `pipenv sync --categories`; writes for each the list of [name, version] that it gives pip.

The way of `pipenv sync` up to pip's call (routines/install.py, do_install_dependencies and batch_install), in an environment
that has nothing yet.
"""

import contextlib
import io
import json
import os
import sys
import tempfile

from pipenv.project import Project
from pipenv.routines import install
from pipenv.routines.context import PackageSelection, RoutineContext, TargetEnv

given = []
environment = {}
install.install_build_system_packages = lambda *_, **__: None
install._target_marker_environment = lambda *_, **__: environment
install.batch_install_iteration = lambda _project, _context, lines, *_: given.extend(lines)


def answer(project, categories):
    given.clear()
    selection = PackageSelection(categories=tuple(categories))
    context = RoutineContext(package_selection=selection, target_env=TargetEnv(allow_global=True))
    with tempfile.TemporaryDirectory() as folder:
        install.do_install_dependencies(project, context, folder)
    installed = {}
    for line in given:
        name, version = line.split(";")[0].split(" --hash")[0].split("==")
        installed[name.split("[")[0].strip()] = version.strip()
    return sorted([name, version] for name, version in installed.items())


class Nothing:
    """An environment without packages."""

    def is_satisfied(self, _dependency):
        return False


for line in sys.stdin:
    question = json.loads(line)
    os.chdir(question["folder"])
    environment = question["environment"]
    with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()):
        project = Project()
        project._environment = Nothing()
        answers = [answer(project, categories) for categories in question["selections"]]
    print(json.dumps(answers), flush=True)
