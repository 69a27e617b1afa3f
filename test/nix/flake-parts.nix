# A stand-in for flake-parts and the module system of nixpkgs' lib, as far as nix/flake-module.nix uses them: options with types
# and defaults, priorities, conditions, submodules. It is as strict: what no option has, what is of another type, and what is
# defined twice is refused. With FLAKE_PARTS and NIXPKGS_LIB the test runs on the real ones, too.
#
#   { flakeModule, pkgs, self, perSystem }: the flake's outputs, for one system
{
  flakeModule,
  pkgs,
  self,
  perSystem,
}:
let
  inherit (builtins) all attrNames concatLists concatMap elem filter foldl' head isAttrs isFunction isList isString length map;
  plain = import ./lib.nix;
  show = builtins.concatStringsSep ".";

  # --- Definitions: { value, priority }, the smallest priority wins ---

  usual = 100;
  tagged = type: rest: { _type = type; } // rest;
  isTagged = type: value: isAttrs value && value._type or null == type;
  definitions =
    value:
    if isTagged "merge" value then concatMap definitions value.contents
    else if isTagged "if" value then (if value.condition then definitions value.content else [ ])
    else if isTagged "override" value then map (each: each // { inherit (value) priority; }) (definitions value.content)
    else [ { inherit value; priority = usual; } ];
  strongest =
    given:
    let
      least = foldl' (least: each: if each.priority < least then each.priority else least) (head given).priority given;
    in
    map (each: each.value) (filter (each: each.priority == least) given);

  # --- Types: check, and merge: place -> values -> value ---

  one =
    place: values:
    if length values == 1 || all (value: value == head values) values then
      head values
    else
      throw "The option `${show place}' has conflicting definition values";
  kind = name: check: { inherit name check; merge = one; };
  # A value of a type, of what is defined for it.
  valueOf =
    type: place: given:
    let
      values = strongest (concatMap definitions given);
      wrong = filter (value: !(type.check value)) values;
    in
    if wrong != [ ] then
      throw "A definition for option `${show place}' is not of type `${type.name}'"
    else
      type.merge place values;
  attrsOf = type: {
    name = "attribute set of ${type.name}";
    check = isAttrs;
    merge =
      place: values:
      builtins.zipAttrsWith (name: valueOf type (place ++ [ name ])) (
        map (value: builtins.mapAttrs (_: each: each) value) values
      );
  };
  types = {
    raw = kind "raw value" (_: true);
    str = kind "string" isString;
    lines = kind "strings concatenated with \"\\n\"" isString // { merge = _: builtins.concatStringsSep "\n"; };
    bool = kind "boolean" builtins.isBool;
    path = kind "absolute path" (
      value: (isString value || builtins.isPath value) && builtins.substring 0 1 (toString value) == "/"
    );
    package = kind "package" (value: isAttrs value && value.type or null == "derivation");
    enum = values: kind "one of ${builtins.toJSON values}" (value: elem value values);
    nullOr = type: {
      name = "null or ${type.name}";
      check = value: value == null || type.check value;
      merge = place: values: if elem null values then one place values else type.merge place values;
    };
    either = left: right: {
      name = "${left.name} or ${right.name}";
      check = value: left.check value || right.check value;
      merge = place: values: (if all left.check values then left else right).merge place values;
    };
    functionTo = type: kind "function that evaluates to a(n) ${type.name}" isFunction;
    listOf = type: {
      name = "list of ${type.name}";
      check = isList;
      merge = place: values: map (value: valueOf type place [ value ]) (concatLists values);
    };
    inherit attrsOf;
    lazyAttrsOf = attrsOf;
    submodule = module: {
      name = "submodule";
      check = value: isAttrs value || isFunction value;
      merge =
        place: values:
        evaluated place { name = builtins.elemAt place (length place - 1); } ([ module ] ++ values);
    };
  };

  # --- Modules ---

  mkOption = tagged "option";
  evaluated =
    place: arguments: modules:
    let
      called = map (module: if isFunction module then module (arguments // { inherit config lib; }) else module) modules;
      # Without `options` and `config` all of it is the latter.
      settings = map (module: module.config or (if module ? options then { } else removeAttrs module [ "_file" ])) called;
      options = foldl' (known: module: known // module.options or { }) { } called;
      config = tree place options settings;
    in
    config;
  tree =
    place: options: settings:
    let
      unknown = filter (name: !(options ? ${name})) (concatMap attrNames settings);
      at =
        name: option:
        let
          here = place ++ [ name ];
          given = concatMap (each: if each ? ${name} then [ each.${name} ] else [ ]) settings;
        in
        if !(isTagged "option" option) then
          tree here option given
        else if option.readOnly or false && length given > 1 then
          throw "The option `${show here}' is read-only, but it's set multiple times"
        else if concatMap definitions given != [ ] then
          valueOf option.type here given
        else
          option.default or (throw "The option `${show here}' was accessed but has no value defined");
    in
    if unknown != [ ] then
      throw "The option `${show (place ++ [ (head unknown) ])}' does not exist"
    else
      builtins.mapAttrs at options;

  lib = plain // {
    inherit types mkOption;
    literalExpression = text: text;
    mkMerge = contents: tagged "merge" { inherit contents; };
    mkIf = condition: content: tagged "if" { inherit condition content; };
    mkDefault = content: tagged "override" { inherit content; priority = 1000; };
  };

  # --- flake-parts ---

  outputs.options = {
    packages = mkOption { type = attrsOf types.package; default = { }; };
    devShells = mkOption { type = attrsOf types.package; default = { }; };
    checks = mkOption { type = attrsOf types.package; default = { }; };
    apps = mkOption {
      default = { };
      type = attrsOf (
        types.submodule {
          options.type = mkOption { type = types.enum [ "app" ]; default = "app"; };
          options.program = mkOption { type = types.str; };
        }
      );
    };
  };
  # A flake's own module is one that imports it.
  inner =
    let
      load = module: if isFunction module then module arguments else if isAttrs module then module else load (import module);
      arguments = { inherit lib self; flake-parts-lib.mkPerSystemOption = module: module; };
      loaded = load flakeModule;
      imported = map load (loaded.imports or [ ]);
    in
    concatMap (module: filter (each: each != { }) [ (module.options.perSystem or { }) (module.config.perSystem or module.perSystem or { }) ]) (imported ++ [ loaded ]);
  system = evaluated [ "perSystem" pkgs.stdenv.hostPlatform.system ] { inherit pkgs; } ([ outputs ] ++ inner ++ [ perSystem ]);
in
builtins.mapAttrs (_: value: { ${pkgs.stdenv.hostPlatform.system} = value; }) {
  inherit (system) packages apps devShells checks;
}
