# mkPackage { python, root, libraries, preferWheel } package: one selected package as a derivation, through
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
  # The folder that relative paths of the lock start from.
  root,
  # The packages whose shared libraries this one may load (libraries.nix).
  libraries,
  preferWheel,
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

  # A wheel for Linux brings its libraries, except those of the policy that it was built for (PEP 600) and those of
  # other wheels. It must not be stripped: that breaks the ones that were renamed and patched by auditwheel.
  nativeWheel = file: {
    nativeBuildInputs = [ pkgs.autoPatchelfHook ] ++ needed.tools (file.sonames or [ ]);
    buildInputs =
      [ pkgs.stdenv.cc.cc.lib ]
      ++ (pkgs.pythonManylinuxPackages.manylinux2014 or [ ])
      ++ needed.libraries (file.sonames or [ ]);
    # The driver's, never in the store; found at run time.
    autoPatchelfIgnoreMissingDeps = [ "libcuda.so.1" ];
    dontStrip = true;
    libraryWheels = libraries;
    preFixup = ''
      for wheel in ''${libraryWheels[@]}; do
        addAutoPatchelfSearchPath "$wheel"
      done
    '';
  };

  needed = import ./sonames.nix { inherit pkgs; };

  fromSource = file: {
    pyproject = true;
    build-system = tools.common ++ tools.recorded package.name (if file == null then package.source else file);
    inherit (tools) postPatch pypaBuildFlags;
  };

  # Of a git checkout or an archive the lock may name a folder below its top.
  subdirectory = {
    sourceSubdirectory = package.source.subdirectory;
    postUnpack = ''sourceRoot="$sourceRoot/$sourceSubdirectory"'';
  };

  build =
    { preferWheel }:
    let
      file = if preferWheel || package.sdist == null then package.file else package.sdist;
      native = isWheel file && pkgs.stdenv.hostPlatform.isLinux && !lib.hasSuffix "-any.whl" file.name;
    in
    python.pkgs.buildPythonPackage (
      common
      // { src = fetch { inherit package file root; }; }
      // (if isWheel file then wheel file else fromSource file)
      // lib.optionalAttrs native (nativeWheel file)
      // lib.optionalAttrs (!isWheel file && package.source.subdirectory or null != null) subdirectory
      // { passthru.pylock2nix = package // { inherit file; }; }
    );
in
lib.makeOverridable build { inherit preferWheel; }
