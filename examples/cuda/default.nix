{ pkgs ? import <nixpkgs> { } }:
let
  project = import ./pylock2nix.nix { inherit pkgs; };
in
project.application
