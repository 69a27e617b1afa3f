{ pkgs ? import <nixpkgs> { } }:
let
  project = import ./pylock2nix.nix {
    inherit pkgs;
    # Who asks is in the environment of the Nix daemon; nothing of it is written down, or in the store.
    fetchurl =
      arguments:
      pkgs.fetchurl (
        arguments
        // {
          netrcImpureEnvVars = [ "INDEX_USER" "INDEX_PASSWORD" ];
          netrcPhase = ''
            printf 'machine 127.0.0.1 login %s password %s\n' "$INDEX_USER" "$INDEX_PASSWORD" > netrc
          '';
        }
      );
  };
in
project.application
