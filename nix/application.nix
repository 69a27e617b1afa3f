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
  buildSystem,
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

  tools = buildSystem python;
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
  + lib.optionalString (makeWrapperArgs != [ ]) ''
    for program in "$out"/bin/*; do
      wrapProgram "$program" ''${makeWrapperArgs[@]}
    done
  '';

  application = python.pkgs.buildPythonApplication (
    removeAttrs arguments own
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
      src =
        if src != null then
          src
        else
          made.sourceOf project.name project.name made.subject.path;
      pyproject = true;
      build-system = tools.named project.requires ++ arguments.build-system or [ ];
      inherit (tools) pypaBuildFlags;
      dontCheckRuntimeDeps = true;
      catchConflicts = false;
      dontWrapPythonPrograms = true;
      environmentSpecification = specification;
      postPatch = tools.postPatch + arguments.postPatch or "";
      postFixup = postFixup + arguments.postFixup or "";
      inherit doCheck makeWrapperArgs;
      nativeBuildInputs =
        arguments.nativeBuildInputs or [ ] ++ lib.optional (makeWrapperArgs != [ ]) pkgs.makeWrapper;
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
  throw ''
    cannot build an application: ${
      if made.subject.isProject then
        "${frozen.lock.path}'s project declares"
      else
        "${builtins.concatStringsSep ", " made.subject.names} declares"
    } no package
    hint: use `mkEnv`''
else
  application
