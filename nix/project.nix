# What all functions share: a project's resolution, the target of a Python, and its package set with overrides.
#
# Invariant: the set is nixpkgs' packages for that Python, the locked ones in their place, then the overlays in order.
# nixpkgs' own packages keep nixpkgs' versions of what they need: locked ones never reach into their builds.
{
  pkgs,
  lib,
  resolve,
  select,
  package,
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
  # Name -> what is particular about a package (per-package.nix).
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
      whole = {
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
        ${project.name} = package.mkPackage {
          inherit python root sourceOf;
          libraries = [ ];
          neighbours = [ ];
          given = settingsOf project.name;
          inherit (buildOf project.name) extraRequires lockedBuild;
        } whole;
      };

  # `main` is part of every selection of these functions, where the lock has it.
  packagesOf = groups: selectionOf (builtins.filter (name: frozen.groups ? ${name}) [ "main" ] ++ groups);

  selectionOf =
    groups:
    let
      selected = subject.take (select {
        resolution = frozen;
        target = chosen;
        inherit (subject) members;
        extras = subject.check "extra" extras;
        groups =
          builtins.filter (name: name == "main") groups
          ++ subject.check "group" (builtins.filter (name: name != "main") groups);
      });
      libraries = import ./libraries.nix selected;
      keyed = map (key: { inherit key; });
      present = names: builtins.filter (package: package != null) (map (name: set.${name}) names);

      locked = builtins.mapAttrs (
        name:
        package.mkPackage {
          inherit python root sourceOf;
          libraries = present libraries.${name};
          neighbours = map ({ key }: selected.${key}) (
            builtins.genericClosure {
              startSet = keyed libraries.${name};
              operator = { key }: keyed libraries.${key};
            }
          );
          given = settingsOf name;
          inherit (buildOf name) extraRequires lockedBuild;
        }
      ) selected;
      setWith =
        overlay:
        lib.fix (
          lib.extends overlay (
            _:
            python.pkgs
            // own
            // settings.warnOfSlips lockedNames particular locked
            // {
              # As that of nixpkgs' own set, which would have none of these packages.
              overrideScope = more: setWith (lib.composeExtensions overlay more);
            }
          )
        );
      set = setWith (lib.composeManyExtensions (lib.toList overrides));
    in
    {
      inherit selected set;
      list = present (builtins.attrNames selected);
      byName = lib.filterAttrs (_: package: package != null) (builtins.intersectAttrs selected set);
      # Python as users of poetry2nix find it in passthru: its packages are the locked ones.
      python = python // { pkgs = set; };
    };

  # --- What is particular about each ---

  settings = import ./per-package.nix { inherit lib; };
  particular = settings.normalized perPackage;
  settingsOf = name: { preferWheel = preferWheels; } // settings.of particular name;
  # What is needed to build it (source.nix).
  buildOf = name: {
    settings = settings.complete "perPackage.${name}" (settingsOf name);
    extraRequires = extraRequires.${name} or [ ];
    lockedBuild = lockedBuildFor name;
  };
  lockedNames =
    builtins.listToAttrs (map (package: { inherit (package) name; value = null; }) frozen.packages)
    // lib.optionalAttrs (frozen.project or null != null) { ${settings.normalize frozen.project.name} = null; };

  # uv's [tool.uv.extra-build-dependencies]: what else the build of a package requires; with `match-runtime` at the version
  # that is installed (uv-distribution-types, build_requires.rs).
  extraRequires =
    let
      given = if builtins.pathExists projectFile then (builtins.fromTOML (builtins.readFile projectFile)).tool.uv or { } else { };
      of =
        requirement:
        if builtins.isString requirement then
          { name = requirements.nameOf requirement; isLocked = false; }
        else
          { name = requirements.nameOf requirement.requirement; isLocked = requirement.match-runtime or false; };
    in
    if frozen.lock.format != "uv" || frozen.pyproject == null then
      { }
    else
      lib.mapAttrs' (name: wanted: {
        name = requirements.normalize name;
        value = map of wanted;
      }) (given.extra-build-dependencies or { });
  requirements = import ./requirements.nix;

  # What the lock has of the requirements of a build: { taken, packages }. A cross build runs another Python than they are for.
  lockedBuildFor =
    name:
    { groups, names, matched }:
    let
      isCross = toString (import ./build-python.nix python) != toString python;
      none = { taken = [ ]; packages = [ ]; };
      some =
        groups: names:
        let
          made = selections.${builtins.toJSON groups} or (selectionOf groups);
          found = import ./build-requirements.nix {
            inherit (made) selected;
            requiredBy =
              selected: package.requiredBy { inherit root; inherit (buildOf selected.name) settings extraRequires; } selected;
          } { inherit name names; };
        in
        {
          inherit (found) taken;
          packages = builtins.filter (package: package != null) (map (each: made.set.${each}) found.closure);
        };
      ofGroups = if groups == [ ] || isCross then none else some groups names;
      ofMain = if matched == [ ] || isCross then none else some [ "main" ] matched;
      missing = builtins.filter (each: !(builtins.elem each ofMain.taken)) matched;
    in
    if missing != [ ] && !isCross then
      throw ''
        cannot build ${name} from source: pyproject.toml asks for ${builtins.head missing} with `match-runtime`, and it is not
        installed, or needs ${name} itself
        hint: add it to the project's dependencies''
    else
      {
        taken = ofGroups.taken ++ ofMain.taken;
        packages = lib.unique (ofGroups.packages ++ ofMain.packages);
      };
  # Each once, whoever asks for it.
  selections = builtins.listToAttrs (
    map (groups: { name = builtins.toJSON groups; value = selectionOf groups; }) (
      [ [ "main" ] ] ++ map (each: each.buildGroups or [ ]) (builtins.attrValues particular)
    )
  );
in
{
  inherit folder root packagesOf buildOf sourceOf subject;
  resolution = frozen;
  target = chosen;
  inherit (subject) project;
  pyproject = projectFile;
  poetrylock = if lock != null && !isName then lock else folder + "/${if isName then lock else frozen.lock.path}";
}
