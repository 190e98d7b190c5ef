"use strict";
// Everything can be read without this script; it searches and opens.
const calls = [...document.querySelectorAll("details.call")];
const events = [...document.querySelectorAll("p.event")];
const search = document.getElementById("search");
const failed = document.getElementById("failed");
const found = document.getElementById("found");

function filter() {
  const words = search.value.toLowerCase().split(/\s+/).filter(Boolean);
  let count = 0;
  for (const call of calls) {
    const text = words.length ? call.textContent.toLowerCase() : "";
    const shown = words.every((word) => text.includes(word)) && !(failed.checked && call.classList.contains("ok"));
    call.classList.toggle("hidden", !shown);
    count += shown;
  }
  const all = !words.length && !failed.checked;
  for (const event of events) event.classList.toggle("hidden", !all);
  found.textContent = all ? "" : `${count.toLocaleString("en")} of ${calls.length.toLocaleString("en")}`;
}

function openAll(open) {
  for (const call of calls) if (!open || !call.classList.contains("hidden")) call.open = open;
}

function openLinked() {
  const call = document.getElementById(location.hash.slice(1));
  if (call instanceof HTMLDetailsElement) {
    call.open = true;
    call.scrollIntoView();
  }
}

let waiting = 0;
search.addEventListener("input", () => {
  clearTimeout(waiting);
  waiting = setTimeout(filter, 150);
});
failed.addEventListener("change", filter);
document.getElementById("open").addEventListener("click", () => openAll(true));
document.getElementById("close").addEventListener("click", () => openAll(false));
window.addEventListener("hashchange", openLinked);
document.querySelector(".tools").hidden = false;
openLinked();
