// The default package index: `--index`, or what the settings of pip and uv say.
//
// Invariant: no index is built in. Without a setting there is none, and who needs one says what to set.

export interface Settings {
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** Texts of pip's configuration files that are there, in the order in which later ones win. */
  readonly pipFiles: readonly string[];
}

/** The variables, the more particular tool first: uv resolves like the locks that name no index. */
const VARIABLES = ["UV_DEFAULT_INDEX", "UV_INDEX_URL", "PIP_INDEX_URL"];

/** The address as it is set, credentials included; null when nothing sets it. */
export function defaultIndex({ environment, pipFiles }: Settings): string | null {
  for (const name of VARIABLES) {
    // uv: `name=address`.
    const value = environment[name]?.trim().replace(/^[A-Za-z0-9_.-]+=(?=https?:)/, "");
    if (value !== undefined && value !== "") return value;
  }
  return pipFiles.reduce<string | null>((before, text) => indexOfPipFile(text) ?? before, null);
}

/** Where pip looks (pip, "Configuration files"): machine, user, virtual environment; PIP_CONFIG_FILE last. */
export function pipConfigPaths(environment: Settings["environment"], platform: string): string[] {
  const { HOME, XDG_CONFIG_HOME, VIRTUAL_ENV, PIP_CONFIG_FILE, APPDATA, PROGRAMDATA } = environment;
  const paths: string[] = [];
  if (platform === "win32") {
    if (PROGRAMDATA) paths.push(`${PROGRAMDATA}/pip/pip.ini`);
    if (APPDATA) paths.push(`${APPDATA}/pip/pip.ini`);
    if (VIRTUAL_ENV) paths.push(`${VIRTUAL_ENV}/pip.ini`);
  } else {
    paths.push("/etc/xdg/pip/pip.conf", "/etc/pip.conf");
    if (HOME) paths.push(`${HOME}/.pip/pip.conf`);
    if (HOME && platform === "darwin") paths.push(`${HOME}/Library/Application Support/pip/pip.conf`);
    if (XDG_CONFIG_HOME || HOME) paths.push(`${XDG_CONFIG_HOME || `${HOME}/.config`}/pip/pip.conf`);
    if (VIRTUAL_ENV) paths.push(`${VIRTUAL_ENV}/pip.conf`);
  }
  // pip: os.devnull switches the other files off.
  if (PIP_CONFIG_FILE === "/dev/null" || PIP_CONFIG_FILE === "nul") return [];
  return PIP_CONFIG_FILE ? [...paths, PIP_CONFIG_FILE] : paths;
}

/** `index-url` of [download], or else of [global]; Python's configparser, as far as this key goes. */
function indexOfPipFile(text: string): string | null {
  const found = new Map<string, string>();
  let section = "";
  for (const line of text.split(/\r?\n/)) {
    const header = /^\[([^\]]*)\]/.exec(line);
    if (header !== null) section = header[1]!.trim();
    const setting = /^index[-_]url\s*[=:]\s*(\S+)\s*$/i.exec(line);
    if (setting !== null) found.set(section, setting[1]!);
  }
  return found.get("download") ?? found.get("install") ?? found.get("global") ?? null;
}
