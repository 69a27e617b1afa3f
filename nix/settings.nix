# settings { format, folder, document }: what the project says of wheels, source distributions and their builds that is not taken
# into account, a sentence each: by the module inside Nix's evaluator (src/lock/policy.ts has the frozen file's way).
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
  # No way to build heeds them: src/answers/freeze.ts, `buildConstraintsOf`.
  tool = (read document).tool or { };
  constraints =
    if format == "uv" && tool.uv.build-constraint-dependencies or [ ] != [ ] then "[tool.uv] build-constraint-dependencies"
    else if format == "poetry" && tool.poetry.build-constraints or { } != { } then "[tool.poetry] build-constraints"
    else null;
  isSaid = key: place.table ? ${key} && place.table.${key} != false && place.table.${key} != [ ];
in
(
  if constraints == null then [ ]
  else [ "${constraints} chooses nothing in Nix: what builds a source is of the version that nixpkgs has" ]
)
++ map (
  key: "${key} in ${place.where} does not count inside Nix's evaluator; what `pylock2nix nix` writes takes it into account"
) (filter isSaid place.keys)
