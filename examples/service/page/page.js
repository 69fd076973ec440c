// The page: shows what the event stream says, and sends creations. Everything that comes from a server is shown as text.

const $ = (id) => document.getElementById(id);
const jobs = new Map(); // key -> { job, cells }
let token = "";         // of the server's present run
let clockSkew = 0;      // the server's clock minus this one
let lastId = "";        // of the last event
let stream = null;
let retry = 0;          // how often a new stream has failed
let uses = null;
let wish = null;        // the creation that is being sent

// Rows

// The server's statuses, and the service's own states, which a server may use as words too.
const kinds = { completed: "good", active: "work", failed: "bad", archived: "still" };
const ownKinds = { creating: "work", "not created": "bad", unknown: "odd", lost: "odd" };
const ownWords = { unknown: "unknown whether created", lost: "cannot be watched" };

const stateOf = (job) => (job.is_own && ownWords[job.state]) || job.state;

function cell(row, ...children) {
  const td = row.insertCell();
  td.setAttribute("role", "cell");
  td.append(...children);
  return td;
}

function span(className) {
  const element = document.createElement("span");
  element.className = className;
  return element;
}

function newRow(key) {
  const tr = document.createElement("tr");
  tr.setAttribute("role", "row");
  const cells = { tr, title: span("title"), id: span("id"), state: span("state"), note: span("note"), elapsed: span("time"), next: span("time"), link: span("link") };
  cell(tr, cells.title, cells.id);
  cell(tr, cells.state, cells.note);
  cell(tr, cells.elapsed);
  cell(tr, cells.next);
  cell(tr, cells.link);
  $("rows").prepend(tr);
  jobs.set(key, { job: null, cells });
  return jobs.get(key);
}

// Only the web: no javascript:, no data:.
function webAddress(text) {
  try {
    const url = new URL(text);
    return url.protocol === "https:" || url.protocol === "http:" ? url : null;
  } catch {
    return null;
  }
}

function showLink(element, job) {
  const url = webAddress(job.link);
  element.closest("tr").classList.toggle("has-no-link", !url);
  if (!url) {
    element.className = "none";
    element.textContent = job.ended ? "–" : "";
    return;
  }
  const a = document.createElement("a");
  a.href = url.href;
  a.rel = "noopener noreferrer";
  a.target = "_blank";
  a.textContent = url.pathname.match(/\/pull\/\d+$/) ? `Pull request ${url.pathname.split("/").pop()}` : url.host;
  a.setAttribute("aria-label", `${a.textContent} of ${job.title} (opens in a new tab)`);
  element.replaceChildren(a);
}

function setText(element, text) {
  if (element.textContent !== text)
    element.textContent = text;
}

function showJob(job) {
  const row = jobs.get(job.key) ?? newRow(job.key);
  const before = row.job;
  row.job = job;
  setText(row.cells.title, job.title);
  setText(row.cells.id, job.id === job.title ? "" : job.id);
  setText(row.cells.state, stateOf(job));
  row.cells.state.dataset.kind = (job.is_own ? ownKinds : kinds)[job.state] ?? "still";
  setText(row.cells.note, job.note);
  row.cells.tr.classList.toggle("is-over", job.ended !== 0);
  if (!before || before.link !== job.link || before.ended !== job.ended)
    showLink(row.cells.link, job);
  showTimes(row);
  if (before && before.ended === 0 && job.ended !== 0)
    $("said").textContent = `${job.title}: ${stateOf(job)}`;
}

function remove(key) {
  jobs.get(key)?.cells.tr.remove();
  jobs.delete(key);
}

// Times

function duration(milliseconds) {
  const seconds = Math.max(0, Math.round(milliseconds / 1000));
  if (seconds < 60)
    return `${seconds} s`;
  const minutes = Math.floor(seconds / 60);
  if (minutes < 10)
    return `${minutes} min ${seconds % 60} s`;
  if (minutes < 60)
    return `${minutes} min`;
  return `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}

function showTimes({ job, cells }) {
  const now = Date.now() + clockSkew;
  setText(cells.elapsed, duration((job.ended || now) - job.began));
  const waits = !job.ended && job.next_poll !== 0;
  setText(cells.next, !waits ? "–" : job.next_poll - now < 500 ? "now" : `in ${duration(job.next_poll - now)}`);
}

function showUses() {
  if (!uses)
    return;
  const bar = $("uses-bar");
  const share = uses.left / uses.limit;
  bar.dataset.level = share > 0.4 ? "enough" : share > 0.15 ? "low" : "last";
  bar.firstChild.style.width = `${100 * share}%`;
  bar.setAttribute("aria-valuemax", uses.limit);
  bar.setAttribute("aria-valuenow", uses.left);
  $("uses-text").textContent = `${uses.left} of ${uses.limit}`;
  const until = uses.left === 0 && uses.next ? new Date(uses.next - clockSkew) : null;
  $("hint").firstChild.textContent = until
    ? `No use is left until ${until.toLocaleTimeString([], { hour: "2-digit", minute: "2-digit" })}. `
    : "Each job takes one use. ";
  enableForm();
}

function showSummary() {
  const open = [...jobs.values()].filter(({ job }) => job.ended === 0).length;
  $("summary").textContent = jobs.size === 0 ? "" : `${open} running, ${jobs.size - open} ended`;
  $("empty").hidden = jobs.size !== 0;
  $("table").hidden = jobs.size === 0;
}

// The stream

function isLive() {
  return token !== "" && stream?.readyState === EventSource.OPEN;
}

function showConnection() {
  const live = isLive();
  setText($("connection"), live ? "Live" : "Connecting");
  $("connection").dataset.state = live ? "live" : "waiting";
  enableForm();
}

function take(event) {
  const told = JSON.parse(event.data);
  lastId = event.lastEventId;
  clockSkew = told.now - Date.now();
  if (event.type === "snapshot") {
    const kept = new Set(told.jobs.map((job) => job.key));
    [...jobs.keys()].filter((key) => !kept.has(key)).forEach(remove);
  }
  told.gone.forEach(remove);
  told.jobs.forEach(showJob);
  uses = told.uses;
  showUses();
  showSummary();
}

// A browser reconnects by itself, and says which event it had last. Only where the server has refused the stream, it does not.
function listen() {
  stream?.close();
  stream = new EventSource(`/events${lastId && `?after=${encodeURIComponent(lastId)}`}`);
  stream.addEventListener("hello", (event) => {
    token = JSON.parse(event.data).token;
    retry = 0;
    showConnection();
    send();
  });
  stream.addEventListener("snapshot", take);
  stream.addEventListener("change", take);
  stream.addEventListener("error", () => {
    token = "";
    showConnection();
    if (stream.readyState === EventSource.CLOSED)
      setTimeout(listen, Math.min(1000 * 2 ** retry++, 30000));
  });
}

// Creations

function enableForm() {
  $("create").disabled = !isLive() || wish !== null || uses?.left === 0;
}

function trouble(text) {
  $("trouble").textContent = text;
}

// crypto.randomUUID is for pages with TLS or on the loopback only.
function randomKey() {
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, "0")).join("");
}

// Its key makes a repetition harmless: the server creates one job for it, also after a restart.
function sendAgain() {
  wish.isSent = false;
  trouble("No answer yet. Trying again.");
  setTimeout(() => isLive() && send(), 1000);
}

// Sends the wish. If the answer is lost, it is sent again, once the stream is back.
async function send() {
  if (!wish || wish.isSent)
    return;
  wish.isSent = true;
  let response;
  try {
    response = await fetch("/jobs", {
      method: "POST",
      headers: { "Content-Type": "application/json", "X-Page-Token": token },
      body: JSON.stringify({ key: wish.key, prompt: wish.prompt }),
    });
  } catch {
    return sendAgain();
  }
  // The token of the server's last run: the stream has the new one.
  if (response.status === 403 && !wish.isRepeated) {
    Object.assign(wish, { isSent: false, isRepeated: true });
    return listen();
  }
  const told = response.ok ? {} : await response.json().catch(() => ({}));
  // A proxy's: the request may have arrived, and its answer not.
  if (response.status >= 500 && !told.error)
    return sendAgain();
  if (response.ok)
    $("form").reset();
  trouble(response.ok ? "" : `Not created: ${told.error ?? `status ${response.status}`}.`);
  wish = null;
  enableForm();
  $("prompt").focus();
}

$("form").addEventListener("submit", (event) => {
  event.preventDefault();
  const prompt = $("prompt").value;
  if ($("create").disabled || !prompt.trim())
    return;
  wish = { key: randomKey(), prompt, isSent: false, isRepeated: false };
  enableForm();
  send();
});

$("prompt").addEventListener("keydown", (event) => {
  if (event.key === "Enter" && (event.ctrlKey || event.metaKey))
    $("form").requestSubmit();
});

// A browser has six connections to a host, and each open stream takes one: a page that nobody sees leaves its own to others.
function listenWhileSeen() {
  if (!document.hidden)
    return listen();
  stream?.close();
  token = "";
  showConnection();
}

document.addEventListener("visibilitychange", listenWhileSeen);
setInterval(() => jobs.forEach(showTimes), 1000);
listenWhileSeen();
