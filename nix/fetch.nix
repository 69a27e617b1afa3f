# fetch { package, file, root }: the source of one selected package, as a store path or a derivation that makes one.
#
# Invariants: everything from a network is checked against a hash of the lock (or one that `prefetch` recorded);
# TLS checks stay on; no address is made up: those of the default index are nixpkgs' own (`fetchPypi`, `mirror://pypi`).
# Whatever cannot be fetched throws when it is needed and not before.
{
  pkgs,
  lib,
  fetchurl,
  cleanPythonSources,
}:
{
  package,
  file,
  root,
}:
let
  within = import ./path.nix;
  inherit (package) name source;
  subject = "${name} ${toString package.version}";
  refuse = message: throw "cannot fetch ${subject}: ${message}";
  prefetch = "hint: run `pylock2nix prefetch`, then `pylock2nix nix`";

  # Store names know neither `!` (epochs) nor more than 211 characters; the exact file name comes back on installation.
  storeName = lib.strings.sanitizeDerivationName;

  checked =
    if file == null then
      refuse "the lock has no file that ${package.target} can install"
    else if builtins.match "[^/]+" file.name == null || file.name == "." || file.name == ".." then
      refuse "${builtins.toJSON file.name} is not a file name"
    else if file.hash == null then
      refuse "the lock records no hash of ${file.name}\n${prefetch}"
    else
      file;

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
    index = if checked.url != null then byUrl else fromIndex;

    legacy =
      if checked.url != null then
        byUrl
      else
        refuse "the lock has no address of ${checked.name}, only its index ${toString source.url}\n${prefetch}";

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

    file = builtins.path (
      {
        path = within subject root source.path;
        name = storeName (baseNameOf source.path);
        recursive = false;
      }
      // lib.optionalAttrs (file != null && lib.hasPrefix "sha256-" (toString file.hash)) { sha256 = file.hash; }
    );

    directory = cleanPythonSources { src = within subject root source.path; };
  };
in
byKind.${source.kind} or (refuse "this library knows no source of kind ${builtins.toJSON source.kind}")
