# mkEnvironment { name, python, packages }: a virtual environment (PEP 405) that holds exactly these packages.
#
# Invariant: it takes a flat list, so it neither follows dependencies nor cares for their cycles.
{ pkgs, lib }:
rec {
  # What make-environment.py reads. A file, since a variable of the environment holds at most 128 KiB on Linux:
  # about 1,500 store paths.
  specification =
    {
      python,
      packages,
      ignoreCollisions ? [ ],
    }:
    pkgs.writeText "environment.json" (
      builtins.toJSON {
        inherit (python) interpreter sitePackages;
        version = python.version or python.pythonVersion;
        packages = map toString packages;
        # As people call them, for messages and for `ignoreCollisions`.
        names = map (package: package.pname or package.name) packages;
        inherit ignoreCollisions;
      }
    );

  # The command, for builds that make an environment inside their own output.
  command =
    python:
    "${(import ./build-python.nix python).interpreter} -I ${./make-environment.py}";

  environment =
    {
      name,
      python,
      packages,
      ignoreCollisions ? [ ],
    }:
    let
      self = pkgs.stdenvNoCC.mkDerivation {
        name = lib.strings.sanitizeDerivationName name;
        specification = specification { inherit python packages ignoreCollisions; };
        buildCommand = ''
          ${command python} "$specification" "$out"
        '';
        # Links only: fetching it would take longer.
        preferLocalBuild = true;
        allowSubstitutes = false;
        passthru = {
          inherit python packages;
          inherit (python) sitePackages;
          interpreter = "${self}/bin/python";
          # For nix-shell: a shell that has the environment.
          env = pkgs.stdenvNoCC.mkDerivation {
            name = "${self.name}-shell";
            nativeBuildInputs = [ self ];
            buildCommand = ''
              echo "this derivation is for nix-shell; build the environment itself instead" >&2
              exit 1
            '';
          };
        };
        meta.mainProgram = "python";
      };
    in
    self;
}
