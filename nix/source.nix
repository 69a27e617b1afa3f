# mkSource: how a source is built, as attributes for nixpkgs' buildPythonPackage: with exactly what its [build-system] asks for,
# where that is known, in the packages of nixpkgs or, for `buildGroups`, of the lock.
#
# It is known of what `prefetch --all` recorded, and of folders that evaluation may read: the project's own, and git checkouts
# without a recorded hash. Of others the usual back ends are there together.
{
  pkgs,
  lib,
  fetch,
  buildSystem,
}:
let
  inherit (builtins) concatMap elem filter isString map;
  requirements = import ./requirements.nix;
  within = import ./path.nix;
  title = package: if package.version == null then package.name else "${package.name} ${package.version}";

  # The folder of a source that evaluation may read, or null.
  folderOf =
    { package, root }:
    let
      inherit (package) source;
      # What leads out of the project's folder is refused when it is fetched, and may be overridden.
      inside = builtins.tryEval (within package.name root source.path);
      checkout = fetch { inherit package root; file = null; };
      below = path: if source.subdirectory or null == null then path else path + "/${source.subdirectory}";
    in
    if source.kind == "directory" then
      if inside.success && builtins.pathExists inside.value then inside.value else null
    else if source.kind == "git" && source.hash == null then
      below checkout
    else
      null;

  # { buildRequires, conditionalRequires }, or null where nothing is known.
  factsOf =
    { package, file, root }:
    let
      recorded = if file == null then package.source else file;
      folder = folderOf { inherit package root; };
    in
    if recorded ? buildRequires then recorded
    else if folder != null then requirements.ofFolder folder
    else null;
  present = map requirements.present;

  # The names that are asked for, before nixpkgs or the lock is.
  namesOf =
    { facts, settings, extraRequires, usual }:
    let
      asked =
        if settings.buildSystem != null then settings.buildSystem
        else if facts != null then present facts.buildRequires
        else usual ++ settings.known.buildSystem or [ ];
    in
    asked ++ filter (name: !(elem name asked)) (map ({ name, ... }: name) extraRequires);

  # What nixpkgs says of its own package: the arguments of its buildPythonPackage.
  recipeOf =
    { python, package }:
    let
      found =
        python.pkgs.${package.name} or (throw ''
          cannot build ${title package} as nixpkgs does: it has no Python package ${package.name}
          hint: say what its build needs, perPackage.${package.name}.extraTools and .extraLibraries'');
      revealed = found.overridePythonAttrs (old: {
        passthru = old.passthru or { } // { pylock2nixRecipe = old; };
      });
    in
    if found ? overridePythonAttrs then
      revealed.pylock2nixRecipe
    else
      throw ''
        cannot build ${title package} as nixpkgs does: there it is not made by buildPythonPackage
        hint: say what its build needs, perPackage.${package.name}.extraTools and .extraLibraries'';

  # Of a recipe what a build needs whatever the version; patches and steps belong to one version.
  carried = [
    "dontUseCmakeConfigure" "dontUseMesonConfigure" "dontUseNinjaBuild" "dontUseNinjaInstall" "cmakeFlags" "mesonFlags"
    "pypaBuildFlags" "hardeningDisable" "env"
  ];

  cargoDepsOf =
    { package, src, settings, folder, more }:
    let
      lock = settings.cargoLock;
      own = if folder == null then null else folder + "/${cargoRoot}Cargo.lock";
      cargoRoot = if settings.cargoRoot == null then "" else "${settings.cargoRoot}/";
      fetchVendor = pkgs.rustPlatform.fetchCargoVendor or pkgs.rustPlatform.fetchCargoTarball;
    in
    if lock != null then
      pkgs.rustPlatform.importCargoLock (if builtins.isAttrs lock then lock else { lockFile = lock; })
    else if settings.cargoHash != null then
      fetchVendor (
        more
        // {
          name = lib.strings.sanitizeDerivationName "${package.name}-${toString package.version}";
          inherit src;
          hash = settings.cargoHash;
        }
        // lib.optionalAttrs (settings.cargoRoot != null) { inherit (settings) cargoRoot; }
        // lib.optionalAttrs (settings.patches != [ ]) { inherit (settings) patches; }
      )
    # A crate of git has no hash in Cargo.lock: nixpkgs says then what to give, `cargoLock.outputHashes`.
    else if own != null && builtins.pathExists own then
      pkgs.rustPlatform.importCargoLock { lockFile = own; }
    else
      throw ''
        cannot build ${title package} from source: it is built with Rust, and Nix fetches crates by a hash
        hint: perPackage.${package.name}.cargoHash = lib.fakeHash; and the build says the right one; or
        perPackage.${package.name}.cargoLock = ./Cargo.lock; a copy of the source's own${
          lib.optionalString (package ? source) "; or take a wheel"
        }'';
in
{
  requirements =
    { package, file, root, settings, extraRequires }:
    let
      facts = factsOf { inherit package file root; };
    in
    filter isString (namesOf { inherit facts settings extraRequires; usual = [ ]; });

  attributes =
    {
      python,
      package,
      file,
      src,
      root,
      # Of an archive or a checkout: attributes that lead to the folder in it.
      subdirectory,
      settings,
      extraRequires,
      lockedBuild,
      # Where they are known already: the project's own.
      facts ? factsOf { inherit package file root; },
      folder ? folderOf { inherit package root; },
    }:
    let
      tools = buildSystem python;
      recipe = if settings.fromNixpkgs == false then { } else recipeOf { inherit python package; };
      conditional = present (facts.conditionalRequires or [ ]);
      names = namesOf {
        inherit facts settings extraRequires;
        # A recipe that says what builds it needs no guess.
        usual = if recipe.build-system or [ ] == [ ] then tools.usual else [ ];
      };
      texts = filter isString names;
      isGuess = facts == null && settings.buildSystem == null;

      # From the lock, then from nixpkgs.
      locked = lockedBuild {
        groups = settings.buildGroups;
        # A locked maturin would lack nixpkgs' way to the crates.
        names = filter (name: !(tools.isRust [ name ])) (texts ++ conditional);
        matched = map ({ name, ... }: name) (filter ({ isLocked, ... }: isLocked) extraRequires);
      };
      left = filter (name: !(elem name locked.taken));
      fromNixpkgs = tools.of {
        subject = title package;
        # What is a guess, or what nixpkgs' recipe says itself, under whatever name it is there, may be missing.
        names = left (if recipe != { } then [ ] else if isGuess then settings.known.buildSystem or [ ] else names);
        optional = left (conditional ++ lib.optionals (recipe != { } || isGuess) texts);
        asked = texts ++ filter (name: elem name locked.taken) conditional;
        hint =
          "say what builds it, perPackage.${package.name}.buildSystem = [ \"NAME\" ]; or have it in a group of the lock,\n"
          + "perPackage.${package.name}.buildGroups = [ \"GROUP\" ];"
          # The project itself has no other way.
          + lib.optionalString (package ? source) " or take a wheel";
      };

      isRust = tools.isRust (texts ++ conditional) || recipe ? cargoDeps;
      isPython = input: input ? pythonModule && input.pythonModule != false;
      others = filter (input: input != null && !(isPython input)) (
        recipe.propagatedBuildInputs or [ ] ++ recipe.dependencies or [ ]
      );
      wish = name: settings.known.${name} or [ ];
      known = map (
        name:
        let
          found = lib.attrByPath (lib.splitString "." name) null pkgs;
        in
        if found != null then found else throw ''
          cannot build ${package.name} from source: this nixpkgs has no ${name}
          hint: say what it needs with `overrides.withoutDefaults`, or take a wheel''
      );
      # Before what nixpkgs' hooks propagate, whichever version that is.
      lockedPath = lib.concatMapStringsSep ":" (each: "${each}/${python.sitePackages}") locked.packages;
    in
    tools.quietHooks
    // {
      inherit (tools) pypaBuildFlags;
    }
    // lib.filterAttrs (name: _: elem name carried) recipe
    // (
      if builtins.isList settings.fromNixpkgs then
        lib.filterAttrs (name: _: elem name settings.fromNixpkgs) recipe
      else
        { }
    )
    // {
      pyproject = true;
      build-system = locked.packages ++ fromNixpkgs.build-system ++ recipe.build-system or [ ];
      nativeBuildInputs =
        settings.extraTools
        ++ (if recipe == { } then fromNixpkgs.nativeBuildInputs ++ known (wish "tools") else recipe.nativeBuildInputs or [ ]);
      buildInputs =
        settings.extraLibraries
        ++ (if recipe == { } then known (wish "libraries") else recipe.buildInputs or [ ] ++ others);
      postPatch =
        lib.optionalString (locked.packages != [ ]) ''
          export PYTHONPATH="${lockedPath}''${PYTHONPATH:+:$PYTHONPATH}"
        ''
        + tools.postPatch
        + lib.optionalString (builtins.isList settings.fromNixpkgs && elem "postPatch" settings.fromNixpkgs) (
          recipe.postPatch or ""
        );
      failureHook = ''
        printf '%s\n' "$sourceHint" >&2
      '';
      sourceHint = ''
        pylock2nix: could ${title package} not be built from its source? ${
          if isGuess then
            "What it asks for is not known: `pylock2nix prefetch --all` reads it."
          else
            "It had what its [build-system] asks for, and no more."
        }
        hint: give programs, perPackage.${package.name}.extraTools = [ pkgs.NAME ]; libraries, .extraLibraries = [ pkgs.NAME ];
        Python packages, .buildSystem = [ "NAME" ]; or .fromNixpkgs = true; what nixpkgs builds its own ${package.name} with'';
    }
    // (
      let
        env = recipe.env or { } // settings.env;
      in
      lib.optionalAttrs (env != { }) { inherit env; }
    )
    // lib.optionalAttrs (settings.patches != [ ] || elem "patches" (lib.toList settings.fromNixpkgs)) {
      patches = (if elem "patches" (lib.toList settings.fromNixpkgs) then recipe.patches or [ ] else [ ]) ++ settings.patches;
    }
    // lib.optionalAttrs isRust {
      cargoDeps = cargoDepsOf { inherit package src settings folder; more = subdirectory; };
    }
    // lib.optionalAttrs (isRust && settings.cargoRoot != null) { inherit (settings) cargoRoot; };
}
