# What a source asks its build for, by the texts of `[build-system] requires` (PEP 518): the names that Nix can look up.
# src/answers/recorded.ts, `factsOf`, does the same when it freezes.
let
  inherit (builtins) attrNames elem filter fromTOML head isString listToAttrs match pathExists readFile replaceStrings;

  lowered =
    replaceStrings
      [ "A" "B" "C" "D" "E" "F" "G" "H" "I" "J" "K" "L" "M" "N" "O" "P" "Q" "R" "S" "T" "U" "V" "W" "X" "Y" "Z" ]
      [ "a" "b" "c" "d" "e" "f" "g" "h" "i" "j" "k" "l" "m" "n" "o" "p" "q" "r" "s" "t" "u" "v" "w" "x" "y" "z" ];
  # PEP 503.
  normalize = name: if name == "" || match "[a-z0-9]+(-[a-z0-9]+)*" name != null then name else builtins.concatStringsSep "-" (filter isString (builtins.split "[-_.]+" (lowered name)));
  nameOf = text: normalize (head (match "[[:space:]]*([A-Za-z0-9._-]*).*" text));
  named =
    texts:
    filter (name: name != "") (attrNames (listToAttrs (map (text: { name = nameOf text; value = null; }) texts)));
  isConditional = text: match ".*;.*" text != null;
in
rec {
  inherit normalize nameOf named;

  # What is asked for under a name of the past.
  present =
    name:
    {
      # Poetry's back end has been a package of its own since 1.0; projects older than that ask for all of it.
      poetry = "poetry-core";
      # numpy at the oldest version that works; whoever has one builds everything with that.
      oldest-supported-numpy = "numpy";
    }
    .${name} or name;

  # { buildRequires, conditionalRequires }: those that hold under a marker only may be missing.
  of =
    texts:
    let
      always = named (filter (text: !(isConditional text)) texts);
      sometimes = filter (name: !(elem name always)) (named (filter isConditional texts));
    in
    { buildRequires = always; } // (if sometimes == [ ] then { } else { conditionalRequires = sometimes; });

  # Of a folder that evaluation may read: without the table setuptools (PEP 518).
  ofFolder =
    folder:
    let
      file = folder + "/pyproject.toml";
      system = if pathExists file then (fromTOML (readFile file)).build-system or { } else { };
    in
    of (system.requires or [ "setuptools" ]);
}
