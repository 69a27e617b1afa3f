# Written by `pylock2nix nix`, the same for every project: what is pinned is in pylock2nix.json.
# Commit both, and .pylock2nix, the library; or pass `library`, for instance a flake input's "${inputs.pylock2nix}/nix".
#
#   (import ./pylock2nix.nix { inherit pkgs; }).application     the project, with its scripts
#   (import ./pylock2nix.nix { inherit pkgs; }).environment     a virtual environment for work on it
#   (import ./pylock2nix.nix { inherit pkgs; }).packages        name -> package
#   (import ./pylock2nix.nix { }).resolution                    the data alone, without nixpkgs
{
  library ? ./.pylock2nix,
  ...
}@arguments:
import library ({ projectDir = ./.; } // removeAttrs arguments [ "library" ])
