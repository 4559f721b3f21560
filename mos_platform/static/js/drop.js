// The whole box takes the file: dropped beside the field, a browser would open the file in place of the page.
const box = document.querySelector(".drop");
const field = box.querySelector("input[type=file]");
let inside = 0;

const carriesFiles = (event) => event.dataTransfer?.types.includes("Files");
const mark = () => box.classList.toggle("over", inside > 0);

for (const kind of ["dragover", "drop"]) {
  document.addEventListener(kind, (event) => carriesFiles(event) && event.preventDefault());
}
box.addEventListener("dragenter", (event) => {
  if (carriesFiles(event)) inside += 1;
  mark();
});
box.addEventListener("dragleave", (event) => {
  if (carriesFiles(event)) inside = Math.max(0, inside - 1);
  mark();
});
box.addEventListener("drop", (event) => {
  inside = 0;
  mark();
  if (!event.dataTransfer.files.length) return;
  field.files = event.dataTransfer.files;
  field.dispatchEvent(new Event("change", { bubbles: true }));
});
