# The tools that build a source into a wheel (PEP 517), from nixpkgs' own package set of the build host's Python.
#
# Invariant: they are never packages of the lock. Those are built alone, without their dependencies, and would not run.
{ lib }:
python:
let
  host = import ./build-python.nix python;
in
rec {
  # Poetry's back end has been a package of its own, poetry-core, since 1.0; projects older than that ask for all of it.
  named =
    names:
    map (
      name:
      let
        tool = if name == "poetry" then "poetry-core" else name;
      in
      host.pkgs.${tool} or (throw ''
        cannot build from source: nixpkgs has no Python package ${tool}, which [build-system] asks for
        hint: give it in `nativeBuildInputs`'')
    ) names;

  # Together the common back ends build most sources, whichever of them pyproject.toml names.
  common = named usual;
  usual = [ "setuptools" "wheel" "poetry-core" "flit-core" "hatchling" ];

  # What `prefetch` read in a source's [build-system], besides the common ones. What is required under a marker only
  # (`conditionalRequires`) is taken where nixpkgs has it.
  recorded =
    subject: facts:
    let
      renamed = {
        poetry = "poetry-core";
        # numpy at the oldest version that works; nixpkgs builds everything with its own numpy.
        oldest-supported-numpy = "numpy";
      };
      wanted = names: builtins.filter (name: !(builtins.elem name usual)) (map (name: renamed.${name} or name) names);
      always = wanted (facts.buildRequires or [ ]);
    in
    map (
      name:
      host.pkgs.${name} or (throw ''
        cannot build ${subject} from source: nixpkgs has no Python package ${name}, which its [build-system] asks for
        hint: say what builds it, `overridePythonAttrs { build-system = [ ... ]; }`, or take a wheel'')
    ) always
    ++ map (name: host.pkgs.${name}) (
      builtins.filter (name: host.pkgs ? ${name} && !(builtins.elem name always)) (wanted (facts.conditionalRequires or [ ]))
    );

  # The old name of Poetry's back end, where a pyproject.toml still has it.
  postPatch = ''
    if [ -e pyproject.toml ]; then
      sed -i -E "s/^(build-backend *= *)[\"']poetry\.masonry\.api[\"']/\1\"poetry.core.masonry.api\"/" pyproject.toml
    fi
  '';

  # What is there decides, not the version bounds that a source from years ago states.
  pypaBuildFlags = [ "--skip-dependency-check" ];
}
