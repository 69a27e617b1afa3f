# The module for flake-parts: projects of a flake with a lock each, and their packages, apps, devShells and checks.
#
#   imports = [ inputs.pylock2nix.flakeModules.default ];      # or ./.pylock2nix/flake-module.nix, which `pylock2nix nix` writes
#   perSystem.pylock2nix.projects.default.project = ./.;
#
# Invariant: options are arguments of the library and nothing else, so that whatever can be said here can be said without it;
# `perSystem.packages` and the like are defaults, which a definition of the user's own replaces. docs/flake-parts.md has a
# table of the options, and a test holds it against them.
{ lib, self, flake-parts-lib, ... }:
let
  inherit (lib) literalExpression mkOption types;
  arguments = types.lazyAttrsOf types.raw;

  check = {
    options = {
      command = mkOption {
        type = types.lines;
        example = "pytest";
        description = "What is run, in a copy of the project's folder; it may write there.";
      };
      groups = mkOption {
        type = types.nullOr (types.listOf types.str);
        default = null;
        description = "Groups of the lock besides `main`. Null: those of the project, see there.";
      };
      packages = mkOption {
        type = types.listOf types.package;
        default = [ ];
        description = "Programs of nixpkgs that the command runs.";
      };
    };
  };

  projectOf =
    pkgs: shared:
    { name, config, ... }:
    let
      isDefault = name == "default";
      # Names of a project's further outputs.
      prefixed = other: if isDefault || other == name then other else "${name}-${other}";
      optional = option: lib.optionalAttrs (config.${option} != null) { ${option} = config.${option}; };

      # --- What the options come to ---

      library = import ./. (
        {
          inherit pkgs;
          projectDir = config.project;
          inherit (config) python extras member perPackage preferWheels sources sourceFilter ignoreCollisions;
          overrides = [ (import ./overrides.nix { inherit (pkgs) lib; }) ] ++ config.overrides;
        }
        // optional "lock"
        // optional "target"
        // optional "resolver"
        // optional "fetchurl"
        // lib.optionalAttrs (shared.wasm != null) { inherit (shared) wasm; }
      );
      # What there is to build of the project, or of the member.
      facts =
        ((import ./members.nix {
          inherit (library) resolution;
          root = config.project;
          projectFile = null;
        }).choose config.member).project;
      isPackage = facts != null && facts.package;

      application = library.mkApplication config.application;
      withGroups = optional "groups";
      environment = library.mkEnv (withGroups // config.environment);
      shell = library.mkShell (withGroups // editable // config.shell);
      # Where the project is in the repository: $REPO_ROOT is the top of that.
      editable =
        let
          top = builtins.unsafeDiscardStringContext "${self.sourceInfo.outPath or self.outPath}/";
          length = builtins.stringLength top;
          folder = builtins.unsafeDiscardStringContext (toString config.project);
        in
        if builtins.substring 0 length folder == top then
          { editableRoot = "$REPO_ROOT/${builtins.substring length (-1) folder}"; }
        else
          { };

      # --- What a flake has of it ---

      packages = {
        ${name} = if isPackage then application else environment;
      }
      // lib.optionalAttrs isPackage { ${prefixed "environment"} = environment; };

      scripts = if isPackage then builtins.attrNames facts.scripts else [ ];
      # `nix run`: the script that is called as the project, or the only one.
      main =
        if builtins.elem facts.name scripts then [ facts.name ]
        else if builtins.length scripts == 1 then scripts
        else [ ];
      appOf = key: script: {
        name = key;
        value = {
          type = "app";
          program = "${application}/bin/${script}";
        };
      };
      apps = builtins.listToAttrs (
        map (appOf name) main ++ map (script: appOf (prefixed script) script) scripts
      );

      # The environment imports the project from where the command runs, so tests see what lies beside them.
      checkOf =
        title: { command, groups, packages }:
        let
          tested = library.mkEnv (
            withGroups
            // config.environment
            // lib.optionalAttrs (groups != null) { inherit groups; }
            // {
              editable = true;
              editableRoot = "$REPO_ROOT";
            }
          );
        in
        pkgs.stdenvNoCC.mkDerivation {
          name = "${name}-${title}";
          src = library.cleanPythonSources { src = config.project; };
          nativeBuildInputs = packages;
          inherit command;
          passAsFile = [ "command" ];
          buildCommand = ''
            cp -r "$src" project
            chmod -R u+w project
            cd project
            export HOME="$NIX_BUILD_TOP" REPO_ROOT="$PWD" PATH="${tested}/bin:$PATH"
            set -e
            . "$commandPath"
            touch "$out"
          '';
        };
      checks = {
        ${name} = packages.${name};
      }
      // lib.mapAttrs' (title: each: { name = prefixed title; value = checkOf title each; }) config.checks;
      outputs = {
        inherit packages apps checks;
        devShells.${name} = shell;
      };
    in
    {
      options = {
        project = mkOption {
          type = types.path;
          default = self.outPath;
          defaultText = literalExpression "self";
          example = literalExpression "./.";
          description = "The folder with the lock, and with pylock2nix.json where the resolution is frozen.";
        };
        lock = mkOption {
          type = types.nullOr types.str;
          default = null;
          example = "pylock.dev.toml";
          description = "The lock's name in that folder, where it has several.";
        };
        python = mkOption {
          type = types.package;
          default = pkgs.python3;
          defaultText = literalExpression "pkgs.python3";
          description = "The Python that runs it; one that the lock does not admit is refused.";
        };
        target = mkOption {
          type = types.nullOr types.str;
          default = null;
          example = "cp312-macos14-arm64";
          description = "One of the frozen targets. Null: by the Python and the platform.";
        };
        resolver = mkOption {
          type = types.nullOr (types.enum [ "wasm" "frozen" ]);
          default = null;
          description = "How the lock is resolved. Null: the first way that is possible.";
        };
        member = mkOption {
          type = types.nullOr (types.either types.str (types.listOf types.str));
          default = null;
          example = "api";
          description = "A member of the workspace instead of the project, or several.";
        };
        groups = mkOption {
          type = types.nullOr (types.listOf types.str);
          default = null;
          example = [ "dev" "docs" ];
          description = "Groups of the environment, the shell and the checks besides `main`. Null: `dev`, if there.";
        };
        extras = mkOption {
          type = types.listOf types.str;
          default = [ "*" ];
          description = "Extras that are installed; `*` is all of them.";
        };
        perPackage = mkOption {
          type = types.lazyAttrsOf arguments;
          default = { };
          example = literalExpression "{ lxml.extraLibraries = [ pkgs.libxslt ]; }";
          description = "What is particular about a package, by its name: docs/overrides.md.";
        };
        preferWheels = mkOption {
          type = types.bool;
          default = true;
          description = "Whether a package that has a source, too, is taken as a wheel.";
        };
        overrides = mkOption {
          type = types.listOf (types.functionTo (types.functionTo arguments));
          default = [ ];
          example = literalExpression "[ (final: prev: { colorama = null; }) ]";
          description = "Overlays of the packages, in order, after the library's own.";
        };
        sources = mkOption {
          type = arguments;
          default = { };
          description = "What is built in the place of a folder of the lock, by its package's name.";
        };
        sourceFilter = mkOption {
          type = types.lazyAttrsOf (types.functionTo (types.functionTo types.bool));
          default = { };
          example = literalExpression "{ core = path: type: path != \"tests\"; }";
          description = "What of a folder of the lock is built, by its package's name.";
        };
        ignoreCollisions = mkOption {
          type = types.either (types.listOf types.str) (types.either types.bool (types.lazyAttrsOf types.str));
          default = [ ];
          description = "Patterns of files that packages disagree about, and of which the first by name may win; or pattern -> package.";
        };
        fetchurl = mkOption {
          type = types.nullOr (types.functionTo types.raw);
          default = null;
          description = "Instead of nixpkgs' own, for private indexes.";
        };
        application = mkOption {
          type = arguments;
          default = { };
          example = literalExpression "{ doCheck = true; }";
          description = "Further arguments of `mkApplication`, and of nixpkgs' `buildPythonApplication`.";
        };
        environment = mkOption {
          type = arguments;
          default = { };
          example = literalExpression "{ extraPackages = ps: [ ps.ipython ]; }";
          description = "Further arguments of `mkEnv`.";
        };
        shell = mkOption {
          type = arguments;
          default = { };
          example = literalExpression "{ packages = [ pkgs.ruff ]; }";
          description = "Further arguments of `mkShell`, and of nixpkgs' own.";
        };
        checks = mkOption {
          type = types.attrsOf (types.submodule check);
          default = { };
          example = literalExpression "{ tests.command = \"pytest\"; }";
          description = "Commands that `nix flake check` runs, by name. That everything can be built is a check of its own.";
        };
        autoWire = mkOption {
          type = types.listOf (types.enum [ "packages" "apps" "devShells" "checks" ]);
          default = [ "packages" "apps" "devShells" "checks" ];
          description = "Which outputs of the flake are made of `outputs`.";
        };
        library = mkOption {
          type = types.raw;
          readOnly = true;
          description = "The library, knowing this project: `application`, `members`, `mkEnv` and the rest.";
        };
        outputs = mkOption {
          type = types.raw;
          readOnly = true;
          description = "`packages`, `apps`, `devShells` and `checks` of the project.";
        };
      };
      config = { inherit library outputs; };
    };
in
{
  options.perSystem = flake-parts-lib.mkPerSystemOption (
    { config, pkgs, ... }:
    let
      cfg = config.pylock2nix;
      wired =
        output:
        lib.mkMerge (
          map (
            project:
            lib.mkIf (builtins.elem output project.autoWire) (builtins.mapAttrs (_: lib.mkDefault) project.outputs.${output})
          ) (builtins.attrValues cfg.projects)
        );
    in
    {
      _file = ./flake-module.nix;
      options.pylock2nix = {
        projects = mkOption {
          type = types.attrsOf (types.submodule (projectOf pkgs cfg));
          default = { };
          example = literalExpression "{ default.project = ./.; }";
          description = "Python projects with a lock, by name: `default` gives `packages.default`, another NAME `packages.NAME`.";
        };
        wasm = mkOption {
          type = types.nullOr types.path;
          default = null;
          description = "The folder of the modules for `builtins.wasm`. Null: beside the library.";
        };
      };
      config = {
        packages = wired "packages";
        apps = wired "apps";
        devShells = wired "devShells";
        checks = wired "checks";
      };
    }
  );
}
