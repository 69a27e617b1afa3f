// How real locks look, in numbers: what generated locks are drawn from.
//
// Counted in November 2026 over locks of public repositories: 4,685 packages of 16 poetry.lock (lock-version 2.0 and 2.1), and
// 3,938 packages of 12 uv.lock. Each list has the values at SHARES of random.ts: the least, 10 %, 25 %, the median, 75 %,
// 90 %, 95 %, 99 %, and at the end the 99.5 % value in place of the most, which a single package decides.

export const NAME_LENGTH: readonly number[] = [2, 5, 7, 10, 15, 21, 27, 38, 39];
/** Of a thousand names so many have no hyphen, at most one, at most two, at most three. */
export const NAME_PARTS: readonly number[] = [540, 840, 960, 1000];

export interface Shape {
  /** Of a thousand packages: those with one wheel for every platform, those with none, the rest has wheels for platforms. */
  readonly pure: number;
  readonly sourceOnly: number;
  /** Of a thousand that have wheels: with a source distribution as well. */
  readonly source: number;
  /** Wheels of a package that has some for platforms. */
  readonly wheels: readonly number[];
  readonly dependencies: readonly number[];
  /** Of a thousand dependencies: with a marker. */
  readonly markers: number;
  /**
   * Of a thousand dependencies: on a package that nobody else requires, if there is one. So that the project itself requires as
   * many of its packages as real ones do: 25 % in poetry.locks, 17 % in uv.locks.
   */
  readonly fresh: number;
}

export const POETRY: Shape = {
  pure: 721,
  sourceOnly: 22,
  source: 944,
  wheels: [1, 3, 7, 26, 65, 90, 103, 128, 139],
  dependencies: [0, 0, 0, 1, 2, 5, 8, 16, 19],
  markers: 143,
  fresh: 500,
};

export const UV: Shape = {
  pure: 734,
  sourceOnly: 42,
  source: 910,
  wheels: [1, 2, 6, 21, 47, 73, 102, 126, 128],
  dependencies: [0, 0, 0, 1, 3, 6, 9, 20, 26],
  markers: 394,
  fresh: 500,
};

/** Characters of a description; of a marker in a uv.lock, where forks of the resolution make long ones. */
export const DESCRIPTION_LENGTH: readonly number[] = [4, 24, 32, 45, 58, 76, 91, 126, 165];
export const UV_MARKER_LENGTH: readonly number[] = [15, 28, 29, 112, 738, 1634, 1634, 2673, 3493];
/** Of a thousand markers in a uv.lock: how many are different from each other. */
export const UV_DISTINCT_MARKERS = 118;
/** Requirements in the extras that a poetry.lock lists for a package. */
export const EXTRA_REQUIREMENTS: readonly number[] = [0, 0, 0, 0, 5, 17, 28, 97, 137];
/** Of a thousand packages in a poetry.lock of version 2.1: with markers. */
export const PACKAGE_MARKERS = 297;
/** Of a thousand packages of a poetry.lock: in `dev` and in both groups; the rest is in `main`. */
export const DEV_ONLY = 150;
export const DEV_TOO = 50;

/** The most usual, in that order. */
export const PYTHONS: readonly string[] = [">=3.8", ">=3.7", ">=3.9", "*", ">=3.10", ">=3.6"];
export const CONSTRAINTS: readonly string[] = [">=", ">=", ">=", "*", "<"];
export const POETRY_MARKERS: readonly string[] = [
  'python_version < "3.11"',
  'platform_system == "Linux" and platform_machine == "x86_64"',
  'sys_platform == "win32"',
  'platform_system == "Windows"',
  'python_version >= "3.12"',
  'python_version < "3.13"',
  'python_version < "3.10"',
  'python_version >= "3.11"',
  'sys_platform != "darwin" or platform_machine != "arm64"',
];
export const UV_ATOMS: readonly string[] = [
  "platform_python_implementation != 'PyPy'",
  "python_full_version >= '3.10'",
  "python_full_version < '3.13'",
  "python_full_version < '3.11'",
  "python_full_version == '3.12.*'",
  "sys_platform == 'win32'",
  "sys_platform == 'linux'",
  "sys_platform != 'emscripten'",
  "platform_machine == 'x86_64'",
  "platform_system == 'Linux'",
];

/** Interpreters and platforms of wheels, the most frequent first: a package with n wheels has them from the start. */
export const INTERPRETERS: readonly string[] = [
  "cp312-cp312",
  "cp311-cp311",
  "cp310-cp310",
  "cp313-cp313",
  "cp39-cp39",
  "cp38-cp38",
  "cp313-cp313t",
  "cp314-cp314",
  "cp314-cp314t",
  "pp310-pypy310_pp73",
];
export const PLATFORMS: readonly string[] = [
  "win_amd64",
  "manylinux_2_17_x86_64.manylinux2014_x86_64",
  "macosx_11_0_arm64",
  "manylinux_2_17_aarch64.manylinux2014_aarch64",
  "macosx_10_9_x86_64",
  "musllinux_1_2_x86_64",
  "musllinux_1_2_aarch64",
  "win32",
  "manylinux_2_17_ppc64le.manylinux2014_ppc64le",
  "manylinux_2_17_s390x.manylinux2014_s390x",
  "manylinux_2_5_i686.manylinux1_i686.manylinux_2_17_i686.manylinux2014_i686",
  "musllinux_1_2_i686",
  "win_arm64",
  "musllinux_1_1_x86_64",
];
