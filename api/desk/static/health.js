// The health page shows what is so now: it asks again every few seconds, and says in red when it does not know.

const EVERY = 5_000; // ms
const PATIENCE = 4_500; // for one answer; the next question waits for it
const OLD = 15_000;
const main = document.querySelector("#main");
const stale = document.querySelector("#stale");
const pause = document.querySelector("#pause");
const title = document.title;

let seen = Date.now(); // when what is shown was true; a sleeping machine's clock goes on
let failed = "";
let paused = false;
let asking = false;
let pressed = false; // what is under a pressed button must not be taken away before it is let go

function swap(fresh) {
  const focused = document.activeElement?.id;
  const open = [...main.querySelectorAll("details[open]")].map((each) => each.id);
  const scrolled = [...main.querySelectorAll(".wide")].map((each) => [each.id, each.scrollLeft]);
  for (const id of ["word", "counts", "live"]) {
    const [old, now] = [document.getElementById(id), fresh.getElementById(id)];
    if (id === "live") keepMessages(old, now);
    if (old.outerHTML !== now.outerHTML) old.replaceWith(document.adoptNode(now));
  }
  main.dataset.health = fresh.querySelector("#main").dataset.health;
  document.title = fresh.title;
  for (const id of open) document.getElementById(id)?.setAttribute("open", "");
  for (const [id, left] of scrolled) if (id && document.getElementById(id)) document.getElementById(id).scrollLeft = left;
  if (focused && document.activeElement?.id !== focused) document.getElementById(focused)?.focus({ preventScroll: true });
}

// What came of a button is said until the next button.
function keepMessages(old, now) {
  const said = [...old.querySelectorAll(":scope > .said, :scope > .wrong")].map((each) => each.cloneNode(true));
  now.querySelectorAll(":scope > .said, :scope > .wrong").forEach((each) => each.remove());
  now.prepend(...said);
}

async function look() {
  if (asking) return;
  asking = true;
  const asked = Date.now();
  try {
    const answer = await fetch("/desk/health", { cache: "no-store", signal: AbortSignal.timeout(PATIENCE) });
    const fresh = new DOMParser().parseFromString(await answer.text(), "text/html");
    if (!answer.ok || !fresh.querySelector("#main[data-health]")) throw new Error(`the server answered ${answer.status}`);
    failed = "";
    if (!pressed) {
      swap(fresh);
      seen = asked;
    }
  } catch (broken) {
    failed = broken.message.startsWith("the server") ? broken.message : "the server did not answer";
  }
  asking = false;
  judge();
}

// A dead man's switch: what is not known to be so now is red, whatever it was.
function judge() {
  const age = Math.round((Date.now() - seen) / 1_000);
  const old = Date.now() - seen > OLD;
  const says = failed ? `Not known: ${failed}. What stands here is ${age} s old.` : old ? `What stands here is ${age} s old${paused ? ": paused" : ""}.` : "";
  main.classList.toggle("old", Boolean(says));
  stale.hidden = !says;
  const spoken = says.replace(/\d+ s/, "long"); // a screen reader is told once, not every second
  if (stale.dataset.says !== spoken) stale.setAttribute("aria-live", "assertive");
  else stale.setAttribute("aria-live", "off");
  stale.dataset.says = spoken;
  if (stale.textContent !== says) stale.textContent = says;
  if (says) document.title = "unknown: health · Greenroom";
  else if (document.title.startsWith("unknown")) document.title = title.replace(/^\w+/, main.dataset.health);
}

function toggle() {
  paused = !paused;
  pause.setAttribute("aria-pressed", String(paused));
  pause.textContent = paused ? "Paused" : "Pause";
  if (!paused) look();
}

for (const each of ["pointerdown", "pointerup", "pointercancel"]) {
  addEventListener(each, () => { pressed = each === "pointerdown"; }, true);
}
pause.hidden = false;
pause.addEventListener("click", toggle);
document.querySelector("#refresh").addEventListener("click", (event) => {
  event.preventDefault();
  look();
});
document.addEventListener("visibilitychange", () => {
  if (!document.hidden && !paused) look();
});
setInterval(() => { if (!paused) look(); }, EVERY);
setInterval(judge, 1_000);
