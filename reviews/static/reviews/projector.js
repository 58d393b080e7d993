// The projector follows the rapporteur: it asks every three seconds whether something is new. Without this file
// the page reloads by itself.
(function () {
  "use strict";
  var EVERY = 3000;
  var screen = document.getElementById("screen"), notice = document.querySelector(".projector-stale");
  var started = Date.now() - secondsOf(screen) * 1000;

  function secondsOf(part) {
    var timer = part.querySelector("[data-seconds]");
    return timer ? Number(timer.dataset.seconds) : 0;
  }

  function twoDigits(number) { return String(number).padStart(2, "0"); }

  function tick() {
    var timer = screen.querySelector("[data-seconds]");
    if (!timer) { return; }
    var seconds = Math.max(0, Math.floor((Date.now() - started) / 1000));
    timer.textContent = twoDigits(Math.floor(seconds / 60)) + ":" + twoDigits(seconds % 60);
  }

  function show(text) {
    var page = new DOMParser().parseFromString(text, "text/html"), next = page.getElementById("screen");
    if (!next) { window.location.reload(); return; } // signed out, or the round is gone
    started = Date.now() - secondsOf(next) * 1000;
    screen.replaceWith(next);
    screen = next;
  }

  function ask() {
    fetch(window.location.href, {
      headers: { "If-None-Match": screen.dataset.etag }, cache: "no-store", credentials: "same-origin"
    }).then(function (answer) {
      notice.hidden = true;
      return answer.status === 304 ? null : answer.text().then(show);
    }).catch(function () { notice.hidden = false; }).then(function () { setTimeout(ask, EVERY); });
  }

  setTimeout(ask, EVERY);
  setInterval(tick, 1000);
})();
