// A box to show what is typed beside each password. Without this script, passwords just stay hidden.
for (const field of document.querySelectorAll("input[type=password]")) {
  const box = document.createElement("div");
  const id = `${field.id}-montrer`;
  box.className = "fr-checkbox-group fr-checkbox-group--sm fr-mt-1w";
  box.innerHTML = `<input type="checkbox" id="${id}"><label class="fr-label" for="${id}">Afficher</label>`;
  const label = document.querySelector(`label[for="${field.id}"]`);
  box.querySelector("input").setAttribute("aria-label", `Afficher : ${label.textContent.trim()}`);
  box.querySelector("input").addEventListener("change", (event) => {
    field.type = event.target.checked ? "text" : "password";
  });
  field.after(box);
  field.form.addEventListener("submit", () => { field.type = "password"; }); // browsers would keep it as plain text
}
