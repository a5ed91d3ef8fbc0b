/* The form of a site's record: a slot more, or a day like another, without asking the server for the page. */

const form = document.querySelector("#fiche");
const status = document.querySelector("#horaires-etat");
const total = form.querySelector("#id_hours-TOTAL_FORMS");
const NUMBERED = ["id", "name", "for", "aria-describedby"];
const DEFAULTS = { weeks: "all" };

form.addEventListener("click", (event) => {
  const button = event.target.closest("button[data-add], button[data-copy]");
  if (!button) return;
  event.preventDefault();
  if (button.dataset.add) addLine(day(button.dataset.add)).querySelector("input:not([type=hidden])").focus();
  else copyDay(button.dataset.copy, button.dataset.to.split(" "));
});

/* Days are set out in the page; lines are numbered across the whole week. */
function day(number) {
  return form.querySelector(`[data-day="${number}"]`);
}

function linesOf(fieldset) {
  return [...fieldset.querySelectorAll("[data-line]")];
}

function addLine(fieldset) {
  const model = linesOf(fieldset).at(-1);
  const line = model.cloneNode(true);
  const number = total.value++;
  for (const element of line.querySelectorAll("*")) {
    for (const name of NUMBERED) {
      const value = element.getAttribute(name);
      if (value) element.setAttribute(name, value.replace(/hours-\d+-/, `hours-${number}-`));
    }
    element.removeAttribute("aria-invalid");
  }
  line.querySelectorAll(".fr-error-text").forEach((error) => error.remove());
  const count = linesOf(fieldset).length + 1;
  line.querySelectorAll("label .fr-sr-only, summary .fr-sr-only").forEach((hidden) => {
    hidden.textContent = hidden.textContent.replace(/créneau \d+/, `créneau ${count}`);
  });
  model.after(line);
  fill(line, {});
  return line;
}

function copyDay(source, targets) {
  const values = linesOf(day(source)).map(read);
  for (const target of targets) {
    const fieldset = day(target);
    while (linesOf(fieldset).length < values.length) addLine(fieldset);
    linesOf(fieldset).forEach((line, index) => fill(line, values[index] ?? {}));
  }
  const name = (number) => day(number).querySelector("legend").textContent.trim().toLowerCase();
  status.textContent = `Horaires du ${name(source)} copiés sur ${targets.map(name).join(", ")}.`;
}

function fields(line) {
  return [...line.querySelectorAll("input:not([type=hidden]), select")].map((field) => [field.name.split("-").at(-1), field]);
}

function read(line) {
  return Object.fromEntries(fields(line).map(([name, field]) => [name, field.type === "checkbox" ? field.checked : field.value]));
}

function fill(line, values) {
  for (const [name, field] of fields(line)) {
    if (field.type === "checkbox") field.checked = values[name] ?? false;
    else field.value = values[name] ?? DEFAULTS[name] ?? "";
  }
  const special = (values.weeks ?? "all") !== "all" || values.valid_from || values.valid_until;
  line.querySelector("details").open = Boolean(special);
}

/* Hours are tidied as they are left, so that one sees how they were understood. */
form.addEventListener("focusout", ({ target }) => {
  if (!target.classList.contains("fs-slot__hour") && !/-(opens|closes)$/.test(target.name ?? "")) return;
  const match = target.value.trim().match(/^(\d{1,2})\s*(?:[h:.]|\s)?\s*(\d{2})?$/i);
  if (match && Number(match[1]) < 24 && Number(match[2] ?? 0) < 60) {
    target.value = `${match[1].padStart(2, "0")}:${match[2] ?? "00"}`;
  }
});

/* What is typed is not lost by a click elsewhere. */
let sending = false;
let changed = form.matches("[data-at]") || document.querySelector("#erreurs") !== null;
form.addEventListener("input", () => (changed = true));
form.addEventListener("submit", ({ submitter }) => (sending = submitter?.value !== "preview"));
window.addEventListener("beforeunload", (event) => {
  if (changed && !sending) event.preventDefault();
});

/* After a button that changed a part of the page on the server, one is back at that part. */
if (form.dataset.at) document.getElementById(form.dataset.at)?.focus();
