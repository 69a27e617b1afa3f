# fetch { package, file, root, sourceOf }: the source of one selected package, as a store path or a derivation that makes one.
#
# Invariants: everything from a network is checked against a hash of the lock (or one that `prefetch` recorded);
# TLS checks stay on; no address is made up: those of the default index are nixpkgs' own (`fetchPypi`, `mirror://pypi`).
# Whatever cannot be fetched throws when it is needed and not before.
{
  pkgs,
  lib,
  fetchurl,
}:
{
  package,
  file,
  root,
  # Name and path of a folder of the lock -> what is built (project.nix).
  sourceOf ? null,
}:
let
  within = import ./path.nix;
  inherit (package) name source;
  subject = "${name} ${toString package.version}";
  refuse = message: throw "cannot fetch ${subject}: ${message}";
  prefetch = "hint: run `pylock2nix prefetch`, then `pylock2nix nix`";

  # Store names know neither `!` (epochs) nor more than 211 characters; the exact file name comes back on installation.
  storeName = lib.strings.sanitizeDerivationName;

  # A file that the lock or its record names by a path from the lock's folder: no address has its scheme.
  isLocal = url: url != null && builtins.match "[^:]+://.*" url == null;
  local =
    path:
    builtins.path (
      {
        path = within subject root path;
        name = storeName (baseNameOf path);
        recursive = false;
      }
      // lib.optionalAttrs (file != null && lib.hasPrefix "sha256-" (toString file.hash)) { sha256 = file.hash; }
    );

  named =
    if file == null then
      refuse "the lock has no file that ${package.target} can install"
    else if builtins.match "[^/]+" file.name == null || file.name == "." || file.name == ".." then
      refuse "${builtins.toJSON file.name} is not a file name"
    else
      file;
  checked =
    if named.hash == null then
      refuse "the lock records no hash of ${named.name}\n${prefetch}"
    else if builtins.match "(md5|sha1|sha256|sha512)-.*" named.hash == null then
      refuse "Nix does not know the hash ${named.hash} of ${named.name}\n${prefetch}"
    else
      named;

  byUrl = fetchurl {
    name = storeName checked.name;
    inherit (checked) url hash;
  };

  # name-version[-build]-python-abi-platform.whl. fetchPypi joins the parts again, so the version keeps a build tag.
  wheelParts =
    builtins.match "([^-]+)-([^-]+(-[0-9][^-]*)?)-([^-]+)-([^-]+)-([^-]+)[.]whl" checked.name;
  fromIndex =
    let
      part = builtins.elemAt wheelParts;
    in
    if wheelParts == null then
      fetchurl {
        name = storeName checked.name;
        url = "mirror://pypi/${builtins.substring 0 1 name}/${name}/${checked.name}";
        inherit (checked) hash;
      }
    else
      pkgs.fetchPypi {
        pname = part 0;
        version = part 1;
        format = "wheel";
        # The index files wheels under their Python tag.
        dist = part 3;
        python = part 3;
        abi = part 4;
        platform = part 5;
        inherit (checked) hash;
      };

  byKind = {
    index =
      if isLocal named.url then local named.url
      else if checked.url != null then byUrl
      else fromIndex;

    legacy =
      if isLocal named.url then
        local named.url
      else if checked.url != null then
        byUrl
      else
        refuse "the lock has no address of ${checked.name}, only its index ${toString source.url}\n${prefetch}";

    # An index that is a folder. Nothing of it is ever looked for elsewhere.
    folder =
      if isLocal named.url then
        local named.url
      else if checked.url != null then
        byUrl
      else
        refuse "the lock does not say where in ${toString source.path} ${checked.name} is";

    url = byUrl;

    git =
      if source.hash != null then
        pkgs.fetchgit (
          {
            inherit (source) url rev hash;
            fetchSubmodules = source.submodules;
          }
          // lib.optionalAttrs (source.lfs or false) { fetchLFS = true; }
        )
      else
        # Without a recorded hash the checkout happens during evaluation. The commit pins it, and a commit
        # need not be on the default branch.
        builtins.fetchGit {
          inherit (source) url rev submodules;
          allRefs = true;
        };

    # A wheel that the target cannot install has no file.
    file = if file == null && lib.hasSuffix ".whl" source.path then named else local source.path;

    directory = sourceOf name subject source.path;
  };
in
byKind.${source.kind} or (refuse "this library knows no source of kind ${builtins.toJSON source.kind}")
