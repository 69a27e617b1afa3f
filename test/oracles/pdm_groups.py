"""What PDM installs from pdm.lock: reads lines of {folder, python, platform, selections}, a selection being null (nothing
chosen) or options of `pdm install`; writes for each a list of {groups, packages} or {refused}.

The way of `pdm sync`: GroupSelection, then resolve_from_lockfile for an environment of the target (cli/actions.py, do_sync).
"""

import argparse
import contextlib
import io
import json
import os
import pathlib
import sys

from pdm.cli.actions import resolve_from_lockfile
from pdm.cli.filters import GroupSelection
from pdm.cli.options import groups_group
from pdm.core import Core
from pdm.exceptions import PdmException
from pdm.models.markers import EnvSpec
from pdm.models.python import PythonInfo
from resolvelib import ResolutionTooDeep

parser = argparse.ArgumentParser()
groups_group.add_to_parser(parser)


def answer(project, selection, spec):
    groups = None
    try:
        if not project.python_requires.contains(question["python"]):
            # PDM looks for another interpreter, and ends without one (project/core.py, resolve_interpreter).
            raise PdmException("no Python that satisfies the project's")
        chosen = GroupSelection.from_options(project, parser.parse_args(selection or []))
        chosen.validate()
        groups = list(chosen)
        dependencies = project._resolve_dependencies(groups)
        requirements = [each for group in groups for each in project.get_dependencies(group, dependencies)]
        found = list(resolve_from_lockfile(project, requirements, groups, spec))
        # What asks for `name[extra]` gets both entries, which are one package.
        packages = sorted({(package.candidate.name, package.candidate.version) for package in found})
        return {"groups": sorted(groups), "packages": [list(package) for package in packages]}
    except PdmException as error:
        return {"refused": str(error), **({} if groups is None else {"groups": sorted(groups)})}
    except ResolutionTooDeep:
        # PDM's way of refusing a requirement that a package has of a locked version which its Python rules out.
        return {"refused": "too deep", "groups": sorted(groups)}


for line in sys.stdin:
    question = json.loads(line)
    os.chdir(question["folder"])
    with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()):
        project = Core().create_project(pathlib.Path(question["folder"]))
        project.project_config["python.use_venv"] = False
        # Whatever Python the project asks for: that of the target is in the environment.
        project.python = PythonInfo.from_path(sys.executable)
        project.project_config["strategy.resolve_max_rounds"] = 300
        project.core.ui.set_verbosity(-1)
        spec = EnvSpec.from_spec(f"=={question['python']}", question["platform"], "cpython")
        # A lock without targets is for the environment at hand.
        project.environment.__dict__["spec"] = spec
        answers = [answer(project, selection, spec) for selection in question["selections"]]
    print(json.dumps(answers), flush=True)
