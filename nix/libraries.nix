# For each selected package the ones whose shared libraries it may load: the native wheels that it depends on, itself or
# through pure ones. (torch finds those of the nvidia-* wheels so, most of which are behind cuda-toolkit.) Some need the
# libraries of a wheel that they do not depend on, since both are installed into one folder: `beside` in sonames.json.
# What these reach in turn, their builds pass on: package.nix, `library-wheels`.
#
# Invariant: these edges become inputs of builds, so they have no cycle. Packages are ranked in the order in which a
# depth-first walk leaves them, and an edge counts only from a higher rank to a lower one: what is dropped is exactly
# the edges that close a cycle (triton -> torch, when torch -> triton was met first).
selected:
let
  inherit (builtins) attrNames filter foldl' mapAttrs match;

  isNative =
    package:
    package.file != null && match ".*[.]whl" package.file.name != null && match ".*-any[.]whl" package.file.name == null;
  native = builtins.listToAttrs (
    map (name: { inherit name; value = null; }) (filter (name: isNative selected.${name}) (attrNames selected))
  );
  inherit (builtins.fromJSON (builtins.readFile ./sonames.json)) beside;
  keys = mapAttrs (_: package: map (key: { inherit key; }) package.dependencies) selected;
  edges = mapAttrs (
    name: _:
    # In the order of names: the first that has a library counts, and nvidia-cuda-cupti has its own where triton has a copy.
    builtins.sort builtins.lessThan (
      filter (dependency: native ? ${dependency} && dependency != name) (
        map ({ key }: key) (
          builtins.genericClosure {
            startSet = keys.${name} ++ map (key: { inherit key; }) (filter (key: native ? ${key}) (beside.${name} or [ ]));
            operator = { key }: if native ? ${key} then [ ] else keys.${key};
          }
        )
      )
    )
  ) native;
  # Without edges in or out there is nothing to rank; in most locks that leaves a handful.
  sources = filter (name: edges.${name} != [ ]) (attrNames native);

  # Adding a name copies the set that it is added to: in sixteen sets, by the first digit of the name's hash, a
  # sixteenth of what it would be in one. `left` is a chain for the same reason, the name that was left last in front.
  digit = name: builtins.substring 0 1 (builtins.hashString "md5" name);
  visit =
    state: name:
    let
      bucket = digit name;
      seen = state.seen.${bucket} or { };
    in
    if seen ? ${name} then
      state
    else
      let
        inside = foldl' visit {
          seen = state.seen // { ${bucket} = seen // { ${name} = null; }; };
          inherit (state) left count;
        } edges.${name};
      in
      {
        inherit (inside) seen;
        count = inside.count + 1;
        left = { inherit name; value = inside.count; key = inside.count; before = inside.left; };
      };
  walked = foldl' visit { seen = { }; left = null; count = 0; } sources;
  rank = builtins.listToAttrs (
    builtins.genericClosure {
      startSet = if walked.left == null then [ ] else [ walked.left ];
      operator = link: if link.before == null then [ ] else [ link.before ];
    }
  );
in
mapAttrs (
  name: _:
  if edges.${name} or [ ] == [ ] then
    [ ]
  else
    filter (dependency: rank.${dependency} < rank.${name}) edges.${name}
) selected
