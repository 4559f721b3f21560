// Takes a rater back to the panel after a while that is announced, unless they stay.

/** Forward after `seconds`; the button in `box` with `data-stayed` stops it and says so in the box's status. */
export function forward(box, url, seconds) {
  const timer = window.setTimeout(() => window.location.assign(url), seconds * 1000);
  const stay = box.querySelector("[data-stayed]");
  stay.addEventListener("click", () => {
    window.clearTimeout(timer);
    box.querySelector("[role=status]").textContent = stay.dataset.stayed;
    stay.hidden = true;
  }, { once: true });
}

const box = document.querySelector("[data-forward]");
if (box?.dataset.forward) forward(box, box.dataset.forward, Number(box.dataset.seconds));
