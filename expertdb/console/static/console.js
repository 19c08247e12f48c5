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
