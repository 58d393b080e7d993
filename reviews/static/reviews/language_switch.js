// The switch between languages loads the page anew: what was typed into its forms comes along, but for passwords and
// files. Runs before unsaved_texts.js, which then finds nothing that it had to offer.
(function () {
  "use strict";
  var KEPT = "typed-before-the-switch", LEFT_OUT = /^(hidden|password|file|submit|button|fieldset|output)$/;

  function fields() {
    var found = [];
    document.querySelectorAll("main form[method=post]").forEach(function (form) { found = found.concat(Array.from(form.elements)); });
    return found.filter(function (field) { return field.name && !LEFT_OUT.test(field.type); });
  }

  function valueOf(field) {
    if (field.type === "checkbox" || field.type === "radio") { return field.checked; }
    if (field.type === "select-multiple") { return Array.from(field.options).map(function (o) { return o.selected; }); }
    return field.value;
  }

  function fill(field, value) {
    if (field.type === "checkbox" || field.type === "radio") { field.checked = value; }
    else if (field.type === "select-multiple") {
      Array.from(field.options).forEach(function (option, n) { option.selected = value[n]; });
    } else { field.value = value; }
  }

  function names() { return fields().map(function (field) { return field.name; }).join(" "); }

  document.querySelectorAll("form.language").forEach(function (form) {
    form.addEventListener("submit", function () {
      var typed = { page: location.href, names: names(), values: fields().map(valueOf) };
      try { window.sessionStorage.setItem(KEPT, JSON.stringify(typed)); } catch (_error) { /* is lost as without it */ }
    });
  });

  var kept = null;
  try {
    kept = JSON.parse(window.sessionStorage.getItem(KEPT));
    window.sessionStorage.removeItem(KEPT);
  } catch (_error) { /* nothing is kept */ }
  if (kept && kept.page === location.href && kept.names === names()) {
    fields().forEach(function (field, n) { fill(field, kept.values[n]); });
  }
})();
