# What the shared libraries that a wheel needs from outside are, and where they come from: by what `prefetch` recorded of
# that very file, or else by the table of well-known wheels (wheels.json, written by scripts/record-libraries.mjs).
#
# sonames.json has four kinds of names (and `beside`: libraries.nix):
#   libraries   nixpkgs' package; of several names the first that this nixpkgs has
#   leftOut     of a toolkit or of special hardware, loaded when it is asked for (CUDA's, MPI, UCX, Intel's): taken from
#               another wheel of the lock, or from `extraLibraries`, else left out; beside it nixpkgs' name, if it has one
#   driver      the graphics driver's, never in the store, found at run time
#   always      the C library's, the compiler's and the manylinux policy's (PEP 600), which every native wheel gets
#
# Invariant: of a wheel that is in no table and not recorded nothing is guessed; autoPatchelfHook complains about what it
# does not find.
{ pkgs, lib }:
let
  inherit (builtins)
    attrNames compareVersions concatMap elem filter fromJSON groupBy head listToAttrs readFile split;

  table = fromJSON (readFile ./sonames.json);
  rows = groupBy (row: row.name) (fromJSON (readFile ./wheels.json)).wheels;
  last = list: builtins.elemAt list (builtins.length list - 1);

  # The row of that version; else of the next older one that was read, or the oldest. null: the wheel is not in the table.
  rowOf =
    { name, version, ... }:
    let
      all = rows.${name} or [ ];
      exact = filter (row: elem version row.versions) all;
      # A local version (PEP 440) is that of the public one, built in another way.
      public = head (split "[+]" version);
      older = filter (row: compareVersions (head row.versions) public <= 0) all;
    in
    if all == [ ] then null
    else if version == null then last all
    else if exact != [ ] then head exact
    else if older != [ ] then last older
    else head all;

  # Of the names that a nixpkgs may have for a package: a later one may refuse the older name.
  find =
    names:
    let
      there = concatMap (
        name:
        let
          found = builtins.tryEval (lib.attrByPath (lib.splitString "." name) null pkgs);
        in
        if found.success && found.value != null then [ found.value ] else [ ]
      ) (lib.toList names);
    in
    if there == [ ] then [ ] else [ (lib.getLib (head there)) ];
  once = names: attrNames (listToAttrs (map (name: { inherit name; value = null; }) names));
  onceEach = values: map fromJSON (once (map builtins.toJSON values));

  # nixpkgs' hook after autoPatchelfHook, by its name from 24.05 on and before; without either, what autoPatchelfHook
  # itself adds.
  hook = pkgs.autoAddDriverRunpath or pkgs.cudaPackages.autoAddOpenGLRunpathHook or null;
  driver = if hook != null then { tools = [ hook ]; } else { runpaths = [ "/run/opengl-driver/lib" ]; };
in
{
  # { libraries, ignored, tools, runpaths, isKnown }; `neighbours` are the packages whose libraries are searched too.
  of =
    {
      package,
      neighbours ? [ ],
      ignoreSonames ? [ ],
    }:
    let
      row = rowOf package;
      isRecorded = package.file ? sonames;
      wanted =
        if isRecorded then package.file.sonames else row.needs or [ ] ++ builtins.concatLists (builtins.attrValues (row.finds or { }));
      # Only where there is something to look for: that is rare, and the neighbours may be many.
      outside = filter (soname: table.libraries ? ${soname} || table.leftOut ? ${soname}) wanted;
      brought = concatMap (other: (rowOf other).gives or [ ]) neighbours;
      needs = once (filter (soname: !(elem soname brought || elem soname ignoreSonames)) outside);
      isIn = part: filter (soname: table.${part} ? ${soname}) needs;
      loadsDriver = builtins.any (soname: elem soname table.driver) (wanted ++ row.opens or [ ]);
    in
    {
      tools = [ ];
      runpaths = [ ];
      libraries = concatMap find (onceEach (map (soname: table.libraries.${soname}) (isIn "libraries")));
      # Names that autoPatchelfHook passes over.
      ignored = table.driver ++ isIn "leftOut" ++ ignoreSonames;
      isKnown = isRecorded || row != null;
    }
    // (if loadsDriver then driver else { });
}
