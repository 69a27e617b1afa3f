# The command line (from a packed release), the Nix library, and a template for a project.
#
# Invariant: `lib`, `overlays`, `flakeModules` and `templates` need no release. What `packages` needs is the output of
# `npm pack`, with its dependencies inside: `--override-input release file:///path/to/pylock2nix-VERSION.tgz`
# (release/README.md).
{
  description = "Python lockfiles to Nix, through a WASM core";

  inputs = {
    nixpkgs.url = "github:NixOS/nixpkgs/nixos-unstable";
    release = {
      url = "path:./release";
      flake = false;
    };
  };

  outputs =
    {
      self,
      nixpkgs,
      release,
    }:
    let
      systems = [ "x86_64-linux" "aarch64-linux" "x86_64-darwin" "aarch64-darwin" ];
      forEachSystem = value: nixpkgs.lib.genAttrs systems (system: value nixpkgs.legacyPackages.${system});

      # A release brings the modules for `builtins.wasm`.
      library = arguments: import ./nix ({ wasm = "${release}/wasm"; } // arguments);

      commandLine =
        pkgs:
        if !(builtins.pathExists "${release}/dist/bin/pylock2nix.cjs") then
          throw ''
            cannot package the command line: the input `release` holds no packed release (dist/bin/pylock2nix.cjs)
            hint: pass `--override-input release file:///path/to/pylock2nix-VERSION.tgz`, as `npm pack` writes it''
        else
          pkgs.stdenvNoCC.mkDerivation {
            pname = "pylock2nix";
            inherit (builtins.fromJSON (builtins.readFile "${release}/package.json")) version;
            src = release;
            nativeBuildInputs = [ pkgs.makeWrapper ];
            dontBuild = true;
            installPhase = ''
              runHook preInstall
              mkdir -p "$out/lib/pylock2nix"
              cp -r . "$out/lib/pylock2nix"
              makeWrapper "${pkgs.nodejs}/bin/node" "$out/bin/pylock2nix" --add-flags "$out/lib/pylock2nix/dist/bin/pylock2nix.cjs"
              runHook postInstall
            '';
            meta = {
              description = "Writes the frozen resolution of a Python lockfile for Nix";
              mainProgram = "pylock2nix";
            };
          };
    in
    {
      # lib { pkgs }: the library of nix/, for a project whose pylock2nix.nix should not carry its own copy.
      lib = library;
      overlays.default = final: _: { pylock2nix = library { pkgs = final; }; };
      # For flake-parts: docs/flake-parts.md.
      flakeModules.default =
        { lib, ... }:
        {
          imports = [ ./nix/flake-module.nix ];
          perSystem.pylock2nix.wasm = lib.mkDefault "${release}/wasm";
        };
      packages = forEachSystem (pkgs: { default = commandLine pkgs; });
      templates.default = {
        path = ./examples/template;
        description = "A Poetry project built by pylock2nix";
      };
      templates.wasm = {
        path = ./examples/template-wasm;
        description = "A Poetry project built by pylock2nix with nothing generated (Determinate Nix, builtins.wasm)";
      };
      templates.uv = {
        path = ./examples/template-uv;
        description = "A uv project built by pylock2nix";
      };
      templates.flake-parts = {
        path = ./examples/template-flake-parts;
        description = "A uv project built by pylock2nix, with flake-parts";
      };
      # The examples, which tests build: run `pylock2nix nix` in what they become.
      templates.workspace = {
        path = ./examples/uv-workspace;
        description = "A uv workspace: each member alone and together, editable, with direnv";
      };
      templates.container = {
        path = ./examples/container;
        description = "A uv project as a container image in layers";
      };
      templates.script = {
        path = ./examples/script;
        description = "A script with inline metadata (PEP 723) and its lock, as a program";
      };
      templates.data-science = {
        path = ./examples/data-science;
        description = "Poetry, numpy and matplotlib: a plot";
      };
      templates.cuda = {
        path = ./examples/cuda;
        description = "uv and PyTorch with CUDA";
      };
    };
}
