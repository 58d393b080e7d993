// What somebody types into a form with a longer text is kept on the server, every few seconds and on leaving, and is
// offered again when the form is opened: after a crash, on another device, after any end of the session. Without this
// file everything is still saved by the button.
(function () {
  "use strict";
  var EVERY = 4000, SHORTEST = 3;
  var parts = document.getElementById("unsaved_text");
  if (!parts || !window.fetch) { return; }

  function hasText(form) { return form.querySelector("textarea"); }

  function typedInto(form) {
    var data = new FormData(form), left = [];
    data.forEach(function (value, name) {
      if (value instanceof File || name === "form_key") { left.push(name); }
    });
    left.forEach(function (name) { data.delete(name); });
    return data;
  }

  // What is compared, to keep only what has changed.
  function asText(data) {
    var pairs = [];
    data.forEach(function (value, name) { if (name !== "csrfmiddlewaretoken") { pairs.push([name, value]); } });
    return JSON.stringify(pairs);
  }

  function about(form, data) {
    data.append("unsaved_place", form.dataset.unsaved);
    data.append("unsaved_seal", form.dataset.seal);
    data.append("unsaved_page", location.pathname + location.search);
    data.append("unsaved_title", Array.from(document.querySelectorAll(".head h1, .head .lead")).map(function (part) {
      return part.textContent.trim();
    }).filter(Boolean).join(" · ").slice(0, 200));
    data.append("unsaved_key", form.elements.form_key.value);
    if (form.elements.version) { data.append("unsaved_edits", "1"); }
    return data;
  }

  function Keeper(form) {
    this.form = form;
    this.kept = asText(typedInto(form));
    this.state = parts.content.querySelector(".unsaved-state").cloneNode(true);
    this.isSent = false;
    form.append(this.state);
    form.addEventListener("input", this.begin.bind(this));
    form.addEventListener("submit", function () { this.isSent = true; }.bind(this));
    window.addEventListener("pageshow", function (event) { if (event.persisted) { this.isSent = false; } }.bind(this));
    window.addEventListener("pagehide", this.leave.bind(this));
    document.addEventListener("visibilitychange", function () {
      if (document.visibilityState === "hidden") { this.leave(); }
    }.bind(this));
  }

  Keeper.prototype.begin = function () {
    if (!this.timer) { this.timer = window.setTimeout(this.keep.bind(this), EVERY); }
  };

  Keeper.prototype.keep = function () {
    var data = typedInto(this.form), text = asText(data), keeper = this;
    this.timer = null;
    if (this.isSent || text === this.kept) { return; }
    fetch(parts.dataset.keep, { method: "POST", body: about(this.form, data) }).then(function (answer) {
      if (!answer.ok || answer.redirected) { throw new Error(answer.status); }
      return answer.json();
    }).then(function (answer) {
      keeper.kept = text;
      keeper.say(answer.at ? parts.dataset.kept + " " + answer.at : "", answer.editors);
    }).catch(function () {
      keeper.say(parts.dataset.lost, []);
      keeper.begin();
    });
  };

  // A request that outlives the page.
  Keeper.prototype.leave = function () {
    var data = typedInto(this.form), text = asText(data);
    if (this.isSent || text === this.kept) { return; }
    if (navigator.sendBeacon(parts.dataset.keep, about(this.form, data))) { this.kept = text; }
  };

  Keeper.prototype.say = function (sentence, editors) {
    this.state.textContent = [sentence].concat(editors).filter(Boolean).join(" · ");
  };

  // What was kept earlier, and who else has this form open.
  Keeper.prototype.open = function () {
    var keeper = this, where = new URLSearchParams({ place: this.form.dataset.unsaved, seal: this.form.dataset.seal });
    fetch(parts.dataset.url + "?" + where).then(function (answer) { return answer.json(); }).then(function (answer) {
      keeper.say("", answer.editors);
      if (answer.fields && keeper.differs(answer.fields)) { keeper.offer(answer); }
    }).catch(function () { keeper.say("", []); });
  };

  Keeper.prototype.differs = function (fields) {
    return Object.keys(fields).some(function (name) {
      var box = this.form.elements[name];
      return box && box.tagName === "TEXTAREA" && fields[name][0].trim().length >= SHORTEST && box.value !== fields[name][0];
    }, this);
  };

  Keeper.prototype.offer = function (answer) {
    var offer = parts.content.querySelector(".unsaved-offer").cloneNode(true), keeper = this;
    var longest = Object.keys(answer.fields).map(function (name) {
      var box = keeper.form.elements[name];
      return box && box.tagName === "TEXTAREA" && box.value !== answer.fields[name][0] ? answer.fields[name][0] : "";
    }).sort(function (a, b) { return b.length - a.length; })[0];
    offer.querySelector(".unsaved-at").textContent = answer.at;
    offer.querySelector(".unsaved-text").textContent = longest.length > 200 ? longest.slice(0, 200) + " …" : longest;
    offer.querySelector("[data-use]").addEventListener("click", function () {
      keeper.fill(answer.fields);
      offer.remove();
    });
    offer.querySelector("[data-leave]").addEventListener("click", function () { offer.remove(); });
    this.form.prepend(offer);
    var folded = this.form.closest("details");
    if (folded) { folded.open = true; }
  };

  // The version too: if somebody has saved meanwhile, the server shows the difference before it saves this.
  Keeper.prototype.fill = function (fields) {
    var form = this.form, first = null;
    Array.from(form.elements).forEach(function (box) {
      if (!box.name || box.type === "file" || !(box.name in fields) && box.type !== "checkbox") { return; }
      if (box.name === "csrfmiddlewaretoken" || box.name === "form_key") { return; }
      var values = fields[box.name] || [];
      if (box.type === "checkbox" || box.type === "radio") { box.checked = values.indexOf(box.value) >= 0; return; }
      if (box.multiple) {
        Array.from(box.options).forEach(function (option) { option.selected = values.indexOf(option.value) >= 0; });
        return;
      }
      box.value = values[0];
      if (box.tagName === "TEXTAREA") { first = first || box; }
    });
    if (first) { first.focus(); }
    this.begin();
  };

  Array.from(document.querySelectorAll("form[data-unsaved]")).filter(hasText).forEach(function (form) {
    new Keeper(form).open();
  });
})();
