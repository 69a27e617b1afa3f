# mkPoetryPackages: the selected packages themselves, for whoever puts them together in another way.
{
  pkgs,
  lib,
  mkProject,
  mkPoetryScriptsPackage,
  mkPoetryEditablePackage,
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
  # Besides `main`, which is always there; null: `dev` where there is one.
  groups ? [ ],
  # Only checks of mkPoetryApplication read it; here for callers that pass the same arguments everywhere.
  checkGroups ? [ "dev" ],
  extras ? [ "*" ],
  editablePackageSources ? { },
}@arguments:
let
  project = mkProject (removeAttrs arguments [ "groups" "checkGroups" "editablePackageSources" ]);
  packages = project.packagesOf (
    if groups != null then groups else lib.optional (project.resolution.groups ? dev) "dev"
  );
  shared = builtins.intersectAttrs (builtins.functionArgs mkPoetryScriptsPackage) arguments;

  hasScripts = (project.project.scripts or { }) != { };
  editable = lib.filterAttrs (_: folder: folder != null) editablePackageSources;
in
{
  inherit (packages) python byName;
  # The installed ones, then the project's scripts and its editable sources, if any.
  poetryPackages =
    map (name: packages.byName.${name}) (
      builtins.filter (name: !(editable ? ${name})) (builtins.attrNames packages.byName)
    )
    ++ lib.optional hasScripts (mkPoetryScriptsPackage shared)
    ++ lib.optional (editable != { }) (
      mkPoetryEditablePackage (shared // { editablePackageSources = editable; })
    );
  poetryLock = builtins.fromTOML (builtins.readFile project.poetrylock);
  pyProject = builtins.fromTOML (builtins.readFile project.pyproject);
  inherit (project) resolution target;
}
