# sha256 of the part of a pyproject.toml that a resolution depends on (docs/resolution.md, "The guard").
#
# Canonical JSON is what builtins.toJSON writes of the fields that the CLI reads: sorted keys, no space.
path:
let
  file = builtins.fromTOML (builtins.readFile path);
  part =
    fields: table: name:
    if table ? ${name} then { ${name} = builtins.intersectAttrs fields table.${name}; } else { };
  whole = table: name: if table ? ${name} then { ${name} = table.${name}; } else { };
  pdm = part pdmFields (file.tool or { }) "pdm";
  resolution = part resolutionFields (file.tool.pdm or { }) "resolution";
  tool =
    part poetryFields (file.tool or { }) "poetry"
    // part uvFields (file.tool or { }) "uv"
    // builtins.mapAttrs (_: fields: fields // resolution) pdm;

  names = list: builtins.listToAttrs (map (name: { inherit name; value = null; }) list);
  buildSystemFields = names [ "requires" "build-backend" ];
  projectFields = names [
    "name" "version" "requires-python" "dependencies" "optional-dependencies" "scripts" "dynamic"
  ];
  pdmFields = names [ "dev-dependencies" ];
  resolutionFields = names [ "overrides" "no-binary" "only-binary" ];
  uvFields = names [
    "default-groups" "dependency-groups" "no-binary" "no-binary-package" "no-build" "no-build-package"
  ];
  poetryFields = names [
    "name" "version" "package-mode" "dependencies" "dev-dependencies" "group" "extras" "scripts" "source"
  ];
in
builtins.hashString "sha256" (
  builtins.toJSON (
    part buildSystemFields file "build-system"
    // part projectFields file "project"
    // whole file "dependency-groups"
    // (if tool == { } then { } else { inherit tool; })
  )
)
