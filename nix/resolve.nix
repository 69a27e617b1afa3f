# resolve { projectDir, python, target, ... }: { resolution, target }, in one of three ways:
#
#   wasm     the core runs in Nix's evaluator (`builtins.wasm`): evaluated.nix. For the locks that have a module: locks.nix
#   frozen   the file that `pylock2nix nix` wrote, checked against the lock: load.nix
#   build    import from derivation: the command line runs in a build. Only where it is allowed
#
# Without `resolver` the first of them that is possible is taken. Invariant: all three give the same value.
{
  pkgs,
  load,
  chooseTarget,
  resolver ? null,
  # The folder of the modules.
  wasm,
  allowImportFromDerivation ? false,
  # Whether a lock is taken that is older than the project; what is frozen has been looked at.
  allowStale ? false,
  # The command line, a package with bin/pylock2nix.
  commandLine ? null,
}:
let
  inherit (import ./locks.nix) find;
  moduleOf = lock: wasm + "/${lock.module}";
  hasModule = lock: lock.module != null && builtins.pathExists (moduleOf lock);
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
          cannot resolve ${arguments.lock.name}: this Nix has no `builtins.wasm`
          hint: ${enable}, or run `pylock2nix nix` and commit what it writes''
      else if arguments.lock.module == null then
        noModule arguments.lock
      else if !(hasModule arguments.lock) then
        throw ''
          cannot resolve ${arguments.lock.name}: there is no ${arguments.lock.module}, its module for `builtins.wasm`
          hint: take the library from a release of pylock2nix, or pass `wasm`, the folder of the modules''
      else
        import ./evaluated.nix (arguments // { inherit wasm allowStale; })
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
      { projectDir, target, lock, pyproject }:
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
          inherit projectDir pyproject;
          lock = lock.path;
          resolution = "${frozenBy { inherit projectDir target lock pyproject; }}/pylock2nix.json";
        }
    );
  };

  noModule =
    lock:
    throw ''
      cannot resolve ${lock.name}: `builtins.wasm` has no module for locks of this kind
      hint: run `pylock2nix nix` and commit what it writes, or pass `resolver = "build"`'';
  enable = "use Determinate Nix 3.17 or later with `extra-experimental-features = wasm-builtin`";

  # A build sees the lock and what is read beside it, so that no other change of the project runs it again.
  frozenBy =
    { projectDir, target, lock, pyproject }:
    let
      document = if pyproject != null then pyproject else projectDir + "/pyproject.toml";
      folder = dirOf lock.path;
      copy = name: path: {
        inherit name;
        path = builtins.path { inherit path; name = baseNameOf path; };
      };
      found = name: path: if builtins.pathExists path then [ (copy name path) ] else [ ];
      files =
        [ (copy lock.name lock.path) ]
        ++ found "pyproject.toml" document
        ++ found "pylock2nix.sources.json" (folder + "/pylock2nix.sources.json")
        ++ (if besides ? ${lock.format} then found besides.${lock.format} (folder + "/${besides.${lock.format}}") else [ ]);
      # What else says what is installed, or what the lock was made from.
      besides = {
        pipfile = "Pipfile";
        poetry = "poetry.toml";
        uv = "uv.toml";
      };
      # Whether a lock of uv is fresh depends on files of other projects, too, which the build does not see.
      uv = if builtins.pathExists document then (builtins.fromTOML (builtins.readFile document)).tool.uv or { } else { };
      isUnseen = lock.format == "uv" && (uv ? workspace || uv ? sources);
      acceptStale = if allowStale || isUnseen then "--allow-stale" else "";
    in
    pkgs.stdenvNoCC.mkDerivation {
      name = "pylock2nix-resolution";
      lockName = lock.name;
      names = map (file: file.name) files;
      files = map (file: file.path) files;
      inherit target acceptStale;
      buildCommand = ''
        mkdir -p project "$out"
        set -- $names
        for file in $files; do
          cp "$file" "project/$1"
          shift
        done
        ${commandLine}/bin/pylock2nix nix project --lock "$lockName" --target "$target" --output "$out" $acceptStale
      '';
    };
in
{
  projectDir,
  python,
  target ? null,
  resolution ? null,
  pyproject ? null,
  # poetry2nix' name for `lock`.
  poetrylock ? null,
  lock ? poetrylock,
}:
let
  file = projectDir + "/pylock2nix.json";
  isFrozen = builtins.pathExists file;
  # What was frozen says which lock counts, where the folder has several.
  recorded = if isFrozen then (builtins.fromJSON (builtins.readFile file)).lock.path or null else null;
  found = find { inherit projectDir lock recorded; };
  frozen = { inherit projectDir python target pyproject lock; };
  evaluated = frozen // { lock = found; };
  chosen =
    if resolver != null then
      resolver
    else if builtins ? wasm && hasModule found then
      "wasm"
    else if isFrozen then
      "frozen"
    else if allowImportFromDerivation then
      "build"
    else if builtins ? wasm && builtins.pathExists wasm && found.module == null then
      noModule found
    else
      throw ''
        cannot resolve ${found.name}: there is no pylock2nix.json, and this Nix cannot run the resolver itself
        hint: run `pylock2nix nix` and commit what it writes${if found.module == null then "" else "; or ${enable}"}'';
in
if builtins.isAttrs resolution then
  {
    inherit resolution;
    target = chooseTarget { inherit python target resolution; };
  }
else if resolution != null then
  ways.frozen (frozen // { inherit resolution; })
else if !(ways ? ${chosen}) then
  throw "there is no resolver ${builtins.toJSON resolver}; there are: ${builtins.concatStringsSep ", " (builtins.attrNames ways)}"
else if chosen == "frozen" then
  ways.frozen frozen
else
  ways.${chosen} evaluated
