# evaluated { lock, target, wasm, ... }: the resolution of one target, by the core itself inside Nix's evaluator
# (`builtins.wasm`): nothing generated, no import from derivation. `lock` is what locks.nix finds.
#
# Invariant: the same value as the frozen file of that target (docs/resolution.md), but for `generator`; so the rest of the
# library has one way only. Nothing here reads a lock or decides what is installed: the module does (assembly/nix.ts).
{
  projectDir,
  lock,
  target,
  # The folder of the modules.
  wasm,
  pyproject ? null,
  # Whether a lock is taken that is older than the project.
  allowStale ? false,
  # The call; replaced in tests.
  call ? argument: builtins.wasm { path = wasm + "/${lock.module}"; function = "resolve"; } argument,
}:
let
  inherit (builtins) all any attrNames concatMap elem elemAt filter isBool length map sort;
  inherit (lock) format;

  script = import ./script-of.nix lock;
  beside = projectDir + "/pyproject.toml";
  document =
    # A script has nothing to do with the project around it.
    if script != null then null
    else if pyproject != null then pyproject
    else if builtins.pathExists beside then beside
    else null;
  project = if document == null then null else import ./pyproject.nix document;
  say = import ./failure.nix lock;
  record = import ./recorded.nix (dirOf lock.path + "/pylock2nix.sources.json");

  # The module takes a path: one that came as a string is made one again.
  path = if builtins.isString lock.path then /. + builtins.unsafeDiscardStringContext lock.path else lock.path;
  request = {
    lock = path;
    inherit format target;
    project = if project == null then null else project.records.${format} or (builtins.seq project.records.poetry null);
  };
  # As src/answers/freeze.ts: hundreds of members have too many selections.
  open = call request;
  failure = open.targets.${target}.error or { };
  isTooLarge = hasMembers open && (if failure == { } then false else (say failure).code == "too-hard");
  answer = if isTooLarge then call (request // { packages = usual; groups = null; }) else open;
  usual = if ownMembers == [ ] then "all" else ownMembers;
  ownMembers = filter (name: open.members.${name} == ".") (attrNames open.members);
  hasMembers =
    { members ? { }, ... }:
    length (attrNames members) > 1 || any (path: path != ".") (builtins.attrValues members);

  # Which groups are chosen by default (src/lock/lockfile.ts, `groupsOf`). `main` is a name like others in pylock.toml only.
  isDefault =
    {
      poetry = group: project == null || project.groups.${group} or true;
      uv = group: if project == null then group == "dev" else project.isUvDefault group;
      pylock = group: elem group answer.defaultGroups;
      pdm =
        group:
        if answer.defaultGroups == [ ] then group == "main" || project != null && elem group project.developmentGroups
        else elem group answer.defaultGroups && (group == "main" || project == null || elem group project.pdmGroups);
      conda = group: group == "dev";
    }
    .${format} or (_: false);
  names = if format == "pylock" then answer.groups else [ "main" ] ++ filter (group: group != "main") answer.groups;
  isChosen = group: format != "pylock" && format != "pdm" && group == "main" || isDefault group;
  # uv builds a project that has a build system, or says that it is a package: what it does not build is virtual.
  facts =
    if project == null || project.facts == null then
      null
    else
      project.facts // { package = project.facts.package && !(answer.isVirtual or false); };

  # The folders of a workspace, with what the guard of a frozen file has of each (src/answers/freeze.ts).
  members =
    let
      folders = answer.members;
      isWithin = path: builtins.match "(/|[.][.](/|$)).*" path == null;
      digestOf =
        path:
        let
          file = dirOf lock.path + "/${path}/pyproject.toml";
        in
        if isWithin path && builtins.pathExists file then import ./digest.nix file else null;
    in
    if hasMembers answer && !isTooLarge then
      { members = builtins.mapAttrs (_: path: { inherit path; digest = digestOf path; }) folders; }
    else
      { };

  guardedScript =
    if script == null || !builtins.pathExists script then
      { }
    else
      { script = { path = baseNameOf script; digest = import ./script-digest.nix script; }; };

  # --- A lock that is older than what it was made from: refused, as the command line refuses to freeze it ---

  older = import ./freshness.nix { inherit lock answer document; };
  again = if script == null then lock.again else "`uv lock --script ${baseNameOf script}`";
  warn = builtins.warn or (text: builtins.trace "warning: ${text}");
  warnOf = texts: value: builtins.foldl' (value: text: warn text value) value texts;

  # --- Warnings: nothing is called for them until they are asked for ---

  # Locks that the tool solves anew for each selection: held against the selections that are used most (src/answers/freeze.ts).
  isSearched =
    format == "pdm"
    || format == "poetry" && (answer.version == null || builtins.match "2[.]0*[1-9][0-9]*" answer.version == null);
  divergences =
    if !isSearched || answer.targets.${target} ? error then
      [ ]
    else
      concatMap divergence [ (filter isChosen names) [ "main" ] ];
  divergence =
    groups:
    let
      holds = conditionsFor groups;
      title = package: "${package.name} ${if package.version == null then "null" else package.version}";
      derived = map title (filter (package: elemAt holds (elemAt (elemAt package.variants 0) 1)) answer.packages);
      direct = map title (call (request // { inherit groups; extras = [ ]; })).packages;
      differing = filter (each: !(elem each direct)) derived ++ filter (each: !(elem each derived)) direct;
    in
    if differing == [ ] then
      [ ]
    else
      [
        "${target}, groups ${listed groups}: Poetry would choose anew between ${listed (sort builtins.lessThan differing)}"
      ];
  listed = builtins.concatStringsSep ", ";
  # The value of each condition with these groups and no extras; each refers to earlier ones only.
  conditionsFor =
    groups:
    let
      value = elemAt values;
      values = map (
        condition:
        if isBool condition then condition
        else if condition ? group then elem condition.group groups
        else if condition ? extra then false
        else if condition ? not then !(value condition.not)
        else if condition ? all then all value condition.all
        else any value condition.any
      ) answer.conditions;
    in
    values;
  unrecorded = map (
    package: "no hash is recorded for ${title package}: Nix will fetch from git while it evaluates"
  ) (filter record.lacksCheckout answer.packages);
  # What Nix lacks to fetch the file that is taken (src/answers/lack.ts).
  lacking = concatMap (
    package:
    let
      index = elemAt (elemAt package.variants 0) 0;
      row = elemAt package.files index;
      hash = elemAt row 1;
      url = elemAt row 2;
      inherit (package.source) kind;
      isLocal = url != null && builtins.match "[^:]+://.*" url == null;
      isKnown = hash != null && builtins.match "(md5|sha1|sha256|sha512)-.*" hash != null;
      file = "of the file of ${title package}";
    in
    if index < 0 || !(elem kind [ "index" "legacy" "folder" "url" ]) || isLocal then [ ]
    else if !isKnown then [ "the lock has no hash ${file} that Nix knows: Nix cannot fetch it" ]
    else if kind == "legacy" && url == null then [ "the lock has no address ${file}: Nix cannot fetch it" ]
    else [ ]
  ) (map record.complete answer.packages);
  tooLarge =
    if isTooLarge then
      [ "the workspace has too many members for each to have its own selection: Nix cannot take one by itself" ]
    else
      [ ];
  settings = import ./settings.nix { inherit document format; folder = dirOf lock.path; };
  title = package: if package.version == null then package.name else "${package.name} ${package.version}";

  distinct = builtins.foldl' (known: each: if elem each known then known else known ++ [ each ]) [ ];
  entryOf =
    entry:
    if entry ? error then
      { error = (say entry.error).message; }
    else if entry ? refusals then
      entry
      // {
        refusals = distinct (map (refusal: [ (elemAt refusal 0) (say (elemAt refusal 1)).message ]) entry.refusals);
      }
    else
      entry;
in
if answer ? error then
  throw (say answer.error).text
else if !allowStale && older != null then
  throw ''
    `${lock.name}` is older than ${if script == null then "pyproject.toml" else baseNameOf script}: ${older}
    hint: make the lock anew with ${again}, or take it as it is with `allowStale = true`''
else
  warnOf (map (warning: (say warning).message) answer.warnings) (
    {
      format = if members == { } then 1 else 2;
      generator = "pylock2nix, builtins.wasm";
      lock = {
        path = lock.name;
        inherit format;
        inherit (answer) version;
        sha256 = builtins.hashFile "sha256" lock.path;
      };
      pyproject = if document == null then null else { path = baseNameOf document; inherit (project) digest; };
      project = facts;
      groups = builtins.listToAttrs (map (name: { inherit name; value = isChosen name; }) names);
      extras = sort builtins.lessThan answer.extras;
      inherit (answer) conditions;
      packages = map record.complete answer.packages;
      targets = builtins.mapAttrs (_: entryOf) answer.targets;
      warnings = distinct (map (warning: (say warning).message) answer.warnings ++ divergences ++ tooLarge ++ unrecorded ++ lacking ++ settings);
    }
    // members
    // guardedScript
  )
