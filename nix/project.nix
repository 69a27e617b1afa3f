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
  # A member of the workspace, or several: what is installed for them and not for the project (docs/workspaces.md).
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

  members = import ./members.nix { resolution = frozen; inherit root; };
  names = members.named member;
  taken = map (name: members.all.${name}) names;
  # Of a workspace the lock has a selection for each member; of other folders what they need is looked up in the project's.
  isSelected = names == null || builtins.all (each: each.isWorkspace) taken;
  # A project at the lock's folder is what the functions are about without `member`.
  isOwn = names == null || map (each: each.path) taken == [ "." ];

  # The groups of the members that are asked for, and of the project at the lock's folder, are those that can be chosen
  # (uv, crates/uv/src/commands/project/install_target.rs, validate_groups); so are the members' extras.
  documents = builtins.filter (document: document != null) (map (each: each.document) taken);
  top = if builtins.pathExists projectFile then [ (import ./pyproject.nix projectFile) ] else [ ];
  projectFile = if pyproject != null then pyproject else folder + "/pyproject.toml";
  areKnown = names != null && isSelected && builtins.length documents == builtins.length taken;
  knownGroups =
    if areKnown then
      [ "main" ] ++ builtins.concatMap (document: document.uvGroups) (documents ++ top)
    else
      builtins.attrNames frozen.groups;
  knownExtras = if areKnown then builtins.concatMap (document: document.extras) documents else frozen.extras;
  checked =
    kind: known: given:
    let
      unknown = builtins.filter (name: name != "*" && !(builtins.elem name known)) given;
    in
    if areKnown && unknown != [ ] then
      throw ''
        cannot select packages of ${frozen.lock.path} for ${lib.concatStringsSep ", " names}: unknown ${kind} ${lib.concatStringsSep ", " unknown}; there are: ${
          if known == [ ] then "none" else lib.concatStringsSep ", " (lib.unique known)
        }''
    else
      given;

  # What is built of a folder: it alone, without the folders of other packages in it.
  sourceOf =
    name: subject: path:
    let
      isInside = other: other != path && (isTop path || lib.hasPrefix "${path}/" other);
      isTop = path: path == "." || path == "";
      inner = builtins.filter isInside (map (each: each.path) (builtins.attrValues members.all));
      below = other: if isTop path then other else builtins.substring (builtins.stringLength path + 1) (-1) other;
    in
    sources.${name} or (cleanPythonSources (
      {
        src = if isTop path then folder else import ./path.nix subject root path;
        inherit root;
        without = map below inner;
      }
      // lib.optionalAttrs (sourceFilter ? ${name}) { filter = sourceFilter.${name}; }
    ));

  # What a folder needs of what is selected, through all that lies between, and the folder's package itself.
  closureOf =
    selected:
    let
      missing = builtins.filter (name: !(selected ? ${name})) names;
      reached = builtins.genericClosure {
        startSet = map (key: { inherit key; }) names;
        operator = { key }: map (name: { key = name; }) selected.${key}.dependencies;
      };
    in
    if !(builtins.elem frozen.lock.format [ "poetry" "uv" "pdm" ]) then
      throw "cannot take ${lib.concatStringsSep ", " names} by itself: ${frozen.lock.path} does not say what a package needs"
    else if missing != [ ] then
      throw ''
        cannot take ${lib.concatStringsSep ", " missing} of ${frozen.lock.path}: it is not installed with these groups and extras
        hint: pass `groups` or `extras` of the project that need it''
    else
      lib.genAttrs (map ({ key }: key) reached) (name: selected.${name});

  # `main` is part of every selection of these functions, where the lock has it.
  packagesOf =
    groups:
    let
      main = builtins.filter (name: frozen.groups ? ${name}) [ "main" ];
      whole = select {
        resolution = frozen;
        target = chosen;
        extras = checked "extra" knownExtras extras;
        groups = main ++ checked "group" knownGroups groups;
        members = if isSelected then names else null;
      };
      selected = if isSelected then whole else closureOf whole;
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
      set = lib.fix (lib.extends overlay (_: python.pkgs // locked));
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
  inherit root packagesOf isOwn names sourceOf;
  # Of the project, or of one member that was named.
  folder = if isOwn || builtins.length taken != 1 then folder else (builtins.head taken).folder;
  path = if isOwn || builtins.length taken != 1 then "." else (builtins.head taken).path;
  # Whether a group can be chosen.
  hasGroup = group: builtins.elem group knownGroups;
  resolution = frozen;
  target = chosen;
  # What is built: pyproject.toml's facts, null where nothing is declared.
  project =
    if isOwn then
      frozen.project
    else if builtins.length taken != 1 then
      null
    else
      let
        only = builtins.head taken;
        facts = if only.document == null then null else only.document.facts;
      in
      if facts == null then null else facts // { package = facts.package && only.isPackage; };
  pyproject = if pyproject != null then pyproject else folder + "/${frozen.pyproject.path}";
  poetrylock = if lock != null && !isName then lock else folder + "/${if isName then lock else frozen.lock.path}";
}
