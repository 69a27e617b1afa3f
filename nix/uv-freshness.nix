# What a project has changed since its uv.lock was made, as a sentence; null when nothing has, or when that is unclear.
#
# The command line finds what uv finds, with its algebra of versions and markers (src/lock/uv/freshness.ts); here texts are
# compared, in one form (plain-requirement.nix).
# Invariant: what is said is what uv finds, in the words of the command line. What only the algebra can tell, what a build
# tells, and sources are passed over in silence: `pylock2nix check` compares them.
{
  lock,
  # The path of pyproject.toml; null without one. A script's own metadata takes its place.
  document,
  # The module's: the lock's tables, and the packages of the target.
  stated,
  packages,
}:
let
  inherit (builtins)
    all any attrNames concatLists concatMap concatStringsSep elem elemAt filter fromTOML head isAttrs isList isString length listToAttrs
    map match pathExists readFile replaceStrings sort split;
  inherit (import ./requirements.nix) normalize;
  plain = import ./plain-requirement.nix;

  script = import ./script-of.nix lock;
  folder = dirOf lock.path;
  hasScript = script != null && pathExists script;
  hasProject = if script == null then document != null else hasScript;
  read = path: fromTOML (readFile path);
  root =
    if script == null then
      read document
    else
      let
        metadata = import ./inline-metadata.nix script;
      in
      { tool = metadata.tool or { }; script = metadata; };

  # --- Values ---

  table = parent: name: let value = parent.${name} or { }; in if isAttrs value then value else { };
  list = parent: name: let value = parent.${name} or [ ]; in if isList value then value else [ ];
  texts = parent: name: filter isString (list parent name);
  sorted = sort builtins.lessThan;
  distinct = names: attrNames (listToAttrs (map (name: { inherit name; value = null; }) names));
  firstOf = differences: let found = filter (each: each != null) differences; in if found == [ ] then null else head found;
  when = condition: text: if condition then text else null;
  normalized = given: listToAttrs (map (name: { name = normalize name; value = given.${name}; }) (attrNames given));

  uvOf = project: table (table project "tool") "uv";
  uv = uvOf root;
  # uv.toml takes the place of [tool.uv] in what is no matter of the workspace.
  settings = if script == null && pathExists (folder + "/uv.toml") then read (folder + "/uv.toml") else uv;
  manifest = table stated "manifest";
  revision = let text = stated.revision or "0"; in if match "[1-9][0-9]{0,8}" text == null then 0 else builtins.fromJSON text;
  nameOf = project: let name = (table project "project").name or null; in if isString name then normalize name else null;
  isProject = nameOf root != null;

  # --- Lists of requirements ---

  # The name of the first one that differs for certain. `special` are names of which the source is stated elsewhere: then only
  # whether they are required at all is compared.
  differing =
    { special ? [ ], own ? null, asksBuild ? false }:
    wanted: rows:
    let
      given = map plain.ofRow rows;
      byName = builtins.groupBy (each: each.name);
      ofWanted = byName wanted;
      ofGiven = byName given;
      names = attrNames (ofWanted // ofGiven);
      differs =
        name:
        let
          ours = ofWanted.${name} or [ ];
          theirs = ofGiven.${name} or [ ];
          extras = distinct (map (each: each.extra) (filter (each: each.extra != null) (ours ++ theirs)));
          of = extra: filter (each: each.extra == extra);
        in
        if name == own && asksBuild then false
        else if any (each: each.extra == null) theirs || elem name special then (ours == [ ]) != (theirs == [ ])
        else any (extra: plain.compare (of extra ours) (of extra theirs) == "other") extras;
    in
    # What cannot be read is for uv to refuse.
    if elem null wanted then null else let found = filter differs names; in if found == [ ] then null else head found;

  ofTexts = extra: map (plain.ofText extra);
  sourcesOf = project: map normalize (attrNames (table (uvOf project) "sources"));
  changed = name: words: if name == null then null else "${words.before}`${name}`${words.after}";
  anew = before: { inherit before; after = " in another way than the lock was made for"; };

  # --- The workspace as a whole ---

  modes = map (
    { setting, key, usual }:
    let
      mode = value: if value == "if-necessary-or-explicit" then "if-necessary" else value;
      wanted = mode (settings.${setting} or usual);
      made = mode ((table stated "options").${key} or usual);
    in
    when (isString wanted && wanted != made) "`tool.uv.${setting}` is ${wanted}, and the lock was made with ${made}"
  ) [
    { setting = "resolution"; key = "resolution-mode"; usual = "highest"; }
    { setting = "prerelease"; key = "prerelease-mode"; usual = "if-necessary"; }
    { setting = "fork-strategy"; key = "fork-strategy"; usual = "requires-python"; }
  ];
  times = map (
    setting:
    when ((settings ? ${setting}) != ((table stated "options") ? ${setting})) "`tool.uv.${setting}` has changed"
  ) [ "exclude-newer" "minimum-libc-version" ];

  # Of several members the bounds of all count together: without the algebra, of lower bounds the highest.
  pythons =
    if script != null then
      filter isString [ (root.script.requires-python or null) ]
    else
      filter isString (map (project: (table project "project").requires-python or null) (builtins.attrValues members));
  python =
    let
      bounds = map plain.specifiersOf pythons;
      isLower = specifiers: map (clause: clause.operator) specifiers == [ ">=" ] && (head specifiers).isPlain;
      versionOf = specifiers: builtins.substring 2 (-1) (head specifiers).text;
      higher = left: right: if builtins.compareVersions (versionOf left) (versionOf right) < 0 then right else left;
      wanted = if all isLower bounds then builtins.foldl' higher (head bounds) bounds else head bounds;
      made = plain.specifiersOf (stated.requires-python or "");
      operators = map (clause: clause.operator);
    in
    when (
      knowsMembers
      && pythons != [ ]
      && (length pythons == 1 || all isLower bounds)
      && plain.compareSpecifiers wanted made == "other"
      && sorted (operators wanted) == sorted (operators made)
    ) "`requires-python` is ${concatStringsSep " and " pythons}, and the lock is for ${stated.requires-python or ""}";

  environments = map (
    { setting, key }:
    when ((list uv setting != [ ]) != (stated ? ${key}) && !isString (uv.${setting} or null)) "`tool.uv.${setting}` has changed"
  ) [
    { setting = "environments"; key = "supported-markers"; }
    { setting = "required-environments"; key = "required-markers"; }
  ];
  conflicts = when (
    (list stated "conflicts" != [ ])
    != any (project: list (uvOf project) "conflicts" != [ ]) ([ root ] ++ builtins.attrValues members)
  ) "the conflicts have changed";

  # --- Members: the root, and the folders that its patterns name, as far as a star stands for a whole name or a part of one ---

  patterns = texts (table uv "workspace") "members";
  excluded = texts (table uv "workspace") "exclude";
  knowsMembers = all (pattern: match ".*([*][*]|[?]|[[]|[.][.]).*" pattern == null && builtins.substring 0 1 pattern != "/") (patterns ++ excluded);
  expand =
    path: parts:
    if parts == [ ] then
      [ path ]
    else
      let
        at = folder + (if path == "" then "" else "/${path}");
        below = name: if path == "" then name else "${path}/${name}";
        entries = if pathExists (at + "/.") then builtins.readDir at else { };
        fitting = filter (name: elem entries.${name} [ "directory" "symlink" ] && match (regex (head parts)) name != null) (attrNames entries);
      in
      concatMap (name: expand (below name) (builtins.tail parts)) fitting;
  regex = pattern: replaceStrings [ "." "+" "*" "(" ")" "{" "}" "^" "$" "|" ] [ "[.]" "[+]" "[^/]*" "[(]" "[)]" "[{]" "[}]" "\\^" "[$]" "[|]" ] pattern;
  partsOf = path: filter (part: isString part && part != "" && part != ".") (split "/" path);
  isExcluded = path: any (pattern: match (replaceStrings [ "[^/]*" ] [ ".*" ] (regex (concatStringsSep "/" (partsOf pattern)))) path != null) excluded;
  folders = distinct (filter (path: path != "" && !isExcluded path) (concatMap (pattern: expand "" (partsOf pattern)) patterns));
  manifests = map (path: folder + "/${path}/pyproject.toml") folders;
  others = filter (project: (uvOf project).managed or true && nameOf project != null) (map read (filter pathExists manifests));
  members =
    if script != null then
      { }
    else
      listToAttrs (
        map (project: { name = nameOf project; value = project; }) ((if isProject then [ root ] else [ ]) ++ (if knowsMembers then others else [ ]))
      );
  ofMembers =
    let
      # A project that is alone is not listed.
      wanted = if script != null || length (attrNames members) == 1 && isProject then [ ] else attrNames members;
      known = map normalize (texts manifest "members");
      added = filter (name: !(elem name known)) wanted;
      removed = filter (name: !(elem name wanted)) (sorted known);
    in
    if !knowsMembers then null
    else if added != [ ] then "`${head added}` is a member of the workspace, and was none"
    else if removed != [ ] then "`${head removed}` was a member of the workspace, and is none"
    else null;

  # --- Settings of the root ---

  lockedNames = map (package: package.name) packages;
  setting =
    { key, row, words, countsAlways ? false, isConstraint ? false }:
    let
      rows = list manifest row;
      before = map (each: normalize (each.name or "")) rows;
      # One for a package that the lock does not have counts once it is resolved anew (ManifestFilter::from_lock).
      counts = each: countsAlways || elem each.name before || elem each.name lockedNames;
      wanted = filter counts (filter (each: each != null) (ofTexts "" (texts uv key)));
      # A constraint's extras count for nothing, and neither does one that takes every version.
      bounds = each: each.specifiers != [ ] || each.address != null;
      bare = map (each: each // { extras = [ ]; });
      isTaken = each: !isConstraint || bounds (plain.ofRow each);
      isSame =
        differing { special = sourcesOf root; } (if isConstraint then bare (filter bounds wanted) else wanted) (
          map (each: if isConstraint then removeAttrs each [ "extras" "extra" ] else each) (filter isTaken rows)
        ) == null;
    in
    when (all isString (list uv key) && !isSame) words;
  ofSettings = map setting [
    { key = "constraint-dependencies"; row = "constraints"; words = "the constraints have changed"; isConstraint = true; }
    { key = "override-dependencies"; row = "overrides"; words = "the overrides have changed"; }
    { key = "build-constraint-dependencies"; row = "build-constraints"; words = "the build constraints have changed"; countsAlways = true; }
  ];
  excludes =
    let
      before = map normalize (texts manifest "excludes");
      wanted = filter (name: elem name before || elem name lockedNames) (map normalize (texts uv "exclude-dependencies"));
    in
    when (distinct before != distinct wanted) "the excluded packages have changed";

  # --- One project ---

  groupsOf =
    project:
    let
      written = normalized (table project "dependency-groups");
      demands = normalized (table (uvOf project) "dependency-groups");
      flat =
        seen: group:
        concatMap (
          entry:
          if isString entry then [ entry ]
          else if elem (normalize entry.include-group) seen then [ ]
          else flat (seen ++ [ (normalize entry.include-group) ]) (normalize entry.include-group)
        ) (filter (entry: isString entry || entry ? include-group) (list written group));
      old = texts (uvOf project) "dev-dependencies";
      all = listToAttrs (map (name: { inherit name; value = flat [ name ] name; }) (attrNames written));
    in
    {
      # Its Python is a marker on each of its requirements.
      hasDemands = demands != { };
      groups = all // (if uvOf project ? dev-dependencies then { dev = all.dev or [ ] ++ old; } else { });
    };
  ofGroups =
    { project, rows, withEmpty, special, owner }:
    let
      ours = groupsOf project;
      theirs = normalized rows;
      of = if owner == null then "" else " of `${owner}`";
      differs =
        group:
        let
          wanted = ours.groups.${group} or null;
          made = theirs.${group} or null;
          isEmpty = (wanted == null || wanted == [ ]) && (made == null || made == [ ]);
        in
        if isEmpty && !withEmpty then null
        else if wanted == null then "the group `${group}`${of} is gone"
        else if made == null then "the group `${group}`${of} is new"
        else if ours.hasDemands then null
        else changed (differing { inherit special; } (ofTexts "" wanted) made) (anew "the group `${group}`${of} requires ");
    in
    firstOf (map differs (distinct (attrNames ours.groups ++ attrNames theirs)));
  rootGroups =
    if script != null || isProject then
      null
    else
      ofGroups {
        project = root;
        rows = table manifest "dependency-groups";
        withEmpty = false;
        special = sourcesOf root ++ attrNames members;
        owner = null;
      };
  ofScript =
    if script == null then
      null
    else
      changed (differing { special = sourcesOf root; } (ofTexts "" (texts root.script "dependencies")) (list manifest "requirements")) (
        anew "the script requires "
      );

  defaults =
    value:
    if isString value then value
    else if isList value then concatStringsSep "," (map normalize (filter isString value))
    else "dev";
  rootDefaults = when (
    script == null && !isProject && revision >= 5
    && defaults (uv.default-groups or null) != defaults (manifest.default-groups or null)
  ) "`tool.uv.default-groups` has changed";

  ownSettings =
    locked:
    let
      name = normalize locked.name;
      project = members.${name};
      source = locked.source or { };
      isPackage = (uvOf project).package or (project ? build-system);
      kind =
        # Others may require a member in another way.
        if !knowsMembers || length (attrNames members) > 1 || !builtins.isBool isPackage then null
        else if isPackage && source ? virtual then "`${name}` is a package that is built now"
        else when (!isPackage && !(source ? virtual)) "`${name}` is no package that is built any more";
      differs = defaults ((uvOf project).default-groups or null) != defaults (locked.default-groups or null);
    in
    [ kind (when (revision >= 5 && differs) "`tool.uv.default-groups` of `${name}` has changed") ];

  ofProject =
    locked:
    let
      name = normalize locked.name;
      project = members.${name};
      facts = table project "project";
      dynamic = texts facts "dynamic";
      metadata = table locked "metadata";
      version = locked.version or null;
      optional = normalized (table facts "optional-dependencies");
      special = sourcesOf project ++ sourcesOf root ++ filter (each: each != name) (attrNames members);
      # Only a build tells what it requires.
      isBuilt =
        any (field: elem field dynamic) [ "dependencies" "optional-dependencies" ]
        || !(facts ? dependencies) && table (table project "tool") "poetry" != { };
      ofVersion =
        if elem "version" dynamic then
          when (version != null) "the version of `${name}` is dynamic now"
        else if !isString (facts.version or null) then
          null
        else if version == null then
          "the version of `${name}` is not dynamic any more"
        else
          when (
            plain.compareSpecifiers (plain.specifiersOf "==${facts.version}") (plain.specifiersOf "==${version}") == "other"
          ) "`${name}` is ${facts.version}, and the lock has ${version}";
      stated = list metadata "provides-extras" ++ list metadata "provides-extra";
      ofExtras = when (
        revision >= 1 && sorted (attrNames optional) != distinct (map normalize (filter isString stated))
      ) "the extras of `${name}` have changed";
      wanted = ofTexts "" (texts facts "dependencies") ++ concatLists (map (extra: ofTexts extra (filter isString optional.${extra})) (attrNames optional));
      requirements = changed (
        differing { inherit special; own = name; asksBuild = version == null; } wanted (list metadata "requires-dist")
      ) { before = "`${name}` requires "; after = " in another way than the lock was made for"; };
      groups = ofGroups {
        inherit project special;
        rows = table metadata (if metadata ? requires-dev then "requires-dev" else "dependency-groups");
        withEmpty = revision >= 1;
        owner = name;
      };
    in
    if isBuilt then [ ] else [ ofVersion ofExtras requirements groups ];

  folderPackages = list stated (if stated ? package then "package" else "distribution");
  locked = filter (each: members ? ${normalize each.name}) folderPackages;
  missing = filter (name: !(elem name (map (each: normalize each.name) locked))) (attrNames members);
in
if !hasProject then
  null
else
  firstOf (
    modes
    ++ times
    ++ [ python ]
    ++ environments
    ++ [ conflicts ofMembers rootDefaults (when (missing != [ ]) "the lock has no project `${head missing}`") ]
    ++ concatMap ownSettings locked
    ++ ofSettings
    ++ [ excludes rootGroups ofScript ]
    ++ concatMap ofProject locked
  )
