/* "Tout cocher" below the table of sites. */

const form = document.querySelector("#cocher");
const button = form?.querySelector("[data-check-all]");
const boxes = form ? [...form.querySelectorAll("input[name=site]")] : [];

function show() {
  const all = boxes.every((box) => box.checked);
  button.textContent = all ? "Tout décocher" : "Tout cocher";
}

if (boxes.length) {
  button.hidden = false;
  button.addEventListener("click", () => {
    const wanted = !boxes.every((box) => box.checked);
    for (const box of boxes) box.checked = wanted;
    show();
  });
  form.addEventListener("change", show);
  show(); // a page that comes back keeps its ticks
}
