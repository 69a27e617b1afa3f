// Projects that uv and Poetry lock anew for uv.mjs and poetry.mjs: trees of data-science packages, with extras, groups, forks
// and, for uv alone, conflicts.
// What the index holds changes from day to day, so these locks are new questions each time they are made.
import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";

const PROJECTS = {
  numpy: { needs: ["numpy", "scipy"] },
  pandas: { needs: ["pandas[excel,parquet,performance]"], python: ">=3.9" },
  sklearn: { needs: ["scikit-learn", "xgboost"], groups: { dev: ["pytest"], docs: ["sphinx", "numpydoc"] } },
  jupyter: { needs: ["jupyterlab", "ipykernel"], groups: { dev: ["ruff", "mypy"] } },
  torch: { needs: ["torch"], extras: { vision: ["torchvision"], lightning: ["lightning"] } },
  jax: { needs: ["jax[cpu]", "flax"], extras: { cuda: ["jax[cuda12]; sys_platform == 'linux'"] } },
  tensorflow: { needs: ["tensorflow"], python: ">=3.10,<3.13" },
  transformers: { needs: ["transformers[torch]"], groups: { train: ["datasets", "peft"] } },
  polars: { needs: ["polars[all]", "duckdb"] },
  dask: { needs: ["dask[complete]", "xarray", "zarr"] },
  geo: { needs: ["geopandas", "rasterio", "shapely<2.1; python_version < '3.11'"] },
  plots: { needs: ["matplotlib", "bokeh", "plotly[express]"], extras: { panel: ["panel"], dash: ["dash"] } },
  web: {
    needs: ["fastapi[standard]", "sqlalchemy[asyncio]", "uvicorn[standard]"],
    groups: { dev: ["pytest-asyncio"] },
  },
  forks: { needs: ["numpy<2; python_version < '3.12'", "numpy>=2; python_version >= '3.12'", "pandas"] },
  conflicts: {
    needs: ["pydantic-settings"],
    extras: { old: ["pydantic<2.8"], new: ["pydantic>=2.10"] },
    groups: { dev: ["black<24"], lint: ["black>=25"] },
    uv: 'conflicts = [[{ extra = "old" }, { extra = "new" }], [{ group = "dev" }, { group = "lint" }]]',
  },
  groups: {
    needs: ["httpx"],
    extras: { fast: ["httpx[http2,brotli]"] },
    groups: { dev: ["pytest"], new: ["numpy>=2.3"], all: [{ "include-group": "new" }, "ipython"] },
    uv: 'default-groups = ["dev"]\n[tool.uv.dependency-groups]\nnew = { requires-python = ">=3.12" }',
  },
  environments: {
    needs: ["torch", "pywin32; sys_platform == 'win32'", "uvloop; sys_platform != 'win32'"],
    uv: "environments = [\"sys_platform == 'linux'\", \"sys_platform == 'darwin'\"]",
  },
  cloud: { needs: ["boto3", "google-cloud-storage", "azure-identity", "mlflow"] },
};

/** The locks that uv makes: their paths, and how many could not be made. They are made once for each folder. */
export function uvLocks(uv, folder) {
  return locksOf(Object.entries(PROJECTS), folder, "uv.lock", (place, name, project) => {
    writeFileSync(join(place, "pyproject.toml"), uvProject(name, project));
    return spawnSync(uv, ["lock", "--quiet"], { cwd: place, encoding: "utf8" });
  });
}

/**
 * The same by Poetry, whose one version for all extras knows no conflicts. It asks the index as pip does, by its simple pages:
 * Poetry's own way needs more of an index than mirrors give.
 */
export function poetryLocks(python, folder) {
  const index = spawnSync(python, ["-c", INDEX], { encoding: "utf8" }).stdout.trim();
  const projects = Object.entries(PROJECTS).filter(([, { uv = "" }]) => !uv.includes("conflicts"));
  return locksOf(projects, folder, "poetry.lock", (place, name, project) => {
    writeFileSync(join(place, "pyproject.toml"), poetryProject(name, project, index));
    return spawnSync(python, ["-m", "poetry", "lock", "--no-interaction"], { cwd: place, encoding: "utf8" });
  });
}

/** Prints the index that pip would ask. */
const INDEX = `
from pip._internal.configuration import Configuration
from pip._internal.models.index import PyPI
settings = Configuration(isolated=False)
settings.load()
print(dict(settings.items()).get("global.index-url", PyPI.simple_url))
`;

function locksOf(projects, folder, file, lock) {
  const locks = [];
  const failed = [];
  for (const [name, project] of projects) {
    const place = join(folder, name);
    mkdirSync(place, { recursive: true });
    if (!existsSync(join(place, file))) {
      const { status, stderr, stdout } = lock(place, name, project);
      if (status !== 0) failed.push(`${name}: ${(stderr || stdout).trim().slice(0, 300)}`);
    }
    if (existsSync(join(place, file))) locks.push(join(place, file));
  }
  return { locks, failed };
}

function uvProject(name, project) {
  return `${standard(name, project)}[tool.uv]\npackage = false\n${project.uv ?? ""}\n`;
}

/** Poetry wants an end of the Pythons, since its packages have one. */
function poetryProject(name, project, index) {
  const { python = ">=3.10" } = project;
  const bounded = { ...project, python: python.includes("<") ? python : `${python},<3.15` };
  return (
    `${standard(name, bounded)}[tool.poetry]\npackage-mode = false\n` +
    `[[tool.poetry.source]]\nname = "index"\nurl = ${JSON.stringify(index)}\npriority = "primary"\n`
  );
}

function standard(name, { needs, python = ">=3.10", extras = {}, groups = {} }) {
  const written = (entry) =>
    typeof entry === "string" ? JSON.stringify(entry) : `{ include-group = ${JSON.stringify(entry["include-group"])} }`;
  const lists = (table) => Object.entries(table).map(([key, list]) => `${key} = [${list.map(written).join(", ")}]\n`);
  return [
    `[project]\nname = "made-${name}"\nversion = "1.0"\nrequires-python = "${python}"\n`,
    ...lists({ dependencies: needs }),
    "[project.optional-dependencies]\n",
    ...lists(extras),
    "[dependency-groups]\n",
    ...lists(groups),
  ].join("");
}
