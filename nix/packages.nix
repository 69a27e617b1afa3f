# mkPackages: the selected packages themselves, for whoever puts them together in another way.
{
  pkgs,
  lib,
  mkProject,
  mkPoetryScriptsPackage,
  mkPoetryEditablePackage,
  mkMember,
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
  # Only checks of mkApplication read it; here for callers that pass the same arguments everywhere.
  checkGroups ? [ "dev" ],
  extras ? [ "*" ],
  editablePackageSources ? { },
  # Names of packages of the lock that are folders of it, and of the project itself: imported from where they are, with
  # their scripts and metadata. true: all of them.
  editable ? [ ],
  # A member of the workspace, or several, instead of the project; what is built of folders (project.nix).
  member ? null,
  sources ? { },
  sourceFilter ? { },
  # The lock's folder when Python runs. What is in the store cannot be edited: there the environment says it.
  editableRoot ? null,
}@arguments:
let
  project = mkProject (
    removeAttrs arguments [ "groups" "checkGroups" "editablePackageSources" "editable" "editableRoot" ]
  );
  packages = project.packagesOf (
    if groups != null then groups else lib.optional (project.resolution.groups ? dev && builtins.elem "dev" project.subject.groups) "dev"
  );
  shared = builtins.intersectAttrs (builtins.functionArgs mkPoetryScriptsPackage) arguments;

  # The members that are there: name -> path from the lock's folder. The project is one where there is something to install.
  normalized = name: builtins.replaceStrings [ "_" "." ] [ "-" "-" ] (lib.toLower name);
  own = if project.subject.isProject && project.project.package or false then { ${normalized project.project.name} = "."; } else { };
  folders =
    own
    // builtins.mapAttrs (_: package: package.source.path) (
      lib.filterAttrs (_: package: package.source.kind == "directory") packages.selected
    );
  members =
    if editable == true then
      # Another repository's folder is not this team's to edit.
      lib.filterAttrs (_: path: builtins.match "([.][.]|/).*" path == null) folders
    else
      lib.genAttrs editable (
        name:
        folders.${name} or (throw ''
          cannot make ${name} editable: it is no folder of the lock that is installed here
          hint: there are ${if folders == { } then "none" else builtins.concatStringsSep ", " (builtins.attrNames folders)}'')
      );
  root =
    if editableRoot != null then
      editableRoot
    else if lib.hasPrefix builtins.storeDir (toString project.root) then
      "$REPO_ROOT"
    else
      toString project.root;
  memberPackages = lib.mapAttrsToList (
    name: path:
    mkMember {
      inherit python root path name;
      folder = import ./path.nix name project.root path;
      version = if own ? ${name} then project.project.version else packages.selected.${name}.version;
      built = packages.set.${name};
    }
  ) members;

  hasScripts = project.subject.isProject && (project.project.scripts or { }) != { } && !(builtins.elem "." (builtins.attrValues members));
  elsewhere = lib.filterAttrs (_: folder: folder != null) editablePackageSources;
in
{
  inherit (packages) python byName;
  # The installed ones, then the project's scripts and its editable sources, if any.
  poetryPackages =
    map (name: packages.byName.${name}) (
      builtins.filter (name: !(elsewhere ? ${name} || members ? ${name})) (builtins.attrNames packages.byName)
    )
    ++ lib.optional hasScripts (mkPoetryScriptsPackage shared)
    ++ memberPackages
    ++ lib.optional (elsewhere != { }) (
      mkPoetryEditablePackage (shared // { editablePackageSources = elsewhere; })
    );
  poetryLock = builtins.fromTOML (builtins.readFile project.poetrylock);
  pyProject = builtins.fromTOML (builtins.readFile project.pyproject);
  inherit (project) resolution target;
  # Of what it is: the project, or the members.
  name =
    if project.project != null then project.project.name
    else if project.subject.isProject then "python"
    else builtins.concatStringsSep "-" project.subject.names;
}
