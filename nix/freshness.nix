# freshness { lock, answer, projectDir, document }: what the project has changed since the lock was made, in the words of
# `pylock2nix nix`; null when nothing has, or when it cannot be told.
#
# Poetry's and PDM's locks have a digest of what they were made from (src/lock/pyproject/content-hash.ts, pdm-hash.ts). A uv.lock
# has the requirements themselves: uv-freshness.nix. The other formats that have a module say nothing of the kind.
{
  # What locks.nix finds.
  lock,
  # The module's.
  answer,
  # The path of pyproject.toml, null when there is none.
  document,
}:
let
  inherit (builtins) any filter hashString head intersectAttrs isAttrs isString listToAttrs map match readFile;
  inherit (lock) format;
  pythonJson = import ./python-json.nix;
  project = builtins.fromTOML (readFile document);
  table = parent: name: let value = parent.${name} or { }; in if isAttrs value then value else { };
  some = names: intersectAttrs (listToAttrs (map (name: { inherit name; value = null; }) names));

  # --- Poetry ---

  poetry = table (table project "tool") "poetry";
  legacyKeys = [ "dependencies" "source" "extras" "dev-dependencies" ];
  poetryKeys = legacyKeys ++ [ "group" ];
  asked = some [ "requires-python" "dependencies" "optional-dependencies" ] (table project "project");
  groups = table project "dependency-groups";
  legacy = listToAttrs (map (name: { inherit name; value = null; }) legacyKeys) // some poetryKeys poetry;
  # Poetry 2: the old form, with its gaps, when neither [project] nor [dependency-groups] has a say.
  current =
    groups:
    if asked == { } && groups == { } then
      legacy
    else
      (if asked == { } then { } else { project = asked; })
      // (if groups == { } then { } else { dependency-groups = groups; })
      // { tool.poetry = some poetryKeys poetry; };
  firstLine = head (filter isString (builtins.split "\n" (builtins.substring 0 300 (readFile lock.path))));
  generator = match ".*Poetry ([0-9]+[.][0-9]+[^ ]*).*" firstLine;
  isBefore = version: generator == null || builtins.compareVersions (head generator) version < 0;
  poetryTexts =
    [ (current groups) ]
    ++ (if isBefore "2.3" then [ (current { }) ] else [ ])
    ++ (if isBefore "2.0" && !(asked ? dependencies || asked ? optional-dependencies) then [ legacy ] else [ ]);

  # --- PDM ---

  normalize = (import ./requirements.nix).normalize;
  pdm = table (table project "tool") "pdm";
  named = groups: map (name: { name = normalize name; value = groups.${name}; }) (builtins.attrNames groups);
  standard = listToAttrs (named groups);
  own = listToAttrs (filter (group: builtins.isList group.value) (named (table pdm "dev-dependencies")));
  pdmContent = {
    sources = pdm.source or [ ];
    dependencies = (table project "project").dependencies or [ ];
    optional-dependencies = table (table project "project") "optional-dependencies";
    requires-python = (table project "project").requires-python or "";
    dev-dependencies = standard // builtins.mapAttrs (name: list: standard.${name} or [ ] ++ list) own;
  };
  resolution = table pdm "resolution";
  pdmTexts = [
    (pdmContent // { inherit resolution; })
    (pdmContent // { overrides = table resolution "overrides"; })
  ];

  isHashed = any (content: hashString "sha256" (pythonJson content) == answer.contentHash);
  differs = texts: if isHashed texts then null else "what it was made from has changed since";
  # A workspace of PDM's has a digest over the digests of its members.
  canTell = document != null && answer.contentHash or null != null && !(format == "pdm" && pdm ? workspace);
in
if format == "uv" then
  import ./uv-freshness.nix { inherit lock document; inherit (answer) stated packages; }
else if !canTell then
  null
else if format == "poetry" then
  differs poetryTexts
else if format == "pdm" then
  differs pdmTexts
else
  null
