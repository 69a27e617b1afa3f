# members { resolution, root, projectFile }: the folders of a lock that can be taken by themselves, and what that means.
#
#   all              name -> { name, path, folder, document, ... }
#   choose wanted    what a function's `member` stands for: null for the project, a name, or a list of names; "*" in a list is
#                    the whole workspace
#
# A member of uv's workspace has a selection of its own in the lock, with its groups and extras. What else is a folder, a
# dependency by path, is taken out of the project's selection with all that it needs there.
# Invariant: no folder outside the lock's own is among them.
{
  resolution,
  root,
  # The project's pyproject.toml.
  projectFile,
}:
let
  inherit (builtins) attrNames concatMap concatStringsSep elem filter head length listToAttrs mapAttrs match pathExists;
  normalize = import ./name.nix;
  lockName = resolution.lock.path;
  listed = names: if names == [ ] then "none" else concatStringsSep ", " names;
  distinct = builtins.foldl' (known: name: if elem name known then known else known ++ [ name ]) [ ];

  isWithin = path: match "(/|[.][.](/|$)).*" path == null;
  folders = filter (package: package.source.kind == "directory") resolution.packages;
  built = listToAttrs (map (package: { inherit (package) name; value = package.source.path; }) folders);
  workspace = mapAttrs (_: member: member.path) (resolution.members or { });
  # The project itself is one where it has a workspace.
  paths = removeAttrs built (filter (name: built.${name} == ".") (attrNames built)) // workspace;

  all = mapAttrs describe (removeAttrs paths (filter (name: !(isWithin paths.${name})) (attrNames paths)));
  describe =
    name: path:
    let
      folder = import ./path.nix name root path;
      file = folder + "/pyproject.toml";
    in
    {
      inherit name path folder;
      isOfWorkspace = workspace ? ${name};
      # Its pyproject.toml, read; null where there is none.
      document = if pathExists file then import ./pyproject.nix file else null;
      # uv's virtual members are what they need, and nothing is built of themselves.
      isBuilt = built ? ${name};
    };

  find =
    written:
    let
      name = normalize written;
    in
    if written == "*" && workspace != { } then
      filter (name: all ? ${name}) (attrNames workspace)
    else if all ? ${name} then
      [ name ]
    else
      throw ''
        cannot take ${written} of ${lockName}: it is no member and no folder of the lock
        hint: there are ${listed (attrNames all)}'';

  # Without `member` nothing is looked at.
  project = {
    isProject = true;
    names = null;
    path = ".";
    inherit (resolution) project;
    members = null;
    groups = attrNames resolution.groups;
    check = _: given: given;
    take = selected: selected;
  };

  choose =
    wanted:
    let
      names = distinct (concatMap find (if builtins.isList wanted then wanted else [ wanted ]));
      taken = map (name: all.${name}) names;
      only = head taken;
      isOne = length taken == 1;
      hasSelection = builtins.all (each: each.isOfWorkspace) taken;
      isProject = map (each: each.path) taken == [ "." ];

      # What can be chosen are the groups of the members that are named and of the project at the lock's folder
      # (uv, crates/uv/src/commands/project/install_target.rs, validate_groups), and the members' own extras.
      documents = map (each: each.document) taken;
      top = if pathExists projectFile then [ (import ./pyproject.nix projectFile) ] else [ ];
      areStated = hasSelection && !(elem null documents);
      known = {
        group =
          if areStated then [ "main" ] ++ concatMap (each: each.uvGroups) (documents ++ top) else attrNames resolution.groups;
        extra = if areStated then concatMap (each: each.extras) documents else resolution.extras;
      };
      check =
        kind: given:
        let
          unknown = filter (name: name != "*" && !(elem name known.${kind})) given;
        in
        if !areStated || unknown == [ ] then
          given
        else
          throw "cannot select packages of ${lockName} for ${listed names}: unknown ${kind} ${listed unknown}; there are: ${listed (distinct known.${kind})}";
      facts = if only.document == null then null else only.document.facts;
    in
    {
      inherit isProject names check;
      path = if isOne then only.path else ".";
      # What there is to build of it; null where nothing is declared.
      project =
        if isProject then resolution.project
        else if !isOne || facts == null then null
        else facts // { package = facts.package && only.isBuilt; };
      # For select.nix: the members that are installed.
      members = if hasSelection then names else null;
      groups = known.group;
      take = if hasSelection then (selected: selected) else closure names;
    };

  # What packages need of what is selected, through all that lies between, and they themselves.
  closure =
    names: selected:
    let
      missing = filter (name: !(selected ? ${name})) names;
      reached = builtins.genericClosure {
        startSet = map (key: { inherit key; }) names;
        operator = { key }: map (name: { key = name; }) selected.${key}.dependencies;
      };
    in
    if !(elem resolution.lock.format [ "poetry" "uv" "pdm" ]) then
      throw "cannot take ${listed names} by itself: ${lockName} does not say what each package needs"
    else if missing != [ ] then
      throw ''
        cannot take ${listed missing} of ${lockName}: it is not installed with these groups and extras
        hint: pass `groups` or `extras` of the project that need it''
    else
      listToAttrs (map ({ key }: { name = key; value = selected.${key}; }) reached);
in
{
  inherit all;
  choose = wanted: if wanted == null then project else choose wanted;
}
