# defaultPoetryOverrides: what well-known packages need besides the common back ends (build-system.nix) when they are
# built from source. Data first; one overlay applies it. (What wheels need is in sonames.nix.)
#
# Invariant: an override for a package that the lock does not have, or that comes as a wheel, changes nothing.
{ pkgs, lib }:
let
  # Locked sdist -> further Python packages that build it, by nixpkgs' names.
  buildSystems = {
    attrs = [ "hatch-vcs" "hatch-fancy-pypi-readme" ];
    filelock = [ "hatch-vcs" ];
    importlib-metadata = [ "setuptools-scm" ];
    jsonschema = [ "hatch-vcs" "hatch-fancy-pypi-readme" ];
    lxml = [ "cython" ];
    numpy = [ "cython" "meson-python" ];
    pandas = [ "cython" "meson-python" "numpy" "versioneer" ];
    pdm = [ "pdm-backend" ];
    platformdirs = [ "hatch-vcs" ];
    pluggy = [ "setuptools-scm" ];
    pydantic = [ "hatch-fancy-pypi-readme" ];
    pytest = [ "setuptools-scm" ];
    python-dateutil = [ "setuptools-scm" ];
    pyyaml = [ "cython" ];
    pyzmq = [ "cython" "scikit-build-core" ];
    tqdm = [ "setuptools-scm" ];
    urllib3 = [ "hatch-vcs" ];
    virtualenv = [ "hatch-vcs" ];
    zipp = [ "setuptools-scm" ];
  };

  # Locked sdist -> tools, then libraries, of nixpkgs.
  native = {
    cffi = { tools = [ "pkg-config" ]; libraries = [ "libffi" ]; };
    lxml = { tools = [ "pkg-config" ]; libraries = [ "libxml2" "libxslt" "zlib" ]; };
    mysqlclient = { tools = [ "pkg-config" ]; libraries = [ "libmysqlclient" ]; };
    pillow = { tools = [ "pkg-config" ]; libraries = [ "freetype" "lcms2" "libjpeg" "libtiff" "libwebp" "zlib" ]; };
    pyyaml = { tools = [ ]; libraries = [ "libyaml" ]; };
    pyzmq = { tools = [ "pkg-config" "cmake" "ninja" ]; libraries = [ "zeromq" ]; };
  };

  isWheel = package: lib.hasSuffix ".whl" (package.pylock2nix.file.name or "");
  isSource = package: package ? pylock2nix && !isWheel package;
in
final: prev:
let
  host = import ./build-python.nix final.python;
  fromSource =
    name:
    let
      wanted = native.${name} or { tools = [ ]; libraries = [ ]; };
      # A later nixpkgs may have renamed one.
      from = set: map (
        wish:
        set.${wish} or (throw ''
          cannot build ${name} from source: this nixpkgs has no ${wish}
          hint: say what it needs with `overrides.withoutDefaults`, or take a wheel'')
      );
    in
    prev.${name}.overridePythonAttrs (old: {
      build-system = old.build-system or [ ] ++ from host.pkgs (buildSystems.${name} or [ ]);
      nativeBuildInputs = old.nativeBuildInputs or [ ] ++ from pkgs wanted.tools;
      buildInputs = old.buildInputs or [ ] ++ from pkgs wanted.libraries;
      # CMake, Meson and Ninja serve the back end; they are not the build itself.
      dontUseCmakeConfigure = true;
      dontUseMesonConfigure = true;
      dontUseNinjaBuild = true;
      dontUseNinjaInstall = true;
    });
in
# Only names that are there, and each looked at when it is asked for.
builtins.mapAttrs (name: _: if isSource prev.${name} then fromSource name else prev.${name}) (
  builtins.intersectAttrs prev (buildSystems // native)
)
