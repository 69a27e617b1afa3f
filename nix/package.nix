# mkPackage { python, root, sourceOf, libraries, neighbours, given, ... } package: one selected package as a derivation, through
# nixpkgs' buildPythonPackage, so that `overridePythonAttrs` works on it.
#
# Invariant: each is built alone. What it depends on at run time is no input of its build (but for `buildGroups`): a lock has
# cycles, a build has none. The environment brings the packages together.
{
  pkgs,
  lib,
  fetch,
  mkSource,
}:
let
  perPackage = import ./per-package.nix { inherit lib; };
  sonames = import ./sonames.nix { inherit pkgs lib; };
  isWheel = file: file != null && lib.hasSuffix ".whl" file.name;

  # Which file is taken, and what its build would require.
  choose =
    package: settings:
    let
      mustBuild = settings.fromSource || settings.fromNixpkgs != false;
      source = if isWheel package.file then null else package.file;
      file =
        if mustBuild && isWheel package.file && package.sdist == null then
          throw ''
            cannot build ${title package} from source: the lock has only wheels of it
            hint: leave out `fromSource` and `fromNixpkgs`, or give it a `src`, `overridePythonAttrs { src = ...; }`''
        else if mustBuild || !settings.preferWheel then
          if package.sdist != null then package.sdist else if mustBuild then source else package.file
        else
          package.file;
    in
    {
      inherit file;
      isSource = !isWheel file;
    };
  title = package: if package.version == null then package.name else "${package.name} ${package.version}";
in
{
  # What the build of a package requires, by name, where that is known; `[ ]` for a wheel (build-requirements.nix).
  requiredBy =
    { root, settings, extraRequires }:
    package:
    let
      chosen = choose package settings;
    in
    if chosen.isSource then mkSource.requirements { inherit package root settings extraRequires; inherit (chosen) file; } else [ ];

  mkPackage =
    {
      python,
      # The folder that relative paths of the lock start from, and what is built of a folder in it (project.nix).
      root,
      sourceOf,
      # The packages whose shared libraries this one may load (libraries.nix), and all that was selected behind them.
      libraries,
      neighbours,
      # Settings (per-package.nix).
      given,
      # Requirements that the project adds to those of the source: [ { name, isLocked } ].
      extraRequires,
      # { groups, names } -> { taken, packages }: what the lock has of them.
      lockedBuild,
    }:
    package:
    let
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
      wheel = file: settings: {
        format = "wheel";
        wheelName = file.name;
        unpackPhase = ''
          runHook preUnpack
          mkdir -p dist
          cp "$src" "dist/$wheelName"
        '';
      }
      // lib.optionalAttrs (settings.patches != [ ]) { postInstall = patchInstalled settings.patches; };

      # A wheel's files lie where they are installed. Byte code of a changed file is left out: it would be taken for stale
      # each time. Which those are is seen by their time, so that of all others is set first.
      patchInstalled = patches: ''
        find "$out/${python.sitePackages}" -type f -exec touch -d @1 {} +
        for patch in ${builtins.concatStringsSep " " (map (patch: "${patch}") patches)}; do
          echo "applying patch $patch to what is installed"
          patch -p1 -d "$out/${python.sitePackages}" < "$patch"
        done
        find "$out/${python.sitePackages}" -type f -name '*.py' -newermt @2 | while read -r file; do
          rm -f "''${file%/*}/__pycache__/$(basename "$file" .py)".*.pyc
        done
      '';

      # A wheel for Linux brings its libraries, except those of the policy that it was built for (PEP 600), those of other
      # wheels, and a few more (sonames.nix). It must not be stripped: that breaks the ones that were renamed and patched by
      # auditwheel.
      nativeWheel =
        file:
        { extraLibraries, ignoreSonames, ... }:
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
          ''
          + originPaths;
          # autoPatchelfHook names what it does not find, not what can be done about it.
          libraryHint = hintOf needed;
          failureHook = ''
            printf '%s\n' "$libraryHint" >&2
          '';
        }
        // lib.optionalAttrs (needed.runpaths != [ ]) { appendRunpaths = needed.runpaths; };

      # What opens a library by its name has a run path from its own folder to that one's (`$ORIGIN/../../nvidia/cublas/lib`:
      # CUDA's plug-ins). autoPatchelfHook drops such paths, and they would end in this output, where the other wheel is not.
      # So the folders that they mean, here and in the other wheels, are appended to what it writes, in one pass over files of
      # which some have a gigabyte.
      originPaths = ''
        addOriginPaths() {
          local object entry place prefix folder
          declare -A isAppended=()
          while IFS=: read -r object entry; do
            place="$(realpath -ms "''${object%/*}/''${entry#?ORIGIN}")"
            [ "''${place#"$out/"}" != "$place" ] || continue
            for prefix in "$out" $(cat "$out/nix-support/library-wheels" 2> /dev/null); do
              folder="$prefix/''${place#"$out/"}"
              if [ -z "''${isAppended[$folder]-}" ] && compgen -G "$folder/*.so*" > /dev/null; then
                isAppended[$folder]=1
                if [ -n "''${__structuredAttrs-}" ]; then
                  appendRunpaths+=("$folder")
                else
                  appendRunpaths="''${appendRunpaths-} $folder"
                fi
              fi
            done
          done < <(
            find "$out" -type f -name '*.so*' -print0 | LC_ALL=C sort -z \
              | LC_ALL=C xargs -0 -r grep -aoHE '[$]ORIGIN[A-Za-z0-9_./+-]*' | uniq
          )
        }
        addOriginPaths
      '';

      hintOf = needed: ''
        pylock2nix: could ${package.name} not find a shared library? ${
          if needed.isKnown then
            "None that is known of this version is missing: something else is, or nixpkgs has it no more."
          else
            "What it needs is not known: `pylock2nix prefetch --all` looks into it."
        }
        hint: give it, perPackage.${package.name}.extraLibraries = [ pkgs.NAME ]; or leave it out,
        perPackage.${package.name}.ignoreSonames = [ "libNAME.so.1" ]; where pylock2nix.nix is imported'';

      # Of a git checkout or an archive the lock may name a folder below its top.
      subdirectory = lib.optionalAttrs (package.source.subdirectory or null != null) {
        sourceSubdirectory = package.source.subdirectory;
        postUnpack = ''sourceRoot="$sourceRoot/$sourceSubdirectory"'';
      };

      build =
        given:
        let
          complete = perPackage.complete "perPackage.${package.name}" given;
          chosen = choose package complete;
          inherit (chosen) file isSource;
          src = fetch { inherit package file root sourceOf; };
          native = !isSource && pkgs.stdenv.hostPlatform.isLinux && !lib.hasSuffix "-any.whl" file.name;
        in
        python.pkgs.buildPythonPackage (
          common
          // { inherit src; }
          // (
            if isSource then
              subdirectory
              // mkSource.attributes {
                inherit python package file src root subdirectory lockedBuild extraRequires;
                settings = complete;
              }
            else
              wheel file complete
          )
          // lib.optionalAttrs native (nativeWheel file complete)
          // lib.optionalAttrs (!isSource && complete.env != { }) { inherit (complete) env; }
          // { passthru.pylock2nix = package // { inherit file; }; }
        );

      # nixpkgs' `overridePythonAttrs` gives a derivation whose `override` no longer knows the settings. Here each comes
      # after the other in whatever order: the settings make the derivation, and all changes are made to it again.
      overridable =
        given: changes:
        let
          derivation = builtins.foldl' (made: change: made.overridePythonAttrs change) (build given) changes;
        in
        derivation
        // {
          override = more: overridable (given // (if lib.isFunction more then more given else more)) changes;
          overridePythonAttrs = change: overridable given (changes ++ [ change ]);
        };
    in
    overridable given [ ];
}
