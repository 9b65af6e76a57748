// Package paygent is a client of Paygent's payment centre (ペイジェント決済センター): it does
// what the connection module (接続モジュール) of the EC-CUBE plugin does, in Go, for every payment
// method of the plugin's manual, and knows the link type and all that comes back besides.
//
//	cfg, err := paygent.ReadConfig("/shop/PluginData/PaygentPayment/modenv_properties.conf")
//	client, err := paygent.New(paygent.Options{Config: cfg, MerchantID: "1234", ConnectID: "conn01", ConnectPassword: password})
//	auth, err := client.Authorize(ctx, paygent.AuthorizeRequest{TradingID: "52", Amount: 3300, PaymentClass: paygent.LumpSum, CardToken: token})
//
// # Paygent in a page
//
// A shop sends telegrams (電文): one HTTPS request and answer each, known by a kind (電文種別ID)
// of three digits, 020 for a card's authorisation. The shop names a payment by its trading_id,
// usually the order's number; the centre by a payment_id, and one trading_id can have several.
//
// Most payments are not over when a telegram is answered. The centre tells every change of
// status by a difference notification (決済情報差分通知), a signed POST to the shop that [ParseNotice]
// reads; [Client.Sweep] collects those that never came, and [Client.Inquire] asks about one payment.
//
//	method               begins with                          then
//	card                 Authorize (020): 20 オーソリOK         Capture (022): 40; CancelAuthorization (021): 32;
//	                                                          CancelCapture (023): 60; Correct… (028, 029): another id
//	card, 3-D Secure 2.0 AuthenticateThreeDS (450), the       Authorize with the AuthID and the same card
//	                     buyer's return by ParseThreeDS2
//	card, 3-D Secure 1.0 Authorize answers NeedsThreeDS       the return by ParseThreeDS1, or CompleteThreeDS (024)
//	stored cards         StoreCard, DeleteCard, ListCards     Authorize with a StoredCard
//	convenience store    ApplyConveni (030): 10 申込済          paid: 43 速報検知済, then 40 消込済; expired: 12
//	ATM (Pay-easy)       ApplyATM (010): 10                   paid: 40; expired: 12
//	bank net             ApplyBank (060): no payment yet      the buyer pays on the page: 40; leaves: 15
//	mobile carriers      AuthenticateCareer (104; au,         20 or 21; CaptureCareer (101): 40, d払い later 44;
//	                     docomo), ApplyCareer (100)           CancelCareer (102): 32 or 60; ChangeCareer (103)
//	Paidy                in the browser, without a telegram   20; CapturePaidy (341): 40; CancelPaidy (340): 32;
//	                                                          RefundPaidy (342): 60, or 40 with less
//	link type            Link.Open, or Link.Form: the buyer   as its method does; only notices tell
//	                     chooses and pays on Paygent's pages
//
// An authorisation of a card holds for 60 days, then it is 33; after 41 a capture cannot be
// taken back. Card numbers never reach the shop: the buyer's browser makes a token of them,
// good for one use, though 450 and the 020 after it share one. Where the centre answers a
// page for the browser, do not echo it: [ExtractForm] reads its one form, to be sent by a
// page of the shop's own. What browsers bring back without a hash ([ParseReturn]) proves nothing.
//
// Kinds without an operation of their own go through [Client.Do].
//
// # What an error means
//
// Every error of a telegram is one of three, found with errors.As; [Outcome] names them:
//
//   - [*DeclinedError]: the centre or the card company said no.
//   - [*RejectedError]: the request or the configuration is wrong (a P or E code), or, with
//     NotSent, no byte of the telegram was handed to the connection. Nothing happened.
//   - [*UnknownError]: the telegram was sent and no trustworthy answer came. It may have taken
//     effect. Ask with [Client.Inquire]; never send it again blindly. The client itself never repeats one.
//
// An operation whose success lacks what it is for (an ATM's number, a page's address), or is
// about another payment, is unknown too, with whatever PaymentID the answer has.
//
// Why a request never left is inside: a [*FieldError] names a parameter, with its Japanese
// label, and its limit; an [*EncodingError] the field and character that Windows-31J does not have; a
// [*ConfigError] file, line and key, and says what to do. Their codes E01xxx and E02xxx are the
// connection module's, which the manual's 1.10.3 explains. Codes of the centre are values, never
// a closed list; [Response] keeps every item, known or not.
//
// # Names, amounts, times
//
// Buyers' names and texts are given as they were typed. [Fit] makes each what its field takes,
// full or half width, with or without voiced marks, and refuses what is too long: called
// before, it previews what the centre will receive.
//
// Amounts are whole yen. Times of the centre are Japanese (UTC+9) and come as time.Time in [JST];
// an empty one is the zero time. Texts are UTF-8 on this side; on the wire they are Windows-31J, or
// UTF-8 for the kinds that the configuration names and for the link type. Secrets are of type
// [Secret] and print as ***.
//
// # Testing a shop
//
// [Options].Transport takes any http.RoundTripper; package paygentsim is a whole centre. [SignNotice],
// [SignThreeDS1] and [SignThreeDS2] make valid notifications and returns. testdata/wire holds bytes of
// every telegram with the values they stand for.
//
// # What it must not do
//
// It keeps no state but connections, starts nothing in the background, retries nothing, follows no
// redirect, reads no environment variable and logs through [WireLog] alone, by a list of what may be logged.
//
// Facts are cited as "protocol.md §N", the project's notes on the protocol; [C] there and here
// marks a guess about the centre.
package paygent
