// The card page: the card goes from here to Paygent, and only a one-time token to the
// shop. None of the card's inputs has a name, so even without this file the browser
// would not send them.
(function () {
  "use strict";
  var form = document.getElementById("card-form");
  if (!form) return;
  var button = document.getElementById("pay-button");
  var number = document.getElementById("f-card_number");
  var expiry = document.getElementById("f-card_expiry");
  var cvc = document.getElementById("f-card_cvc");
  var name = document.getElementById("f-card_name");
  var brand = document.getElementById("card-brand");
  var message = document.getElementById("card-message");
  var label = button.textContent;
  var busy = false;

  // Texts of Paygent's result codes (storefront.md §6.1).
  var texts = {
    1300: [number, "カード番号が入力されていません。"], 1301: [number, "カード番号の書式が不正です。"],
    1400: [expiry, "有効期限(年)が入力されていません。"], 1401: [expiry, "有効期限(年)の書式が不正です。"],
    1500: [expiry, "有効期限(月)が入力されていません。"], 1501: [expiry, "有効期限(月)の書式が不正です。"],
    1502: [expiry, "有効期限(年月)が不正です。"], 1600: [cvc, "セキュリティコードの書式が不正です。"],
    1700: [name, "カード名義の書式が不正です。"], 7000: [null, "非対応のブラウザです。"],
    7001: [null, "カード情報を送信できませんでした。通信環境をご確認のうえ、もう一度お試しください。"],
    8000: [null, "システムメンテナンス中です。"]
  };

  function half(text) {
    return text.replace(/[０-９]/g, function (c) { return String.fromCharCode(c.charCodeAt(0) - 0xfee0); });
  }
  function digits(text) { return half(text).replace(/\D/g, ""); }

  function brandOf(n) {
    if (/^4/.test(n)) return "Visa";
    if (/^(5[1-5]|2[2-7])/.test(n)) return "Mastercard";
    if (/^35/.test(n)) return "JCB";
    if (/^3[47]/.test(n)) return "American Express";
    if (/^3(0|6|8)/.test(n)) return "Diners Club";
    return "";
  }

  // Groups of four (American Express: 4-6-5), with the caret kept where it was.
  number.addEventListener("input", function () {
    var before = digits(number.value.slice(0, number.selectionStart)).length;
    var n = digits(number.value).slice(0, 19);
    var parts = /^3[47]/.test(n) ? [n.slice(0, 4), n.slice(4, 10), n.slice(10)] : n.match(/.{1,4}/g) || [];
    number.value = parts.filter(Boolean).join(" ");
    brand.textContent = brandOf(n);
    var at = 0, seen = 0;
    while (at < number.value.length && seen < before) { if (/\d/.test(number.value[at])) seen++; at++; }
    number.setSelectionRange(at, at);
    clear(number);
  });
  expiry.addEventListener("input", function (e) {
    clear(expiry);
    if (e.inputType && e.inputType.indexOf("delete") === 0) return;
    var d = digits(expiry.value).slice(0, 6);
    if (/^[2-9]/.test(d)) d = "0" + d;
    expiry.value = d.length >= 2 ? d.slice(0, 2) + " / " + d.slice(2) : d;
  });
  [cvc, name].forEach(function (i) { if (i) i.addEventListener("input", function () { clear(i); }); });

  function say(input, text) {
    if (!input) {
      message.querySelector("p").textContent = text;
      message.hidden = false;
      return;
    }
    var p = document.getElementById(input.id + "-error");
    p.querySelector("span").textContent = text;
    p.hidden = false;
    input.setAttribute("aria-invalid", "true");
    input.closest(".field").classList.add("is-wrong");
  }
  function clear(input) {
    var p = document.getElementById(input.id + "-error");
    if (p) p.hidden = true;
    input.removeAttribute("aria-invalid");
    input.closest(".field").classList.remove("is-wrong");
  }

  function check(card) {
    var wrong = [];
    if (!card.number) wrong.push([number, texts[1300][1]]);
    else if (card.number.length < 14 || card.number.length > 16) wrong.push([number, texts[1301][1]]);
    if (!card.month && !card.year) wrong.push([expiry, "有効期限が入力されていません。"]);
    else if (!/^(0[1-9]|1[0-2])$/.test(card.month) || !/^\d\d$/.test(card.year)) wrong.push([expiry, texts[1502][1]]);
    if (cvc && !card.cvc) wrong.push([cvc, "セキュリティコードが入力されていません。"]);
    else if (cvc && !/^\d{3,4}$/.test(card.cvc)) wrong.push([cvc, texts[1600][1]]);
    if (!card.name) wrong.push([name, "カード名義が入力されていません。"]);
    else if (!/^[A-Za-z0-9 .,'\/-]+$/.test(card.name)) wrong.push([name, "カード名義は半角ローマ字でご入力ください。"]);
    return wrong;
  }

  function work(on) {
    busy = on;
    button.disabled = on;
    button.setAttribute("aria-busy", on ? "true" : "false");
    button.textContent = on ? button.dataset.busy : label;
  }

  form.addEventListener("submit", function (event) {
    if (form.elements.card_token.value) return; // our own submit, below
    event.preventDefault();
    event.stopPropagation();
    if (busy) return;
    message.hidden = true;
    [number, expiry, cvc, name].forEach(function (i) { if (i) clear(i); });
    var d = digits(expiry.value);
    var card = {
      number: digits(number.value), month: d.slice(0, 2), year: d.length === 6 ? d.slice(4) : d.slice(2, 4),
      cvc: cvc ? digits(cvc.value) : "", name: name.value.trim().toUpperCase()
    };
    var wrong = check(card);
    if (wrong.length) {
      wrong.forEach(function (w) { say(w[0], w[1]); });
      wrong[0][0].focus();
      return;
    }
    if (typeof window.PaygentToken !== "function") { say(null, texts[7001][1]); return; }
    work(true);
    new window.PaygentToken().createToken(form.dataset.merchant, form.dataset.key, {
      card_number: card.number, expire_year: card.year, expire_month: card.month, cvc: card.cvc, name: card.name
    }, function (answer) {
      if (!answer || answer.result !== "0000") {
        work(false);
        var known = answer && texts[answer.result];
        if (known) say(known[0], known[1]);
        else say(null, "システムエラー (" + (answer ? answer.result : "7001") + ")");
        (known && known[0] || button).focus();
        return;
      }
      [number, expiry, cvc, name].forEach(function (i) { if (i) i.value = ""; });
      form.elements.card_token.value = answer.tokenizedCardObject.token;
      HTMLFormElement.prototype.submit.call(form);
    });
  }, true);

  // Why the last try failed is read first.
  var refusal = document.getElementById("refusal");
  if (refusal) refusal.focus();

  // A page taken back from the browser's memory must be able to pay again.
  window.addEventListener("pageshow", function (event) {
    if (event.persisted) { form.elements.card_token.value = ""; work(false); }
  });
})();
