# mkPoetryEditablePackage: a package that adds folders outside the store to Python's path, so that a change of a source
# shows without a build. Its metadata and entry points are the project's.
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
  # Name -> folder. A name is for people; null leaves one out.
  editablePackageSources ? { },
}@arguments:
let
  inherit (mkProject (removeAttrs arguments [ "editablePackageSources" ])) project;
  folders = builtins.filter (folder: folder != null) (builtins.attrValues editablePackageSources);
in
pkgs.stdenvNoCC.mkDerivation {
  name = lib.strings.sanitizeDerivationName "${project.name or "project"}-editable";
  specification = pkgs.writeText "editable.json" (
    builtins.toJSON {
      inherit (python) sitePackages;
      name = project.name or "project";
      version = project.version or null;
      scripts = project.scripts or { };
      # toString, so that the folder stays where it is.
      paths = map toString folders;
    }
  );
  buildCommand = ''
    ${(import ./build-python.nix python).interpreter} -I ${./make-editable.py} "$specification" "$out"
  '';
}
