// Package paygentsim is a stateful simulator of Paygent's payment centre: a
// Paygent to test against without a contract, in one process and without a
// goroutine of its own.
//
// It owns the centre's side of card payments: telegrams 020, 021, 022, 023, 091
// and 094, the card token script and its endpoint, difference notifications with
// hash and retries, statuses that expire by the handed clock, and the 試験環境ツール
// with which a person or a test changes a status by hand. Every other telegram
// kind, stored cards and 3-D Secure are answered with P010 naming the parameter.
//
//	sim, err := paygentsim.New(paygentsim.Options{NoticeURL: "http://127.0.0.1:8080/paygent_payment_difference_notice"})
//	client := &http.Client{Transport: sim.Transport()} // without a socket
//	…
//	for { worked, next, err := sim.Step(ctx); … }       // delivers notices, lets statuses expire
//
// Handlers, for listeners the caller owns:
//
//	Handler          telegrams, token endpoint, /js/PaygentToken.js; plain, or over TLS with TLSConfig
//	BrowserHandler   the token endpoint and script alone, for a plain listener beside the mutual-TLS one
//	ControlHandler   試験環境ツール and its JSON, for a listener nobody else reaches
//
// WriteKit writes a 接続キット (conf, client certificate, CA) that fits.
//
// Faults come from a printed seed: the fault of a telegram depends on the seed and
// its ordinal alone, that of a notice on the seed and its id, so a run repeats
// exactly. MagicCards lists card numbers that force an outcome.
//
// Where the public record gives no code, the answer is visibly the simulator's:
//
//	SIM001  merchant_id, connect_id or connect_password is wrong
//	SIM002  the payment's status does not allow the operation
//	SIM003  no such payment
//	SIM004  several payments share the trading_id
//	SIM005  the token has expired
//	SIM006  the token was used before
//
// The package imports neither the client nor the service: codec and hashes are
// written a second time on purpose, so that a mistake in one shows in the other.
// Facts: protocol.md §1–§7, §9, §17–§20.
package paygentsim
