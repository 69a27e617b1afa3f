{ pkgs ? import <nixpkgs> { } }:
let
  project = import ./pylock2nix.nix { inherit pkgs; };
in
{
  # Each member by itself ...
  api = project.members.api.application;
  core = project.members.core.application;
  # ... with the groups that are its own, for its tests ...
  api-lint = project.mkEnv {
    member = "api";
    groups = [ "lint" ];
  };
  # ... and all of them together, with the workspace's group `dev`.
  inherit (project) environment;
  # nix-shell -A shell: every member is imported from where it is.
  shell = project.mkShell { };
}
