// The simulator's own card token script: same calls and callback object as Paygent's.
(function (global) {
  "use strict";

  // The endpoint lies beside this script unless URL is overwritten.
  var own = document.currentScript && document.currentScript.src;
  var endpoint = new URL("/n/token/request", own || global.location.href).href;

  function PaygentToken() {
    this.URL = endpoint;
  }

  function post(url, fields, callback) {
    if (typeof fetch !== "function") {
      callback({ result: "7000" });
      return;
    }
    var body = Object.keys(fields).map(function (name) {
      var value = fields[name];
      return encodeURIComponent(name) + "=" + encodeURIComponent(value === undefined || value === null ? "" : value);
    }).join("&");
    fetch(url, {
      method: "POST",
      mode: "cors",
      credentials: "omit",
      headers: { "Content-Type": "text/plain;charset=UTF-8" },
      body: body
    }).then(function (response) {
      if (!response.ok) {
        throw new Error("status " + response.status);
      }
      return response.json();
    }).catch(function () {
      return { result: "7001" };
    }).then(callback);
  }

  PaygentToken.prototype.createToken = function (merchantId, tokenKey, card, callback) {
    post(this.URL, {
      merchant_id: merchantId,
      token_generate_key: tokenKey,
      card_number: card.card_number,
      card_expire_year: card.expire_year,
      card_expire_month: card.expire_month,
      card_cvc: card.cvc,
      card_name: card.name
    }, callback);
  };

  PaygentToken.prototype.createCvcToken = function (merchantId, tokenKey, card, callback) {
    post(this.URL, {
      merchant_id: merchantId,
      token_generate_key: tokenKey,
      card_cvc: card.cvc,
      cvc_only_flg: "1"
    }, callback);
  };

  global.PaygentToken = PaygentToken;
})(window);
