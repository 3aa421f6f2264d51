// What was done, for a while; and the decisions that can still be taken back, the newest last, counting down.

const SHOWN_MS = 4_000;
const MOST = 20;

export function toast(text) {
  const shown = document.createElement("p");
  shown.className = "toast";
  shown.textContent = text;
  document.querySelector("#toasts").append(shown);
  setTimeout(() => shown.remove(), SHOWN_MS);
}

// A decision that can be taken back: a form like those that the server writes.
export function counted(id, what, seconds) {
  const form = document.createElement("form");
  form.className = "toast undo";
  form.method = "post";
  form.action = `/desk/decisions/${id}/undo`;
  form.dataset.seconds = seconds;
  const said = document.createElement("span");
  const left = document.createElement("span");
  left.className = "left";
  said.append(`${what}. The site is told in `, left, " s.");
  const csrf = Object.assign(document.createElement("input"), { type: "hidden", name: "csrf", value: document.body.dataset.csrf });
  const button = document.createElement("button");
  button.dataset.key = "u";
  button.setAttribute("aria-keyshortcuts", "u");
  const key = document.createElement("kbd");
  key.textContent = "u";
  button.append("Undo ", key);
  form.append(csrf, said, button);
  document.querySelector("#undoable").prepend(form);
  start(form);
}

function start(form) {
  form.dataset.ends = performance.now() + Number(form.dataset.seconds) * 1_000;
  tick();
}

function tick() {
  const forms = [...document.querySelectorAll("#undoable form.undo")];
  forms.forEach((form, at) => {
    const left = Math.ceil((Number(form.dataset.ends) - performance.now()) / 1_000);
    if (left <= 0 || at >= MOST) form.remove();
    else form.querySelector(".left").textContent = left;
  });
}

for (const form of document.querySelectorAll("#undoable form.undo")) start(form);
setInterval(tick, 1_000);
