/* Loaded before anything is painted: what needs scripts is shown at once, and nothing moves later. */
document.documentElement.classList.add("has-script");
