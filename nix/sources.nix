# cleanPythonSources { src }: a project's folder without what no build reads: version control, byte code, virtual
# environments, results of builds, and this library's own copy. (.gitignore is not read; poetry2nix read it.)
{ lib }:
{ src }:
let
  dropped = {
    __pycache__ = null;
    ".pylock2nix" = null;
    ".venv" = null;
    ".tox" = null;
    ".mypy_cache" = null;
    ".pytest_cache" = null;
    ".ruff_cache" = null;
  };
in
lib.cleanSourceWith {
  inherit src;
  filter =
    path: type:
    !(dropped ? ${baseNameOf path})
    && !(type == "regular" && lib.hasSuffix ".pyc" path)
    && lib.cleanSourceFilter path type;
}
