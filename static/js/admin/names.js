/* Names for what Django's admin leaves without one, for those who do not see the page. */

document.querySelector("#searchbar")?.setAttribute("aria-label", "Rechercher");
for (const cell of document.querySelectorAll("th.original:empty")) cell.append(hidden("Ligne"));

/* Select2 draws its own box beside each select, once the page is ready; an inline may bring more of them. */
window.addEventListener("load", nameBoxes);
document.addEventListener("formset:added", () => setTimeout(nameBoxes));

function nameBoxes() {
  for (const box of document.querySelectorAll(".select2-container [role=combobox]")) {
    const select = box.closest(".select2-container").previousElementSibling;
    const name = (select?.labels?.[0] ?? headingOf(select))?.textContent.trim() ?? "Choix";
    box.setAttribute("aria-label", name);
    box.querySelector("[role=textbox]")?.setAttribute("aria-label", name);
  }
}

/* The heading of the column that a field of a table is in. */
function headingOf(field) {
  const cell = field?.closest("td");
  return cell?.closest("table").querySelectorAll("thead th")[cell.cellIndex];
}

function hidden(text) {
  return Object.assign(document.createElement("span"), { className: "visually-hidden", textContent: text });
}
