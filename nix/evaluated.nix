# evaluated { projectDir, target, wasm }: the resolution of one target, by the core itself inside Nix's evaluator
# (`builtins.wasm`): nothing generated, no import from derivation.
#
# Invariant: the same value as the frozen file of that target (docs/resolution.md), but for `generator` and the warnings
# about selections that Poetry would solve anew; so the rest of the library has one way only.
let
  within = import ./path.nix;
in
{
  projectDir,
  target,
  # The module, wasm/nix.wasm.
  wasm,
  poetrylock ? null,
  pyproject ? null,
  # The call; replaced in tests.
  call ? argument: builtins.wasm { path = wasm; function = "resolve"; } argument,
}:
let
  lock = if poetrylock != null then poetrylock else within "the lock" projectDir "poetry.lock";
  beside = projectDir + "/pyproject.toml";
  document =
    if pyproject != null then pyproject
    else if builtins.pathExists beside then beside
    else null;
  project = if document == null then null else import ./pyproject.nix document;
  name = baseNameOf lock;

  answer = call {
    inherit lock target;
    format = "poetry";
    project = if project == null then null else project.records;
  };
  say = import ./failure.nix name;
  groups = builtins.listToAttrs (
    map (group: { name = group; value = if project == null then true else project.groups.${group} or true; }) (
      [ "main" ] ++ answer.groups
    )
  );
in
if !(builtins.pathExists lock) then
  throw ''
    cannot find ${name} in the project's folder
    hint: pass `poetrylock`''
else if answer ? error then
  throw (say answer.error).text
else
  {
    format = 1;
    generator = "pylock2nix, builtins.wasm";
    lock = {
      path = name;
      format = "poetry";
      inherit (answer) version;
      sha256 = builtins.hashFile "sha256" lock;
    };
    pyproject = if document == null then null else { path = baseNameOf document; inherit (project) digest; };
    project = if project == null then null else project.facts;
    inherit groups;
    extras = builtins.sort builtins.lessThan answer.extras;
    inherit (answer) conditions packages;
    targets = builtins.mapAttrs (
      _: entry: if entry ? error then { error = (say entry.error).message; } else entry
    ) answer.targets;
    warnings =
      map (warning: (say warning).message) answer.warnings
      # Without a record of `prefetch` no git source has a hash.
      ++ map (
        package: "no hash is recorded for ${package.name} ${toString package.version}: Nix will fetch from git while it evaluates"
      ) (builtins.filter (package: package.source.kind == "git") answer.packages);
  }
