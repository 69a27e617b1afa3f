# resolve { projectDir, python, target, ... }: { resolution, target }, in one of three ways:
#
#   wasm     the core runs in Nix's evaluator (`builtins.wasm`): evaluated.nix
#   frozen   the file that `pylock2nix nix` wrote, checked against the lock: load.nix
#   build    import from derivation: the command line runs in a build. Only where it is allowed
#
# Without `resolver` the first of them that is possible is taken. Only Poetry's locks can be resolved in Nix: other ones are
# always taken from the frozen file. Invariant: all three give the same value.
{
  pkgs,
  load,
  chooseTarget,
  resolver ? null,
  wasm,
  allowImportFromDerivation ? false,
  # The command line, a package with bin/pylock2nix.
  commandLine ? null,
}:
let
  hasWasm = builtins ? wasm && builtins.pathExists wasm;
  # One target, that of the Python at hand, or the one asked for.
  alone =
    resolve:
    { python, target, ... }@arguments:
    let
      chosen = chooseTarget { inherit python target; };
    in
    {
      target = chosen;
      resolution = resolve (removeAttrs arguments [ "python" ] // { target = chosen; });
    };

  ways = {
    wasm = alone (
      arguments:
      if !(builtins ? wasm) then
        throw ''
          cannot resolve the lock: this Nix has no `builtins.wasm`
          hint: ${enable}, or run `pylock2nix nix` and commit what it writes''
      else if !(builtins.pathExists wasm) then
        throw ''
          cannot resolve the lock: there is no ${baseNameOf wasm}, the module for `builtins.wasm`
          hint: take the library from a release of pylock2nix, or pass `wasm`''
      else
        import ./evaluated.nix (arguments // { inherit wasm; })
    );

    frozen =
      { python, target, ... }@arguments:
      let
        resolution = load (removeAttrs arguments [ "python" "target" ]);
      in
      {
        inherit resolution;
        target = chooseTarget { inherit python target resolution; };
      };

    build = alone (
      { projectDir, target, poetrylock, pyproject }:
      if !allowImportFromDerivation then
        throw ''
          cannot resolve the lock in a build: that is import from derivation, which is off
          hint: pass `allowImportFromDerivation = true`, or run `pylock2nix nix` and commit what it writes''
      else if commandLine == null then
        throw ''
          cannot resolve the lock in a build: there is no command line to run
          hint: pass `commandLine`, such as the flake's `packages.''${system}.default`''
      else
        load {
          inherit projectDir poetrylock pyproject;
          resolution = "${frozenBy { inherit projectDir target poetrylock pyproject; }}/pylock2nix.json";
        }
    );
  };

  enable = "use Determinate Nix 3.17 or later with `extra-experimental-features = wasm-builtin`";

  # A build sees the lock and pyproject.toml, so that no other change of the project runs it again.
  frozenBy =
    { projectDir, target, poetrylock, pyproject }:
    let
      lock = if poetrylock != null then poetrylock else projectDir + "/poetry.lock";
      document = if pyproject != null then pyproject else projectDir + "/pyproject.toml";
      copy = path: builtins.path { inherit path; name = baseNameOf path; };
    in
    pkgs.stdenvNoCC.mkDerivation {
      name = "pylock2nix-resolution";
      lock = copy lock;
      pyproject = if builtins.pathExists document then copy document else "";
      inherit target;
      buildCommand = ''
        mkdir -p project "$out"
        cp "$lock" project/poetry.lock
        if [ -n "$pyproject" ]; then cp "$pyproject" project/pyproject.toml; fi
        ${commandLine}/bin/pylock2nix nix project --target "$target" --output "$out"
      '';
    };
in
{
  projectDir,
  python,
  target ? null,
  resolution ? null,
  poetrylock ? null,
  pyproject ? null,
}:
let
  given = { inherit projectDir python target poetrylock pyproject; };
  file = projectDir + "/pylock2nix.json";
  isFrozen = builtins.pathExists file;
  # What was frozen says which lock counts, where the folder has several.
  isPoetry =
    if isFrozen then
      (builtins.fromJSON (builtins.readFile file)).lock.format or "poetry" == "poetry"
    else
      poetrylock != null || builtins.pathExists (projectDir + "/poetry.lock");
  way =
    if resolver != null then
      ways.${resolver}
        or (throw "there is no resolver ${builtins.toJSON resolver}; there are: ${builtins.concatStringsSep ", " (builtins.attrNames ways)}")
    else if hasWasm && isPoetry then
      ways.wasm
    else if isFrozen then
      ways.frozen
    else if !isPoetry then
      throw ''
        cannot resolve the lock: there is neither a pylock2nix.json nor a poetry.lock in the project's folder
        hint: run `pylock2nix nix` and commit what it writes; only Poetry's locks can be resolved without it''
    else if allowImportFromDerivation then
      ways.build
    else
      throw ''
        cannot resolve the lock: there is no pylock2nix.json, and this Nix cannot run the resolver itself
        hint: run `pylock2nix nix` and commit what it writes; or ${enable}'';
in
if builtins.isAttrs resolution then
  {
    inherit resolution;
    target = chooseTarget { inherit python target resolution; };
  }
else if resolution != null then
  ways.frozen (given // { inherit resolution; })
else
  way given
