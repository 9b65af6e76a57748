// The page size takes effect when it is chosen; without scripts its button does it.
(function () {
  "use strict";
  document.querySelectorAll("form[data-sizes]").forEach(function (form) {
    form.querySelector("button").hidden = true;
    form.querySelector("select").addEventListener("change", function () { form.submit(); });
  });

  // 全注文: the whole search, so every box of the page is ticked with it, and it is
  // ticked no more once one of them is not. Its two places (desk and phone) agree.
  function tell(all, on) {
    document.querySelectorAll('input[data-all="' + all + '"]').forEach(function (b) { b.checked = on; });
    var whole = document.querySelector("[data-whole]");
    if (whole) whole.hidden = !document.querySelector("input[data-all]:checked");
  }
  document.addEventListener("change", function (e) {
    var box = e.target;
    if (!box.matches("input[type=checkbox][form=bulk]")) return;
    if (box.dataset.all) tell(box.dataset.all, box.checked);
    else if (!box.checked) tell(box.name, false);
  });
})();
