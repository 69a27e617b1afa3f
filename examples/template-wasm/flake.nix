{
  description = "A Poetry project built by pylock2nix, with nothing generated";

  inputs = {
    nixpkgs.url = "github:NixOS/nixpkgs/nixos-unstable";
    # A packed release: the Nix library and the modules that Nix's evaluator runs (`npm pack pylock2nix`).
    pylock2nix = {
      url = "file:///path/to/pylock2nix-VERSION.tgz";
      flake = false;
    };
  };

  # Needs Determinate Nix 3.17 or later.
  nixConfig.extra-experimental-features = [ "wasm-builtin" ];

  outputs =
    { nixpkgs, pylock2nix, ... }:
    let
      systems = [ "x86_64-linux" "aarch64-linux" "x86_64-darwin" "aarch64-darwin" ];
      forEachSystem = value: nixpkgs.lib.genAttrs systems (system: value nixpkgs.legacyPackages.${system});
      # poetry.lock is read as it is, at each evaluation.
      project =
        pkgs:
        import "${pylock2nix}/nix" {
          inherit pkgs;
          projectDir = ./.;
          resolver = "wasm";
        };
    in
    {
      packages = forEachSystem (pkgs: {
        default = (project pkgs).mkApplication { };
      });
      devShells = forEachSystem (pkgs: {
        default = pkgs.mkShell { packages = [ (project pkgs).environment ]; };
      });
    };
}
