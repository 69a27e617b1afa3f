{
  description = "A uv project built by pylock2nix";

  inputs.nixpkgs.url = "github:NixOS/nixpkgs/nixos-unstable";

  outputs =
    { nixpkgs, ... }:
    let
      systems = [ "x86_64-linux" "aarch64-linux" "x86_64-darwin" "aarch64-darwin" ];
      forEachSystem = value: nixpkgs.lib.genAttrs systems (system: value nixpkgs.legacyPackages.${system});
      # Written, with pylock2nix.json and .pylock2nix, by `pylock2nix nix`.
      project = pkgs: import ./pylock2nix.nix { inherit pkgs; };
    in
    {
      packages = forEachSystem (pkgs: {
        default = (project pkgs).application;
      });
      devShells = forEachSystem (pkgs: {
        default = (project pkgs).mkShell { packages = [ pkgs.uv ]; };
      });
    };
}
