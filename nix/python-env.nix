# mkEnv: a virtual environment of everything that the lock installs for some groups and extras, for work on the project.
# The project itself is not built into it: `editable` makes it importable.
{
  pkgs,
  lib,
  mkEnvironment,
  mkPackages,
}:
{
  projectDir ? null,
  pwd ? projectDir,
  pyproject ? null,
  poetrylock ? null,
  lock ? poetrylock,
  resolution ? null,
  python ? pkgs.python3,
  target ? null,
  overrides ? null,
  preferWheels ? true,
  perPackage ? { },
  # null: `dev` where there is one. poetry2nix' default was [ "dev" ], there or not.
  groups ? null,
  checkGroups ? [ "dev" ],
  extras ? [ "*" ],
  editablePackageSources ? { },
  editable ? [ ],
  editableRoot ? null,
  member ? null,
  sources ? { },
  sourceFilter ? { },
  # Packages of nixpkgs besides: ps: [ ps.ipython ]. A locked package takes the place of nixpkgs' one of its name.
  extraPackages ? (_: [ ]),
  # Patterns (fnmatch) of files that packages disagree about and of which the first may win.
  ignoreCollisions ? [ ],
}@arguments:
let
  made = mkPackages (
    builtins.intersectAttrs (builtins.functionArgs mkPackages) arguments // { inherit groups; }
  );

  nameOf = package: builtins.replaceStrings [ "_" "." ] [ "-" "-" ] (lib.toLower (package.pname or package.name));
  extra = builtins.filter (package: !(made.byName ? ${nameOf package}) && package != python) (
    let
      wanted = extraPackages made.python.pkgs;
    in
    if wanted == [ ] then [ ] else python.pkgs.requiredPythonModules wanted
  );
in
mkEnvironment.environment {
  name = "${made.name}-env";
  inherit python ignoreCollisions;
  packages = made.poetryPackages ++ extra;
}
// {
  inherit (made) python;
}
