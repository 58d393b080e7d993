// Small comforts. Every page works without this file.
(function () {
  "use strict";

  // Menus close with Escape, giving the focus back, and when the attention goes elsewhere.
  function closeMenus(except) {
    document.querySelectorAll("details.menu[open]").forEach(function (menu) {
      if (!except || !menu.contains(except)) { menu.open = false; }
    });
  }
  document.addEventListener("click", function (event) { closeMenus(event.target); });
  document.addEventListener("focusin", function (event) { closeMenus(event.target); });
  document.addEventListener("keydown", function (event) {
    var menu = event.key === "Escape" && document.querySelector("details.menu[open]");
    if (menu) { menu.open = false; menu.querySelector("summary").focus(); }
  });

  // The key / leads to the search box, and ? to the list of keys, from anywhere but a box in which somebody types. They
  // can be switched off, for those who speak to their computer.
  var keys = document.getElementById("keys"), OFF = "keys-off";
  function isOff() {
    try { return window.localStorage.getItem(OFF) === "1"; } catch (_error) { return false; }
  }
  function showKeys() {
    var button = keys.querySelector("[value=switch]");
    button.textContent = isOff() ? button.dataset.on : button.dataset.off;
    keys.showModal();
  }
  if (keys && keys.showModal) {
    document.querySelectorAll("[data-keys]").forEach(function (button) {
      button.hidden = false;
      button.addEventListener("click", showKeys);
    });
    keys.addEventListener("close", function () {
      if (keys.returnValue !== "switch") { return; }
      try { window.localStorage.setItem(OFF, isOff() ? "0" : "1"); } catch (_error) { /* stays as it is */ }
      keys.returnValue = "";
    });
  }
  document.addEventListener("keydown", function (event) {
    var box = document.getElementById("search_box") || document.getElementById("id_q");
    if (event.ctrlKey || event.altKey || event.metaKey || isOff()) { return; }
    if (event.target.closest("input, textarea, select, dialog, [contenteditable]")) { return; }
    if (event.key === "/" && box) {
      event.preventDefault();
      box.focus();
      box.select();
    } else if (event.key === "?" && keys && keys.showModal) {
      event.preventDefault();
      showKeys();
    }
  });

  // Filters stand open; on a phone they would hide the list, so they fold away unless one is wrong.
  function foldFilters() {
    if (!window.matchMedia("(max-width: 47.99em)").matches) { return; }
    document.querySelectorAll("details.filters:not([data-wrong])").forEach(function (filters) { filters.open = false; });
  }
  foldFilters();

  // Lists change in place (htmx). What is no list, such as an error or the sign-in page, is shown as a page.
  document.addEventListener("htmx:afterSettle", foldFilters);
  // Who pressed a key there goes on from the same button or link, or, where that is gone, from the list itself.
  var left = null;
  document.addEventListener("htmx:beforeSwap", function () {
    var old = document.activeElement;
    left = old.closest("#list") && { tag: old.tagName, text: old.textContent.trim() };
  });
  document.addEventListener("htmx:afterSettle", function () {
    var now = document.activeElement, list = document.getElementById("list");
    if (!left || (now !== document.body && now.getClientRects().length)) { return; }
    var same = Array.from(list.querySelectorAll(left.tag)).find(function (one) {
      return one.textContent.trim() === left.text && one.getClientRects().length;
    });
    (same || list).focus();
    left = null;
  });
  document.addEventListener("htmx:beforeSwap", function (event) {
    var answer = event.detail.xhr;
    if (answer.status >= 400 || answer.responseText.indexOf('id="list"') < 0) {
      event.preventDefault();
      window.location.assign(answer.responseURL);
    }
  });

  // On a phone the menu is one line that scrolls: it opens where the present entry is.
  var here = document.querySelector(".nav-main [aria-current]");
  if (here) { here.closest("ul").scrollLeft = here.offsetLeft - here.closest("ul").offsetLeft; }

  // A picture wider than the screen opens where today is.
  document.querySelectorAll(".chart-scroll").forEach(function (frame) {
    var today = frame.querySelector("path.today");
    if (today) { frame.scrollLeft = today.getBoundingClientRect().left - frame.getBoundingClientRect().left - frame.clientWidth / 2; }
  });

  // A day is typed as text, so that the server can judge it; the button beside the box opens the browser's calendar.
  function addCalendar(box) {
    if (!HTMLInputElement.prototype.showPicker || box.parentElement.className === "day-row") { return; }
    var row = document.createElement("span"), button = document.createElement("button");
    var calendar = document.createElement("input"), label = document.createElement("span");
    row.className = "day-row";
    calendar.type = "date";
    calendar.tabIndex = -1;
    calendar.setAttribute("aria-hidden", "true");
    button.type = "button";
    button.className = "btn btn-secondary";
    label.textContent = box.dataset.calendar;
    button.append(label);
    box.labels[0].id = box.id + "_label";
    button.setAttribute("aria-describedby", box.labels[0].id);
    button.addEventListener("click", function () {
      calendar.value = box.value; // empty unless it is written like 2020-08-20
      calendar.showPicker();
    });
    calendar.addEventListener("change", function () { box.value = calendar.value; box.focus(); });
    box.before(row);
    row.append(box, button, calendar);
  }
  function addCalendars() { document.querySelectorAll("input[data-calendar]").forEach(addCalendar); }
  addCalendars();
  document.addEventListener("htmx:afterSettle", addCalendars);

  // Buttons that print the page: without a script there are none, and the browser's menu does it.
  document.querySelectorAll("[data-print]").forEach(function (button) {
    button.hidden = false;
    button.addEventListener("click", function () { window.print(); });
  });

  // Lists whose rows can be dragged. The agenda sends its new order; the places of speakers are numbered anew, and
  // get buttons for those who use keys. Without this file there are buttons and boxes for numbers.
  function renumber(list) {
    Array.from(list.children).forEach(function (row, index) { row.querySelector("input").value = index + 1; });
  }
  function moved(list) {
    if (list.dataset.sortable === "places") { renumber(list); return; }
    var form = document.getElementById(list.dataset.sortable);
    var order = Array.from(list.children).map(function (row) { return row.dataset.key; }).join(".");
    if (order === form.elements.seen.value) { return; }
    form.elements.order.value = order;
    form.submit();
  }
  function addPlaceButton(list, row, label, step) {
    var button = document.createElement("button");
    button.type = "button";
    button.className = "btn btn-secondary btn-sm";
    button.textContent = label;
    button.setAttribute("aria-label", label + ": " + row.querySelector("span").textContent);
    button.addEventListener("click", function () {
      var other = step < 0 ? row.previousElementSibling : row.nextElementSibling;
      if (!other) { return; }
      if (step < 0) { other.before(row); } else { other.after(row); }
      renumber(list);
      button.focus();
    });
    row.append(button);
  }
  document.querySelectorAll("[data-sortable]").forEach(function (list) {
    var dragged = null;
    Array.from(list.children).forEach(function (row) {
      row.draggable = true;
      if (!list.dataset.up) { return; }
      addPlaceButton(list, row, list.dataset.up, -1);
      addPlaceButton(list, row, list.dataset.down, 1);
    });
    list.addEventListener("dragstart", function (event) {
      dragged = event.target.closest("li");
      dragged.classList.add("is-dragged");
      event.dataTransfer.effectAllowed = "move";
      event.dataTransfer.setData("text/plain", "");
    });
    list.addEventListener("dragover", function (event) {
      var row = event.target.closest("li");
      if (!dragged) { return; }
      event.preventDefault();
      if (!row || row === dragged || row.parentElement !== list) { return; }
      var box = row.getBoundingClientRect();
      if (event.clientY < box.top + box.height / 2) { row.before(dragged); } else { row.after(dragged); }
    });
    list.addEventListener("drop", function (event) { event.preventDefault(); });
    list.addEventListener("dragend", function () {
      dragged.classList.remove("is-dragged");
      dragged = null;
      moved(list);
    });
  });

  // Attendance: one button for all member states at once.
  document.querySelectorAll("[data-tick-all]").forEach(function (table) {
    var button = document.createElement("button");
    button.type = "button";
    button.className = "btn btn-secondary btn-sm mb-2";
    button.textContent = table.dataset.tickAll;
    button.addEventListener("click", function () {
      table.querySelectorAll("[data-member] input[type=radio][value=yes]").forEach(function (box) { box.checked = true; });
    });
    table.parentElement.before(button);
  });

  // The first wrong field has the focus (the server says so with autofocus; older browsers need this).
  var wrong = document.querySelector("main .field-error");
  if (wrong) { wrong.parentElement.querySelector("input, select, textarea").focus(); }
})();
