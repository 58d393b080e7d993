// What the administration's search boxes lack: a name. Select2 calls them after what is chosen, so an empty one has none.
window.addEventListener("load", function () {
  "use strict";
  document.querySelectorAll("select.admin-autocomplete").forEach(function (list) {
    var label = list.labels[0];
    var box = list.parentElement.querySelector(".select2-selection");
    if (!label || !box) { return; }
    [box, box.querySelector("[role=textbox]")].forEach(function (part) {
      if (part) { part.setAttribute("aria-label", (label.textContent + " " + part.textContent).trim()); }
      if (part) { part.removeAttribute("aria-labelledby"); }
    });
  });
});
