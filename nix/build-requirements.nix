# What a source is built with from the lock itself (`perPackage.NAME.buildGroups`): of the names that it requires those
# which some groups of the lock have, each with all that it needs to run.
#
# Invariant: a build never waits for itself. What leads back to the package is left to nixpkgs, which has built it already:
# along the edges that stay, nobody reaches where they came from, since the graph that is asked has all of them.
{
  # Name -> selected package (select.nix), of those groups.
  selected,
  # Name -> what its own build requires; `[ ]` for a wheel.
  requiredBy,
}:
{ name, names }:
let
  inherit (builtins) any filter genericClosure map;
  keyed = map (key: { inherit key; });
  here = filter (each: selected ? ${each});
  reached =
    operator: start:
    map ({ key }: key) (genericClosure {
      startSet = keyed start;
      operator = { key }: keyed (operator key);
    });
  leadsBack =
    requirement:
    any (key: key == name) (
      reached (key: selected.${key}.dependencies ++ here (requiredBy selected.${key})) [ requirement ]
    );
in
rec {
  taken = filter (requirement: requirement != name && !(leadsBack requirement)) (here names);
  # The packages that are there when the build runs.
  closure = reached (key: selected.${key}.dependencies) taken;
}
