# mkShell: a shell for work on the project (`nix develop`, `nix-shell`): its environment, with everything that is a folder of
# the lock imported from where it is. Arguments are those of mkEnv; the rest goes to nixpkgs' mkShell.
{
  pkgs,
  lib,
  mkEnv,
}:
{
  projectDir ? null,
  pwd ? projectDir,
  pyproject ? null,
  poetrylock ? null,
  lock ? poetrylock,
  resolution ? null,
  python ? pkgs.python3,
  target ? null,
  overrides ? null,
  preferWheels ? true,
  perPackage ? { },
  groups ? null,
  checkGroups ? [ "dev" ],
  extras ? [ "*" ],
  editablePackageSources ? { },
  editable ? true,
  editableRoot ? null,
  member ? null,
  sources ? { },
  sourceFilter ? { },
  extraPackages ? (_: [ ]),
  ignoreCollisions ? [ ],
  # Programs of nixpkgs besides.
  packages ? [ ],
  shellHook ? "",
  ...
}@arguments:
let
  known = builtins.functionArgs mkEnv;
  environment = mkEnv (builtins.intersectAttrs known arguments // { inherit editable; });
in
pkgs.mkShell (
  {
    # What is in the environment is what the lock says: uv and Poetry must neither make another nor change it.
    UV_NO_SYNC = "1";
    UV_PYTHON = environment.interpreter;
    UV_PYTHON_DOWNLOADS = "never";
    VIRTUAL_ENV = environment.outPath;
  }
  // removeAttrs arguments (builtins.attrNames known)
  // {
    packages = [ environment ] ++ packages;
    # nixpkgs' Python propagates PYTHONPATH, which would count before the environment's own packages.
    shellHook = ''
      unset PYTHONPATH
      export REPO_ROOT="''${REPO_ROOT-$(git rev-parse --show-toplevel 2> /dev/null || pwd)}"
    ''
    + shellHook;
  }
)
