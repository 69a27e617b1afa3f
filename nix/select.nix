# What a choice of target, groups and extras installs: attribute set of name -> selected package, which is
# { name, version, source, target, file, sdist, dependencies }; `file` and `sdist` are { name, hash, url } or null,
# with what `prefetch` recorded of them.
#
# Invariant: linear in the resolution; at most one version for each name; every dependency named is selected too.
{
  resolution,
  target,
  # The groups to install, `main` among them; null: those that are installed by default.
  groups ? null,
  # Extras; "*" is all of them.
  extras ? [ ],
  # Members of the workspace, by name; null: its own project, or all where it has none.
  members ? null,
}:
let
  inherit (builtins) attrNames concatLists elem elemAt filter length listToAttrs mapAttrs;

  refuse = message: throw "cannot select packages of ${resolution.lock.path} for ${target}: ${message}";
  listed = names: if names == [ ] then "none" else builtins.concatStringsSep ", " names;
  set = names: listToAttrs (map (name: { inherit name; value = true; }) names);

  checked =
    kind: known: names:
    let
      unknown = filter (name: !(known ? ${name})) names;
    in
    if unknown == [ ] then
      set names
    else
      refuse "unknown ${kind} ${listed unknown}; there are: ${listed (attrNames known)}";

  chosenGroups = checked "group" resolution.groups (
    if groups == null then filter (name: resolution.groups.${name}) (attrNames resolution.groups) else groups
  );
  chosenExtras = checked "extra" (set resolution.extras) (
    if elem "*" extras then resolution.extras else extras
  );

  workspace = resolution.members or { };
  ownProjects = filter (name: workspace.${name}.path == ".") (attrNames workspace);
  chosenMembers = checked "member" workspace (
    if members != null then members else if ownProjects != [ ] then ownProjects else attrNames workspace
  );
  # uv leaves out other groups when one member alone is asked for (docs/resolution.md).
  isAlone = members != null && length members == 1;

  # A condition refers to earlier entries only: forced from the first on, none waits for another.
  conditions =
    let
      value = index: elemAt values index;
      evaluate =
        condition:
        if builtins.isBool condition then condition
        else if condition ? group then chosenGroups ? ${condition.group}
        else if condition ? extra then chosenExtras ? ${condition.extra}
        else if condition ? member then (if condition.member == null then isAlone else chosenMembers ? ${condition.member})
        else if condition ? all then builtins.all value condition.all
        else if condition ? any then builtins.any value condition.any
        else !(value condition.not);
      values = map evaluate resolution.conditions;
    in
    builtins.deepSeq values values;

  frozen =
    let
      entry =
        resolution.targets.${target} or (refuse "the resolution has only ${listed (attrNames resolution.targets)}");
    in
    if entry ? error then refuse entry.error else entry;

  # What the lock's own installer would not install together: checked before anything is selected.
  refused = filter (refusal: elemAt conditions (elemAt refusal 0)) (frozen.refusals or [ ]);

  # What `prefetch` recorded of a file's inside (buildRequires, sonames) is the fourth element, where there is any.
  file =
    entry:
    { name = elemAt entry 0; hash = elemAt entry 1; url = elemAt entry 2; }
    // (if length entry > 3 then elemAt entry 3 else { });
  isWheel = entry: builtins.match ".*[.]whl" (elemAt entry 0) != null;

  at =
    index:
    let
      package = elemAt resolution.packages index;
      variantIndex = elemAt frozen.variants index;
      variant = elemAt package.variants variantIndex;
      fileIndex = elemAt variant 0;
      sdists = filter (entry: !isWheel entry) package.files;
    in
    if variantIndex < 0 || !(elemAt conditions (elemAt variant 1)) then
      [ ]
    else
      [
        {
          inherit (package) name version source;
          inherit target;
          file = if fileIndex < 0 then null else file (elemAt package.files fileIndex);
          sdist = if sdists == [ ] then null else file (elemAt sdists 0);
          dependencies = elemAt variant 2;
        }
      ];

  # The project itself is not among what is installed for it; other members may need it.
  isProject = package: package.source.kind == "directory" && package.source.path == ".";
  selected = filter (package: !(isProject package) || attrNames chosenMembers != ownProjects) (
    concatLists (builtins.genList at (length resolution.packages))
  );
  byName = listToAttrs (map (package: { inherit (package) name; value = package; }) selected);

  twice =
    let
      groups = builtins.groupBy (package: package.name) selected;
      name = builtins.head (filter (name: length groups.${name} > 1) (attrNames groups));
      versions = map (package: if package.version == null then "without a version" else package.version) groups.${name};
    in
    refuse ''
      ${name} is selected at ${toString (length versions)} versions: ${listed versions}
      hint: choose fewer extras or groups; these exclude one another'';
in
builtins.seq chosenGroups (
  builtins.seq (builtins.seq chosenMembers chosenExtras) (
    if refused != [ ] then
      refuse (elemAt (builtins.head refused) 1)
    else if length (attrNames byName) != length selected then
      twice
    else
      mapAttrs (
        _: package: package // { dependencies = filter (name: byName ? ${name}) package.dependencies; }
      ) byName
  )
)
