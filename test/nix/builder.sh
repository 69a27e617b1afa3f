# What the stand-in's derivations run: the phases of nixpkgs' stdenv that nix/ relies on, in its order.
set -eu
export PATH="$path" HOME="$TMPDIR" SOURCE_DATE_EPOCH=315532800 PYTHONHASHSEED=0 PYTHONDONTWRITEBYTECODE=1

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
    cp "$src" "dist/${src#*-}"
  else
    mkdir unpacked
    if [ -d "$src" ]; then
      cp -r "$src" unpacked/source
    else
      "$python" -I -c 'import shutil, sys; shutil.unpack_archive(sys.argv[1], sys.argv[2], "gztar")' "$src" unpacked
    fi
    sourceRoot="$(echo unpacked/*)"
    chmod -R u+w "$sourceRoot"
  fi
  runHook postUnpack
}

buildPhase() {
  if [ "${pythonFormat-}" = pyproject ]; then
    "$python" "$buildWheel" dist
  fi
}

installPhase() {
  runHook preInstall
  local wheel
  for wheel in dist/*.whl; do
    "$python" -I "$installWheel" "$wheel" "$out" "$sitePackages"
  done
  runHook postInstall
}

installCheckPhase() {
  runHook checkPhase
}

postFixupHooks=()
trap 'code=$?; if [ "$code" != 0 ]; then runHook failureHook; fi; exit "$code"' EXIT

for input in ${nativeBuildInputs-} ${buildInputs-}; do
  if [ -d "$input/$sitePackages" ]; then
    export PYTHONPATH="$input/$sitePackages${PYTHONPATH+:$PYTHONPATH}"
  fi
  if [ -f "$input/nix-support/setup-hook" ]; then . "$input/nix-support/setup-hook"; fi
done

cd "$TMPDIR"
if [ -n "${buildCommand-}" ]; then
  eval "$buildCommand"
else
  runPhase unpackPhase
  cd "${sourceRoot:-.}"
  runHook postPatch
  runPhase buildPhase
  runPhase installPhase
  runHook preFixup
  runHook postFixup
  for hook in "${postFixupHooks[@]}"; do "$hook"; done
  if [ -n "${doInstallCheck-}" ]; then
    export PYTHONPATH="$out/$sitePackages${PYTHONPATH+:$PYTHONPATH}"
    runPhase installCheckPhase
  fi
fi
# Nix takes a closed standard output for the end and kills what still runs: coreutils close theirs, so bash ends last.
exit 0
