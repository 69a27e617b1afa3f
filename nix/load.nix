# Loads a frozen resolution, and refuses it when the lock or the read part of pyproject.toml is no longer
# the one that it was made from (docs/resolution.md, "The guard").
#
# Invariant: builtins only, and nothing but what pure evaluation allows. Reading a resolution costs its own
# parsing, one hash of the lock, and one parse of pyproject.toml.
let
  within = import ./path.nix;
  # The second one has the members of a workspace.
  knownFormats = [ 1 2 ];
  digest = import ./digest.nix;
in
{
  projectDir,
  # The frozen resolution: a path to its JSON, or the value itself.
  resolution ? projectDir + "/pylock2nix.json",
  pyproject ? null,
  # poetry2nix' name for `lock`: a path, or a name in the project's folder.
  poetrylock ? null,
  lock ? poetrylock,
}:
let
  frozen =
    if builtins.isAttrs resolution then resolution else builtins.fromJSON (builtins.readFile resolution);
  beside = given: recorded: if given != null then given else within "a resolution's file" projectDir recorded;
  isName = builtins.isString lock && builtins.substring 0 1 lock != "/";

  lockHash = builtins.hashFile "sha256" (
    if isName then within "the lock" projectDir lock else beside lock frozen.lock.path
  );
  pyprojectHash = digest (beside pyproject frozen.pyproject.path);

  # Those whose pyproject.toml says something else, or is gone: a lock is made of all of them.
  changedMembers = builtins.filter (member: member.found != member.digest) (
    map (
      member:
      let
        path = within "a member" projectDir "${member.path}/pyproject.toml";
      in
      member // { found = if builtins.pathExists path then digest path else "none"; }
    ) (
      builtins.filter (member: member.digest != null && member.path != ".") (builtins.attrValues (frozen.members or { }))
    )
  );
  member = builtins.head changedMembers;

  # A script has its own metadata in the place of a pyproject.toml.
  script = frozen.script or null;
  scriptHash =
    let
      path = within "the script" projectDir script.path;
    in
    if builtins.pathExists path then import ./script-digest.nix path else "none";

  changed =
    file: what: found: recorded:
    throw ''
      ${file} has changed since pylock2nix.json was written: run `pylock2nix nix`
        ${what} now:      ${found}
        ${what} recorded: ${recorded}'';
in
if !(builtins.elem (frozen.format or null) knownFormats) then
  throw ''
    cannot load pylock2nix.json: it has format ${builtins.toJSON (frozen.format or null)}, this library reads formats 1 and 2
    hint: take the library and `pylock2nix nix` from the same release of pylock2nix''
else if lockHash != frozen.lock.sha256 then
  changed frozen.lock.path "sha256" lockHash frozen.lock.sha256
else if frozen.pyproject != null && pyprojectHash != frozen.pyproject.digest then
  changed frozen.pyproject.path "digest of what the lock depends on" pyprojectHash frozen.pyproject.digest
else if script != null && scriptHash != script.digest then
  changed script.path "digest of what the lock depends on" scriptHash script.digest
else if changedMembers != [ ] then
  changed "${member.path}/pyproject.toml" "digest of what the lock depends on" member.found member.digest
else
  frozen
