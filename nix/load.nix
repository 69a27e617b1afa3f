# Loads a frozen resolution, and refuses it when the lock or the read part of pyproject.toml is no longer
# the one that it was made from (docs/resolution.md, "The guard").
#
# Invariant: builtins only, and nothing but what pure evaluation allows. Reading a resolution costs its own
# parsing, one hash of the lock, and one parse of pyproject.toml.
let
  within = import ./path.nix;
  knownFormat = 1;

  # Canonical JSON is what builtins.toJSON writes of the fields that the CLI reads: sorted keys, no space.
  digest =
    path:
    let
      file = builtins.fromTOML (builtins.readFile path);
      part =
        fields: table: name:
        if table ? ${name} then { ${name} = builtins.intersectAttrs fields table.${name}; } else { };
      whole = table: name: if table ? ${name} then { ${name} = table.${name}; } else { };
      tool = part poetryFields (file.tool or { }) "poetry" // part uvFields (file.tool or { }) "uv";
    in
    builtins.hashString "sha256" (
      builtins.toJSON (
        part buildSystemFields file "build-system"
        // part projectFields file "project"
        // whole file "dependency-groups"
        // (if tool == { } then { } else { inherit tool; })
      )
    );

  names = list: builtins.listToAttrs (map (name: { inherit name; value = null; }) list);
  buildSystemFields = names [ "requires" "build-backend" ];
  projectFields = names [
    "name" "version" "requires-python" "dependencies" "optional-dependencies" "scripts" "dynamic"
  ];
  uvFields = names [ "default-groups" "dependency-groups" ];
  poetryFields = names [
    "name" "version" "package-mode" "dependencies" "dev-dependencies" "group" "extras" "scripts" "source"
  ];
in
{
  projectDir,
  # The frozen resolution: a path to its JSON, or the value itself.
  resolution ? projectDir + "/pylock2nix.json",
  poetrylock ? null,
  pyproject ? null,
}:
let
  frozen =
    if builtins.isAttrs resolution then resolution else builtins.fromJSON (builtins.readFile resolution);
  beside = given: recorded: if given != null then given else within "a resolution's file" projectDir recorded;

  lockHash = builtins.hashFile "sha256" (beside poetrylock frozen.lock.path);
  pyprojectHash = digest (beside pyproject frozen.pyproject.path);

  changed =
    file: what: found: recorded:
    throw ''
      ${file} has changed since pylock2nix.json was written: run `pylock2nix nix`
        ${what} now:      ${found}
        ${what} recorded: ${recorded}'';
in
if frozen.format or null != knownFormat then
  throw ''
    cannot load pylock2nix.json: it has format ${builtins.toJSON (frozen.format or null)}, this library reads format ${toString knownFormat}
    hint: take the library and `pylock2nix nix` from the same release of pylock2nix''
else if lockHash != frozen.lock.sha256 then
  changed frozen.lock.path "sha256" lockHash frozen.lock.sha256
else if frozen.pyproject != null && pyprojectHash != frozen.pyproject.digest then
  changed frozen.pyproject.path "digest of what the lock depends on" pyprojectHash frozen.pyproject.digest
else
  frozen
