// The queue page: decide and go on without waiting for the server; the server has the last word.
import { counted, toast } from "./toasts.js";
import { follow } from "./follow.js";
import { ask, part } from "./ask.js";

const AHEAD = 2; // cases that are fetched, and claimed, before they are asked for
const MORE_WITHIN = 15; // rows before the end of the list at which its next page is fetched
const LOOKING_EVERY_MS = 15_000;

const main = document.querySelector("main.desk");
const rows = document.querySelector("#rows");
const panel = document.querySelector("#case");
const ready = new Map(); // case -> promise of its part of the page
const selected = new Set();
let current = panel.querySelector("article")?.dataset.case ?? "";

// --- rows -----------------------------------------------------------------------------------------------------------

const row = (id) => rows.querySelector(`.row[data-case="${CSS.escape(id)}"]`);
const all = () => [...rows.querySelectorAll(".row")];
const taken = (each) => ["closed", "passed", "not-mine"].some((kind) => each.classList.contains(kind));
const free = (each) => !taken(each) && !each.querySelector(".holder").textContent;

function beside(id, step, wanted = () => true) {
  const list = all();
  let at = list.findIndex((each) => each.dataset.case === id);
  for (at += step; at >= 0 && at < list.length; at += step) if (wanted(list[at])) return list[at];
  return undefined;
}

const onward = (id) => beside(id, 1, free) ?? all().find((each) => free(each) && each.dataset.case !== id);

function mark(id) {
  for (const each of rows.querySelectorAll("[aria-current]")) each.removeAttribute("aria-current");
  const chosen = row(id);
  chosen?.setAttribute("aria-current", "true");
  chosen?.scrollIntoView({ block: "nearest" });
}

let coming; // the promise of the list's next page, while it is on its way

function fetchMore() {
  coming ??= nextPage().finally(() => (coming = undefined));
  return coming;
}

// Whether there was one.
async function nextPage() {
  const link = rows.querySelector("a.more");
  const answer = link && (await part(link.dataset.rows));
  if (answer?.ok) link.outerHTML = answer.html;
  return Boolean(answer?.ok);
}

// --- the case -------------------------------------------------------------------------------------------------------

function fetched(id) {
  if (!ready.has(id)) ready.set(id, part(`/desk/cases/${id}/open`, {}));
  return ready.get(id);
}

function fetchAhead() {
  const list = all();
  const at = list.findIndex((each) => each.dataset.case === current);
  for (const each of list.slice(at + 1).filter(free).slice(0, AHEAD)) void fetched(each.dataset.case);
  if (at >= list.length - MORE_WITHIN) void fetchMore();
}

async function show(id, { passOver = false, say = "" } = {}) {
  current = id;
  mark(id);
  panel.setAttribute("aria-busy", "true");
  const answer = await fetched(id);
  ready.delete(id); // whatever is looked at again, is looked at anew
  if (current !== id) return;
  panel.removeAttribute("aria-busy");
  if (answer.status === 404) {
    row(id)?.classList.add("closed");
    return goOn(id);
  }
  if (passOver && answer.ok && answer.state === "other") {
    row(id)?.classList.add("passed");
    return goOn(id);
  }
  panel.innerHTML = answer.ok ? answer.html : `<p class="wrong">The server does not answer. <a href="">Try again</a></p>`;
  if (say) panel.insertAdjacentElement("afterbegin", sentence(say, "wrong"));
  history.replaceState(null, "", address(id));
  panel.scrollIntoView({ block: "nearest" });
  fetchAhead();
}

async function goOn(from) {
  const asked = current;
  panel.setAttribute("aria-busy", "true");
  // The list's end is not the queue's.
  while (current === asked && !beside(from, 1, free) && (await fetchMore()));
  if (current !== asked) return;
  const next = onward(from);
  if (next) return show(next.dataset.case, { passOver: true });
  current = "";
  mark("");
  panel.removeAttribute("aria-busy");
  panel.innerHTML = `<p class="empty">Nothing else is waiting here. Well done.</p>`;
  history.replaceState(null, "", address(""));
}

function address(id) {
  const query = new URLSearchParams(main.dataset.query);
  if (id) query.set("case", id);
  return `/desk/queue?${query}`;
}

function sentence(text, kind) {
  const said = document.createElement("p");
  said.className = kind;
  said.setAttribute("role", "alert");
  said.textContent = text;
  return said;
}

// --- what a moderator does --------------------------------------------------------------------------------------------

async function decide(form, button) {
  if (panel.hasAttribute("aria-busy")) return; // what is on the screen has been decided, the next is on its way
  const id = form.closest("article").dataset.case;
  const data = new FormData(form, button);
  const where = button.getAttribute("formaction") ?? form.getAttribute("action");
  row(id)?.classList.add("closed");
  void goOn(id); // what is next is on the screen before the server has answered
  const answer = await ask(where, data);
  if (answer.ok) {
    if (answer.document.decision_id) decided(answer.document, data.get("action"));
    else toast(answer.document.said);
    return;
  }
  row(id)?.classList.remove("closed");
  if (answer.status === 409) void show(id, { say: answer.document.said });
  else void show(id, { say: "The server did not answer: this case is not decided." });
}

function decided(document_, action) {
  const [verb, reason] = String(action).split(":");
  const what = verb === "approve" ? "Approved" : `Rejected as ${reason.replaceAll("_", " ")}`;
  counted(document_.decision_id, what, document_.seconds);
}

async function takeBack(form) {
  form.hidden = true;
  const answer = await ask(form.getAttribute("action"), new FormData(form));
  if (!answer.ok) {
    toast(answer.document?.said ?? "The server did not answer.");
    if (answer.status === 409) form.remove();
    else form.hidden = false;
    return;
  }
  form.remove();
  const id = answer.document.case_id;
  row(id)?.classList.remove("closed");
  toast(answer.document.said);
  void show(id);
}

async function leaveNote(form) {
  const answer = await ask(form.getAttribute("action"), new FormData(form));
  toast(answer.document?.said ?? "The server did not answer.");
  if (answer.ok) void show(form.closest("article").dataset.case);
}

document.addEventListener("submit", (event) => {
  const form = event.target;
  const handled =
    (form.matches("form.decide") && decide(form, event.submitter)) ||
    (form.matches("form.undo") && takeBack(form)) ||
    (form.matches(".notes form") && leaveNote(form));
  if (handled) event.preventDefault();
});

rows.addEventListener("click", (event) => {
  const chosen = event.target.closest(".row");
  if (event.target.closest("a.more")) {
    event.preventDefault();
    void fetchMore();
  } else if (chosen && !event.ctrlKey && !event.metaKey && !event.shiftKey) {
    event.preventDefault();
    void show(chosen.dataset.case);
  }
});

function select() {
  const chosen = row(current);
  if (!chosen) return;
  chosen.classList.toggle("selected");
  if (selected.delete(current)) chosen.removeAttribute("data-selected");
  else selected.add(current);
  document.querySelector("#selected").textContent = selected.size ? `${selected.size} selected` : "";
  document.querySelector("#selection").hidden = !selected.size;
  step(1);
}

function step(by) {
  const next = beside(current, by) ?? (current ? undefined : all()[0]);
  if (next) void show(next.dataset.case);
}

for (const [id, act] of [
  ["next", () => step(1)],
  ["previous", () => step(-1)],
  ["select", select],
]) {
  document.querySelector(`#${id}`)?.addEventListener("click", act);
}
for (const verb of ["approve", "reject"]) {
  document.querySelector(`#${verb}-selected`)?.addEventListener("click", () => {
    const form = document.querySelector("#selection");
    form.querySelector(".ids").replaceChildren(
      ...[...selected].map((id) => Object.assign(document.createElement("input"), { type: "hidden", name: "case_ids", value: id })),
    );
    form.querySelector("[name=action]").value = verb;
    form.submit();
  });
}

// --- the others -----------------------------------------------------------------------------------------------------

follow({
  me: main.dataset.me,
  claimed: (id, name) => {
    const holder = row(id)?.querySelector(".holder");
    if (holder) holder.textContent = name === main.dataset.me ? "" : ` · with ${name}`;
    if (name !== main.dataset.me) ready.delete(id);
  },
  released: (id) => {
    const holder = row(id)?.querySelector(".holder");
    if (holder) holder.textContent = "";
    row(id)?.classList.remove("passed");
  },
  closed: (id, name) => {
    row(id)?.classList.add("closed");
    ready.delete(id);
    if (id === current && name && name !== main.dataset.me) panel.prepend(sentence(`${name} has decided this case.`, "notice"));
  },
  opened: (id) => row(id)?.classList.remove("closed"),
  known: (id) => Boolean(row(id)),
});

setInterval(async () => {
  if (!current || document.hidden) return;
  const answer = await ask(`/desk/cases/${current}/looking`, new FormData());
  const shown = panel.querySelector("#others");
  if (!answer.ok || !shown) return;
  shown.hidden = !answer.document.others.length;
  shown.querySelector(".names").textContent = answer.document.others.join(", ");
}, LOOKING_EVERY_MS);

// What was fetched ahead and never looked at goes back to the queue.
addEventListener("pagehide", () => {
  for (const id of ready.keys()) {
    const data = new FormData();
    data.set("csrf", document.body.dataset.csrf);
    navigator.sendBeacon(`/desk/cases/${id}/skip`, data);
  }
});

fetchAhead();
