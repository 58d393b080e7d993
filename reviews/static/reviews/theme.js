// Light or dark: the saved choice, else what the system prefers. Runs in the head, so that no page flashes.
(function () {
  "use strict";
  var root = document.documentElement;
  var dark = window.matchMedia("(prefers-color-scheme: dark)");

  function saved() {
    try { return localStorage.getItem("theme"); } catch (e) { return null; } // storage may be forbidden
  }
  function save(theme) {
    try { localStorage.setItem("theme", theme); } catch (e) { /* the choice lasts for this page */ }
  }
  function apply() {
    var choice = saved();
    root.dataset.bsTheme = choice === "dark" || choice === "light" ? choice : dark.matches ? "dark" : "light";
  }
  function label(button) {
    var text = root.dataset.bsTheme === "dark" ? button.dataset.toLight : button.dataset.toDark;
    button.setAttribute("aria-label", text);
    button.title = text;
    button.hidden = false;
  }
  function toggle(event) {
    root.dataset.bsTheme = root.dataset.bsTheme === "dark" ? "light" : "dark";
    save(root.dataset.bsTheme);
    label(event.currentTarget);
  }

  apply();
  document.addEventListener("DOMContentLoaded", function () {
    var button = document.getElementById("theme");
    if (!button) { return; }
    label(button);
    button.addEventListener("click", toggle);
    dark.addEventListener("change", function () { apply(); label(button); });
  });
})();
