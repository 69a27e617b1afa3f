# What the stand-in's derivations run: the phases of nixpkgs' stdenv that nix/ relies on, in its order.
set -eu
export PATH="${standInPython%/*}:$standInPath" HOME="$TMPDIR" SOURCE_DATE_EPOCH=315532800 PYTHONHASHSEED=0 PYTHONDONTWRITEBYTECODE=1

runHook() {
  local text="${!1-}"
  if [ -n "$text" ]; then eval "$text"; fi
}

runPhase() {
  local text="${!1-}"
  if [ -n "$text" ]; then eval "$text"; else "$1"; fi
}

unpackPhase() {
  runHook preUnpack
  if [ "${pythonFormat-}" = wheel ]; then
    mkdir -p dist
    # stripHash: the name of a store path without its hash.
    local name="${src##*/}"
    cp "$src" "dist/${name#*-}"
  else
    mkdir unpacked
    if [ -d "$src" ]; then
      cp -r "$src" unpacked/source
    else
      "$standInPython" -I -c 'import shutil, sys; shutil.unpack_archive(sys.argv[1], sys.argv[2], "gztar")' "$src" unpacked
    fi
    sourceRoot="$(echo unpacked/*)"
    chmod -R u+w "$sourceRoot"
  fi
  runHook postUnpack
}

patchPhase() {
  runHook prePatch
  local patch
  for patch in ${patches-}; do
    echo "applying patch $patch"
    patch -p1 < "$patch"
  done
  runHook postPatch
}

buildPhase() {
  runHook preBuild
  if [ "${pythonFormat-}" = pyproject ]; then
    "$standInPython" "$standInBuildWheel" dist
  fi
  runHook postBuild
}

installPhase() {
  runHook preInstall
  local wheel
  for wheel in dist/*.whl; do
    "$standInPython" -I "$standInInstallWheel" "$wheel" "$out" "$standInSitePackages"
  done
  runHook postInstall
}

installCheckPhase() {
  runHook checkPhase
}

postFixupHooks=()
trap 'code=$?; if [ "$code" != 0 ]; then runHook failureHook; fi; exit "$code"' EXIT

# buildPythonPackage has `strictDeps`: what runs in the build is in nativeBuildInputs, and the first one counts.
for input in ${nativeBuildInputs-}; do
  if [ -d "$input/$standInSitePackages" ]; then
    export PYTHONPATH="${PYTHONPATH+$PYTHONPATH:}$input/$standInSitePackages"
  fi
  if [ -d "$input/bin" ]; then export PATH="$PATH:$input/bin"; fi
done
for input in ${nativeBuildInputs-} ${buildInputs-}; do
  if [ -f "$input/nix-support/setup-hook" ]; then . "$input/nix-support/setup-hook"; fi
done

cd "$TMPDIR"
if [ -n "${buildCommand-}" ]; then
  eval "$buildCommand"
else
  runPhase unpackPhase
  cd "${sourceRoot:-.}"
  runPhase patchPhase
  runPhase buildPhase
  runPhase installPhase
  # pythonOutputDistHook, before the fixup.
  if [ -n "${dist-}" ]; then
    [ -d dist ] || { echo "The build contains no ./dist directory." >&2; exit 1; }
    mv dist "$dist"
  fi
  runHook preFixup
  runHook postFixup
  for hook in "${postFixupHooks[@]}"; do "$hook"; done
  if [ -n "${doInstallCheck-}" ]; then
    export PYTHONPATH="$out/$standInSitePackages${PYTHONPATH+:$PYTHONPATH}"
    runPhase installCheckPhase
  fi
  # pythonImportsCheckHook, before the distribution: from the output, with what the inputs have.
  if [ -n "${pythonImportsCheck-}" ]; then
    (
      cd "$out"
      export PYTHONPATH="$out/$standInSitePackages${PYTHONPATH+:$PYTHONPATH}"
      python -c 'import importlib, os; list(map(importlib.import_module, os.environ["pythonImportsCheck"].split()))'
    )
  fi
fi
# Nix takes a closed standard output for the end and kills what still runs: coreutils close theirs, so bash ends last.
exit 0
