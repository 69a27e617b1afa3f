# The functions of nixpkgs' lib that nix/ calls, under their names and with their meaning.
rec {
  inherit (builtins) isFunction;
  toList = value: if builtins.isList value then value else [ value ];
  optional = condition: value: if condition then [ value ] else [ ];
  optionals = condition: values: if condition then values else [ ];
  optionalString = condition: text: if condition then text else "";
  optionalAttrs = condition: set: if condition then set else { };
  filterAttrs =
    keep: set:
    builtins.listToAttrs (
      builtins.concatMap (
        name: if keep name set.${name} then [ { inherit name; value = set.${name}; } ] else [ ]
      ) (builtins.attrNames set)
    );
  mapAttrs' =
    function: set: builtins.listToAttrs (map (name: function name set.${name}) (builtins.attrNames set));
  concatMap = builtins.concatMap;
  concatMapStringsSep = separator: function: list: builtins.concatStringsSep separator (map function list);
  take = count: list: builtins.genList (builtins.elemAt list) (if builtins.length list < count then builtins.length list else count);
  warn = message: builtins.trace "evaluation warning: ${message}";
  fakeHash = "sha256-AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=";
  mapAttrsToList = function: set: builtins.attrValues (builtins.mapAttrs function set);
  unique = builtins.foldl' (found: value: if builtins.elem value found then found else found ++ [ value ]) [ ];
  genAttrs = names: value: builtins.listToAttrs (map (name: { inherit name; value = value name; }) names);
  attrByPath =
    path: default: set:
    if path == [ ] then
      set
    else if builtins.isAttrs set && set ? ${builtins.head path} then
      attrByPath (builtins.tail path) default set.${builtins.head path}
    else
      default;
  splitString = separator: text: builtins.filter builtins.isString (builtins.split "[${separator}]" text);
  getLib = package: package.lib or package.out or package;
  hasPrefix = prefix: text: builtins.substring 0 (builtins.stringLength prefix) text == prefix;
  hasSuffix =
    suffix: text:
    let
      length = builtins.stringLength text - builtins.stringLength suffix;
    in
    length >= 0 && builtins.substring length (-1) text == suffix;
  removeSuffix =
    suffix: text:
    if hasSuffix suffix text then
      builtins.substring 0 (builtins.stringLength text - builtins.stringLength suffix) text
    else
      text;
  toLower =
    let
      upper = [ "A" "B" "C" "D" "E" "F" "G" "H" "I" "J" "K" "L" "M" "N" "O" "P" "Q" "R" "S" "T" "U" "V" "W" "X" "Y" "Z" ];
      lower = [ "a" "b" "c" "d" "e" "f" "g" "h" "i" "j" "k" "l" "m" "n" "o" "p" "q" "r" "s" "t" "u" "v" "w" "x" "y" "z" ];
    in
    builtins.replaceStrings upper lower;

  fix = f: let self = f self; in self;
  extends = overlay: base: final: let prev = base final; in prev // overlay final prev;
  composeExtensions =
    f: g: final: prev:
    let
      first = f final prev;
    in
    first // g final (prev // first);
  composeManyExtensions = builtins.foldl' composeExtensions (_: _: { });

  makeOverridable =
    f: arguments:
    f arguments
    // {
      override =
        given:
        makeOverridable f (arguments // (if builtins.isFunction given then given arguments else given));
    };

  strings.levenshteinAtMost =
    most: left: right:
    let
      character = text: index: builtins.substring index 1 text;
      min = a: b: if a < b then a else b;
      # The rows of the table, each from the one above.
      row =
        above: index:
        builtins.foldl' (
          done: column:
          done
          ++ [
            (min (min (builtins.elemAt above (column + 1) + 1) (builtins.elemAt done column + 1)) (
              builtins.elemAt above column + (if character left index == character right column then 0 else 1)
            ))
          ]
        ) [ (index + 1) ] (builtins.genList (column: column) (builtins.stringLength right));
      rows = builtins.foldl' row (builtins.genList (column: column) (builtins.stringLength right + 1)) (
        builtins.genList (index: index) (builtins.stringLength left)
      );
    in
    builtins.elemAt rows (builtins.stringLength right) <= most;

  strings.sanitizeDerivationName =
    text:
    let
      parts = builtins.filter builtins.isString (builtins.split "[^[:alnum:]+._?=-]+" text);
      joined = builtins.concatStringsSep "-" parts;
      bare = builtins.elemAt (builtins.match "[.]*(.*)" joined) 0;
      length = builtins.stringLength bare;
    in
    if bare == "" then "unknown" else if length <= 207 then bare else builtins.substring (length - 207) (-1) bare;

  cleanSourceFilter =
    path: type:
    !(builtins.elem (baseNameOf path) [ ".git" ".svn" ".hg" ])
    && !(type == "symlink" && hasPrefix "result" (baseNameOf path));
  cleanSourceWith = { src, filter, name ? "source" }: builtins.path { inherit name filter; path = src; };
}
