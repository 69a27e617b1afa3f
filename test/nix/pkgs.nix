# A stand-in for the parts of nixpkgs that nix/ calls, over this machine's own bash and Python.
#
# Signatures and meaning are nixpkgs'; what is behind them is as little as a test needs. Programs come from outside the
# store, by absolute path, so builds need `sandbox = false`.
{
  # Absolute paths.
  bash,
  path,
  interpreter,
  # "3.11"
  pythonVersion,
  pythonFullVersion ? pythonVersion,
  # Where files of the index are served: <base>/<file name>.
  base ? "http://127.0.0.1:1",
  # Build tools: nixpkgs' name -> path of a wheel.
  tools ? { },
  # More Python packages of nixpkgs: python -> name -> package.
  pythonPackages ? _: { },
  system ? builtins.currentSystem,
  platform ? { },
  libcVersion ? "2.36",
  freeThreaded ? false,
}:
let
  lib = import ./lib.nix;
  cpu = builtins.head (builtins.match "(.*)-[^-]*" system);
  inherit (builtins) removeAttrs;

  hostPlatform = {
    inherit system;
    isLinux = true;
    isDarwin = false;
    isMusl = false;
    parsed.cpu.name = cpu;
  }
  // platform;

  # `env` is nixpkgs', from 23.05 on: variables, none of which may be an attribute, too.
  mkDerivation =
    attrs:
    assert builtins.intersectAttrs (attrs.env or { }) attrs == { };
    let
      result = derivation (
        {
          inherit system;
          builder = bash;
          args = [ ./builder.sh ];
          # Nothing that nixpkgs' builds have: no build of nix/ may read them.
          standInPath = path;
          standInSitePackages = sitePackages;
          standInPython = interpreter;
          standInInstallWheel = ./install-wheel.py;
          standInBuildWheel = ./build-wheel.py;
        }
        // removeAttrs attrs [ "meta" "passthru" "pname" "env" ]
        // attrs.env or { }
        // {
          name = lib.strings.sanitizeDerivationName (attrs.name or "${attrs.pname}-${attrs.version}");
        }
      );
    in
    result
    // attrs.passthru or { }
    // {
      inherit (attrs) name;
      meta = attrs.meta or { };
      passthru = attrs.passthru or { };
      overrideAttrs = change: mkDerivation (attrs // (if builtins.isFunction change then change attrs else change));
    }
    // lib.optionalAttrs (attrs ? pname) { inherit (attrs) pname version; };

  hook =
    name: text:
    mkDerivation {
      inherit name text;
      passAsFile = [ "text" ];
      buildCommand = ''
        mkdir -p "$out/nix-support"
        cp "$textPath" "$out/nix-support/setup-hook"
      '';
    };

  # Names of libraries, without anything behind them.
  libraries =
    name: sonames:
    mkDerivation {
      inherit name sonames;
      buildCommand = ''
        mkdir -p "$out/lib"
        for soname in $sonames; do : > "$out/lib/$soname"; done
      '';
    };

  empty =
    name:
    mkDerivation {
      inherit name;
      buildCommand = "mkdir $out";
    };

  fetchurl =
    {
      url ? "",
      urls ? [ ],
      name ? "",
      hash ? "",
      # Writes a `netrc` for curl, with variables of the builder's environment.
      netrcPhase ? null,
      netrcImpureEnvVars ? [ ],
      passthru ? { },
      ...
    }:
    let
      first = if url != "" then url else builtins.head urls;
    in
    (if netrcPhase != null then
      mkDerivation {
        name = lib.strings.sanitizeDerivationName (if name != "" then name else baseNameOf first);
        url = first;
        outputHash = hash;
        outputHashAlgo = builtins.head (builtins.match "([a-z0-9]+)-.*" hash);
        outputHashMode = "flat";
        impureEnvVars = netrcImpureEnvVars;
        buildCommand = netrcPhase + ''
          curl --silent --show-error --fail --location --netrc-file "$PWD/netrc" --output "$out" "$url"
        '';
      }
    else derivation {
      name = lib.strings.sanitizeDerivationName (if name != "" then name else baseNameOf first);
      builder = "builtin:fetchurl";
      system = "builtin";
      url =
        if lib.hasPrefix "mirror://pypi/" first then "${base}/${baseNameOf first}" else first;
      outputHash = hash;
      outputHashAlgo = builtins.head (builtins.match "([a-z0-9]+)-.*" hash);
      outputHashMode = "flat";
      executable = false;
      unpack = false;
      preferLocalBuild = true;
    })
    // { urls = [ first ]; }
    // passthru;

  fetchPypi = lib.makeOverridable (
    {
      format ? "setuptools",
      pname,
      version,
      hash,
      dist ? "py2.py3",
      python ? "py2.py3",
      abi ? "none",
      platform ? "any",
      extension ? "tar.gz",
    }:
    fetchurl {
      url =
        if format == "wheel" then
          "${base}/${dist}/${pname}-${version}-${python}-${abi}-${platform}.whl"
        else
          "mirror://pypi/${builtins.substring 0 1 pname}/${pname}/${pname}-${version}.${extension}";
      inherit hash;
    }
  );

  sitePackages = "lib/python${pythonVersion}${if freeThreaded then "t" else ""}/site-packages";

  # mkPythonDerivation's arguments that are read here; all others become variables of the build.
  buildPython =
    {
      nativeBuildInputs ? [ ],
      buildInputs ? [ ],
      propagatedBuildInputs ? [ ],
      build-system ? [ ],
      dependencies ? [ ],
      nativeCheckInputs ? [ ],
      outputs ? [ "out" ],
      pyproject ? null,
      format ? null,
      doCheck ? true,
      catchConflicts ? true,
      dontCheckRuntimeDeps ? false,
      passthru ? { },
      ...
    }@attrs:
    # As nixpkgs has it: one or the other.
    assert pyproject != null -> format == null;
    let
      format' = if pyproject == true then "pyproject" else if format == null then "setuptools" else format;
      # Python packages of another Python are refused.
      matching = map (
        input:
        if input ? pythonModule && input.pythonModule != false && input.pythonModule != python then
          throw "Python version mismatch in ${attrs.pname}: ${input.name}"
        else
          input
      );
    in
    mkDerivation (
      removeAttrs attrs [
        "build-system" "dependencies" "nativeCheckInputs" "pyproject" "format" "catchConflicts" "doCheck"
        "dontWrapPythonPrograms"
      ]
      // {
        name = attrs.name or "python${pythonVersion}-${attrs.pname}-${attrs.version}";
        doInstallCheck = doCheck;
        nativeBuildInputs = nativeBuildInputs ++ build-system ++ lib.optionals doCheck nativeCheckInputs;
        buildInputs = matching buildInputs;
        propagatedBuildInputs = matching (propagatedBuildInputs ++ dependencies);
        pythonFormat = format';
        # pythonOutputDistHook: the wheel that was installed is an output, too.
        outputs = outputs ++ lib.optional (builtins.elem format' [ "pyproject" "setuptools" "wheel" ]) "dist";
        passthru = { pythonModule = python; } // passthru;
      }
    );

  # `old` has `passthru.overridePythonAttrs` in nixpkgs, and the result nixpkgs' own `override`.
  overridable =
    function: given:
    let
      attrs = given // {
        passthru = given.passthru or { } // { overridePythonAttrs = change: overridable function (changed change); };
      };
      changed = change: attrs // (if builtins.isFunction change then change attrs else change);
    in
    lib.makeOverridable function attrs;

  tool =
    name: wheel:
    mkDerivation {
      inherit name wheel;
      buildCommand = ''"$standInPython" -I "$standInInstallWheel" "$wheel" "$out" "$standInSitePackages"'';
      passthru.pythonModule = python;
    };

  python = empty "python3-${pythonVersion}" // {
    inherit interpreter pythonVersion sitePackages;
    version = pythonFullVersion;
    executable = "python${pythonVersion}";
    libPrefix = "python${pythonVersion}${if freeThreaded then "t" else ""}";
    pythonOnBuildForHost = python;
    pkgs = {
      inherit python;
      buildPythonPackage = overridable buildPython;
      buildPythonApplication = overridable (attrs: buildPython ({ name = "${attrs.pname}-${attrs.version}"; } // attrs));
      requiredPythonModules = packages: packages;
    }
    // lib.genAttrs [ "setuptools" "wheel" "poetry-core" "flit-core" "hatchling" "cython" ] empty
    // builtins.mapAttrs tool tools
    // pythonPackages python;
  };

  stdenv = {
    inherit mkDerivation hostPlatform;
    cc = {
      libc.version = libcVersion;
      cc.lib = libraries "gcc-lib" [ "libatomic.so.1" "libgcc_s.so.1" "libgomp.so.1" "libgomp.so.1.0.0" "libstdc++.so.6" ];
    };
  };
in
{
  inherit lib stdenv fetchurl fetchPypi;
  stdenvNoCC = stdenv;
  python3 = python;
  pythonManylinuxPackages.manylinux2014 = [
    (libraries "manylinux2014" [
      "libGL.so.1" "libICE.so.6" "libSM.so.6" "libX11.so.6" "libXext.so.6" "libXrender.so.1" "libexpat.so.1"
      "libglib-2.0.so.0" "libgobject-2.0.so.0" "libgthread-2.0.so.0" "libz.so.1"
    ])
  ];
  # For tests: a package with libraries of these names.
  stubLibraries = libraries;

  writeText =
    name: text:
    mkDerivation {
      inherit name text;
      passAsFile = [ "text" ];
      buildCommand = ''cp "$textPath" "$out"'';
    };

  fetchgit =
    {
      url,
      rev ? null,
      hash ? "",
      fetchSubmodules ? true,
      ...
    }:
    mkDerivation {
      name = "source";
      inherit url rev fetchSubmodules;
      outputHash = hash;
      outputHashAlgo = "sha256";
      outputHashMode = "recursive";
      buildCommand = ''
        git clone --quiet "$url" "$out"
        git -C "$out" checkout --quiet "$rev"
        if [ -n "$fetchSubmodules" ]; then git -C "$out" submodule --quiet update --init --recursive; fi
        find "$out" -name .git -prune -exec rm -rf {} +
      '';
    };

  # Like nixpkgs' it fails when a library is not found. Where it looked and what it found stands in nix-support, for the test
  # to read; run paths are written into the objects that have room for one.
  autoPatchelfHook = hook "auto-patchelf-hook" ''
    addAutoPatchelfSearchPath() {
      mkdir -p "$out/nix-support"
      printf '%s\n' "$@" >> "$out/nix-support/library-search-path"
      extraAutoPatchelfLibs="''${extraAutoPatchelfLibs-} $(find "$@" ! -type d -name '*.so*' -printf '%h\n' | sort -u | tr '\n' ' ')"
    }
    autoPatchelfPostFixup() {
      local input libraries=
      for input in ''${buildInputs-}; do libraries="$libraries $input/lib"; done
      "$standInPython" -I ${./auto-patchelf.py} "$out" "$libraries" "''${extraAutoPatchelfLibs-}" \
        "''${autoPatchelfIgnoreMissingDeps-}" "''${appendRunpaths-}" "$out/nix-support/libraries"
      local path
      for path in ''${appendRunpaths-}; do
        mkdir -p "$out/nix-support"
        echo "$path" >> "$out/nix-support/run-paths"
      done
    }
    postFixupHooks+=(autoPatchelfPostFixup)
  '';
  autoAddDriverRunpath = hook "auto-add-driver-runpath" ''
    addDriverRunpath() {
      mkdir -p "$out/nix-support"
      echo /run/opengl-driver/lib >> "$out/nix-support/run-paths"
    }
    postFixupHooks+=(addDriverRunpath)
  '';

  mkShell =
    {
      packages ? [ ],
      nativeBuildInputs ? [ ],
      ...
    }@attrs:
    mkDerivation (
      {
        name = "nix-shell";
        buildCommand = "export > $out";
      }
      // removeAttrs attrs [ "packages" ]
      // { nativeBuildInputs = packages ++ nativeBuildInputs; }
    );

  # An image as nixpkgs makes it, as far as its layers go: the closure of the configuration, a store path a layer, those that
  # most others need first, at most `maxLayers` with the rest in the last one; the configuration is a layer besides.
  dockerTools.buildLayeredImage =
    {
      name,
      tag ? null,
      config ? { },
      contents ? [ ],
      maxLayers ? 100,
    }:
    let
      root = mkDerivation {
        name = "${name}-conf.json";
        text = builtins.toJSON { inherit config tag contents; };
        passAsFile = [ "text" ];
        buildCommand = ''cp "$textPath" "$out"'';
      };
    in
    mkDerivation {
      name = "${name}.tar.gz";
      inherit root maxLayers;
      exportReferencesGraph = [ "graph" root ];
      buildCommand = ''"$standInPython" -I ${./layers.py} graph "$root" "$maxLayers" "$out"'';
    };

  makeWrapper = hook "make-wrapper" ''
    wrapProgram() {
      local program="$1" hidden
      shift
      hidden="$(dirname "$program")/.$(basename "$program")-wrapped"
      mv "$program" "$hidden"
      {
        echo "#!${bash}"
        while [ $# -gt 0 ]; do
          [ "$1" = --set ] && printf 'export %s=%q\n' "$2" "$3"
          shift 3
        done
        printf 'exec %q "$@"\n' "$hidden"
      } > "$program"
      chmod +x "$program"
    }
  '';
}
