// Buttons that copy the address beside them and say so.

async function copy(button) {
  const part = button.closest("section");
  const status = part.querySelector("[role=status]");
  try {
    await navigator.clipboard.writeText(part.querySelector("output").textContent);
    status.textContent = button.dataset.copied;
  } catch {
    window.getSelection().selectAllChildren(part.querySelector("output"));
    status.textContent = button.dataset.failed;
  }
}

for (const button of document.querySelectorAll("[data-copy]")) {
  button.addEventListener("click", () => copy(button));
}
