# mkPoetryScriptsPackage: the scripts that pyproject.toml declares, as programs that import the project from wherever
# they are run (the working directory comes first), for work on the project itself.
{
  pkgs,
  lib,
  mkProject,
}:
{
  projectDir ? null,
  pwd ? projectDir,
  pyproject ? null,
  poetrylock ? null,
  lock ? poetrylock,
  resolution ? null,
  python ? pkgs.python3,
}@arguments:
let
  inherit (mkProject arguments) project;
in
pkgs.stdenvNoCC.mkDerivation {
  name = lib.strings.sanitizeDerivationName "${project.name or "project"}-scripts";
  # Data, not text of a program: make-scripts.py checks each name before it writes one.
  specification = pkgs.writeText "scripts.json" (
    builtins.toJSON {
      inherit (python) interpreter;
      scripts = project.scripts or { };
    }
  );
  buildCommand = ''
    ${(import ./build-python.nix python).interpreter} -I ${./make-scripts.py} "$specification" "$out"
  '';
}
