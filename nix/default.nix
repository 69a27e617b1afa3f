# The library's entry: what a frozen resolution (docs/resolution.md) becomes in Nix.
#
# Without `projectDir` it is the functions alone. With it, the same functions already know that project, and
# `resolution`, `application`, `environment` and `packages` stand beside them.
# Invariant: `load`, `select` and `resolution` never look at `pkgs`, so that reading a resolution needs no nixpkgs.
{
  pkgs ? import <nixpkgs> { },
  lib ? pkgs.lib,
  # Replace it to give credentials to a private index: docs/nix.md.
  fetchurl ? pkgs.fetchurl,
  # How locks are resolved: "wasm", "frozen" or "build"; null takes the first that is possible (resolve.nix).
  resolver ? null,
  # The folder of the modules that `builtins.wasm` runs.
  wasm ? ../wasm,
  # "build": the package of the command line, and whether Nix may build during evaluation.
  commandLine ? null,
  allowImportFromDerivation ? false,
  # Whether a lock is resolved that is older than pyproject.toml, as `pylock2nix nix --allow-stale` does.
  allowStale ? false,
  projectDir ? null,
  ...
}@arguments:
let
  load = import ./load.nix;
  select = import ./select.nix;
  chooseTarget = import ./target.nix { inherit (pkgs) stdenv; };
  resolve = import ./resolve.nix {
    inherit pkgs load chooseTarget resolver wasm commandLine allowImportFromDerivation allowStale;
  };
  cleanPythonSources = import ./sources.nix { inherit lib; };
  defaultPoetryOverrides = import ./overrides.nix { inherit lib; };
  mkEnvironment = import ./environment.nix { inherit pkgs lib; };
  buildSystem = import ./build-system.nix { inherit pkgs lib; };
  fetch = import ./fetch.nix { inherit pkgs lib fetchurl; };
  mkSource = import ./source.nix { inherit pkgs lib fetch buildSystem; };
  mkProject = import ./project.nix {
    inherit pkgs lib resolve select defaultPoetryOverrides cleanPythonSources;
    package = import ./package.nix { inherit pkgs lib fetch mkSource; };
  };

  mkPoetryScriptsPackage = import ./scripts.nix { inherit pkgs lib mkProject; };
  mkPoetryEditablePackage = import ./editable.nix { inherit pkgs lib mkProject; };
  mkPackages = import ./packages.nix {
    inherit pkgs lib mkProject mkPoetryScriptsPackage mkPoetryEditablePackage;
    mkMember = import ./member.nix { inherit pkgs lib; };
  };
  mkEnv = import ./python-env.nix { inherit pkgs lib mkEnvironment mkPackages; };
  mkApplication = import ./application.nix {
    inherit pkgs lib mkProject mkEnvironment mkSource;
  };
  functions = {
    inherit mkApplication mkEnv mkPackages mkPoetryScriptsPackage mkPoetryEditablePackage;
    mkShell = import ./shell.nix { inherit pkgs lib mkEnv; };
    mkScript = import ./script.nix { inherit pkgs lib mkEnv; };
    # As poetry2nix calls them.
    mkPoetryApplication = mkApplication;
    mkPoetryEnv = mkEnv;
    mkPoetryPackages = mkPackages;
  };

  # What the loader was given (`python`, `overrides`, `target`, ...) is the default of each function that takes it.
  project = rec {
    # Frozen, it is one for all targets: read once, and without `pkgs`. Else each function asks for that of its target.
    isFrozen =
      arguments.resolution or null != null
      || resolver == "frozen"
      || (
        resolver == null
        && !(builtins ? wasm && builtins.pathExists wasm)
        && builtins.pathExists (projectDir + "/pylock2nix.json")
      );
    resolution =
      if builtins.isAttrs (arguments.resolution or null) then
        arguments.resolution
      else if isFrozen then
        load (builtins.intersectAttrs (builtins.functionArgs load) arguments)
      else
        (resolve (
          {
            inherit projectDir;
            python = pkgs.python3;
          }
          // builtins.intersectAttrs (builtins.functionArgs resolve) arguments
        )).resolution;
    known = if isFrozen then { inherit resolution; } else { };
    preset =
      function: given:
      function (builtins.intersectAttrs (builtins.functionArgs function) (arguments // known) // given);
    application = preset mkApplication { };
    environment = preset mkEnv { };
    packages = preset mkPackages { };
    # The same project with one more overlay, after those that are there.
    extend =
      overlay:
      import ./. (
        arguments
        // {
          overrides = lib.toList (arguments.overrides or defaultPoetryOverrides) ++ [ overlay ];
        }
      );
    # The same for each folder of the lock: a member of a workspace, a dependency by path.
    members = builtins.mapAttrs (
      member: _:
      builtins.mapAttrs (_: function: given: preset function ({ inherit member; } // given)) (
        removeAttrs functions [ "mkPoetryScriptsPackage" "mkPoetryEditablePackage" "mkScript" ]
      )
      // {
        application = preset mkApplication { inherit member; };
        environment = preset mkEnv { inherit member; };
        packages = (preset mkPackages { inherit member; }).byName;
      }
    ) (import ./members.nix {
      inherit resolution;
      root = arguments.pwd or projectDir;
      projectFile = null;
    }).all;
  };
in
{
  inherit load select chooseTarget cleanPythonSources defaultPoetryOverrides;
  overrides = {
    withDefaults = overlay: [ defaultPoetryOverrides ] ++ lib.toList overlay;
    withoutDefaults = lib.toList;
  };
}
// (
  if projectDir == null then
    functions
  else
    builtins.mapAttrs (_: project.preset) functions
    // {
      inherit (project) resolution application environment members extend;
      # As it is called on a scope of nixpkgs.
      overrideScope = project.extend;
      packages = project.packages.byName;
    }
)
