# recorded path: what `pylock2nix prefetch` wrote beside the lock (docs/prefetch.md), put into packages as the core gives them:
#
#   { complete package, lacksCheckout package }
#
# `complete` is the package as the frozen file has it. Invariant: an entry is found by all that the lock says of its source, so
# that a changed lock never meets an old one; the same value as src/answers/freeze.ts makes, and the same records refused as in
# src/answers/record.ts, but for letters that no name has.
path:
let
  inherit (builtins)
    all attrNames attrValues elem elemAt filter fromJSON head isAttrs isBool isList isString length map match
    readFile sort stringLength toJSON;

  # --- Reading ---

  document = if builtins.pathExists path then fromJSON (readFile path) else { format = 1; sources = [ ]; };
  refuse =
    detail:
    throw ''
      cannot read `${baseNameOf path}`: ${detail}
      hint: remove the file, or its entry, and run `pylock2nix prefetch`'';
  sources =
    if !(isAttrs document) then refuse "expected an object"
    else if document.format or null != 1 then refuse "expected format 1"
    else if !(isList (document.sources or null)) then refuse "expected a list `sources`"
    else document.sources;

  # The entries by what the lock says; `toJSON` sorts the keys.
  keyOf = toJSON;
  entries =
    let
      numbered = builtins.genList (
        index:
        let
          wrong = what: refuse "entry ${toString (index + 1)} of `sources`: ${what}";
        in
        {
          inherit wrong;
          entry = checked wrong (elemAt sources index);
        }
      ) (length sources);
      byKey = builtins.groupBy ({ entry, ... }: keyOf entry.lock) numbered;
      twice = filter (same: length same > 1) (attrValues byKey);
    in
    if twice != [ ] then
      (elemAt (head twice) 1).wrong "it is there twice"
    else
      builtins.mapAttrs (_: same: removeAttrs (head same).entry [ "lock" ]) byKey;

  isText = value: isString value && stringLength value < 4096 && match ".*[[:cntrl:]].*" value == null;
  isTextOrNull = value: value == null || isText value;
  isTexts = value: isList value && all isText value;
  isName = value: isText value && match "[^/\\]+" value != null && !(elem value [ "." ".." ]);
  isCommit = value: isString value && match "[0-9a-f]{40}|[0-9a-f]{64}" value != null;
  # An address without a user, or a path from the lock's folder.
  isPlace =
    value:
    isText value
    && value != ""
    && (match "[^:]+://.*" value == null || match "https?://[^/?#@]+([/?][^#]*)?" value != null);
  # SHA-2 as SRI, of the right length, but for SHA-384, which Nix does not know.
  isStrongHash =
    value:
    isString value
    && match "sha256-[A-Za-z0-9+/]{43}=|sha512-[A-Za-z0-9+/]{86}==" value != null;
  shapes = {
    git = { url = isText; rev = isCommit; submodules = isBool; lfs = isBool; subdirectory = isTextOrNull; };
    url = { url = isText; hash = isTextOrNull; subdirectory = isTextOrNull; };
    file = {
      package = isText;
      version = isTextOrNull;
      file = isName;
      hash = isTextOrNull;
      index = isTextOrNull;
      url = isTextOrNull;
    };
    hashes = { package = isText; version = isTextOrNull; hashes = isTexts; index = isTextOrNull; };
  };
  found = {
    hash = isStrongHash;
    url = isPlace;
    file = isName;
    buildRequires = isTexts;
    sonames = isTexts;
  };
  needed = { git = [ "hash" ]; url = [ ]; file = [ ]; hashes = [ "files" ]; };

  keys =
    wrong: prefix: shape: required: table:
    let
      bad = filter (key: !(shape ? ${key}) || !(shape.${key} table.${key})) (attrNames table);
      missing = filter (key: !(table ? ${key})) required;
    in
    if bad != [ ] then
      if shape ? ${head bad} then
        wrong "`${prefix}${head bad}` is not what `pylock2nix prefetch` writes"
      else
        wrong "unknown key `${prefix}${head bad}`"
    else if missing != [ ] then
      wrong "`${prefix}${head missing}` is missing"
    else
      true;
  checked =
    wrong: entry:
    let
      lock = entry.lock or null;
      shape = shapes.${lock.kind};
      files = entry.files or [ ];
      isWhole =
        if !(isAttrs entry) then wrong "expected an object"
        else if !(isAttrs lock) then wrong "expected an object `lock`"
        else if !(isString (lock.kind or null) && shapes ? ${lock.kind}) then wrong "unknown `lock.kind`"
        else
          keys wrong "lock." (shape // { kind = isText; }) (attrNames shape) lock
          && keys wrong "" (found // { files = isList; }) needed.${lock.kind} (removeAttrs entry [ "lock" ])
          && all (
            file:
            if !(isAttrs file) then wrong "expected objects in `files`"
            else if !(keys wrong "files." found [ "file" "hash" ] file) then false
            else if lock.kind == "hashes" && builtins.any isStrongHash lock.hashes && !(elem file.hash lock.hashes) then
              wrong "`files.hash` is none of the lock's"
            else true
          ) files
          && (
            !(isStrongHash (lock.hash or null) && entry ? hash && entry.hash != lock.hash)
            || wrong "`hash` is not the lock's"
          );
    in
    builtins.seq isWhole (
      if lock.kind == "hashes" then entry // { lock = lock // { hashes = sort builtins.lessThan lock.hashes; }; } else entry
    );
  isEmpty = sources == [ ];
  get = subject: if isEmpty || subject == null then null else entries.${keyOf subject} or null;

  # --- What the lock says of a source (src/answers/plan.ts) ---

  gitSubject =
    { url, rev, submodules, subdirectory, lfs ? false, ... }:
    if url == null || rev == null then
      null
    else
      { kind = "git"; inherit url rev submodules lfs subdirectory; };
  fileSubject =
    { name, version, source, ... }:
    file: hash: url:
    if source.kind == "url" then
      if source.url == null then
        null
      else
        { kind = "url"; inherit (source) url; inherit hash; subdirectory = source.subdirectory or null; }
    else if elem source.kind [ "index" "legacy" "folder" ] then
      {
        kind = "file";
        package = name;
        index = if source.kind == "index" then null else source.path or source.url;
        inherit version file hash url;
      }
    else
      null;

  # --- What is put in (src/answers/freeze.ts) ---

  factsOf =
    entry:
    (if entry ? buildRequires then (import ./requirements.nix).of entry.buildRequires else { })
    // (if entry ? sonames then { inherit (entry) sonames; } else { });

  row =
    package: written:
    let
      name = elemAt written 0;
      hash = elemAt written 1;
      url = elemAt written 2;
      entry = get (fileSubject package name hash url);
      facts = factsOf entry;
      completed = [ name (entry.hash or hash) (if url == null then entry.url or null else url) ];
    in
    if entry == null then [ name hash url ]
    else if facts == { } then completed
    else completed ++ [ facts ];

  checkout = package: if package.source.kind == "git" then get (gitSubject package.source) else null;
in
{
  complete =
    package:
    let
      entry = checkout package;
    in
    package
    // { files = map (row package) package.files; }
    // (if entry == null then { } else { source = package.source // { inherit (entry) hash; } // factsOf entry; });

  lacksCheckout = package: package.source.kind == "git" && checkout package == null;
}
