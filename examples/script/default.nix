{ pkgs ? import <nixpkgs> { } }:
let
  library = import ./pylock2nix.nix { inherit pkgs; };
in
library.mkScript { script = ./prices.py; }
