// Package shop is the embedded storefront up to the confirmed order: products,
// cart, guest's details, ご注文手続き and ご注文内容のご確認.
//
//	GET  /  /products/detail/{id}        what is for sale
//	POST /products/add_cart/{id}         into the cart
//	GET  /cart                           one cart per sale type; POST /cart/{operation}/{class}
//	GET  /cart/buystep/{cart_key}        begins the checkout of one cart
//	GET  /shopping/login, /shopping/nonmember (also POST)
//	GET  /shopping                       ご注文手続き: the order in 8 is made or found again
//	POST /shopping/redirect_to           computes the order again with what was chosen
//	GET  /shopping/shipping_edit         where to deliver, if not to the buyer (also POST)
//	POST /shopping/confirm               checks the choices; GET shows ご注文内容のご確認
//	GET  /shopping/error, /help/tradelaw
//
// A cart belongs to a session; its order is found by dtb_cart.pre_order_id, so no
// other session reaches it. The package writes the cart's tables and orders in 8
// (store.Drafts). It must not place an order, and imports neither checkout nor
// backoffice: they meet in app, by the order's id and a signed token.
//
// Source of its facts: storefront.md §1, §5; eccube.md §4.2, §4.3, §9; look.md.
package shop
