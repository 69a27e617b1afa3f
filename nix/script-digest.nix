# sha256 of what a script's inline metadata requires, as digest.nix makes it of a pyproject.toml (src/lock/pyproject/guard.ts).
path:
builtins.hashString "sha256" (
  builtins.toJSON (
    builtins.intersectAttrs { requires-python = null; dependencies = null; } (import ./inline-metadata.nix path)
  )
)
