/* The search field: suggestions while typing (the ARIA combobox pattern), and "autour de moi". */

const DELAY_MS = 180;
const MINIMUM = 2;

for (const form of document.querySelectorAll("form.fs-search")) {
  new Suggestions(form.querySelector("input[type=search]"), form.dataset.suggestions);
  offerPosition(form);
}

function Suggestions(input, address) {
  const list = document.createElement("ul");
  list.id = `${input.id}-suggestions`;
  list.className = "fs-suggestions";
  list.hidden = true;
  list.setAttribute("role", "listbox");
  list.setAttribute("aria-label", "Lieux proposés");
  input.after(list);
  const status = document.createElement("p");
  status.className = "fr-sr-only";
  status.setAttribute("role", "status");
  list.after(status);

  input.setAttribute("role", "combobox");
  input.setAttribute("aria-autocomplete", "list");
  input.setAttribute("aria-expanded", "false");
  input.setAttribute("aria-controls", list.id);

  let timer, request, active = -1;

  input.addEventListener("input", () => {
    clearTimeout(timer);
    request?.abort();
    if (input.value.trim().length < MINIMUM) {
      list.replaceChildren();
      return close();
    }
    timer = setTimeout(ask, DELAY_MS);
  });
  input.addEventListener("keydown", onKey);
  input.addEventListener("blur", close);
  list.addEventListener("pointerdown", (event) => event.preventDefault()); // keeps the focus in the field
  list.addEventListener("click", (event) => choose(event.target.closest("[role=option]")));

  async function ask() {
    request = new AbortController();
    try {
      const response = await fetch(`${address}?${new URLSearchParams({ q: input.value })}`, { signal: request.signal });
      if (response.ok && document.activeElement === input) show((await response.json()).suggestions);
    } catch (error) {
      if (error.name !== "AbortError") close(); // suggestions are a help: without them the field still searches
    }
  }

  function show(suggestions) {
    list.replaceChildren(...suggestions.map(option));
    active = -1;
    input.removeAttribute("aria-activedescendant");
    open(suggestions.length > 0);
    const count = suggestions.length;
    status.textContent = count
      ? `${count} proposition${count > 1 ? "s" : ""}, flèches haut et bas pour choisir`
      : "Aucune proposition, Entrée pour chercher quand même";
  }

  function option({ label, detail, url }, index) {
    const item = document.createElement("li");
    item.id = `${list.id}-${index}`;
    item.setAttribute("role", "option");
    item.setAttribute("aria-selected", "false");
    item.dataset.url = url;
    item.dataset.label = label;
    item.textContent = label;
    if (detail) {
      const small = document.createElement("small");
      small.textContent = detail;
      item.append(" ", small);
    }
    return item;
  }

  function onKey(event) {
    const options = [...list.children];
    const moves = { ArrowDown: 1, ArrowUp: -1 };
    if (event.key in moves && options.length) {
      event.preventDefault();
      if (list.hidden) open(true);
      const from = active < 0 && event.key === "ArrowUp" ? options.length : active;
      mark((from + moves[event.key] + options.length) % options.length);
    } else if (event.key === "Enter" && !list.hidden && active >= 0) {
      event.preventDefault();
      choose(options[active]);
    } else if (event.key === "Escape") {
      if (!list.hidden) event.preventDefault(); // a first Escape closes the list, a second one clears the field
      close();
    } else if (event.key === "Tab") {
      close();
    }
  }

  function mark(index) {
    active = index;
    [...list.children].forEach((item, at) => item.setAttribute("aria-selected", String(at === index)));
    const item = list.children[index];
    input.setAttribute("aria-activedescendant", item.id);
    item.scrollIntoView({ block: "nearest" });
  }

  function choose(item) {
    if (!item) return;
    input.value = item.dataset.label;
    close();
    window.location.assign(withFilters(item.dataset.url, input.form));
  }

  function open(yes) {
    list.hidden = !yes;
    input.setAttribute("aria-expanded", String(yes));
  }

  function close() {
    clearTimeout(timer);
    request?.abort();
    active = -1;
    status.textContent = "";
    input.removeAttribute("aria-activedescendant");
    open(false);
  }
}

function offerPosition(form) {
  const button = form.querySelector("#autour-de-moi");
  const status = form.querySelector("#autour-de-moi-etat");
  if (!("geolocation" in navigator)) return button.remove();
  button.addEventListener("click", () => {
    status.textContent = "Recherche de votre position…";
    navigator.geolocation.getCurrentPosition(
      ({ coords }) => {
        const query = { lat: coords.latitude.toFixed(5), lon: coords.longitude.toFixed(5), label: "votre position" };
        window.location.assign(withFilters(`${form.action}?${new URLSearchParams(query)}`, form));
      },
      (error) => {
        status.textContent =
          error.code === error.PERMISSION_DENIED
            ? "Votre navigateur ne donne pas votre position : autorisez-la dans ses réglages, ou écrivez votre commune."
            : "Votre position n'a pas été trouvée. Écrivez plutôt votre commune.";
      },
      { timeout: 10000, maximumAge: 60000 },
    );
  });
}

/* The address of results, with the filters that the search form keeps. */
function withFilters(address, form) {
  const url = new URL(address, window.location.href);
  for (const { name, value } of form.querySelectorAll("input[type=hidden]")) url.searchParams.set(name, value);
  return url;
}
