// Package paygentsim is a stateful simulator of Paygent's payment centre: a Paygent to test
// against without a contract, in one process and without a goroutine of its own.
//
// It owns the centre's side of card, 3-D Secure 1.0 and 2.0, stored cards, convenience store,
// ATM, bank net, carriers and Paidy: telegrams 010, 020 to 030, 060, 090, 091, 094, 100 to 104,
// 340 to 343 and 450, the link type, the pages their buyers see, the scripts of card tokens
// and of Paidy, difference notifications with hash and retries, statuses that change by a
// clock that can be moved, and the 試験環境ツール with which a person or a test acts as
// store, bank, carrier or ペイジェントオンライン. Every other telegram kind is answered with P010.
//
//	sim, err := paygentsim.New(paygentsim.Options{NoticeURL: "http://127.0.0.1:8080/paygent_payment_difference_notice"})
//	client := &http.Client{Transport: sim.Transport()} // without a socket
//	…
//	for { worked, next, err := sim.Step(ctx); … }       // delivers notices, lets statuses change
//
// Handlers, for listeners the caller owns:
//
//	Handler          telegrams, link type, pages, scripts; plain, or over TLS with TLSConfig
//	BrowserHandler   the same without telegrams, for a plain listener beside the mutual-TLS one
//	ControlHandler   試験環境ツール and its JSON, for a listener nobody else reaches
//
// Set Options.PageURL to where a browser reaches the pages when telegrams arrive elsewhere.
// WriteKit writes a 接続キット (conf, client certificate, CA) that fits.
//
// Every request is checked against one table per telegram (tables.go); docs/simulator.md
// describes pages, knobs and limits. Faults come from a printed seed: the fault of a telegram
// depends on the seed and its ordinal alone, that of a notice on the seed and its id, so a
// run repeats exactly. MagicCards lists card numbers that force an outcome.
//
// Where the public record gives no code, the answer is visibly the simulator's:
//
//	SIM001  merchant_id, connect_id or connect_password is wrong
//	SIM002  the payment's status does not allow the operation
//	SIM003  no such payment
//	SIM004  several payments share the trading_id
//	SIM005  the token has expired
//	SIM006  the token was used before
//	SIM007  no more cards can be stored for the customer
//	SIM008  the merchant has no contract for the method
//	SIM009  the 3-D Secure authentication is unknown, not finished, failed, used, or of another card
//	SIM010  the operation is not for this kind of payment
//	SIM011  the amount is more than there is
//	SIM012  the carrier's authentication (open_id) is unknown or used
//	SIM013  hc or request_date of hash authentication is wrong
//	SIM014  hc of a link type request is wrong
//	SIM999  the simulator itself failed
//
// The package imports neither the client nor the service: codec and hashes are
// written a second time on purpose, so that a mistake in one shows in the other.
// Facts: protocol.md §1–§20.
package paygentsim
