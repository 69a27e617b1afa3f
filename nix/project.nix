# What all functions share: a project's resolution, the target of a Python, and its package set with overrides.
#
# Invariant: the set is nixpkgs' packages for that Python, the locked ones in their place, then the overlays in order.
# nixpkgs' own packages keep nixpkgs' versions of what they need: locked ones never reach into their builds.
{
  pkgs,
  lib,
  resolve,
  select,
  mkPackage,
  defaultPoetryOverrides,
  cleanPythonSources,
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
  overrides ? [ defaultPoetryOverrides ],
  preferWheels ? true,
  # Name -> what is particular about a package: `preferWheel`, `extraLibraries`, `ignoreSonames` (package.nix).
  perPackage ? { },
  extras ? [ "*" ],
  # A member of the workspace, or several: what is installed for them and not for the project (members.nix).
  member ? null,
  # Name of a folder of the lock -> what is built in its place; and what of the folder is: path in it -> type -> whether.
  sources ? { },
  sourceFilter ? { },
}:
let
  # A name in the folder, not a path.
  isName = builtins.isString lock && builtins.substring 0 1 lock != "/";
  folder =
    if projectDir != null then
      projectDir
    else if lock != null && !isName then
      dirOf lock
    else if pwd != null then
      pwd
    else
      throw "cannot find the project: pass `projectDir`, or the `lock` in its folder";

  resolved = resolve {
    projectDir = folder;
    inherit python target resolution pyproject lock;
  };
  frozen = resolved.resolution;
  chosen = resolved.target;

  # Where relative paths of the lock start.
  root = if pwd != null then pwd else folder;

  projectFile = if pyproject != null then pyproject else folder + "/${if frozen.pyproject == null then "pyproject.toml" else frozen.pyproject.path}";
  members = import ./members.nix { resolution = frozen; inherit root projectFile; };
  subject = members.choose member;

  # What is built of a folder: it alone, without the folders of other packages in it.
  sourceOf =
    name: what: path:
    let
      isTop = path == "." || path == "";
      inner = builtins.filter (other: other != path && (isTop || lib.hasPrefix "${path}/" other)) (
        map (each: each.path) (builtins.attrValues members.all)
      );
      below = other: if isTop then other else builtins.substring (builtins.stringLength path + 1) (-1) other;
    in
    sources.${name} or (cleanPythonSources (
      {
        src = if isTop then folder else import ./path.nix what root path;
        inherit root;
        without = map below inner;
      }
      // lib.optionalAttrs (sourceFilter ? ${name}) { filter = sourceFilter.${name}; }
    ));

  # The project as a package like the others, for what is compiled of it (packages.nix).
  own =
    let
      inherit (frozen) project;
      package = {
        inherit (project) name version;
        source = { kind = "directory"; path = "."; editable = true; buildRequires = project.requires; };
        target = chosen;
        file = null;
        sdist = null;
        dependencies = [ ];
      };
    in
    if project == null || !project.package then
      { }
    else
      {
        ${project.name} = mkPackage {
          inherit python root sourceOf;
          libraries = [ ];
          neighbours = [ ];
          settings = { preferWheel = preferWheels; } // perPackage.${project.name} or { };
        } package;
      };

  # `main` is part of every selection of these functions, where the lock has it.
  packagesOf =
    groups:
    let
      main = builtins.filter (name: frozen.groups ? ${name}) [ "main" ];
      selected = subject.take (select {
        resolution = frozen;
        target = chosen;
        inherit (subject) members;
        extras = subject.check "extra" extras;
        groups = main ++ subject.check "group" groups;
      });
      libraries = import ./libraries.nix selected;
      keyed = map (key: { inherit key; });
      present = names: builtins.filter (package: package != null) (map (name: set.${name}) names);

      locked = builtins.mapAttrs (
        name:
        mkPackage {
          inherit python root sourceOf;
          libraries = present libraries.${name};
          neighbours = map ({ key }: selected.${key}) (
            builtins.genericClosure {
              startSet = keyed libraries.${name};
              operator = { key }: keyed libraries.${key};
            }
          );
          settings = { preferWheel = preferWheels; } // perPackage.${name} or { };
        }
      ) selected;
      overlay = lib.composeManyExtensions (lib.toList overrides);
      set = lib.fix (lib.extends overlay (_: python.pkgs // own // locked));
    in
    {
      inherit selected set;
      list = present (builtins.attrNames selected);
      byName = lib.filterAttrs (_: package: package != null) (builtins.intersectAttrs selected set);
      # Python as users of poetry2nix find it in passthru: its packages are the locked ones.
      python = python // { pkgs = set; };
    };
in
{
  inherit root packagesOf sourceOf subject;
  resolution = frozen;
  target = chosen;
  inherit (subject) project;
  pyproject = projectFile;
  poetrylock = if lock != null && !isName then lock else folder + "/${if isName then lock else frozen.lock.path}";
}
