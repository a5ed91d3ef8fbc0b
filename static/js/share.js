/* "Copier le lien", "Partager" and "Imprimer" on a site's page. */

const group = document.querySelector("#emporter");
const status = document.querySelector(".fs-actions__status");
const address = document.querySelector("link[rel=canonical]").href;

const actions = {
  async copy() {
    try {
      await navigator.clipboard.writeText(address);
      status.textContent = "Le lien est copié.";
    } catch {
      status.textContent = `Votre navigateur ne laisse pas copier. Voici le lien : ${address}`;
    }
  },
  async share() {
    try {
      await navigator.share({ title: group.dataset.title, url: address });
    } catch (error) {
      if (error.name !== "AbortError") await actions.copy();
    }
  },
  print() {
    window.print();
  },
};

if ("share" in navigator) group.querySelector("[data-action=share]").parentElement.hidden = false;
group.addEventListener("click", ({ target }) => actions[target.closest("[data-action]")?.dataset.action]?.());
group.classList.add("is-ready");
