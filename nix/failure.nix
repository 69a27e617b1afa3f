# The words of a failure that the core gives as data (assembly/nix/failure.ts): { code, message, hint, text }, where `text` is
# all of it, as the command line prints it but for the excerpt.
#
# Invariant: messages are src/words/errors.ts', through messages.nix. Hints that need the whole list of names are left out.
# `lock` is what locks.nix finds.
lock: failure:
let
  inherit (builtins) isInt isString replaceStrings;
  general = (import ./messages.nix).${toString failure.code} or unknown;
  words = general // general.forms.${toString failure.detail} or { };
  unknown = {
    code = "internal";
    message = "the core failed in a way that has no words";
    bare = "the core failed in a way that has no words";
    hint = "this is a bug of pylock2nix: please report it with the lock that shows it";
  };

  # src/words/errors.ts, `found`.
  found =
    if failure.found == "" then "the end of the text"
    else if builtins.elem failure.found [ "U+000A" "U+000DU+000A" "U+000D" ] then "the end of the line"
    else "`${failure.found}`";
  codePoint = if builtins.substring 0 2 failure.found == "U+" then builtins.substring 0 6 failure.found else "U+0000";
  hexadecimal = number: digit (number / 16) + digit (number - number / 16 * 16);
  digit = number: builtins.substring number 1 "0123456789abcdef";

  # src/lock/lockfile.ts, `detailOf`.
  named = list: index: if index >= 0 && index < builtins.length list then builtins.elemAt list index else null;
  detail =
    if !(isInt failure.detail) then failure.detail
    else if words ? details then named words.details failure.detail
    else toString failure.detail;

  fill =
    replaceStrings
      [ "{found}" "{text}" "{codePoint}" "the byte {byte}" "{detail}" "{again}" ]
      [
        found
        failure.found
        codePoint
        (if failure.byte == null then "an incomplete character" else "the byte 0x${hexadecimal failure.byte}")
        (if isString detail then detail else "")
        lock.again
      ];
  message = fill (if detail == null then words.bare else words.message);
  isWord = builtins.match "[A-Za-z].*" failure.found != null;
  hint = if isWord && words ? wordHint then words.wordHint else words.hint or null;
  place = if failure.line == null then "" else "\n  --> ${lock.name}:${toString failure.line}:${toString failure.column}";
in
{
  inherit (words) code;
  inherit message;
  hint = if hint == null then null else fill hint;
  text = message + place + (if hint == null then "" else "\n\nhint: ${fill hint}");
}
