# mkScript { script }: a script with inline metadata (PEP 723) and its lock (`uv lock --script`) as a program. The environment
# that the lock says is one of its own; the script is copied as it is, but for its first line.
{
  pkgs,
  lib,
  mkEnv,
}:
{
  # A path: hello.py, beside which hello.py.lock is.
  script,
  projectDir ? dirOf script,
  pwd ? projectDir,
  lock ? "${baseNameOf script}.lock",
  resolution ? null,
  # Of the program.
  name ? lib.removeSuffix ".py" (baseNameOf script),
  python ? pkgs.python3,
  target ? null,
  overrides ? null,
  preferWheels ? true,
  perPackage ? { },
  extraPackages ? (_: [ ]),
  ignoreCollisions ? [ ],
  meta ? { },
}@arguments:
let
  environment = mkEnv (
    builtins.intersectAttrs (builtins.functionArgs mkEnv) (removeAttrs arguments [ "name" ])
    // {
      inherit projectDir lock;
      groups = [ ];
    }
  );
in
pkgs.stdenvNoCC.mkDerivation {
  name = lib.strings.sanitizeDerivationName name;
  program = name;
  # Only the file: what lies beside it changes nothing.
  script = builtins.path {
    path = script;
    name = lib.strings.sanitizeDerivationName (baseNameOf script);
  };
  inherit (environment) interpreter;
  # A first line for the shell is replaced; without one, it is put before.
  buildCommand = ''
    mkdir -p "$out/bin"
    {
      printf '#!%s\n' "$interpreter"
      sed '1{/^#!/d;}' "$script"
    } > "$out/bin/$program"
    chmod +x "$out/bin/$program"
  '';
  passthru = {
    inherit python environment;
  };
  meta = { mainProgram = name; } // meta;
}
