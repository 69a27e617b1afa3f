# settings { format, folder, document }: what the project says of wheels and source distributions that the module inside
# Nix's evaluator does not take into account, a sentence each (src/lock/policy.ts has the frozen file's way).
{
  format,
  # The lock's.
  folder,
  # pyproject.toml, null when there is none.
  document,
}:
let
  inherit (builtins) filter fromTOML map pathExists readFile;
  read = path: if path != null && pathExists path then fromTOML (readFile path) else { };
  hasUvToml = pathExists (folder + "/uv.toml");
  places = {
    uv = {
      where = if hasUvToml then "uv.toml" else "[tool.uv]";
      table = if hasUvToml then read (folder + "/uv.toml") else (read document).tool.uv or { };
      keys = [ "no-binary" "no-binary-package" "no-build" "no-build-package" ];
    };
    poetry = {
      where = "[installer] of poetry.toml";
      table = (read (folder + "/poetry.toml")).installer or { };
      keys = [ "no-binary" "only-binary" ];
    };
    pdm = {
      where = "[tool.pdm.resolution]";
      table = (read document).tool.pdm.resolution or { };
      keys = [ "no-binary" "only-binary" ];
    };
  };
  place = places.${format} or { where = ""; table = { }; keys = [ ]; };
  isSaid = key: place.table ? ${key} && place.table.${key} != false && place.table.${key} != [ ];
in
map (
  key: "${key} in ${place.where} does not count inside Nix's evaluator; what `pylock2nix nix` writes takes it into account"
) (filter isSaid place.keys)
