# chooseTarget { resolution, python }: the frozen target that a Python of this nixpkgs can install from.
#
# It is the one of the same Python and system whose floor (glibc, musl or macOS) is the highest not above the host's:
#   glibc, musl  the version of the C library that stdenv links to, which is the one at run time too;
#   macOS        hostPlatform.darwinMinVersion, the oldest macOS that nixpkgs promises to run on. The version of the SDK
#                says what can be compiled, not what the machine runs, so it does not count.
# Without `resolution`, which the core then makes for that one target, it is the host's own.
# Invariant: nothing is guessed. An explicit `target` is taken as it is, once its Python is the one at hand.
{ stdenv }:
{
  resolution ? null,
  python,
  target ? null,
}:
let
  inherit (builtins) attrNames compareVersions concatStringsSep elemAt filter head match;
  platform = stdenv.hostPlatform;
  cpu = platform.parsed.cpu.name;

  # nixpkgs ends libPrefix in "t" for a free-threaded build (python3.13t).
  threads = if match ".*t" (python.libPrefix or "") != null then "t" else "";
  pythonTag = "cp${builtins.replaceStrings [ "." ] [ "" ] python.pythonVersion}${threads}";

  host =
    if platform.isDarwin then
      {
        system = "macos-${if cpu == "aarch64" then "arm64" else cpu}";
        floor = platform.darwinMinVersion;
        libc = "macOS";
        name = "${pythonTag}-macos${head (match "([0-9]+).*" host.floor)}-${if cpu == "aarch64" then "arm64" else cpu}";
      }
    else
      {
        system = "linux-${cpu}-${host.libc}";
        floor = stdenv.cc.libc.version;
        libc = if platform.isMusl then "musl" else "glibc";
        name = "${pythonTag}-linux-${cpu}-${host.libc}${head (match "([0-9]+[.][0-9]+).*" host.floor)}";
      };

  # "cp312-linux-x86_64-glibc2.28" -> its parts; null for a system that Nix does not build for.
  parse =
    name:
    let
      linux = match "(cp[0-9]+t?)-(linux-.+-(glibc|musl))([0-9.]+)" name;
      macos = match "(cp[0-9]+t?)-macos([0-9.]+)-(.+)" name;
    in
    if linux != null then
      { inherit name; python = elemAt linux 0; system = elemAt linux 1; floor = elemAt linux 3; }
    else if macos != null then
      { inherit name; python = elemAt macos 0; system = "macos-${elemAt macos 2}"; floor = elemAt macos 1; }
    else
      null;

  fits =
    candidate:
    candidate != null
    && candidate.python == pythonTag
    && candidate.system == host.system
    && compareVersions candidate.floor host.floor <= 0;
  higher = best: candidate: if compareVersions candidate.floor best.floor > 0 then candidate else best;

  frozen = attrNames resolution.targets;
  fitting = filter fits (map parse frozen);
  there = "the resolution has: ${concatStringsSep ", " frozen}";
in
if target != null then
  if resolution != null && !(resolution.targets ? ${target}) then
    throw ''
      cannot choose a target: ${builtins.toJSON target} is not frozen; ${there}
      hint: run `pylock2nix nix --target ${target}`''
  else if (match "(cp[0-9]+t?)-.*" target) != [ pythonTag ] then
    throw ''
      cannot choose a target: ${target} is not for the Python at hand, ${pythonTag}
      hint: pass the `python` that fits, or another `target`${if resolution == null then "" else "; ${there}"}''
  else
    target
else if resolution == null then
  host.name
else if fitting == [ ] then
  throw ''
    cannot choose a target: none is for ${pythonTag} on ${host.system} with ${host.libc} ${host.floor} or older; ${there}
    hint: run `pylock2nix nix --target ${host.name}`, or pass `target` or another `python`''
else
  (builtins.foldl' higher (head fitting) fitting).name
