// The page at `/`: what the service does, and a form that works without scripts.

/** It runs nothing, and sends its form to where it is from. */
export const PAGE_POLICY = "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'; base-uri 'none'";

export const PAGE = `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<meta name="color-scheme" content="light dark">
<title>pylock2nix</title>
<style>
  body { font: 1rem/1.5 system-ui, sans-serif; max-width: 46rem; margin: 2rem auto; padding: 0 1rem; }
  pre { overflow-x: auto; padding: 0.75rem; border: 1px solid; border-radius: 0.25rem; }
  label { display: block; margin: 0.5rem 0; }
  input, select, button { font: inherit; max-width: 100%; }
  dt { font-family: ui-monospace, monospace; font-weight: 600; }
</style>
<h1>pylock2nix</h1>
<p>Post a Python lock, and get what it installs, what is wrong with it, or Nix. Nothing is kept.</p>
<form method="post" enctype="multipart/form-data" action="/resolve">
  <label>Lock <input type="file" name="lock" required></label>
  <label>pyproject.toml <input type="file" name="pyproject"></label>
  <label>Targets <input name="target" value="cp312-linux-x86_64-glibc2.40" size="40"></label>
  <label>Groups <input name="groups" placeholder="the default ones"></label>
  <label>Extras <input name="extras"></label>
  <button>Resolve</button>
  <button formaction="/check">Check</button>
  <button formaction="/nix">Nix</button>
</form>
<h2>From elsewhere</h2>
<pre>curl -F lock=@poetry.lock -F pyproject=@pyproject.toml "$ADDRESS/resolve?target=cp312-macos14-arm64"
curl -F lock=@uv.lock "$ADDRESS/why?name=numpy&amp;target=cp313-win-amd64"
curl -F old=@old.lock -F lock=@uv.lock "$ADDRESS/diff?target=cp312-linux-x86_64-glibc2.40"
curl -F lock=@uv.lock -F file=@numpy.whl "$ADDRESS/verify"</pre>
<dl>
  <dt>POST /resolve</dt><dd>what is installed on each target, with file and hash</dd>
  <dt>POST /check</dt><dd>is the lock fresh, complete, sound; what can no target install</dd>
  <dt>POST /why</dt><dd>why a package is installed or not, and why with this file</dd>
  <dt>POST /diff</dt><dd>what changes from one lock to another</dd>
  <dt>POST /needs</dt><dd>what has to be fetched once</dd>
  <dt>POST /freeze, /nix</dt><dd>the frozen resolution; the Nix file with it</dd>
  <dt>POST /verify</dt><dd>whether a file is what the lock expects: the lock first, then the file</dd>
  <dt>GET /targets</dt><dd>the usual targets; with <code>?target=</code> what one stands for</dd>
  <dt>GET <a href="/openapi.json">/openapi.json</a></dt><dd>all of it, described for programs</dd>
</dl>
</html>
`;
