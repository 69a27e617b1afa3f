# What a pyproject.toml says of the project, as the core and the library take it: { facts, groups, records, digest, ... }.
#
#   facts     `project` of the frozen resolution (docs/resolution.md), null when no project is declared
#   groups    normalised name of each group -> whether it is chosen by default
#   records   the project as the core takes it (end of src/core/abi.ts), for the formats that ask: { poetry, uv, pdm }
#   digest    sha256 of the fields that were read
#   isUvDefault, developmentGroups    which groups uv and PDM choose by default
#   uvGroups, extras                  the groups that uv knows of the project, and its extras
#   pdmGroups                         the groups that PDM knows of the project
#
# Invariant: the same as src/lock/pyproject/ makes of the same file; test/nix-wasm.test.ts compares the two.
path:
let
  inherit (builtins)
    attrNames concatLists concatMap concatStringsSep elem elemAt filter head isAttrs isBool isList isString listToAttrs map;

  document = builtins.fromTOML (builtins.readFile path);
  file = baseNameOf path;
  refuse = message: throw "cannot read `${message}\n  --> ${file}";
  wrong = key: expected: refuse "${key}`: expected ${expected}";

  # Typed access; `key` is the dotted key of the table, for messages.
  at = key: name: if key == "" then name else "${key}.${name}";
  typed = is: expected: otherwise: key: table: name:
    let
      value = table.${name} or otherwise;
    in
    if value == otherwise || is value then value else wrong (at key name) expected;
  section = typed isAttrs "a table" { };
  text = typed isString "a string" null;
  list = typed isList "an array" [ ];
  flag = otherwise: typed isBool "true or false" otherwise;
  texts = key: table: name:
    map (value: if isString value then value else wrong (at key name) "an array of strings") (list key table name);
  or' = value: otherwise: if value != null then value else otherwise;

  # PEP 503.
  upper = [ "A" "B" "C" "D" "E" "F" "G" "H" "I" "J" "K" "L" "M" "N" "O" "P" "Q" "R" "S" "T" "U" "V" "W" "X" "Y" "Z" ];
  lower = [ "a" "b" "c" "d" "e" "f" "g" "h" "i" "j" "k" "l" "m" "n" "o" "p" "q" "r" "s" "t" "u" "v" "w" "x" "y" "z" ];
  lowered = builtins.replaceStrings upper lower;
  normalize = name: concatStringsSep "-" (filter isString (builtins.split "[-_.]+" (lowered name)));

  project = section "" document "project";
  tool = section "" document "tool";
  poetry = section "tool" tool "poetry";
  inTool = "tool.poetry";

  # --- Requirements (src/lock/pyproject/requirements.ts) ---

  standard = extra: map (written: { form = "pep508"; inherit extra; text = written; });
  poetryRequirements =
    key: table:
    concatMap (
      name:
      let
        value = table.${name};
      in
      if lowered name == "python" then [ ]
      else map (poetryRequirement key name) (if isList value then value else [ value ])
    ) (attrNames table);
  sources = [ "git" "file" "path" "url" ];
  poetryRequirement =
    key: name: value:
    let
      inner = at key name;
      said = filter (source: value ? ${source}) sources;
      source = if said == [ ] then "" else head said;
      word = field: or' (text inner value field) "";
    in
    if isString value then
      {
        form = "poetry";
        inherit name;
        constraint = value;
        markers = "";
        python = "";
        platform = "";
        extras = [ ];
        optional = false;
        source = "";
        address = "";
      }
    else if !(isAttrs value) then
      wrong inner "a version, a table, or an array of these"
    else
      {
        form = "poetry";
        inherit name source;
        constraint = or' (text inner value "version") "*";
        markers = word "markers";
        python = word "python";
        platform = word "platform";
        extras = texts inner value "extras";
        optional = flag false inner value "optional";
        address = if source == "" then "" else word source;
      };

  optional = section "project" project "optional-dependencies";
  poetryGroups = section inTool poetry "group";
  standardGroups = section "" document "dependency-groups";
  poetryGroup = name: section "${inTool}.group" poetryGroups name;
  isOptional =
    name:
    let
      same = filter (other: normalize other == normalize name) (attrNames poetryGroups);
    in
    same != [ ] && flag false "${inTool}.group" (poetryGroup (head same)) "optional";

  empty = { standard = [ ]; poetry = [ ]; includes = [ ]; optional = false; mixed = false; };
  # Parts of groups, in the order in which the groups are first named.
  parts =
    [
      (
        empty
        // {
          name = "main";
          standard =
            standard "" (texts "project" project "dependencies")
            ++ concatMap (
              extra: standard extra (texts "project.optional-dependencies" optional extra)
            ) (attrNames optional);
          poetry = poetryRequirements "${inTool}.dependencies" (section inTool poetry "dependencies");
          mixed = builtins.any (field: elem field [ "dependencies" "optional-dependencies" ]) (
            texts "project" project "dynamic"
          );
        }
      )
    ]
    ++ map (
      name:
      let
        entries = list "dependency-groups" standardGroups name;
        isInclude = entry: isAttrs entry && isString (entry.include-group or null);
      in
      if builtins.all (entry: isString entry || isInclude entry) entries then
        empty
        // {
          name = normalize name;
          optional = isOptional name;
          standard = standard "" (filter isString entries);
          includes = map (entry: entry.include-group) (filter isInclude entries);
        }
      else
        wrong "dependency-groups.${name}" "requirements and `{include-group = \"...\"}`"
    ) (attrNames standardGroups)
    ++ map (
      name:
      let
        group = poetryGroup name;
        key = "${inTool}.group.${name}";
      in
      empty
      // {
        name = normalize name;
        optional = flag false key group "optional";
        poetry = poetryRequirements "${key}.dependencies" (section key group "dependencies");
        includes = texts key group "include-groups";
      }
    ) (attrNames poetryGroups)
    ++ (
      if poetry ? dev-dependencies then
        [
          (
            empty
            // {
              name = "dev";
              poetry = poetryRequirements "${inTool}.dev-dependencies" (section inTool poetry "dev-dependencies");
            }
          )
        ]
      else
        [ ]
    );

  distinct = builtins.foldl' (known: each: if elem each known then known else known ++ [ each ]) [ ];
  names = distinct (map (part: part.name) parts);
  byName = builtins.groupBy (part: part.name) parts;
  drafts = builtins.mapAttrs (
    name: own:
    (head own)
    // {
      standard = concatMap (part: part.standard) own;
      poetry = concatMap (part: part.poetry) own;
      includes = concatMap (part: part.includes) own;
      mixed = builtins.any (part: part.mixed) own;
    }
  ) byName;

  # Where a group has requirements in the standard form, Poetry's own only supply what is "dynamic".
  own =
    draft:
    let
      kinds = map (requirement: requirement.extra != "") draft.standard;
    in
    if draft.standard == [ ] then draft.poetry
    else if !draft.mixed then draft.standard
    else if builtins.all (is: is) kinds then draft.standard ++ filter (is: !is.optional) draft.poetry
    else if builtins.all (is: !is) kinds then draft.standard ++ filter (is: is.optional) draft.poetry
    else draft.standard;
  requirementsOf =
    including: draft:
    if elem draft.name including then
      throw "cannot read dependency groups: `${draft.name}` includes itself\n  --> ${file}"
    else
      own draft
      ++ concatMap (
        written:
        requirementsOf (including ++ [ draft.name ]) (
          drafts.${normalize written}
            or (throw "cannot include dependency group `${written}` in `${draft.name}`: there is no such group\n  --> ${file}")
        )
      ) draft.includes;

  extras = section inTool poetry "extras";
  extraRecords =
    if drafts.main.standard == [ ] then
      map (name: [ "extra" name ] ++ texts "${inTool}.extras" extras name) (attrNames extras)
    else
      map (name: [ "extra" name ]) (attrNames optional);

  # --- Records ---

  # Nix's own strings cannot spell control characters.
  fieldEnd = builtins.fromJSON ''"\u001f"'';
  recordEnd = builtins.fromJSON ''"\u001e"'';
  has = part: whole: builtins.length (builtins.split part whole) > 1;
  written =
    fields:
    if builtins.any (field: has fieldEnd field || has recordEnd field) fields then
      refuse "${head fields}`: found U+001E or U+001F, which no name or requirement has"
    else
      builtins.concatStringsSep "" (map (field: field + fieldEnd) fields) + recordEnd;
  yes = is: if is then "1" else "";
  requirementRecord =
    group: requirement:
    if requirement.form == "pep508" then
      [ "pep508" group requirement.extra requirement.text ]
    else
      [
        "poetry"
        group
        requirement.name
        requirement.constraint
        requirement.markers
        requirement.python
        requirement.platform
        (concatStringsSep "," requirement.extras)
        (yes requirement.optional)
        requirement.source
        requirement.address
      ];
  name = or' (text "project" project "name") (text inTool poetry "name");
  ownName = if name == null then [ ] else [ [ "name" (normalize name) ] ];
  recordText = records: concatStringsSep "" (map written (ownName ++ records));

  # --- The same for uv: its lock has the requirements itself (src/lock/pyproject.ts) ---

  uv = section "tool" tool "uv";
  isUvDefault =
    let
      defaults = map normalize (texts "tool.uv" uv "default-groups");
    in
    group:
    if !(uv ? default-groups) then group == "dev"
    else if uv.default-groups == "all" then true
    else elem group defaults;
  uvGroups = section "tool.uv" uv "dependency-groups";
  called = group: table: filter (other: normalize other == group) (attrNames table);
  # The Pythons that a group demands, and those that it includes.
  demanded =
    group:
    map (
      other:
      or' (text "tool.uv.dependency-groups.${other}" (section "tool.uv.dependency-groups" uvGroups other) "requires-python") ""
    ) (called group uvGroups)
    ++ concatMap (
      other: concatMap (entry: demanded (normalize entry.include-group)) (filter isAttrs standardGroups.${other})
    ) (called group standardGroups);
  uvPython = group: concatStringsSep "," (filter (python: python != "") (distinct (demanded group)));
  uvNames = filter (group: group != "main") names;
  uvRecords =
    map (group: [ "group" group (yes (!(isUvDefault group))) ]) uvNames
    ++ filter (record: elemAt record 2 != "") (map (group: [ "python" group (uvPython group) ]) uvNames)
    ++ map (extra: [ "extra" (head (builtins.tail extra)) ]) extraRecords;

  # --- And for PDM: a group for each extra and each of its own (src/lock/pyproject/pdm-requirements.ts) ---

  pdmOwn = section "tool.pdm" (section "tool" tool "pdm") "dev-dependencies";
  pdmParts =
    concatMap (
      group:
      [ { name = group; texts = [ ]; } ]
      ++ map (requirement: {
        name = if requirement.extra == "" then group else normalize requirement.extra;
        texts = [ requirement.text ];
      }) (filter (requirement: requirement.form == "pep508") (requirementsOf [ ] drafts.${group}))
    ) names
    ++ concatMap (
      group:
      if isList pdmOwn.${group} then
        [
          {
            name = normalize group;
            texts = concatMap withoutEditable (texts "tool.pdm.dev-dependencies" pdmOwn group);
          }
        ]
      else
        [ ]
    ) (attrNames pdmOwn)
    # An extra without requirements is a group, too.
    ++ map (extra: { name = normalize extra; texts = [ ]; }) (
      attrNames (section "project" project "optional-dependencies")
    );
  # `-e file:///${PROJECT_ROOT}/x#egg=name`: the name is what is looked for among the locked packages.
  withoutEditable =
    text:
    let
      found = builtins.match "-e.*#(.*&)?egg=([A-Za-z0-9._-]+).*" text;
    in
    if builtins.substring 0 2 text != "-e" then [ text ]
    else if found == null then [ ]
    else [ (elemAt found 1) ];
  pdmTexts = builtins.mapAttrs (_: concatMap (part: part.texts)) (builtins.groupBy (part: part.name) pdmParts);
  # What the project asks of itself, `name[extra]`, stands for that group's requirements, each group once.
  expand =
    state: group:
    if elem group state.seen then
      state
    else
      builtins.foldl' (
        state: text:
        let
          found = builtins.match "[[:space:]]*([A-Za-z0-9][A-Za-z0-9._-]*)[[:space:]]*([[]([^]]*)[]])?.*" text;
          extras = or' (elemAt found 2) "";
        in
        if name == null || found == null || normalize (head found) != normalize name then
          state // { texts = state.texts ++ [ text ]; }
        else
          builtins.foldl' expand state (
            map normalize (
              filter (extra: isString extra && extra != "") (
                builtins.split "," (builtins.replaceStrings [ " " "\t" ] [ "" "" ] extras)
              )
            )
          )
      ) (state // { seen = state.seen ++ [ group ]; }) (pdmTexts.${group} or [ ]);
  pdmNames = distinct (map (part: part.name) pdmParts);
  pdmPython = or' (text "project" project "requires-python") "";
  pdmOverrides = section "tool.pdm.resolution" (section "tool.pdm" (section "tool" tool "pdm") "resolution") "overrides";
  pdmRecords =
    map (group: [ "group" group (yes (group != "main")) ]) pdmNames
    ++ (if pdmPython == "" then [ ] else [ [ "python" "main" pdmPython ] ])
    ++ concatMap (
      group: map (text: [ "pep508" group "" text ]) (expand { seen = [ ]; texts = [ ]; } group).texts
    ) pdmNames
    ++ map (name: [ "override" (normalize name) ]) (attrNames pdmOverrides);

  # --- Facts (src/lock/pyproject.ts) ---

  buildSystem = section "" document "build-system";
  standardScripts = section "project" project "scripts";
  ownScripts = section inTool poetry "scripts";
  ownScript =
    script:
    let
      value = ownScripts.${script};
      key = "${inTool}.scripts.${script}";
    in
    if isString value then value
    else if !(isAttrs value) then wrong key "a table"
    else if text key value "type" == "file" then null
    else or' (text key value "reference") (text key value "callable");
  scripts =
    if standardScripts != { } then
      listToAttrs (
        map (script: { name = script; value = text "project.scripts" standardScripts script; }) (attrNames standardScripts)
      )
    else
      listToAttrs (
        filter (script: script.value != null) (
          map (script: { name = script; value = ownScript script; }) (attrNames ownScripts)
        )
      );
  dependencies = section inTool poetry "dependencies";
  pythonKeys = filter (key: lowered key == "python") (attrNames dependencies);
in
{
  facts =
    if name == null then
      null
    else
      {
        name = normalize name;
        version = or' (text "project" project "version") (text inTool poetry "version");
        package = flag true inTool poetry "package-mode";
        backend = or' (text "build-system" buildSystem "build-backend") "setuptools.build_meta:__legacy__";
        requires =
          if buildSystem ? requires then
            map (requirement: normalize (head (builtins.match "[[:space:]]*([A-Za-z0-9._-]*).*" requirement))) (
              texts "build-system" buildSystem "requires"
            )
          else
            [ "setuptools" ];
        inherit scripts;
        python =
          if pythonKeys == [ ] then
            text "project" project "requires-python"
          else
            or' (text "${inTool}.dependencies" dependencies (head pythonKeys)) (text "project" project "requires-python");
      };
  groups = builtins.mapAttrs (_: draft: !draft.optional) drafts;
  # Whatever the lock, the file is read whole: what is wrong with it is said.
  records =
    let
      poetry = recordText (
        map (group: [ "group" group (yes drafts.${group}.optional) ]) names
        ++ extraRecords
        ++ concatMap (group: map (requirementRecord group) (requirementsOf [ ] drafts.${group})) names
      );
    in
    {
      inherit poetry;
      uv = builtins.seq poetry (recordText uvRecords);
      pdm = builtins.seq poetry (recordText pdmRecords);
    };
  inherit isUvDefault;
  # [dependency-groups] and PDM's own, which PDM installs unless it is told not to.
  developmentGroups = map normalize (attrNames standardGroups ++ attrNames pdmOwn);
  pdmGroups = pdmNames;
  uvGroups = map normalize (attrNames standardGroups) ++ (if uv ? dev-dependencies then [ "dev" ] else [ ]);
  extras = map (record: normalize (elemAt record 1)) extraRecords;
  digest = import ./digest.nix path;
}
