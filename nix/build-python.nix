# The Python that runs on the machine that builds, of the one that a package is built for: they differ in cross builds.
# (`pythonForBuild` is its name in nixpkgs before 24.05.)
python: python.pythonOnBuildForHost or python.pythonForBuild or python
