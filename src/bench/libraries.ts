// Libraries that read the same formats, measured for comparison where they are installed: none of them is needed.

/** What `findLibrary` looks for: libraries with a function `parse` for TOML. */
export const LIBRARIES: readonly string[] = ["smol-toml"];
/** Our own reader of pyproject.toml, which is always there. The version is that of package.json; a test says so. */
export const IARNA = "3.0.0";
