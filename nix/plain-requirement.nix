# Requirements as they are written, brought into one form as far as that needs no algebra of versions and markers: white space,
# quotes, order, zeros at the end of a version. uv's rules are src/lock/uv/'s, which the command line has.
#
#   ofText extra text   a requirement of the project, of that extra ("" for none)
#   ofRow row           one that a uv.lock has
#   compare wanted stated   "same"; "other", which is certain; or "unclear", when only uv's algebra can tell
#   compareSpecifiers left right   the same of two lists of specifiers
#
# Invariant: "same" and "other" are what uv itself finds; in doubt it is "unclear".
let
  inherit (builtins)
    all any concatStringsSep elem elemAt filter head isString length map match replaceStrings sort split substring;
  inherit (import ./requirements.nix) normalize;
  or' = value: otherwise: if value == null then otherwise else value;
  parts = separator: text: filter (part: isString part && part != "") (split separator text);
  without = replaceStrings [ " " "\t" "\n" "\r" ] [ "" "" "" "" ];
  sorted = sort builtins.lessThan;

  # --- Versions ---

  # A zero at the end of the release says nothing (PEP 440, "Version matching"), where no `.*` is behind it.
  canonical =
    version:
    let
      found = match "([0-9]+([.][0-9]+)*)(.*)" version;
      rest = elemAt found 2;
      short = release: let longer = match "([0-9.]*[0-9])[.]0+" release; in if longer == null then release else short (head longer);
    in
    if found == null || substring 0 2 rest == ".*" then version else short (head found) + rest;
  # As PEP 440 writes it in the end.
  isNormal = version: match "[0-9]+([.][0-9]+)*((a|b|rc)[0-9]+)?([.]post[0-9]+)?([.]dev[0-9]+)?|[0-9]+([.][0-9]+)*[.][*]" version != null;
  clauseOf =
    text:
    let
      found = match "(===|==|~=|!=|<=|>=|<|>)v?([^=<>!~].*)" text;
      operator = elemAt found 0;
      version = elemAt found 1;
      isPlain = isNormal version;
    in
    if found == null then
      { operator = ""; inherit text; isPlain = false; }
    else
      {
        inherit operator isPlain;
        text = operator + (if operator == "~=" || operator == "===" then version else canonical version);
      };
  specifiersOf = text: map clauseOf (parts "," (replaceStrings [ "(" ")" ] [ "" "" ] (without text)));

  compareSpecifiers =
    left: right:
    let
      texts = clauses: sorted (map (clause: clause.text) clauses);
      operators = clauses: sorted (map (clause: clause.operator) clauses);
      isPlain = all (clause: clause.isPlain) (left ++ right);
      # A lower and an upper bound.
      isRange = clauses: elem (operators clauses) [ [ "<" ">=" ] [ "<=" ">=" ] [ "<" ">" ] [ "<=" ">" ] ];
    in
    if texts left == texts right then "same"
    else if !isPlain then "unclear"
    else if length left <= 1 && length right <= 1 then "other"
    else if isRange left && isRange right && operators left == operators right then "other"
    else "unclear";

  # --- Markers ---

  # The clauses of one that is plain `and`s, sorted; others as one. uv writes Python's version in full, and `'` for quotes.
  clausesOf =
    text:
    let
      spaced = concatStringsSep " " (parts "[[:space:]]+" (replaceStrings [ "\"" ] [ "'" ] text));
      found = match "[(](.*)[)]" spaced;
      inner = if found != null && match ".*[()].*" (head found) == null then head found else spaced;
      isPlain = match ".*(^| )or( |$).*|.*[()].*" inner == null;
      tight = clause: let of = match "(.*[^ <>=!~]) ?([<>=!~]+) ?('.*)" clause; in if of == null then clause else concatStringsSep " " of;
      full = clause: let of = match "python_version (<|>=) ('[0-9]+[.][0-9]+')" clause; in if of == null then clause else "python_full_version ${concatStringsSep " " of}";
    in
    if text == "" || spaced == "" then [ ]
    else if isPlain then sorted (map (clause: full (tight clause)) (parts " and " inner))
    else [ inner ];

  # A variable is one text or another: two that it is held against differ, and so does none from one (uv knows only of some
  # variables what they say of others).
  compareMarkers =
    left: right:
    let
      atoms = map (match "([a-z_]+) == ('[^']*')") (left ++ right);
      isText = atom: atom != null && elem (head atom) [ "sys_platform" "platform_system" "os_name" "platform_machine" "implementation_name" ];
      variables = map head atoms;
    in
    if left == right then "same"
    else if length left <= 1 && length right <= 1 && all isText atoms && all (each: each == head variables) variables then
      "other"
    else
      "unclear";

  # --- Requirements ---

  ofText =
    extra: text:
    let
      found = match "[[:space:]]*([A-Za-z0-9][A-Za-z0-9._-]*)[[:space:]]*([[]([^]]*)[]])?[[:space:]]*(@.*|[^;@]*)(;(.*))?" text;
      rest = or' (elemAt found 3) "";
    in
    if found == null then
      null
    else
      {
        name = normalize (head found);
        inherit extra;
        extras = sorted (map normalize (parts "," (without (or' (elemAt found 2) ""))));
        # With a marker and all; such a one is the same only without.
        address = if substring 0 1 rest == "@" then without (substring 1 (-1) rest) else null;
        # As it is written: most are the same in this form already.
        written = if substring 0 1 rest == "@" then "" else without rest;
        specifiers = if substring 0 1 rest == "@" then [ ] else specifiersOf rest;
        marker = clausesOf (or' (elemAt found 5) "");
      };
  ofRow =
    row:
    let
      # The usual ones: none, or an extra alone.
      only = if (row.marker or "") == "" then [ "" ] else match "extra == '([^']*)'" row.marker;
      clauses = clausesOf (row.marker or "");
      ofExtra = clause: match "extra == '(.*)'" clause;
      own = filter (clause: ofExtra clause != null) clauses;
      # What is more than one clause of its own: `(...) and extra == 'x'`.
      behind = match "[(](.*)[)] and extra == '([^']*)'" (row.marker or "");
    in
    {
      name = normalize row.name;
      extra =
        if only != null then normalize (head only)
        else if length own == 1 then normalize (head (ofExtra (head own)))
        else if behind != null then normalize (elemAt behind 1)
        else if match ".*extra.*" (row.marker or "") != null then null
        else "";
      extras = sorted (map normalize (row.extras or row.extra or [ ]));
      address = row.url or (if any (key: row ? ${key}) [ "git" "path" "directory" "editable" "virtual" ] then "" else null);
      isIndexed = row ? index;
      written = without (row.specifier or "");
      specifiers = specifiersOf (row.specifier or "");
      marker = if only != null then [ ] else if behind != null then clausesOf (head behind) else filter (clause: ofExtra clause == null) clauses;
    };

  # Two requirements of the same name and extra.
  compareOne =
    wanted: stated:
    let
      versions =
        if wanted.written == stated.written then "same" else compareSpecifiers wanted.specifiers stated.specifiers;
    in
    if wanted.extras != stated.extras || (wanted.address == null) != (stated.address == null) then "other"
    else if wanted.address != stated.address then "unclear"
    else if versions != "same" then versions
    else if stated.isIndexed then "other"
    else compareMarkers wanted.marker stated.marker;
in
{
  inherit ofText ofRow compareSpecifiers specifiersOf;

  # All requirements of one name and extra.
  compare =
    wanted: stated:
    if wanted == [ ] || stated == [ ] then "other"
    else if length wanted == 1 && length stated == 1 then compareOne (head wanted) (head stated)
    else if
      all (each: any (other: compareOne each other == "same") stated) wanted
      && all (other: any (each: compareOne each other == "same") wanted) stated
    then "same"
    else "unclear";
}
