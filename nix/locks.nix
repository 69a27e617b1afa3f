# The locks that a project can have: how their files are called, which module resolves them inside Nix, what makes them anew.
#
#   find { projectDir, lock, recorded }   the lock's file: { path, name } and what `formats` says of it
#
# `lock` is a path, or a name in the project's folder; `recorded` the name that a frozen resolution has. Without them it is the
# one lock in the folder, as on the command line (src/cli/formats.ts has the same names, src/lock/lockfile.ts the same commands).
let
  inherit (builtins)
    attrNames baseNameOf concatStringsSep elemAt filter head isString length match readDir readFile split substring;
  within = import ./path.nix;

  # `module` is a file of wasm/. Null: such a lock has hashes without the names of their files, which the command line takes
  # from what `prefetch` recorded, by the tags of the target.
  formats = [
    { format = "poetry"; names = "poetry[.]lock"; module = "nix.wasm"; again = "`poetry lock`"; }
    { format = "uv"; names = "uv[.]lock"; module = "nix-uv.wasm"; again = "`uv lock`"; }
    { format = "pylock"; names = "pylock([.][^.]+)?[.]toml"; module = "nix-flat.wasm"; again = "the tool that wrote it"; }
    { format = "pdm"; names = "pdm[.]lock"; module = "nix-flat.wasm"; again = "`pdm lock`"; }
    { format = "pipfile"; names = "Pipfile[.]lock"; module = null; again = "`pipenv lock`"; }
    { format = "requirements"; names = "requirements.*[.]txt"; module = null; again = "`pip-compile --generate-hashes`"; }
    { format = "conda"; names = "conda-lock[.]ya?ml"; module = "nix-pip.wasm"; again = "`conda-lock`"; }
  ];
  formatOf =
    name:
    let
      fitting = filter (each: match each.names name != null) formats;
    in
    if fitting == [ ] then null else head fitting;

  # Requirements are a lock only with hashes.
  hasHashes =
    path: length (split "[[:space:]]--hash[= ][A-Za-z0-9_]+:|[#&]sha(256|384|512)=[0-9A-Fa-f]" (readFile path)) > 1;
  isLock =
    projectDir: name:
    let
      format = formatOf name;
    in
    format != null && (format.format != "requirements" || hasHashes (projectDir + "/${name}"));

  listed =
    names:
    if length names == 1 then
      head names
    else
      "${concatStringsSep ", " (filter (name: name != last names) names)} and ${last names}";
  last = names: elemAt names (length names - 1);
in
{
  # For a format that there is.
  moduleOf = format: (head (filter (each: each.format == format) formats)).module;

  find =
    {
      projectDir,
      lock ? null,
      recorded ? null,
    }:
    let
      entries = readDir projectDir;
      there = filter (name: entries.${name} != "directory" && isLock projectDir name) (attrNames entries);
      path =
        if lock != null && !(isString lock) then
          lock
        else if lock != null then
          # A whole path, such as one below a flake's input.
          if substring 0 1 lock == "/" then lock else within "the lock" projectDir lock
        else if recorded != null then
          within "the lock" projectDir recorded
        else if there == [ ] then
          throw ''
            cannot find a lock in the project's folder
            hint: pass `lock`, a path or a name in that folder''
        else if length there > 1 then
          throw ''
            cannot choose a lock in the project's folder: found ${listed there}
            hint: say which one: `lock = ${builtins.toJSON (head there)}`''
        else
          projectDir + "/${head there}";
      name = baseNameOf path;
      # The lock of a script has the script's name: it is none that a folder is looked through for.
      format = if match ".*[.]py[.]lock" name != null then formatOf "uv.lock" else formatOf name;
    in
    if !(builtins.pathExists path) then
      throw ''
        cannot find ${name} in the project's folder
        hint: pass `lock`, a path or a name in that folder''
    else if format == null then
      throw ''
        cannot tell the format of ${name} by its name
        hint: locks are called ${listed [ "poetry.lock" "uv.lock" "pylock.toml" "pylock.NAME.toml" "pdm.lock" "Pipfile.lock" "requirements.txt" "conda-lock.yml" ]}''
    else
      format // { inherit path name; };
}
