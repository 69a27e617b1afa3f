# mkPackage { python, root, sourceOf, libraries, neighbours, settings } package: one selected package as a derivation, through
# nixpkgs' buildPythonPackage, so that `overridePythonAttrs` works on it.
#
# Invariant: each is built alone. What it depends on at run time is no input of its build: a lock has cycles, a build
# has none. The environment brings the packages together.
{
  pkgs,
  lib,
  fetch,
  buildSystem,
}:
{
  python,
  # The folder that relative paths of the lock start from, and what is built of a folder in it (project.nix).
  root,
  sourceOf,
  # The packages whose shared libraries this one may load (libraries.nix), and all that was selected behind them.
  libraries,
  neighbours,
  # The arguments of `build`, below.
  settings,
}:
package:
let
  tools = buildSystem python;
  isWheel = file: file != null && lib.hasSuffix ".whl" file.name;

  common = {
    pname = package.name;
    version = if package.version == null then "0" else package.version;
    dontCheckRuntimeDeps = true;
    catchConflicts = false;
    doCheck = false;
    # Scripts get the interpreter of the environment that they land in.
    dontWrapPythonPrograms = true;
  };

  # `unpackPhase` restores the exact file name: the installer reads the wheel's name, version and tags from it.
  # As in nixpkgs' own hook for wheels, there is no `postUnpack`: stdenv's looks for a folder of sources.
  wheel = file: {
    format = "wheel";
    wheelName = file.name;
    unpackPhase = ''
      runHook preUnpack
      mkdir -p dist
      cp "$src" "dist/$wheelName"
    '';
  };

  # A wheel for Linux brings its libraries, except those of the policy that it was built for (PEP 600), those of other
  # wheels, and a few more (sonames.nix). It must not be stripped: that breaks the ones that were renamed and patched by
  # auditwheel.
  nativeWheel =
    file:
    { extraLibraries, ignoreSonames }:
    let
      needed = sonames.of { package = package // { inherit file; }; inherit neighbours ignoreSonames; };
    in
    {
      nativeBuildInputs = [ pkgs.autoPatchelfHook ] ++ needed.tools;
      # The first that has a library counts.
      buildInputs =
        extraLibraries
        ++ [ pkgs.stdenv.cc.cc.lib ]
        ++ (pkgs.pythonManylinuxPackages.manylinux2014 or [ ])
        ++ needed.libraries;
      autoPatchelfIgnoreMissingDeps = needed.ignored;
      dontStrip = true;
      libraryWheels = libraries;
      # Each wheel names those whose libraries it may load, and so on: whoever depends on it finds theirs, too.
      preFixup = ''
        declare -A isListed=()
        addLibraryWheel() {
          if [ -z "''${isListed[$1]-}" ]; then
            isListed[$1]=1
            mkdir -p "$out/nix-support"
            printf '%s\n' "$1" >> "$out/nix-support/library-wheels"
            addAutoPatchelfSearchPath "$1"
          fi
        }
        for wheel in ''${libraryWheels[@]}; do
          addLibraryWheel "$wheel"
        done
        for wheel in ''${libraryWheels[@]}; do
          if [ -e "$wheel/nix-support/library-wheels" ]; then
            while read -r wheel; do
              addLibraryWheel "$wheel"
            done < "$wheel/nix-support/library-wheels"
          fi
        done
      '';
      # autoPatchelfHook names what it does not find, not what can be done about it.
      libraryHint = hintOf needed;
      failureHook = ''
        printf '%s\n' "$libraryHint" >&2
      '';
    }
    // lib.optionalAttrs (needed.runpaths != [ ]) { appendRunpaths = needed.runpaths; };

  hintOf = needed: ''
    pylock2nix: could ${package.name} not find a shared library? ${
      if needed.isKnown then
        "None that is known of this version is missing: something else is, or nixpkgs has it no more."
      else
        "What it needs is not known: `pylock2nix prefetch --all` looks into it."
    }
    hint: give it, perPackage.${package.name}.extraLibraries = [ pkgs.NAME ]; or leave it out,
    perPackage.${package.name}.ignoreSonames = [ "libNAME.so.1" ]; where pylock2nix.nix is imported'';

  sonames = import ./sonames.nix { inherit pkgs lib; };

  fromSource = file: extraLibraries: {
    pyproject = true;
    buildInputs = extraLibraries;
    build-system = tools.common ++ tools.recorded package.name (if file == null then package.source else file);
    inherit (tools) postPatch pypaBuildFlags;
  };

  # Of a git checkout or an archive the lock may name a folder below its top.
  subdirectory = {
    sourceSubdirectory = package.source.subdirectory;
    postUnpack = ''sourceRoot="$sourceRoot/$sourceSubdirectory"'';
  };

  build =
    {
      preferWheel,
      # Packages of nixpkgs whose libraries are found, and names of libraries that may be missing.
      extraLibraries ? [ ],
      ignoreSonames ? [ ],
    }:
    let
      file = if preferWheel || package.sdist == null then package.file else package.sdist;
      native = isWheel file && pkgs.stdenv.hostPlatform.isLinux && !lib.hasSuffix "-any.whl" file.name;
    in
    python.pkgs.buildPythonPackage (
      common
      // { src = fetch { inherit package file root sourceOf; }; }
      // (if isWheel file then wheel file else fromSource file extraLibraries)
      // lib.optionalAttrs native (nativeWheel file { inherit extraLibraries ignoreSonames; })
      // lib.optionalAttrs (!isWheel file && package.source.subdirectory or null != null) subdirectory
      // { passthru.pylock2nix = package // { inherit file; }; }
    );
in
lib.makeOverridable build settings
