// Package checkout is the buyer's way from an order in 購入処理中 with its method
// chosen to 完了 (the shop, embedded or attached, has brought it that far):
//
//	POST /shopping/checkout                        checks the total and chooses the page
//	GET  /paygent_payment/payment_credit           card page; POST pays
//	GET  /paygent_payment/payment_credit/back      back to ご注文手続き
//	GET  /shopping/wait                            確認中: refreshes itself
//	POST /shopping/giveup                          the buyer gives an attempt up
//	GET  /shopping/complete                        ご注文完了
//
// A buyer is known by a signed token that names the order (order.go), never by the
// cart. After every step dispatch asks ledger.Next where the order is, so a reload,
// a second tab or the back button cannot lead anywhere else.
// It must not import the shop, and decides nothing about money.
// Source of its facts: storefront.md §5, §6; look.md.
package checkout
