"""build-wheel.py FOLDER: builds the source in the working directory with the back end that it names (PEP 517)."""

import importlib
import os
import sys
import tomllib
from pathlib import Path

with open("pyproject.toml", "rb") as file:
    build_system = tomllib.load(file)["build-system"]
sys.path[:0] = [os.path.abspath(path) for path in build_system.get("backend-path", [])]
Path(sys.argv[1]).mkdir()
importlib.import_module(build_system["build-backend"]).build_wheel(sys.argv[1])
