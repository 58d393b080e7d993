// What the administration's search boxes lack: a name. Select2 calls them after what is chosen, so an empty one has none.
(function () {
  "use strict";
  function name(list) {
    var label = list.labels[0];
    var box = list.parentElement.querySelector(".select2-selection");
    if (!label || !box) { return; }
    [box, box.querySelector("[role=textbox]")].forEach(function (part) {
      if (!part) { return; }
      part.setAttribute("aria-label", (label.textContent + " " + part.textContent).trim());
      part.removeAttribute("aria-labelledby");
    });
  }
  // Pages without a form have no jQuery. Its "ready" comes after the one that makes the boxes.
  if (window.django && window.django.jQuery) {
    window.django.jQuery(function () { document.querySelectorAll("select.admin-autocomplete").forEach(name); });
  }
  // The first wrong field has the focus, as on every form of the site.
  var wrong = document.querySelector(".errors input:not([type=hidden]), .errors select, .errors textarea");
  if (wrong) { wrong.focus(); }
})();
