// The page size takes effect when it is chosen; without scripts its button does it.
(function () {
  "use strict";
  document.querySelectorAll("form[data-sizes]").forEach(function (form) {
    form.querySelector("button").hidden = true;
    form.querySelector("select").addEventListener("change", function () { form.submit(); });
  });
})();
