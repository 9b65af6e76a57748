// What makes the pages smoother. Every page works without it.
(function () {
  "use strict";

  // A form is sent once: its button says so and cannot be pressed again. Coming
  // back with the browser's back button makes it ready again.
  function busy(form, button) {
    form.dataset.busy = "1";
    form.setAttribute("aria-busy", "true");
    if (!button || button.dataset.keep !== undefined) return;
    // The pressed button's value must still be sent, so it is disabled a moment later.
    setTimeout(function () {
      button.dataset.label = button.textContent;
      button.textContent = button.dataset.busy || "処理中…";
      button.setAttribute("aria-disabled", "true");
      button.classList.add("is-busy");
    }, 0);
  }

  function ready(form) {
    delete form.dataset.busy;
    form.removeAttribute("aria-busy");
    document.querySelectorAll(".is-busy").forEach(function (b) {
      if (b.form !== form) return;
      b.textContent = b.dataset.label;
      b.removeAttribute("aria-disabled");
      b.classList.remove("is-busy");
    });
  }

  document.addEventListener("submit", function (e) {
    var form = e.target, button = e.submitter;
    if (button && button.dataset.confirm) {
      var dialog = document.getElementById(button.dataset.confirm);
      if (dialog && dialog.showModal) {
        e.preventDefault();
        dialog.showModal();
        return;
      }
    }
    if ((form.getAttribute("method") || "").toLowerCase() !== "post" || e.defaultPrevented) return;
    if (form.dataset.busy) {
      e.preventDefault();
      return;
    }
    busy(form, button);
  });

  window.addEventListener("pageshow", function (e) {
    if (e.persisted) document.querySelectorAll("form[data-busy]").forEach(ready);
  });

  document.addEventListener("click", function (e) {
    var close = e.target.closest("[data-close]");
    if (close) close.closest("dialog").close();

    var message = e.target.closest("[data-dismiss]");
    if (message) message.closest(".message").remove();

    var copy = e.target.closest("[data-copy]");
    if (copy && navigator.clipboard) {
      navigator.clipboard.writeText(copy.dataset.copy).then(function () {
        say(copy.dataset.copied || "コピーしました");
      });
    }
  });

  // A short word for screen readers and eyes that needs no answer.
  function say(text) {
    var box = document.getElementById("toast");
    if (!box) {
      box = document.createElement("div");
      box.id = "toast";
      box.setAttribute("role", "status");
      document.body.append(box);
    }
    box.textContent = text;
    box.classList.add("is-on");
    clearTimeout(say.timer);
    say.timer = setTimeout(function () { box.classList.remove("is-on"); }, 2500);
  }

  // The menu as a drawer: opened by its link's #menu, closed by Esc.
  document.addEventListener("keydown", function (e) {
    if (e.key === "Escape" && location.hash === "#menu") closeMenu();
  });
  document.addEventListener("click", function (e) {
    if (e.target.closest("[data-menu-close]")) {
      e.preventDefault();
      closeMenu();
    }
  });
  function closeMenu() {
    location.hash = "";
    history.replaceState(null, "", location.pathname + location.search);
    var burger = document.querySelector(".burger");
    if (burger) burger.focus();
  }

  // A whole row leads where its first link leads.
  document.addEventListener("click", function (e) {
    var row = e.target.closest("tr[data-href]");
    if (!row || e.target.closest("a, button, input, select, label, summary") || getSelection().toString()) return;
    location.href = row.dataset.href;
  });

  // Boxes of a column: the one in the head ticks all, and a bar tells how many are
  // ticked and what they come to (data-amount in yen).
  document.addEventListener("change", function (e) {
    var box = e.target;
    if (!box.matches("input[type=checkbox]")) return;
    if (box.dataset.all) {
      document.querySelectorAll('input[type=checkbox][name="' + CSS.escape(box.dataset.all) + '"]:not(:disabled)').forEach(function (b) {
        b.checked = box.checked;
      });
    }
    document.querySelectorAll("[data-ticked]").forEach(tell);
  });
  function tell(bar) {
    var sum = 0, n = 0;
    document.querySelectorAll('input[type=checkbox][name="' + CSS.escape(bar.dataset.ticked) + '"]:checked').forEach(function (b) {
      n += 1;
      sum += Number(b.dataset.amount || 0);
    });
    bar.hidden = n === 0;
    bar.querySelectorAll("[data-count]").forEach(function (x) { x.textContent = n; });
    bar.querySelectorAll("[data-sum]").forEach(function (x) { x.textContent = "¥" + sum.toLocaleString("ja-JP"); });
  }

  // What the server says to a piece that htmx asked for, if it is an error.
  document.addEventListener("htmx:responseError", function (e) {
    show("danger", (e.detail.xhr && e.detail.xhr.responseText) || "通信に失敗しました。もう一度お試しください。");
  });
  document.addEventListener("htmx:sendError", function () {
    show("danger", "通信に失敗しました。もう一度お試しください。");
  });
  function show(tone, text) {
    var messages = document.getElementById("messages");
    if (!messages) return;
    var box = document.createElement("div");
    box.className = "message message-" + tone;
    box.setAttribute("role", "alert");
    var p = document.createElement("p");
    p.textContent = text;
    box.append(p);
    messages.append(box);
  }

  function start() {
    document.querySelectorAll("[data-dismiss], [data-copy]").forEach(function (b) { b.hidden = false; });
    document.querySelectorAll("[data-ticked]").forEach(tell);
    var summary = document.getElementById("error-summary");
    if (summary) summary.focus();
  }
  if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", start);
  else start();
})();
