# pythonJson value: as Python's `json.dumps(value, sort_keys=True)` writes it, which Poetry and PDM hash (src/lock/pyproject/json.ts).
#
# Invariant: byte for byte, for what a pyproject.toml can hold and Nix reads: no dates, and no floats by the rules of those fields.
let
  inherit (builtins)
    concatStringsSep fromJSON genList isAttrs isList isString listToAttrs map match replaceStrings stringLength
    substring toJSON;

  write =
    value:
    if isString value then text value
    else if isList value then "[${concatStringsSep ", " (map write value)}]"
    else if isAttrs value then
      "{${concatStringsSep ", " (map (key: "${text key}: ${write value.${key}}") (builtins.attrNames value))}}"
    else toJSON value;

  # Nix escapes what JSON demands; Python all but printable ASCII, one escape for each UTF-16 unit.
  text = value: let json = short (toJSON value); in if match "[ -~]*" json != null then json else escaped json;
  # Nix has no short form for these.
  short = replaceStrings [ "\\u0008" "\\u000c" ] [ "\\b" "\\f" ];

  digits = "0123456789abcdef";
  digit = number: substring (number - number / 16 * 16) 1 digits;
  unit = number: "\\u${digit (number / 4096)}${digit (number / 256)}${digit (number / 16)}${digit number}";
  character =
    code:
    if code < 65536 then
      unit code
    else
      unit (55296 + (code - 65536) / 1024) + unit (56320 + (code - 65536) - (code - 65536) / 1024 * 1024);

  # The value of each byte above ASCII, taken from characters whose bytes are known: Nix has no other way from one to the other.
  of = code: fromJSON ''"${character code}"'';
  bytesFrom = first: count: byteOf: genList (each: { name = byteOf each; value = first + each; }) count;
  bytes = listToAttrs (
    bytesFrom 128 64 (each: substring 1 1 (of (128 + each)))
    ++ bytesFrom 194 30 (each: substring 0 1 (of (128 + each * 64)))
    ++ bytesFrom 224 16 (each: substring 0 1 (of (if each == 0 then 2048 else if each == 13 then 53248 else each * 4096)))
    ++ bytesFrom 240 5 (each: substring 0 1 (of (if each == 0 then 65536 else each * 262144)))
  );

  escaped =
    json:
    let
      at = index: substring index 1 json;
      tail = index: bytes.${at index} - 128;
      step =
        index:
        let
          lead = bytes.${at index};
        in
        if index >= stringLength json then ""
        else if !(bytes ? ${at index}) then (if at index == delete then "\\u007f" else at index) + step (index + 1)
        else if lead < 224 then character ((lead - 192) * 64 + tail (index + 1)) + step (index + 2)
        else if lead < 240 then
          character ((lead - 224) * 4096 + tail (index + 1) * 64 + tail (index + 2)) + step (index + 3)
        else
          character ((lead - 240) * 262144 + tail (index + 1) * 4096 + tail (index + 2) * 64 + tail (index + 3))
          + step (index + 4);
      delete = fromJSON ''"\u007f"'';
    in
    step 0;
in
write
