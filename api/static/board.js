// Renews the figures of a board in place; without it the page loads itself anew.
"use strict";

const live = document.getElementById("live");

async function renew() {
  if (document.hidden) return;
  try {
    const answer = await fetch(location.href, { cache: "no-store" });
    if (answer.redirected) location.reload();
    if (!answer.ok) return;
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    const focused = document.activeElement?.getAttribute("href");
    live.replaceChildren(...page.getElementById("live").childNodes);
    if (focused) live.querySelector(`[href="${CSS.escape(focused)}"]`)?.focus();
  } catch {
    // The network is away: the old figures stay, with their time.
  }
}

setInterval(renew, Number(live.dataset.seconds) * 1000);

document.getElementById("print").addEventListener("click", (event) => {
  event.preventDefault();
  window.print();
});
