# mkApplication: the project, built into a wheel by its own back end (PEP 517) and installed, with a virtual
# environment of its own inside the output, which the scripts in bin/ run.
#
# Invariant: it is a derivation of nixpkgs' buildPythonApplication. What this function does not know is passed on
# (`postInstall`, `nativeBuildInputs`, ...), and `overridePythonAttrs` works.
{
  pkgs,
  lib,
  mkProject,
  mkEnvironment,
  mkSource,
}:
{
  projectDir ? null,
  src ? null,
  pwd ? projectDir,
  pyproject ? null,
  poetrylock ? null,
  lock ? poetrylock,
  resolution ? null,
  python ? pkgs.python3,
  target ? null,
  overrides ? null,
  preferWheels ? true,
  perPackage ? { },
  # Besides `main`.
  groups ? [ ],
  # Besides those, where checks run (`doCheck = true`). null: `dev` where there is one.
  checkGroups ? null,
  extras ? [ "*" ],
  # A member of the workspace instead of the project; what is built of folders (project.nix).
  member ? null,
  sources ? { },
  sourceFilter ? { },
  ignoreCollisions ? [ ],
  doCheck ? false,
  makeWrapperArgs ? [ ],
  meta ? { },
  passthru ? { },
  ...
}@arguments:
let
  own = [
    "projectDir" "src" "pwd" "pyproject" "poetrylock" "lock" "resolution" "python" "target" "overrides"
    "preferWheels" "perPackage" "groups" "checkGroups" "extras" "member" "sources" "sourceFilter" "ignoreCollisions"
    "meta" "passthru"
  ];
  shared = builtins.intersectAttrs (builtins.functionArgs mkProject) arguments;
  made = mkProject shared;
  inherit (made) project;
  frozen = made.resolution;
  packages = made.packagesOf groups;
  # A member is among what is installed for it; here it is the application.
  dependencies = listOf packages;
  listOf = chosen: map (name: chosen.byName.${name}) (builtins.filter (name: name != project.name) (builtins.attrNames chosen.byName));
  checks =
    if checkGroups != null then checkGroups else builtins.filter (name: frozen.groups ? ${name} && builtins.elem name made.subject.groups) [ "dev" ];

  # Where its pyproject.toml is.
  folder =
    if made.folder == null || made.subject.path == "." || made.subject.path == "" then
      made.folder
    else
      import ./path.nix project.name made.root made.subject.path;

  # As a package of the lock is built, with what `perPackage` says of its name.
  built = mkSource.attributes (
    made.buildOf project.name
    // {
      inherit python;
      inherit (made) root;
      inherit folder;
      package = { inherit (project) name version; };
      file = null;
      src = source;
      subdirectory = { };
      facts.buildRequires = project.requires;
    }
  );
  source =
    if src != null then
      src
    else if folder != null then
      made.sourceOf project.name project.name made.subject.path
    else
      throw "cannot build ${project.name}: pass `src` or `projectDir`";
  specification = mkEnvironment.specification {
    inherit python ignoreCollisions;
    packages = dependencies;
  };
  environmentOf =
    name: list:
    mkEnvironment.environment {
      name = "${project.name}-${name}";
      inherit python ignoreCollisions;
      packages = list;
    };
  dependencyEnv = lib.makeOverridable ({ app }: environmentOf "environment" (dependencies ++ [ app ])) {
    app = application;
  };

  # The environment is made when the output is otherwise complete, and before the caller's own `postFixup`,
  # which may then wrap scripts that already run the right Python.
  postFixup = ''
    ${mkEnvironment.command python} "$environmentSpecification" "$out/libexec/environment" "$out"
  ''
  # nixpkgs' hook imports from the output alone, where propagated packages would be found; here they are in the environment.
  + lib.optionalString (arguments ? pythonImportsCheck) ''
    export PYTHONPATH="$out/libexec/environment/${python.sitePackages}''${PYTHONPATH:+:$PYTHONPATH}"
  ''
  + lib.optionalString (makeWrapperArgs != [ ]) ''
    for program in "$out"/bin/*; do
      wrapProgram "$program" ''${makeWrapperArgs[@]}
    done
  '';

  application = python.pkgs.buildPythonApplication (
    built
    // removeAttrs arguments own
    // {
      pname = arguments.pname or project.name;
      version =
        arguments.version or (
          if project.version != null then
            project.version
          else
            throw ''
              cannot build ${project.name}: its version is dynamic, so pyproject.toml does not say it
              hint: pass `version`''
        );
      src = source;
      pyproject = true;
      build-system = built.build-system ++ arguments.build-system or [ ];
      inherit (built) pypaBuildFlags;
      dontCheckRuntimeDeps = true;
      catchConflicts = false;
      dontWrapPythonPrograms = true;
      environmentSpecification = specification;
      postPatch = built.postPatch + arguments.postPatch or "";
      postFixup = postFixup + arguments.postFixup or "";
      inherit doCheck makeWrapperArgs;
      buildInputs = built.buildInputs ++ arguments.buildInputs or [ ];
      nativeBuildInputs =
        built.nativeBuildInputs ++ arguments.nativeBuildInputs or [ ] ++ lib.optional (makeWrapperArgs != [ ]) pkgs.makeWrapper;
      nativeCheckInputs =
        arguments.nativeCheckInputs or [ ]
        # Earlier groups win in neither: a name has one version across all of them, or select.nix refuses.
        ++ lib.optional doCheck (environmentOf "check" (listOf (made.packagesOf (groups ++ checks))));
      meta = lib.optionalAttrs (project.scripts ? ${project.name}) { mainProgram = project.name; } // meta;
      passthru = {
        inherit (packages) python;
        inherit dependencyEnv;
        env = dependencyEnv.env;
      }
      // passthru;
    }
  );
in
if project == null || !project.package then
  throw (
    if made.subject.isProject then
      ''
        cannot build an application: ${frozen.lock.path}'s project declares no package
        hint: use `mkEnv`''
    else
      ''
        cannot build an application: ${builtins.concatStringsSep ", " made.subject.names} declares no package
        hint: use `mkEnv`''
  )
else
  application
