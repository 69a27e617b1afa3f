# mkMember { python, folder, root, path, name, version, built }: a package that imports a project's sources from where they are, with the
# console scripts, entry points and metadata that its pyproject.toml declares: what an editable install leaves behind (PEP 660).
#
# Extension modules are taken from the package as it is built: a change of what they are compiled from shows when Nix builds it.
# Invariant: nothing else is built, so nothing of the sources is in the store, and a change shows without a build; a change of
# pyproject.toml shows when Nix evaluates anew.
{ pkgs, lib }:
{
  python,
  # To read from: the member's folder.
  folder,
  # To import from: the lock's folder when Python runs, and the member's path in it. Variables of the environment count.
  root,
  path,
  # As the lock has them.
  name,
  version,
  # The package itself, which is only built for what it compiles.
  built,
}:
let
  host = (import ./build-python.nix python).interpreter;
  inherit (builtins) fromTOML head isString pathExists readFile;
  document = if pathExists (folder + "/pyproject.toml") then fromTOML (readFile (folder + "/pyproject.toml")) else { };
  project = document.project or { };
  tool = document.tool or { };
  poetry = tool.poetry or { };

  # Where the packages are that are imported, by what the back ends call it; without a word of it `src` where there is such
  # a folder, as all of them do.
  said =
    map (package: package.from or ".") (poetry.packages or [ ])
    ++ lib.toList (tool.setuptools.package-dir."" or [ ])
    ++ tool.setuptools.packages.find.where or [ ]
    ++ lib.toList (tool.pdm.build.package-dir or [ ])
    ++ lib.toList (tool.uv.build-backend.module-root or [ ])
    ++ lib.toList (tool.maturin.python-source or [ ])
    ++ map dirOfText (tool.hatch.build.targets.wheel.packages or [ ]);
  dirOfText =
    text:
    let
      parts = builtins.match "(.*)/[^/]*" text;
    in
    if parts == null then "." else head parts;
  folders =
    if said != [ ] then lib.unique said else if pathExists (folder + "/src") then [ "src" ] else [ "." ];

  # Who has one of these to build with compiles something.
  compilers = [
    "cffi" "cython" "hatch-cython" "maturin" "meson-python" "mypy" "nanobind" "py-build-cmake" "pybind11" "scikit-build"
    "scikit-build-core" "setuptools-rust"
  ];
  nameOf = requirement: import ./name.nix (head (builtins.match "[[:space:]]*([A-Za-z0-9._-]*).*" requirement));
  compiles =
    builtins.any (requirement: builtins.elem (nameOf requirement) compilers) (document.build-system.requires or [ ])
    || (tool.setuptools.ext-modules or [ ]) != [ ];

  # Poetry also allows a table, for a file or an object with extras.
  targetOf = target: if isString target then target else target.reference or target.callable or "";
  scripts = builtins.mapAttrs (_: targetOf) (
    (if (poetry.scripts or { }) != { } then lib.filterAttrs (_: isEntryPoint) poetry.scripts else { })
    // project.scripts or { }
  );
  isEntryPoint = target: isString target || target.type or "console" == "console";
  groups =
    (poetry.plugins or { })
    // (project.entry-points or { })
    // (if project ? gui-scripts then { gui_scripts = project.gui-scripts; } else { });
in
pkgs.stdenvNoCC.mkDerivation {
  name = lib.strings.sanitizeDerivationName "${name}-editable";
  specification = pkgs.writeText "editable.json" (
    builtins.toJSON {
      inherit (python) sitePackages;
      name = project.name or poetry.name or name;
      version = project.version or poetry.version or version;
      inherit scripts groups;
      paths = map (each: "${root}/${path}/${each}") folders;
      compiled = if compiles then "${built}/${python.sitePackages}" else null;
    }
  );
  programs = pkgs.writeText "scripts.json" (
    builtins.toJSON {
      inherit (python) interpreter;
      inherit scripts;
      importsFromHere = false;
    }
  );
  buildCommand = ''
    ${host} -I ${./make-editable.py} "$specification" "$out"
  ''
  + lib.optionalString (scripts != { }) ''
    ${host} -I ${./make-scripts.py} "$programs" "$out"
  '';
}
