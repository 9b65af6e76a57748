// The simulator's stand-in for Paidy's script: Paidy.configure({...}).launch({...}). Its window
// lets a tester authorise, be rejected or close, and cheat with the amount.
(function (global) {
  "use strict";

  var own = document.currentScript && document.currentScript.src;
  var endpoint = new URL("/paidy/payments", own || global.location.href).href;

  function element(tag, style, text) {
    var e = document.createElement(tag);
    Object.keys(style).forEach(function (name) { e.style.setProperty(name, style[name]); });
    if (text) { e.textContent = text; }
    return e;
  }

  function button(text, background, color) {
    var b = element("button", {
      display: "block", width: "100%", "min-height": "48px", margin: "12px 0 0", padding: "8px", font: "600 16px/1.5 sans-serif",
      border: "1px solid #5b3fa8", "border-radius": "6px", background: background, color: color, cursor: "pointer"
    }, text);
    b.type = "button";
    return b;
  }

  function row(box, label, value) {
    box.appendChild(element("p", { margin: "0 0 4px", font: "14px/1.6 sans-serif", color: "#5b6372" }, label + "：" + (value || "（なし）")));
  }

  function check(box, text, id) {
    var label = element("label", { display: "flex", gap: "8px", "align-items": "center", margin: "12px 0 0", font: "14px/1.6 sans-serif" });
    var input = element("input", { width: "20px", height: "20px" });
    input.type = "checkbox";
    input.id = id;
    label.appendChild(input);
    label.appendChild(document.createTextNode(text));
    box.appendChild(label);
    return input;
  }

  function Handler(config) { this.config = config || {}; }

  Handler.prototype.launch = function (payload) {
    var config = this.config, order = (payload && payload.order) || {}, buyer = (payload && payload.buyer) || {};
    var overlay = element("div", {
      position: "fixed", inset: "0", "z-index": "2147483647", background: "rgba(0,0,0,.5)", display: "flex",
      "align-items": "center", "justify-content": "center", padding: "16px"
    });
    overlay.id = "paidy-simulator";
    var box = element("div", {
      background: "#fff", color: "#1f2430", "border-radius": "8px", width: "100%", "max-width": "420px", padding: "0 0 24px",
      "max-height": "90vh", overflow: "auto", "text-align": "left"
    });
    box.setAttribute("role", "dialog");
    box.setAttribute("aria-modal", "true");
    box.setAttribute("aria-label", "Paidy（シミュレーター）");
    box.appendChild(element("div", {
      background: "#5b3fa8", color: "#fff", padding: "8px 12px", font: "600 14px/1.6 sans-serif", "text-align": "center", "border-radius": "8px 8px 0 0"
    }, "シミュレーターです。実際の請求は発生しません。"));
    var body = element("div", { padding: "16px 24px 0" });
    box.appendChild(body);
    body.appendChild(element("h2", { margin: "0 0 12px", font: "700 20px/1.5 sans-serif" }, "Paidy翌月払い"));
    row(body, "ショップ", payload && payload.store_name);
    row(body, "メールアドレス", buyer.email);
    row(body, "取引ID", order.order_ref);
    var label = element("label", { display: "block", margin: "12px 0 4px", font: "600 14px/1.6 sans-serif" }, "お支払金額（書き換えられます）");
    label.htmlFor = "paidy-simulator-amount";
    var amount = element("input", { width: "100%", "min-height": "48px", padding: "8px 12px", font: "20px sans-serif", "box-sizing": "border-box" });
    amount.id = "paidy-simulator-amount";
    amount.inputMode = "numeric";
    amount.value = String(payload && payload.amount);
    body.appendChild(label);
    body.appendChild(amount);
    var lost = check(body, "Webhookを届けない", "paidy-simulator-lost");
    var problem = element("p", { color: "#9b2c2c", font: "600 14px/1.6 sans-serif", margin: "12px 0 0" });
    problem.setAttribute("role", "alert");
    body.appendChild(problem);
    var authorize = button("承認する", "#5b3fa8", "#fff"), reject = button("否認される", "#fff", "#9b2c2c"), close = button("閉じる", "#fff", "#1f2430");
    authorize.id = "paidy-simulator-authorize";
    reject.id = "paidy-simulator-reject";
    close.id = "paidy-simulator-close";
    [authorize, reject, close].forEach(function (b) { body.appendChild(b); });
    overlay.appendChild(box);
    document.body.appendChild(overlay);
    authorize.focus();

    var ended = false;
    function finish(data) {
      if (ended) { return; }
      ended = true;
      overlay.remove();
      document.removeEventListener("keydown", onKey);
      if (typeof config.closed === "function") { config.closed(data); }
    }
    function closed() {
      finish({ amount: payload && payload.amount, currency: payload && payload.currency, created_at: new Date().toISOString(), id: null, status: "closed" });
    }
    function onKey(e) { if (e.key === "Escape") { closed(); } }
    document.addEventListener("keydown", onKey);

    function decide(decision) {
      authorize.disabled = reject.disabled = true;
      var sent = Object.assign({}, payload, { amount: Number(amount.value) });
      fetch(endpoint, {
        method: "POST", mode: "cors", credentials: "omit", headers: { "Content-Type": "text/plain;charset=UTF-8" },
        body: JSON.stringify({ api_key: config.api_key, decision: decision, lose_webhook: lost.checked, payload: sent })
      }).then(function (response) {
        return response.json().then(function (data) {
          if (!response.ok) { throw new Error(data.error.message); }
          finish(data);
        });
      }).catch(function (e) {
        authorize.disabled = reject.disabled = false;
        problem.textContent = "Paidyが受け付けませんでした：" + e.message;
      });
    }
    authorize.addEventListener("click", function () { decide("authorized"); });
    reject.addEventListener("click", function () { decide("rejected"); });
    close.addEventListener("click", closed);
  };

  global.Paidy = { configure: function (config) { return new Handler(config); } };
})(window);
