# For each selected package the ones whose shared libraries it may load: all native wheels that it reaches along
# dependencies, whatever lies between. (torch reaches most nvidia-* wheels through cuda-toolkit, which is pure.)
#
# Invariant: these edges become inputs of builds, so they have no cycle. They follow the graph; where two wheels reach
# each other, only the one whose name comes first has the other (torch finds what triton brings, and not the reverse).
selected:
let
  inherit (builtins) attrNames filter genericClosure intersectAttrs listToAttrs mapAttrs match;

  isNative =
    package:
    package.file != null && match ".*[.]whl" package.file.name != null && match ".*-any[.]whl" package.file.name == null;
  native = listToAttrs (
    map (name: { inherit name; value = null; }) (filter (name: isNative selected.${name}) (attrNames selected))
  );
  # Of native wheels alone, and of each when it is asked for: most packages are never looked at.
  reached = mapAttrs (
    name: _:
    intersectAttrs native (
      listToAttrs (
        map ({ key }: { name = key; value = null; }) (genericClosure {
          startSet = [ { key = name; } ];
          operator = { key }: map (key: { inherit key; }) selected.${key}.dependencies;
        })
      )
    )
  ) native;
in
mapAttrs (
  name: _:
  filter (other: other != name && (name < other || !(reached.${other} ? ${name}))) (attrNames (reached.${name} or { }))
) selected
