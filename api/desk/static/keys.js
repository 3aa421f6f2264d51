// Keys. A button or link names its own in data-key ("a", "g q", "Shift+A"); pressing it is clicking it.
// Never inside an input, never with Ctrl, Alt or Meta held, and not at all when the moderator has switched them off.

const SEQUENCE_MS = 1_500;
const TYPED_INTO = "input, textarea, select, [contenteditable]";

let pending = "";
let pendingSince = 0;

export function keyOf(event) {
  return event.shiftKey && event.key.length === 1 && event.key !== event.key.toLowerCase() ? `Shift+${event.key}` : event.key;
}

function find(keys) {
  return [...document.querySelectorAll("[data-key]")].find(
    (each) => each.dataset.key.split(",").includes(keys) && !each.disabled && seen(each),
  );
}

// Buttons for keys alone may be out of sight, never switched off.
const seen = (each) => each.getClientRects().length > 0;

function begins(keys) {
  return [...document.querySelectorAll("[data-key]")].some((each) =>
    each.dataset.key.split(",").some((one) => one.startsWith(`${keys} `)),
  );
}

function act(element) {
  if (element.matches("input:not([type=checkbox]), textarea, select")) element.focus();
  else element.click();
}

function pressed(event) {
  if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
  if (document.body.dataset.keys === "off" || event.target.closest(TYPED_INTO)) return;
  const key = keyOf(event);
  const fresh = event.timeStamp - pendingSince < SEQUENCE_MS;
  const keys = pending && fresh ? `${pending} ${key}` : key;
  const found = find(keys);
  pending = "";
  if (found) {
    event.preventDefault();
    act(found);
  } else if (begins(keys)) {
    event.preventDefault();
    pending = keys;
    pendingSince = event.timeStamp;
  }
}

export function listen() {
  document.addEventListener("keydown", pressed);
}
