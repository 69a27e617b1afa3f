{
  description = "A uv project built by pylock2nix, with flake-parts";

  inputs = {
    nixpkgs.url = "github:NixOS/nixpkgs/nixos-unstable";
    flake-parts.url = "github:hercules-ci/flake-parts";
  };

  outputs =
    inputs:
    inputs.flake-parts.lib.mkFlake { inherit inputs; } {
      # Written, with pylock2nix.json, by `pylock2nix nix`.
      imports = [ ./.pylock2nix/flake-module.nix ];
      systems = [ "x86_64-linux" "aarch64-linux" "x86_64-darwin" "aarch64-darwin" ];
      perSystem =
        { pkgs, ... }:
        {
          pylock2nix.projects.default = {
            project = ./.;
            shell.packages = [ pkgs.uv ];
            # The program, run by `nix flake check`.
            checks.runs.command = "app";
          };
        };
    };
}
