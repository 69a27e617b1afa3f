# A name of a package, an extra or a group in its normalised form (PEP 503): small letters, `-` for each run of `-`, `_`, `.`.
let
  upper = [ "A" "B" "C" "D" "E" "F" "G" "H" "I" "J" "K" "L" "M" "N" "O" "P" "Q" "R" "S" "T" "U" "V" "W" "X" "Y" "Z" ];
  lower = [ "a" "b" "c" "d" "e" "f" "g" "h" "i" "j" "k" "l" "m" "n" "o" "p" "q" "r" "s" "t" "u" "v" "w" "x" "y" "z" ];
in
name:
builtins.concatStringsSep "-" (
  builtins.filter builtins.isString (builtins.split "[-_.]+" (builtins.replaceStrings upper lower name))
)
