// ご注文手続き: another delivery or payment is computed at once, without the button.
// Place and focus stay where they were.
(function () {
  "use strict";
  var key = "shop.procedure";

  document.addEventListener("change", function (e) {
    var form = document.getElementById("procedure");
    var button = document.getElementById("recompute");
    if (!form || !button || !e.target.matches("[data-recompute]")) return;
    try {
      sessionStorage.setItem(key, JSON.stringify({ y: window.scrollY, id: e.target.id }));
    } catch (_) { /* without storage the page begins at its top */ }
    form.requestSubmit(button);
  });

  window.addEventListener("load", function () {
    var was = null;
    try {
      was = JSON.parse(sessionStorage.getItem(key));
      sessionStorage.removeItem(key);
    } catch (_) { return; }
    if (!was || document.getElementById("error-summary")) return;
    window.scrollTo({ top: was.y, behavior: "instant" });
    var field = document.getElementById(was.id);
    if (field) field.focus({ preventScroll: true });
  });

  document.querySelectorAll("[data-noscript]").forEach(function (b) { b.hidden = true; });
})();
