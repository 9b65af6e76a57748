// Package paygent is a client of Paygent's payment centre (ペイジェント決済センター): it does
// what the connection module (接続モジュール) of the EC-CUBE plugin does, in Go.
//
//	cfg, err := paygent.ReadConfig("/shop/PluginData/PaygentPayment/modenv_properties.conf")
//	client, err := paygent.New(paygent.Options{Config: cfg, MerchantID: "1234", ConnectID: "conn01", ConnectPassword: password})
//	auth, err := client.Authorize(ctx, paygent.AuthorizeRequest{TradingID: "52", Amount: 3300, PaymentClass: paygent.LumpSum, CardToken: token})
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
// Why a request never left is inside: a [*ConfigError] names file, line and key and says
// what to do, an [*EncodingError] the field and character that Windows-31J does not have.
//
// # Units
//
// Amounts are whole yen. Times of the centre are Japanese (UTC+9) and come as time.Time in [JST];
// an empty one is the zero time. Texts are UTF-8 on this side; on the wire they are Windows-31J, or
// UTF-8 for the kinds that the configuration names. Secrets are of type [Secret] and print as ***.
//
// # What it must not do
//
// It keeps no state but connections, starts nothing in the background, retries nothing, follows no
// redirect, reads no environment variable and logs through [WireLog] alone, by a list of what may be logged.
//
// Facts are cited as "protocol.md §N", the project's notes on the protocol.
package paygent
