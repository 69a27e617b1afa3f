# cleanPythonSources { src }: a project's folder without what no build reads: version control, byte code, virtual
# environments, this library's own copy, and what .gitignore says (gitignore.nix), from the one in `root` down.
#
# Git itself is not asked: a folder is read alike in a repository, in a flake (where Nix has left out what git does not
# know) and in an unpacked archive, nothing is fetched during evaluation, and what is not yet added to git counts. So a file
# that git has although it is ignored is left out; `gitignore = false` or another `src` are the ways to have it.
# Invariant: each folder is read once, and one of which nothing is left is not there.
{ lib }:
{
  src,
  # Where .gitignore files start to count: a folder around `src`, or itself.
  root ? src,
  gitignore ? true,
  # Folders that are left out: paths from `src`.
  without ? [ ],
  # What of the rest is wanted: path from `src` -> type -> whether it is.
  filter ? _: _: true,
}:
let
  inherit (builtins)
    attrNames concatMap concatStringsSep elemAt genList head isString length listToAttrs match readDir readFile split
    stringLength substring tail;
  set = names: listToAttrs (map (name: { inherit name; value = null; }) names);
  dropped = set [
    "__pycache__" ".pylock2nix" ".venv" ".tox" ".mypy_cache" ".pytest_cache" ".ruff_cache"
  ];
  partsOf = path: builtins.filter (part: isString part && part != "" && part != ".") (split "/" path);
  left = set (map (path: concatStringsSep "/" (partsOf path)) without);

  # What was cleaned before keeps where it is from.
  origin = src.origSrc or src;
  start = toString origin;
  top = root.origSrc or root;

  # A .gitignore, and how it sees a path from `src`.
  gitignoreIn =
    folder: relative:
    if gitignore && (readDir folder).".gitignore" or null == "regular" then
      [ { inherit relative; decide = import ./gitignore.nix (readFile (folder + "/.gitignore")); } ]
    else
      [ ];
  # Those above `src`, the nearest first.
  above =
    let
      parts = partsOf (substring (stringLength (toString top)) (-1) start);
      count = length parts;
      folder = depth: top + concatStringsSep "" (genList (index: "/${elemAt parts index}") depth);
      prefix = depth: concatStringsSep "" (genList (index: "${elemAt parts (depth + index)}/") (count - depth));
    in
    if lib.hasPrefix "${toString top}/" start then
      builtins.concatLists (
        genList (index: gitignoreIn (folder (count - 1 - index)) (path: prefix (count - 1 - index) + path)) count
      )
    else
      [ ];
  # The nearest .gitignore that says anything decides.
  isIgnored =
    files: path: name: type:
    let
      file = head files;
      said = file.decide { path = file.relative path; inherit name type; };
    in
    files != [ ] && (if said == null then isIgnored (tail files) path name type else said);

  # The paths that are kept in a folder. `below` is the folder's path from `src`, with its slash.
  walk =
    folder: below: outer:
    let
      entries = readDir folder;
      files = gitignoreIn folder (path: substring (stringLength below) (-1) path) ++ outer;
      isKept =
        path: name: type:
        !(dropped ? ${name})
        && !(left ? ${path})
        && !(type == "regular" && match ".*[.]pyc" name != null)
        && lib.cleanSourceFilter "${start}/${path}" type
        && !(isIgnored files path name type)
        && filter path type;
      kept =
        name:
        let
          path = below + name;
          inner = walk (folder + "/${name}") "${path}/" files;
        in
        if !(isKept path name entries.${name}) then [ ]
        else if entries.${name} != "directory" then [ path ]
        else if inner == [ ] then [ ]
        else [ path ] ++ inner;
    in
    concatMap kept (attrNames entries);
  paths = set (walk origin "" above);
in
lib.cleanSourceWith {
  inherit src;
  filter = path: _: paths ? ${substring (stringLength start + 1) (-1) (toString path)};
}
