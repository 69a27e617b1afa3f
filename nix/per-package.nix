# perPackage.NAME: what is particular about a package, as data (docs/overrides.md). The same keys are arguments of each
# package's `override`. `perPackage."*"` is for all of them.
#
# Invariant: a key that there is not, or a value of another kind, is refused before anything is built with the others.
{ lib }:
let
  inherit (builtins) attrNames concatStringsSep elem filter isAttrs isBool isList isString mapAttrs substring typeOf;
  inherit (import ./requirements.nix) normalize;

  kind = is: says: { inherit is says; };
  flag = kind isBool "true or false";
  list = kind isList "a list";
  text = kind isString "a string";
  kinds = {
    preferWheel = flag;
    fromSource = flag;
    fromNixpkgs = kind (value: isBool value || isList value) "true, false or a list of names";
    buildSystem = list;
    buildGroups = list;
    extraTools = list;
    extraLibraries = list;
    ignoreSonames = list;
    patches = list;
    env = kind isAttrs "an attribute set";
    cargoHash = text;
    cargoLock = kind (value: isString value || typeOf value == "path" || isAttrs value) "a path";
    cargoRoot = text;
  };
  keys = attrNames kinds;

  # As nixpkgs and poetry2nix call them.
  elsewhere = {
    buildInputs = "extraLibraries";
    nativeBuildInputs = "extraTools";
    propagatedBuildInputs = "extraLibraries";
    build-system = "buildSystem";
    build-systems = "buildSystem";
    autoPatchelfIgnoreMissingDeps = "ignoreSonames";
    preferWheels = "preferWheel";
    cargoSha256 = "cargoHash";
  };
  suggested =
    key:
    let
      isNear = known: lib.strings.levenshteinAtMost 2 key known || substring 0 7 key == substring 0 7 known;
      near = filter isNear keys;
    in
    if elsewhere ? ${key} then
      "did you mean `${elsewhere.${key}}`?"
    else if near != [ ] then
      "did you mean `${builtins.head near}`?"
    else
      "there are ${concatStringsSep ", " keys}";
in
rec {
  inherit normalize;

  defaults = {
    # The wheel where there is one that the target takes.
    preferWheel = true;
    # From the source, whatever wheels there are; the lock must have it.
    fromSource = false;
    # From the source, with the inputs of nixpkgs' own recipe; a list names further attributes of it.
    fromNixpkgs = false;
    # What builds it: names of nixpkgs' Python packages, or packages. null: what its [build-system] asks for.
    buildSystem = null;
    # Groups of the lock that have what builds it, where they have it.
    buildGroups = [ ];
    # Packages of nixpkgs: programs that its build runs, libraries that it links to or, as a wheel, loads.
    extraTools = [ ];
    extraLibraries = [ ];
    # Names of libraries that a wheel may miss.
    ignoreSonames = [ ];
    # To the source; of a wheel to the installed files.
    patches = [ ];
    # Variables of the build.
    env = { };
    # Of what is built with Rust: the crates.
    cargoHash = null;
    cargoLock = null;
    cargoRoot = null;
    # What overrides.nix knows of it.
    known = { };
  };

  # What was given, over the defaults. `subject` begins the message.
  complete =
    subject: given:
    let
      unknown = filter (key: !(kinds ? ${key} || key == "known")) (attrNames given);
      # null is what a default is.
      wrong = filter (key: given.${key} != null && !(kinds.${key}.is given.${key})) (
        filter (key: kinds ? ${key}) (attrNames given)
      );
      key = builtins.head wrong;
    in
    if unknown != [ ] then
      throw ''
        ${subject} has no setting `${builtins.head unknown}`
        hint: ${suggested (builtins.head unknown)}''
    else if wrong != [ ] then
      throw ''
        ${subject}.${key} is ${kinds.${key}.says}, not ${aOr (typeOf given.${key})}
        hint: docs/overrides.md has an example''
    else
      defaults // lib.filterAttrs (_: value: value != null) given;
  aOr =
    type:
    {
      bool = "true or false";
      int = "a number";
      lambda = "a function";
      set = "an attribute set or a package";
      string = "a string";
      list = "a list";
      path = "a path";
    }
    .${type} or type;

  # By the names of the lock, however they are spelled; names that the lock lacks change nothing.
  normalized =
    perPackage:
    lib.mapAttrs' (name: value: {
      name = if name == "*" then "*" else normalize name;
      inherit value;
    }) perPackage;
  # What is given for one name.
  of = perPackage: name: perPackage."*" or { } // perPackage.${name} or { };

  # A name that the lock lacks, but for one or two letters: probably a slip.
  warnOfSlips =
    names: perPackage: value:
    let
      slips = lib.concatMap (
        name:
        map (known: { inherit name known; }) (lib.take 1 (filter (lib.strings.levenshteinAtMost 2 name) (attrNames names)))
      ) (filter (name: name != "*" && !(names ? ${name})) (attrNames perPackage));
    in
    builtins.foldl' (
      value: { name, known }:
      lib.warn "perPackage.${name} changes nothing: the lock has no ${name}; did you mean `${known}`?" value
    ) value slips;
}
