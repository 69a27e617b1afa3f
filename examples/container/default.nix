{ pkgs ? import <nixpkgs> { } }:
let
  project = import ./pylock2nix.nix { inherit pkgs; };
  inherit (project) application;
in
# Each package is a store path of its own, and so a layer: what many need, the interpreter and its libraries, come first, then
# the dependencies, the application last. A change in it is one small layer anew. Beyond `maxLayers` the rest shares one.
pkgs.dockerTools.buildLayeredImage {
  name = "greeter";
  tag = application.version;
  maxLayers = 100;
  config = {
    Cmd = [ "${application}/bin/greeter" ];
    ExposedPorts."8000/tcp" = { };
    User = "65534:65534";
  };
}
