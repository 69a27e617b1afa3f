# members { resolution, root }: the folders of a lock that can be taken by themselves: name -> { name, path, isWorkspace, ... }.
#
#   isWorkspace   a member of uv's workspace: the lock has a selection of its own for it, with its groups and extras
#   else          a dependency by path of Poetry, PDM or uv: what it needs is taken out of the project's selection
#
#   document      its pyproject.toml, read (pyproject.nix); null where there is none. Only looked at when it is needed
#
# Invariant: no folder outside the lock's own is among them.
{ resolution, root }:
let
  inherit (builtins) attrNames concatMap elem filter listToAttrs mapAttrs match pathExists;
  normalize = import ./name.nix;
  isWithin = path: match "(/|[.][.](/|$)).*" path == null;
  workspace = resolution.members or { };
  own = listToAttrs (
    map (name: { inherit name; value = workspace.${name}; }) (
      filter (name: isWithin workspace.${name}.path) (attrNames workspace)
    )
  );
  isFolder = package: package.source.kind == "directory" && package.source.path != "." && isWithin package.source.path;
  byPath = listToAttrs (
    map (package: { inherit (package) name; value = { inherit (package.source) path; }; }) (
      filter isFolder resolution.packages
    )
  );
  isBuilt = listToAttrs (
    map (package: { inherit (package) name; value = true; }) (
      filter (package: package.source.kind == "directory") resolution.packages
    )
  );
  describe =
    name:
    { path, ... }:
    let
      folder = import ./path.nix name root path;
      file = folder + "/pyproject.toml";
    in
    {
      inherit name path folder;
      isWorkspace = workspace ? ${name};
      document = if pathExists file then import ./pyproject.nix file else null;
      # Whether there is something to build: uv's virtual members are their dependencies only.
      isPackage = isBuilt ? ${name};
    };
  all = mapAttrs describe (byPath // own);
  listed = names: if names == [ ] then "none" else builtins.concatStringsSep ", " names;
in
{
  inherit all;

  # The members that are named: a name, a list of names, or "*" among them for the whole workspace; null stays null.
  named =
    wanted:
    let
      names = if builtins.isList wanted then wanted else [ wanted ];
      find =
        written:
        let
          name = normalize written;
        in
        if written == "*" && workspace != { } then attrNames workspace
        else if all ? ${name} then [ name ]
        else
          throw ''
            cannot take ${written} of ${resolution.lock.path}: it is no member and no folder of the lock
            hint: there are ${listed (attrNames all)}'';
      found = concatMap find names;
    in
    if wanted == null then null
    else builtins.foldl' (known: name: if elem name known then known else known ++ [ name ]) [ ] found;
}
