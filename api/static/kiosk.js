// What makes a kiosk pleasant: a pad, a question before the wipe, printing at a touch. All of it
// works without this file, too; the service wipes by itself what nobody touches.
"use strict";

const number = document.getElementById("number");
const pad = document.getElementById("pad");
const dialog = document.getElementById("idle");

if (number) {
  const typed = document.getElementById("typed");
  const told = typed.dataset.text;
  const tell = () => { typed.textContent = number.value ? told.replace("{}", number.value.length) : ""; };
  number.addEventListener("input", tell);
  pad.hidden = false;
  pad.addEventListener("click", (event) => {
    const { key, do: task } = event.target.dataset;
    if (key && number.value.length < 10) number.value += key;
    if (task === "delete") number.value = number.value.slice(0, -1);
    if (task === "clear") number.value = "";
    tell();
  });
  // A scanner types wherever the focus is.
  document.addEventListener("keydown", (event) => {
    if (document.activeElement === document.body && event.key.length === 1) number.focus();
  });
}

document.getElementById("print")?.addEventListener("click", (event) => {
  event.preventDefault();
  window.print();
});

function leave() {
  document.body.replaceChildren();
  location.replace("/kiosk");
}

// A page that the browser kept for its back button shows nothing.
window.addEventListener("pagehide", () => document.body.replaceChildren());
window.addEventListener("pageshow", (event) => { if (event.persisted) leave(); });

if (dialog) {
  const idle = Number(dialog.dataset.idle) * 1000;
  const warned = Number(dialog.dataset.warned) * 1000;
  const timer = dialog.querySelector("[role=timer]");
  const text = timer.textContent;
  const holds = dialog.dataset.holds === "yes";
  const seconds = String(warned / 1000);
  let touched = Date.now();
  let told = touched;

  const touch = () => {
    touched = Date.now();
    if (dialog.open) dialog.close();
    if (!holds || touched - told < idle / 6) return;
    told = touched;
    fetch("/kiosk/alive", { method: "POST", body: new URLSearchParams({ token: dialog.dataset.token }) })
      .then((answer) => { if (answer.status === 410) leave(); }, () => {});
  };
  for (const kind of ["pointerdown", "keydown", "input"]) document.addEventListener(kind, touch);
  document.addEventListener("scroll", touch, { passive: true });

  setInterval(() => {
    // An empty kiosk waits for its next visitor; half a number on it is somebody's.
    if (!holds && !number.value) touched = Date.now();
    const left = touched + idle - Date.now();
    if (left <= 0) leave();
    if (left > warned) return;
    if (!dialog.open) dialog.showModal();
    timer.textContent = text.replace(seconds, Math.ceil(left / 1000));
  }, 250);
}
