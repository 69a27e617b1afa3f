// The boundary: what assembly/ and src/ agree on, as integer constants that both compilers read.
//
// Invariant: integers below 2^31 only, no logic. What crosses is numbers: addresses, sizes in bytes, counts, row indexes
// and ids of interned texts (TEXT rows). assembly/index.ts checks at compile time that its rows lie as stated here.

/** Raised whenever a number below changes its meaning; the shell refuses a module of another version. */
export const ABI_VERSION = 2;

/** Readable bytes that must follow an input in memory: the scanners load 16 bytes at a time, and compare up to 128 ahead. */
export const INPUT_PADDING = 128;
/** Largest input, in bytes. Offsets are u32, and a document takes some ten times its text in memory. */
export const INPUT_LIMIT = 536870912; // 512 MiB
/** No row, no id, no offset. */
export const NONE = -1;

// --- Lock formats -----------------------------------------------------------------------------------------------------

export const FORMAT_POETRY = 1;
export const FORMAT_UV = 2;
export const FORMAT_PYLOCK = 3;
export const FORMAT_PDM = 4;
export const FORMAT_PIPFILE = 5;
export const FORMAT_REQUIREMENTS = 6;
export const FORMAT_CONDA = 7;

// --- The state block: `state()` gives its address; u32 slots ----------------------------------------------------------

/** STATUS_* of the last call; 0 when it went well. */
export const STATE_STATUS = 0;
/** INPUT_* that the span of a failure points into. */
export const STATE_INPUT = 1;
/** Span of a failure, in bytes from that input's start. */
export const STATE_OFFSET = 2;
export const STATE_SIZE = 3;
/** A number that belongs to the message (a limit, an index, a text id), else NONE. */
export const STATE_DETAIL = 4;
/** Text id of the lock's own version ("2.1"), NONE when it has none. */
export const STATE_LOCK_VERSION = 5;
/** Text id of the Python constraint that the lock states, NONE when it states none. */
export const STATE_LOCK_PYTHON = 6;
/** Text id of the content hash, NONE when there is none. */
export const STATE_CONTENT_HASH = 7;
/** Text that a call wrote: address, size. Valid until the next call. */
export const STATE_OUTPUT = 8;
export const STATE_OUTPUT_SIZE = 9;
/** Where the lock's bytes are, to which spans in rows refer. */
export const STATE_LOCK_ADDRESS = 10;
/** METHOD_*: how what is installed follows from the lock. */
export const STATE_METHOD = 11;
/** `freeze`: size of the list of conditions, which its output starts with. */
export const STATE_CONDITIONS_SIZE = 12;
/** From here two slots for each table: address of the first row, count of rows. */
export const STATE_TABLES = 13;
export const STATE_SLOTS = 64;

/** The lock starts at the address that `input` gives; the project starts INPUT_PADDING bytes after the lock's end. */
export const INPUT_LOCK = 0;
export const INPUT_PROJECT = 1;
export const INPUT_REQUEST = 2;
/** Nowhere in particular: the span is empty. */
export const INPUT_NONE = 3;

/** Each package states the groups it is in, and markers: a filter. Exact for every selection. */
export const METHOD_FILTER = 0;
/** From the project's requirements, over the locked versions: a search. */
export const METHOD_SEARCH = 1;
/** The lock is a graph: along its edges from the roots (uv). */
export const METHOD_WALK = 2;

// --- Tables: rows of u32 ----------------------------------------------------------------------------------------------

export const TABLE_TEXT = 0;
export const TABLE_PACKAGE = 1;
export const TABLE_ARTIFACT = 2;
export const TABLE_DEPENDENCY = 3;
/** Text ids: extras that can be requested of the project. */
export const TABLE_EXTRA = 4;
/** Text ids: dependency groups that the lock or the project names. */
export const TABLE_GROUP = 5;
export const TABLE_WARNING = 6;
/** What `resolve` answered. */
export const TABLE_SELECTION = 7;
/** Package indexes, cut into slices by SELECTION_DEPENDENCIES. */
export const TABLE_EDGE = 8;
export const TABLE_CONDITION = 9;
export const TABLE_PROBLEM = 10;
/** Text ids: groups that the lock itself calls chosen by default; formats that do not say leave it to the host. */
export const TABLE_DEFAULT_GROUP = 11;
/** Text ids: the members of the workspace, which a walk can start from; the project itself is one. */
export const TABLE_MEMBER = 12;
/** What `explain` answers besides. */
export const TABLE_REASON = 13;
export const TABLE_PART = 14;
export const TABLE_VERDICT = 15;
export const TABLE_FINDING = 16;
/** What \`freeze\` gives: rows of TARGET_*, LINE_*, PROBLEM_* (their conditions are rows of the list in the output), DIVERGENCE_*. */
export const TABLE_TARGET = 17;
export const TABLE_LINE = 18;
export const TABLE_REFUSAL = 19;
export const TABLE_DIVERGENCE = 20;
/** `resolveAll`: rows of SELECTED_*, and for each target in turn which of them it selects. */
export const TABLE_SELECTED = 21;
export const TABLE_CHOICE = 22;
/** uv: which member of the workspace has which extra or group. */
export const TABLE_OFFER = 23;
/** The lock's document; row 0 is its root. */
export const TABLE_NODE = 24;
export const TABLE_COUNT = 25;

/** Text ids of the member (NONE for the workspace itself) and of what it offers, and whether that is an extra (1) or a group (0). */
export const OFFER_MEMBER = 0;
export const OFFER_NAME = 1;
export const OFFER_IS_EXTRA = 2;
export const OFFER_WORDS = 3;

/** A text: bytes in memory, valid UTF-8. Ids are row indexes; equal texts have equal ids. */
export const TEXT_ADDRESS = 0;
export const TEXT_SIZE = 1;
export const TEXT_WORDS = 2;

/** Name as PEP 503 normalises it. */
export const PACKAGE_NAME = 0;
/** Version as the lock writes it, NONE when it has none. */
export const PACKAGE_VERSION = 1;
/** SOURCE_*. */
export const PACKAGE_SOURCE = 2;
/** Text ids, NONE where the lock has none; a path is in PACKAGE_URL. */
export const PACKAGE_URL = 3;
export const PACKAGE_REFERENCE = 4;
export const PACKAGE_RESOLVED = 5;
export const PACKAGE_SUBDIRECTORY = 6;
/** Slice of the artifact table. */
export const PACKAGE_ARTIFACTS = 7;
export const PACKAGE_ARTIFACT_COUNT = 8;
/** Where the lock speaks of it: a byte offset, for messages. */
export const PACKAGE_OFFSET = 9;
/** PACKAGE_IS_* bits. */
export const PACKAGE_FLAGS = 10;
/** uv: the repository's URL as the lock writes it, with its query; NONE otherwise. */
export const PACKAGE_WRITTEN = 19;
export const PACKAGE_WORDS = 26;

export const PACKAGE_IS_OPTIONAL = 1;
export const PACKAGE_IS_EDITABLE = 2;
/** Its hashes have no file names (Poetry before 1.0, Pipfile.lock, requirements.txt). */
export const PACKAGE_HAS_BARE_HASHES = 4;
/** A repository whose large files are to be fetched from its LFS store. */
export const PACKAGE_HAS_LFS = 8;
/** PDM: its version and its Python are right whatever asks for it. */
export const PACKAGE_IS_OVERRIDDEN = 16;

export const SOURCE_INDEX = 0;
/** An index other than the default one: Poetry's `legacy`. */
export const SOURCE_LEGACY = 1;
export const SOURCE_GIT = 2;
export const SOURCE_URL = 3;
export const SOURCE_FILE = 4;
export const SOURCE_DIRECTORY = 5;
/** uv: one file of the project's own. */
export const SOURCE_PATH = 6;
/** uv: a folder that is installed in place. */
export const SOURCE_EDITABLE = 7;
/** uv: a project that is not built, only its requirements count. */
export const SOURCE_VIRTUAL = 8;
/** uv: an index that is a folder of files. */
export const SOURCE_FOLDER = 9;

/** Spans: address and size in bytes; size 0 when absent. What is no URL is a path from the lock's folder. */
export const ARTIFACT_NAME = 0;
export const ARTIFACT_NAME_SIZE = 1;
export const ARTIFACT_URL = 2;
export const ARTIFACT_URL_SIZE = 3;
export const ARTIFACT_HASH = 4;
export const ARTIFACT_HASH_SIZE = 5;
/** ARTIFACT_IS_*. */
export const ARTIFACT_KIND = 6;
/** In bytes, 0 where the lock states none, 4294967295 for that and more. */
export const ARTIFACT_FILE_SIZE = 10;
export const ARTIFACT_WORDS = 11;

export const ARTIFACT_IS_OTHER = 0;
export const ARTIFACT_IS_WHEEL = 1;
export const ARTIFACT_IS_SDIST = 2;

/** A value of the document: NODE_IS_* in the low byte of its kind. */
export const NODE_KIND = 0;
/** Spans: the key in its table, and the text of a scalar without quotes. */
export const NODE_KEY = 1;
export const NODE_KEY_SIZE = 2;
export const NODE_ADDRESS = 3;
export const NODE_SIZE = 4;
/** Rows: the first child, the next one of the same parent; NONE. */
export const NODE_FIRST = 5;
export const NODE_NEXT = 7;
export const NODE_WORDS = 8;

export const NODE_IS_TABLE = 1;
export const NODE_IS_ARRAY = 2;

// --- A question about what is the same: `form(address)`; u32 slots -----------------------------------------------------

/** A requirement (PEP 508), or nothing: address, size. */
export const FORM_TEXT = 0;
/** A marker that has to hold as well. */
export const FORM_MARKER = 2;
/** Markers that must not hold, and sets of specifiers that Python meets; each ended by a NUL byte. */
export const FORM_WITHOUT = 4;
export const FORM_PYTHON = 6;
/** The answer: text ids, NONE where there is none. The extras are sorted, with a comma after each. */
export const FORM_NAME = 8;
export const FORM_EXTRAS = 9;
export const FORM_URL = 10;
/** Numbers that are equal for what means the same: specifiers, the marker, the bounds of the Pythons. */
export const FORM_SPECIFIERS = 11;
export const FORM_NODE = 12;
export const FORM_BOUNDS = 13;
/** The versions that the specifiers take, whatever they are written like. */
export const FORM_RANGE = 14;
/** FORM_* bits. */
export const FORM_FLAGS = 15;
export const FORM_SLOTS = 16;

/** The specifiers name a pre-release; they are one version and nothing else; the marker asks about an extra. */
export const FORM_IS_PRERELEASE = 1;
export const FORM_IS_PIN = 2;
export const FORM_HAS_EXTRA = 4;

/** What `combine` does with two of these numbers. */
export const COMBINE_BOTH = 0;
export const COMBINE_EITHER = 1;
/** The first and not the second. */
export const COMBINE_WITHOUT = 2;

/** The marker that never holds, or the range without a version; the one that always does, or has all. */
export const NODE_NEVER = 0;
export const NODE_ALWAYS = 1;

// --- A request: `resolve(address)`; u32 slots -------------------------------------------------------------------------

/** Target name: address, size. For \`freeze\`: names and Pythons of all targets in turn, each ended by a NUL byte. */
export const REQUEST_TARGET = 0;
/** python_full_version instead of the usual one: address, size (0: the usual one). */
export const REQUEST_PYTHON = 2;
/** Names, each ended by a NUL byte: address, size. */
export const REQUEST_GROUPS = 4;
export const REQUEST_EXTRAS = 6;
export const REQUEST_NO_BINARY = 8;
export const REQUEST_ONLY_BINARY = 10;
/** uv: members of the workspace to start from; none: the project, or else all members. */
export const REQUEST_PACKAGES = 12;
/** REQUEST_IS_* bits. */
export const REQUEST_FLAGS = 14;
export const REQUEST_SLOTS = 15;

/** Sdists before wheels. */
export const REQUEST_IS_SDIST_FIRST = 1;
/** Keep groups and extras open: every package that some selection installs, each with its condition. */
export const REQUEST_IS_OPEN = 2;
/** uv: start from every member of the workspace. */
export const REQUEST_IS_WORKSPACE = 4;
/** Only whether the lock refuses the target as such: nothing is selected. */
export const REQUEST_IS_TARGET_ONLY = 8;

// --- What `resolve` answers -------------------------------------------------------------------------------------------

export const SELECTION_PACKAGE = 0;
/** Row of the artifact table, NONE when nothing fits or the source has no file. */
export const SELECTION_ARTIFACT = 1;
/** KIND_*. */
export const SELECTION_KIND = 2;
/** Slice of the edge table. */
export const SELECTION_EDGES = 3;
export const SELECTION_EDGE_COUNT = 4;
/** Row of the condition table; 0 ("always") unless the request was open. */
export const SELECTION_CONDITION = 5;
export const SELECTION_WORDS = 6;

export const KIND_NONE = 0;
export const KIND_WHEEL = 1;
export const KIND_SDIST = 2;
export const KIND_GIT = 3;
export const KIND_URL = 4;
export const KIND_FILE = 5;
export const KIND_DIRECTORY = 6;
export const KIND_EDITABLE = 7;
export const KIND_HASHES_ONLY = 8;
export const KIND_PATH = 9;
export const KIND_VIRTUAL = 10;

/** Conditions refer to earlier rows only; row 0 is CONDITION_ALWAYS. */
export const CONDITION_OPERATION = 0;
/** Text id for GROUP, EXTRA and MEMBER, condition row for the others. */
export const CONDITION_LEFT = 1;
export const CONDITION_RIGHT = 2;
export const CONDITION_WORDS = 3;

export const CONDITION_ALWAYS = 0;
export const CONDITION_NEVER = 1;
export const CONDITION_GROUP = 2;
export const CONDITION_EXTRA = 3;
/** uv: a member of the workspace is among those that are asked for; with NONE for its name: one alone is, by its name. */
export const CONDITION_MEMBER = 4;
export const CONDITION_NOT = 5;
export const CONDITION_ALL = 6;
export const CONDITION_ANY = 7;

/** A problem that is no refusal: STATUS_* and the span it is about, as an address in the lock. */
export const PROBLEM_STATUS = 0;
export const PROBLEM_ADDRESS = 1;
export const PROBLEM_SIZE = 2;
export const PROBLEM_DETAIL = 3;
/** Row of the condition table: for which selections; 0 ("always") unless the request was open. */
export const PROBLEM_CONDITION = 4;
export const PROBLEM_WORDS = 5;

// --- What `resolveAll` and `freeze` answer: JSON in the output, and where in it what stands ----------------------------------

/** A target of the request, in its order: STATUS_* and the place of a failure, as in the state block. */
export const TARGET_STATUS = 0;
export const TARGET_INPUT = 1;
export const TARGET_OFFSET = 2;
export const TARGET_SIZE = 3;
export const TARGET_DETAIL = 4;
/** Text id of its python_full_version. */
export const TARGET_PYTHON = 5;
/** freeze: its variant of each package that is written, as `0,-1,2`: a span of the output. resolveAll: a slice of TABLE_CHOICE. */
export const TARGET_VARIANTS = 6;
export const TARGET_VARIANTS_SIZE = 7;
/** Slice of TABLE_REFUSAL. */
export const TARGET_REFUSALS = 8;
export const TARGET_REFUSAL_COUNT = 9;
export const TARGET_WORDS = 10;

/** resolveAll: a package as some target selects it: its row, KIND_*, and the span without what stands between two. */
export const SELECTED_PACKAGE = 0;
export const SELECTED_KIND = 1;
export const SELECTED_OFFSET = 2;
export const SELECTED_SIZE = 3;
export const SELECTED_WORDS = 4;

/** A package that is written, one line of the output each: its row, and the span without what ends the line. */
export const LINE_PACKAGE = 0;
export const LINE_OFFSET = 1;
export const LINE_SIZE = 2;
/** Whether some target can install no file of it. */
export const LINE_IS_UNINSTALLABLE = 3;
/** Whether Nix lacks a hash or an address of one of its files. */
export const LINE_LACKS = 4;
export const LINE_WORDS = 5;

/** A package that a solver which starts anew would choose otherwise: index of the target; for which selection. */
export const DIVERGENCE_TARGET = 0;
/** 0: the groups of the request; 1: `main` alone. */
export const DIVERGENCE_SELECTION = 1;
export const DIVERGENCE_PACKAGE = 2;
/** Whether the frozen resolution has it; else the solver. */
export const DIVERGENCE_IS_FROZEN = 3;
export const DIVERGENCE_WORDS = 4;

// --- What `explain` answers: `resolve`, and why --------------------------------------------------------------------------

/** Why a requirement, or a package's place in a group, counts on the target or does not. */
export const REASON_CODE = 0;
/** Package row that requires; NONE for the project, and for a place in a group. */
export const REASON_OWNER = 1;
/** Text id of the name that is required. */
export const REASON_NAME = 2;
/** Installed package row that meets the requirement, NONE when none does; for a place in a group the package itself. */
export const REASON_PACKAGE = 3;
/** Slice of the part table: the comparisons of the marker that make it false. */
export const REASON_PARTS = 4;
export const REASON_PART_COUNT = 5;
/** Text ids or NONE: the versions that are admitted, and the group of the project that requires. */
export const REASON_CONSTRAINT = 6;
export const REASON_GROUP = 7;
/** Where the input speaks of it. */
export const REASON_ADDRESS = 8;
export const REASON_SIZE = 9;
/** REASON_OF_*. */
export const REASON_KIND = 10;
export const REASON_WORDS = 11;

export const REASON_OF_REQUIREMENT = 0;
export const REASON_OF_MEMBERSHIP = 1;

/** It counts. */
export const REASON_COUNTS = 0;
/** Its marker is false. */
export const REASON_MARKER = 1;
/** Poetry's `python` or `platform` restriction refuses the target. */
export const REASON_PYTHON = 2;
export const REASON_PLATFORM = 3;
/** Optional, and no extra that lists it is asked for. */
export const REASON_EXTRA = 4;
/** Its group is not chosen. */
export const REASON_GROUP_LEFT = 5;
/** The package that requires is not installed. */
export const REASON_OWNER_ABSENT = 6;

/** A comparison in a marker: address and size. */
export const PART_ADDRESS = 0;
export const PART_SIZE = 1;
export const PART_WORDS = 2;

/** One row for each row of the artifact table: VERDICT_*. */
export const VERDICT_CODE = 0;
export const VERDICT_WORDS = 1;

export const VERDICT_TAKEN = 0;
/** It fits; another file is better, or the package is not installed. */
export const VERDICT_FITS = 1;
export const VERDICT_PYTHON = 2;
export const VERDICT_ABI = 3;
export const VERDICT_PLATFORM = 4;
/** It fits the platform but needs a newer libc or macOS. */
export const VERDICT_FLOOR = 5;
/** Not the name of a wheel or a source distribution. */
export const VERDICT_NAME = 6;
/** Of another package or version. */
export const VERDICT_OTHER = 7;

/** FINDING_IS_*, and what it is about. */
export const FINDING_CODE = 0;
/** Row of the reason table, NONE when the finding is about a package alone. */
export const FINDING_REASON = 1;
/** Package row or NONE. */
export const FINDING_PACKAGE = 2;
export const FINDING_WORDS = 3;

/** No package of that name is in the lock. */
export const FINDING_IS_NOT_LOCKED = 0;
/** It is in the lock, and the lock does not install it here. */
export const FINDING_IS_LEFT_OUT = 1;
/** What is installed is not what the requirement admits. */
export const FINDING_IS_REFUSED_VERSION = 2;
/** The package's own Python versions refuse the target's. */
export const FINDING_IS_REFUSED_PYTHON = 3;

// --- The project, as the host hands it over ---------------------------------------------------------------------------
// Text: records ended by RECORD_END, fields of a record ended by FIELD_END, the first field says which record it is.
//   "group"  name, "1" when optional (uv: when it is not chosen by default)
//   "extra"  name, then each of its members (names of optional root dependencies; Poetry's own grammar)
//   "pep508" group, extra or "", requirement text
//   "poetry" group, name, constraint, markers, python, platform, extras (comma-separated), "1" when optional,
//            source kind ("", "git", "url", "file", "path"), its address
//   "python" group, the Pythons that choosing it demands (uv; PEP 440); "main", those of the project (PDM)
//   "override" name: whatever is asked of the package, its locked version is right (PDM), after the requirements
//   "name"   the project's own name

export const FIELD_END = 31; // U+001F, unit separator
export const RECORD_END = 30; // U+001E, record separator

// --- Status codes -----------------------------------------------------------------------------------------------------
// src/words/errors.ts has the words for each; test/errors.test.ts has a failing fixture for each.

export const STATUS_OK = 0;

export const STATUS_INPUT_TOO_LARGE = 1;
export const STATUS_OUT_OF_MEMORY = 2;
export const STATUS_COLLISIONS = 3; // more names with equal hashes than chance makes

// TOML 1.0.0
export const STATUS_TOML_UTF8 = 10;
export const STATUS_TOML_CONTROL = 11;
export const STATUS_TOML_KEY = 12;
export const STATUS_TOML_EQUALS = 13;
export const STATUS_TOML_VALUE = 14;
export const STATUS_TOML_STRING_END = 15;
export const STATUS_TOML_ESCAPE = 16;
export const STATUS_TOML_NUMBER = 17;
export const STATUS_TOML_DATETIME = 18;
export const STATUS_TOML_HEADER = 19;
export const STATUS_TOML_LINE_END = 20;
export const STATUS_TOML_ARRAY = 21;
export const STATUS_TOML_INLINE_TABLE = 22;
export const STATUS_TOML_DUPLICATE_KEY = 23;
export const STATUS_TOML_REDEFINED = 24;
export const STATUS_TOML_DEPTH = 25;

// Locks
export const STATUS_LOCK_NOT_FOUND = 40;
export const STATUS_LOCK_VERSION = 41;
export const STATUS_LOCK_TYPE = 42;
export const STATUS_LOCK_MISSING = 43;
export const STATUS_LOCK_SOURCE = 44;
export const STATUS_LOCK_NEWER = 45; // a warning
export const STATUS_LOCK_FILE_NAME = 46;
export const STATUS_LOCK_HASH = 47;
export const STATUS_LOCK_CONTROL = 48;
export const STATUS_LOCK_OTHER_FILE = 49;
export const STATUS_LOCK_UNKNOWN_KEY = 55; // a warning
export const STATUS_LOCK_EDGE = 56;
export const STATUS_LOCK_DUPLICATE = 57;
export const STATUS_LOCK_CONFLICT_ITEM = 58;

// PEP 440, PEP 508, PEP 425, Poetry's constraints
export const STATUS_VERSION = 60;
export const STATUS_SPECIFIER = 61;
export const STATUS_CONSTRAINT = 62;
export const STATUS_NAME = 63;
export const STATUS_MARKER_VARIABLE = 64;
export const STATUS_MARKER_OPERATOR = 65;
export const STATUS_MARKER_OPERAND = 66;
export const STATUS_MARKER_STRING = 67;
export const STATUS_MARKER_PARENTHESIS = 68;
export const STATUS_MARKER_END = 69;
export const STATUS_MARKER_DEPTH = 70;
export const STATUS_MARKER_UNDEFINED = 71; // two literals, or a comparison that has no meaning
export const STATUS_REQUIREMENT = 72;
export const STATUS_WHEEL_NAME = 73;
export const STATUS_SDIST_NAME = 74;

// Targets and resolution
export const STATUS_TARGET = 80;
export const STATUS_TARGET_PYTHON = 81;
export const STATUS_PYTHON_REFUSED = 82;
export const STATUS_UNKNOWN_GROUP = 83;
export const STATUS_UNKNOWN_EXTRA = 84;
export const STATUS_AMBIGUOUS = 85;
export const STATUS_UNSATISFIABLE = 86;
export const STATUS_NO_PROJECT = 87;
export const STATUS_PROJECT_RECORD = 88;
export const STATUS_TOO_HARD = 89; // the search for a solution was given up
export const STATUS_CONFLICT = 95; // extras or groups that the lock declares as conflicting are both chosen
export const STATUS_PLATFORM_REFUSED = 96;
export const STATUS_UNKNOWN_MEMBER = 97;
export const STATUS_GROUP_PYTHON = 98; // uv: a chosen group demands another Python

// JSON (RFC 8259)
export const STATUS_JSON_UTF8 = 110;
export const STATUS_JSON_CONTROL = 111;
export const STATUS_JSON_STRING_END = 112;
export const STATUS_JSON_ESCAPE = 113;
export const STATUS_JSON_NUMBER = 114;
export const STATUS_JSON_VALUE = 115;
export const STATUS_JSON_KEY = 116;
export const STATUS_JSON_COLON = 117;
export const STATUS_JSON_COMMA = 118;
export const STATUS_JSON_END = 119;
export const STATUS_JSON_DEPTH = 120;

// pylock.toml (PEP 751)
export const STATUS_PYLOCK_VERSION = 130;
export const STATUS_PYLOCK_MISSING = 131;
export const STATUS_PYLOCK_SOURCES = 132; // not exactly one kind of source
export const STATUS_PYLOCK_PLACE = 133; // neither url nor path
export const STATUS_PYLOCK_VCS = 134;
export const STATUS_PYLOCK_NAME = 135; // a warning: not normalised
export const STATUS_PYLOCK_OTHER_NAME = 136;
export const STATUS_PYLOCK_OTHER_VERSION = 137;
export const STATUS_PYLOCK_NEWER = 138; // a warning
export const STATUS_PYLOCK_ENVIRONMENT = 139;
export const STATUS_PYLOCK_PACKAGE_PYTHON = 140;
/** Two selected entries of one name, where the format's own installers refuse that. */
export const STATUS_SELECTED_TWICE = 141;

// pdm.lock
export const STATUS_PDM_VERSION = 150;
export const STATUS_PDM_MISSING = 151;
export const STATUS_PDM_NEWER = 152; // a warning
export const STATUS_PDM_TARGET = 153;

// Pipfile.lock
export const STATUS_PIPFILE_SPEC = 160;
export const STATUS_PIPFILE_MISSING = 161;
export const STATUS_PIPFILE_PIN = 162;

// requirements.txt
export const STATUS_REQUIREMENTS_PIN = 170;
export const STATUS_REQUIREMENTS_HASH = 171; // a line without hashes
export const STATUS_REQUIREMENTS_UNHASHABLE = 172; // a checkout or a folder, which have no hash
export const STATUS_REQUIREMENTS_OPTION = 173;
export const STATUS_REQUIREMENTS_INCLUDE = 174;
export const STATUS_REQUIREMENTS_UTF8 = 175;
export const STATUS_REQUIREMENTS_IGNORED = 176; // a warning
export const STATUS_REQUIREMENTS_DISJOINT = 177;
export const STATUS_REQUIREMENTS_UNHASHED = 178; // a warning
export const STATUS_REQUIREMENTS_NAME = 179; // a folder whose name is not known

// conda-lock.yml
export const STATUS_CONDA_VERSION = 180;
export const STATUS_CONDA_LINE = 181;
export const STATUS_CONDA_MISSING = 182;
export const STATUS_CONDA_PLATFORM = 183;
export const STATUS_CONDA_TEXT = 184;
export const STATUS_CONDA_COMMIT = 185;

// File trees
export const STATUS_NAR_NAME = 100;
export const STATUS_NAR_ORDER = 101;
export const STATUS_NAR_SIZE = 102;
export const STATUS_NAR_PLACE = 103;
export const STATUS_NAR_DEPTH = 104;

// --- The hash module (assembly/hash.ts) -------------------------------------------------------------------------------

export const HASH_MD5 = 1;
export const HASH_SHA1 = 2;
export const HASH_SHA256 = 3;
export const HASH_SHA384 = 4;
export const HASH_SHA512 = 5;
export const HASH_BLAKE2B_256 = 6;
export const HASH_BLAKE2B_512 = 7;

export const BASE_HEX = 0;
export const BASE_64 = 1;
export const BASE_NIX32 = 2;

/** Bytes that a host gives at a time: a call that lasts longer is never moved from the baseline to the optimised code. */
export const HASH_SLICE = 65536;

/** A request of `updateFour`; u32 slots: four contexts, four addresses, blocks of 64 bytes in each. */
export const FOUR_CONTEXT = 0;
export const FOUR_ADDRESS = 4;
export const FOUR_BLOCKS = 8;
export const FOUR_SLOTS = 9;

/** Folders within one another, and bytes of a name: Linux has 4096 for a whole path and 255 for a name. */
export const NAR_DEPTH_LIMIT = 256;
export const NAR_NAME_LIMIT = 255;
