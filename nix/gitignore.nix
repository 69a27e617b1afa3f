# gitignore text: how a .gitignore decides (gitignore(5), git 2.39): a function { path, name, type } -> true, false, or null
# where no pattern matches. `path` is relative to the folder of the .gitignore, `name` the last part of it.
#
# Whoever asks walks the folders from the top: what lies in an ignored folder is never asked for, so that `!` cannot take it
# back, as in git. Braces and other extensions of shells are plain text, as they are there.
# Invariant: builtins only. Most patterns are a name or an ending: those are looked up or compared, and only the others are
# regular expressions, which are slow in Nix.
text:
let
  inherit (builtins)
    concatStringsSep elemAt filter foldl' genList head isList isString length listToAttrs match split stringLength substring;

  # Byte order marks and carriage returns at the end of a line are no part of it (dir.c, add_patterns_from_buffer).
  mark = builtins.fromJSON ''"\ufeff"'';
  bare = if substring 0 3 text == mark then substring 3 (-1) text else text;
  lines = filter isString (split "\r?\n" (bare + "\n"));

  # Spaces at the end do not count, unless the last one has a backslash.
  trimmed =
    line:
    let
      parts = match "(.*[^ ])?( *)" line;
      start = if head parts == null then "" else head parts;
      escaped = match "(.*[^\\\\])?(\\\\\\\\)*\\\\" start != null;
    in
    if escaped && elemAt parts 1 != "" then start + " " else start;

  parsed =
    line:
    let
      isNegated = substring 0 1 line == "!";
      written = if isNegated then substring 1 (-1) line else line;
      isFolder = match ".*/" written != null;
      body = if isFolder then substring 0 (stringLength written - 1) written else written;
      isAnchored = match ".*/.*" body != null;
      plain = match "[^][*?\\]*" body != null;
      ending = match "[*]([^][*?\\/]+)" body;
    in
    {
      inherit isNegated isFolder;
      name = if plain && !isAnchored then body else null;
      ending = if ending == null || isAnchored then null else head ending;
      isPath = isAnchored;
      expression = expressionOf (if substring 0 1 body == "/" then substring 1 (-1) body else body);
    };

  # --- Globs (wildmatch.c) ---

  escape = builtins.replaceStrings
    [ "." "+" "(" ")" "{" "}" "^" "$" "|" "[" "]" "*" "?" "\\" ]
    [ "[.]" "[+]" "[(]" "[)]" "[{]" "[}]" "\\^" "[$]" "[|]" "[[]" "[]]" "[*]" "[?]" "\\\\" ];

  # `**` is any number of folders where it is a whole part, else it is `*`.
  expressionOf =
    body:
    let
      parts = filter isString (split "/" body);
      last = length parts - 1;
      written =
        index:
        let
          part = elemAt parts index;
        in
        if part == "**" then (if index == last then ".+" else "(.*/)?")
        else partOf part + (if index == last then "" else "/");
    in
    concatStringsSep "" (genList written (length parts));

  tokens = split "(\\\\.|[*]+|[?]|\\[[!^]?]?(\\[:[a-z]+:]|[^]])*])";
  partOf = part: concatStringsSep "" (map (token: if isList token then special (head token) else escape token) (tokens part));
  special =
    token:
    let
      first = substring 0 1 token;
      inside = match "\\[([!^]?)(]?)(.*)]" token;
      # A backslash takes the meaning of what follows; in a set of POSIX it is a character like others.
      members = elemAt inside 1 + builtins.replaceStrings [ "\\\\" "\\" ] [ "\\\\" "" ] (elemAt inside 2);
    in
    if first == "\\" then escape (substring 1 1 token)
    else if first == "*" then "[^/]*"
    else if first == "?" then "[^/]"
    else if head inside == "" then "[${members}]"
    else "[^${members}/]";

  # --- The last one that matches decides ---

  counts = line: line != "" && substring 0 1 line != "#" && line != "!" && line != "/";
  rules = map parsed (filter counts (map trimmed lines));
  numbered = genList (index: (elemAt rules index) // { inherit index; }) (length rules);

  # Of several of one name the last counts; one for folders alone must not hide one before it that is for all.
  named =
    isFolder:
    listToAttrs (
      map (rule: { inherit (rule) name; value = rule.index; }) (
        reversed (filter (rule: rule.name != null && rule.isFolder == isFolder) numbered)
      )
    );
  # listToAttrs keeps the first.
  reversed = foldl' (list: each: [ each ] ++ list) [ ];
  forFolders = named true;
  forAll = named false;
  others = filter (rule: rule.name == null) numbered;

  matches =
    { path, name, type }:
    rule:
    (!rule.isFolder || type == "directory")
    && (
      if rule.ending != null then
        let
          rest = stringLength name - stringLength rule.ending;
        in
        rest >= 0 && substring rest (-1) name == rule.ending
      else
        match rule.expression (if rule.isPath then path else name) != null
    );
in
file:
let
  greater = a: b: if a > b then a else b;
  last = greater (forAll.${file.name} or (-1)) (
    if file.type == "directory" then forFolders.${file.name} or (-1) else -1
  );
  found = foldl' (best: rule: if rule.index > best && matches file rule then rule.index else best) last others;
in
if found < 0 then null else !(elemAt rules found).isNegated
