# defaultPoetryOverrides: what well-known packages need when they are built from source, and do not say in their
# [build-system] or, where that is not known, say there. Data first; one overlay applies it. (What wheels need is in sonames.nix.)
#
# Invariant: an override for a package that the lock does not have, or that comes as a wheel, changes nothing.
{ lib }:
let
  # Locked sdist -> Python packages that build it besides the usual ones, by nixpkgs' names. They count where `prefetch` has
  # not recorded what it asks for.
  buildSystems = {
    attrs = [ "hatch-vcs" "hatch-fancy-pypi-readme" ];
    cryptography = [ "cffi" "maturin" "setuptools-rust" ];
    filelock = [ "hatch-vcs" ];
    importlib-metadata = [ "setuptools-scm" ];
    jsonschema = [ "hatch-vcs" "hatch-fancy-pypi-readme" ];
    lxml = [ "cython" ];
    numpy = [ "cython" "meson-python" ];
    orjson = [ "maturin" ];
    pandas = [ "cython" "meson-python" "numpy" "versioneer" ];
    pdm = [ "pdm-backend" ];
    platformdirs = [ "hatch-vcs" ];
    pluggy = [ "setuptools-scm" ];
    pydantic = [ "hatch-fancy-pypi-readme" ];
    pytest = [ "setuptools-scm" ];
    python-dateutil = [ "setuptools-scm" ];
    pyyaml = [ "cython" ];
    pydantic-core = [ "maturin" ];
    pyzmq = [ "cython" "scikit-build-core" ];
    scipy = [ "cython" "meson-python" "numpy" "pybind11" "pythran" ];
    tqdm = [ "setuptools-scm" ];
    urllib3 = [ "hatch-vcs" ];
    virtualenv = [ "hatch-vcs" ];
    zipp = [ "setuptools-scm" ];
  };

  # Locked sdist -> tools, then libraries, of nixpkgs.
  native = {
    cffi = { tools = [ "pkg-config" ]; libraries = [ "libffi" ]; };
    lxml = { tools = [ "pkg-config" ]; libraries = [ "libxml2" "libxslt" "zlib" ]; };
    cryptography = { tools = [ "pkg-config" ]; libraries = [ "openssl" ]; };
    mysqlclient = { tools = [ "pkg-config" ]; libraries = [ "libmysqlclient" ]; };
    numpy = { tools = [ "pkg-config" "gfortran" ]; libraries = [ "openblas" ]; };
    pillow = { tools = [ "pkg-config" ]; libraries = [ "freetype" "lcms2" "libjpeg" "libtiff" "libwebp" "zlib" ]; };
    pyyaml = { tools = [ ]; libraries = [ "libyaml" ]; };
    pyzmq = { tools = [ "pkg-config" ]; libraries = [ "zeromq" ]; };
    # Fortran and C++: what it is compiled with is not said in pyproject.toml.
    scipy = { tools = [ "pkg-config" "gfortran" ]; libraries = [ "openblas" ]; };
  };

  knownOf = name: {
    buildSystem = buildSystems.${name} or [ ];
    tools = native.${name}.tools or [ ];
    libraries = native.${name}.libraries or [ ];
  };
  # Only names that are there, and each looked at when it is asked for; nixpkgs' own packages as they are.
  defaults =
    _: prev:
    builtins.mapAttrs (
      name: package: if package ? pylock2nix then package.override { known = knownOf name; } else package
    ) (builtins.intersectAttrs (buildSystems // native) prev);

  # An overlay that has `.extend`, as poetry2nix' has.
  extensible = overlay: {
    __functor = _: overlay;
    extend = more: extensible (lib.composeExtensions overlay more);
  };
in
extensible defaults
