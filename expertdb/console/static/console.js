// What pages do without asking the server: keep drafts, confirm, add rows, tell of lost connections. No page needs it.
"use strict";

const DRAFT = "draft:";
const KEPT_FOR = 7 * 24 * 3600 * 1000;
const user = document.body.dataset.user;

// Questions before what cannot be undone.
document.addEventListener("click", (event) => {
  const asking = event.target.closest("[data-confirm]");
  if (asking && !window.confirm(asking.dataset.confirm)) event.preventDefault();
});

// Menus close when one looks elsewhere.
document.addEventListener("click", (event) => {
  for (const menu of document.querySelectorAll("details.me[open]")) if (!menu.contains(event.target)) menu.open = false;
});
document.addEventListener("keydown", (event) => {
  if (event.key === "Escape") for (const menu of document.querySelectorAll("details.me[open]")) {
    menu.open = false;
    menu.querySelector("summary").focus();
  }
  const typing = event.target.closest("input, textarea, select, [contenteditable]");
  if (event.key === "/" && !typing && !event.ctrlKey && !event.metaKey && !event.altKey) {
    const search = document.querySelector("input[type=search]");
    if (search) { event.preventDefault(); search.focus(); search.select(); }
  }
});

// A part of a page that could not be fetched.
document.addEventListener("htmx:error", () => {
  const place = document.getElementById("noticed");
  place.textContent = place.dataset.failed;
  setTimeout(() => { place.textContent = ""; }, 8000);
});

// What goes on beside the window shows it: tables and the strip of filters, also those that are fetched later.
const GOING_ON = ".scroll, .facets";
function showEdge(box) { box.classList.toggle("goes-on", box.scrollWidth - box.clientWidth - box.scrollLeft > 1); }
const sizes = new ResizeObserver((changed) => { for (const one of changed) showEdge(one.target); });
function watchEdges() { for (const box of document.querySelectorAll(GOING_ON)) sizes.observe(box); }
document.addEventListener("scroll", (event) => { if (event.target.matches?.(GOING_ON)) showEdge(event.target); }, true);
document.addEventListener("htmx:after:swap", watchEdges);
watchEdges();

// Rows of a form: one more, one less.
document.addEventListener("click", (event) => {
  const adding = event.target.closest("[data-add-row]");
  const removing = event.target.closest("[data-remove-row]");
  if (adding) addRow(adding.closest("[data-rows]")).querySelector("select, input").focus();
  if (removing) {
    const rows = removing.closest("[data-rows]");
    removing.closest(".row").remove();
    rows.querySelector("[data-add-row]").focus();
    rows.dispatchEvent(new Event("input", { bubbles: true }));
  }
});

function addRow(rows) {
  const name = `/${rows.dataset.rows}/`;
  const taken = [...rows.querySelectorAll(`[name^="${name}"]`)].map((one) => Number(placeIn(name, one.name)));
  const place = Math.max(-1, ...taken) + 1;
  const button = rows.querySelector("[data-add-row]");
  button.insertAdjacentHTML("beforebegin", rows.querySelector("template").innerHTML.replaceAll("__place__", place));
  return button.previousElementSibling;
}

function placeIn(name, full) { return full.slice(name.length).split("/")[0]; }

// A code that was picked is offered no longer, and is in the draft.
document.addEventListener("htmx:finally:request", (event) => {
  if (!event.target.matches?.("[data-picks]")) return;
  const form = event.target.closest("form");
  (event.target.closest(".suggestion") ?? event.target).remove();
  form.dispatchEvent(new Event("input", { bubbles: true }));
});

// Drafts: what is typed into a long form is kept here until it is stored, and may be brought back after a lost session.
const NOT_KEPT = ["csrf_token", "version", "seen", "here", "q"];

function entriesOf(form) {
  const fields = [...form.elements].filter((one) => one.name && !NOT_KEPT.includes(one.name) && one.type !== "password");
  return fields.filter((one) => !["checkbox", "radio"].includes(one.type) || one.checked).map((one) => [one.name, one.value]);
}

function keyOf(form) { return `${DRAFT}${user}:${form.dataset.draft}`; }

for (const form of document.querySelectorAll("form[data-draft]")) {
  const atFirst = JSON.stringify(entriesOf(form));
  let waiting;
  form.addEventListener("input", () => {
    clearTimeout(waiting);
    waiting = setTimeout(() => {
      try { localStorage.setItem(keyOf(form), JSON.stringify({ at: Date.now(), entries: entriesOf(form) })); } catch { /* full, or forbidden */ }
    }, 400);
  });
  form.addEventListener("submit", () => { clearTimeout(waiting); sessionStorage.setItem("sent", keyOf(form)); });
  offer(form, atFirst);
}

function draftOf(key) {
  try {
    const draft = JSON.parse(localStorage.getItem(key));
    if (draft && Date.now() - draft.at < KEPT_FOR) return draft;
  } catch { /* not ours */ }
  localStorage.removeItem(key);
  return null;
}

function offer(form, atFirst) {
  if (document.querySelector(".faults")) return; // It came back with all that was typed.
  const draft = draftOf(keyOf(form));
  if (!draft || JSON.stringify(draft.entries) === atFirst) return;
  const bar = document.getElementById("draft-bar").content.cloneNode(true).firstElementChild;
  bar.querySelector("time").textContent = new Date(draft.at).toLocaleString(document.documentElement.lang);
  bar.querySelector("[data-restore]").addEventListener("click", () => {
    bringBack(form, draft.entries).then(() => bar.remove(), () => document.dispatchEvent(new Event("htmx:error")));
  });
  bar.querySelector("[data-discard]").addEventListener("click", () => { localStorage.removeItem(keyOf(form)); bar.remove(); });
  form.before(bar);
}

// Rows first, then codes (each asked for once the one before has its place), then what stands in the fields of all of them.
async function bringBack(form, entries) {
  for (const rows of form.querySelectorAll("[data-rows]")) {
    for (const row of rows.querySelectorAll(".row")) row.remove();
    const name = `/${rows.dataset.rows}/`;
    const places = new Set(entries.filter(([full]) => full.startsWith(name)).map(([full]) => placeIn(name, full)));
    for (const place of [...places].sort((a, b) => a - b)) {
      const row = addRow(rows);
      for (const one of row.querySelectorAll("[name]")) one.name = name + place + one.name.slice(name.length).replace(/^\d+/, "");
    }
  }
  for (const picked of form.querySelectorAll("[data-pick]")) {
    picked.replaceChildren();
    const names = new RegExp(`^${picked.dataset.picksFor}(/\\d+/code)?$`);
    for (const [name, code] of entries) if (names.test(name) && code) await pick(picked, name, code);
  }
  const fields = [...form.elements].filter((one) => one.name && one.type !== "hidden");
  for (const box of fields.filter((one) => one.type === "checkbox")) box.checked = entries.some(([name, value]) => name === box.name && value === box.value);
  for (const [name, value] of entries) {
    const field = fields.find((one) => one.name === name && one.type !== "checkbox");
    if (field) field.value = value;
  }
}

async function pick(picked, name, code) {
  const held = new URLSearchParams([...picked.querySelectorAll("input")].map((one) => [one.name, one.value]));
  const answer = await fetch(`${picked.dataset.pick.replace("__code__", encodeURIComponent(code))}&${held}`);
  if (answer.status === 404) return; // The vocabulary has it no longer.
  if (!answer.ok) throw new Error(answer.statusText);
  picked.insertAdjacentHTML("beforeend", await answer.text());
  const place = name.split("/")[2];
  for (const one of picked.lastElementChild.querySelectorAll("[name]")) one.name = one.name.replace(/\/\d+\//, `/${place}/`);
}

// A chosen file stays chosen: the report is fetched and put below the form.
for (const form of document.querySelectorAll("form[enctype='multipart/form-data']")) form.addEventListener("submit", async (event) => {
  event.preventDefault();
  const report = document.getElementById("report");
  if (report.getAttribute("aria-busy")) return;
  report.setAttribute("aria-busy", "true");
  try {
    const answer = await fetch(form.action, { method: "POST", body: new FormData(form, event.submitter), headers: { Accept: "text/html" } });
    if (answer.redirected) { location.assign(answer.url); return; }
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    const found = page.querySelector(".faults") ?? page.getElementById("report");
    report.replaceChildren(...(found?.id ? found.childNodes : [found ?? page.querySelector("main")]));
    report.firstElementChild?.focus();
  } catch {
    document.dispatchEvent(new Event("htmx:error"));
  }
  report.removeAttribute("aria-busy");
});

// Stored: the draft has done its work. Signed out: nothing stays on this device.
if (document.querySelector(".note.done") && sessionStorage.getItem("sent")) localStorage.removeItem(sessionStorage.getItem("sent"));
if (document.querySelector(".note.done")) sessionStorage.removeItem("sent");
for (const form of document.querySelectorAll("form[data-forgets-drafts]")) form.addEventListener("submit", () => {
  for (const key of Object.keys(localStorage)) if (key.startsWith(DRAFT)) localStorage.removeItem(key);
});
