// Package order is the order itself, without a database and without a payment:
// its lines, totals and tax, EC-CUBE's status machine, the arithmetic of stock
// and points, addresses, and what a buyer may choose.
//
// Everything here is a pure function of what is handed in. The package imports
// the standard library and problem only; it never reads a clock, a database or
// the environment. Who writes the results is the business of store and ledger.
//
// One file per subject:
//
//	yen.go          amounts
//	status.go       dtb_order.order_status_id: names, colours, what the customer sees
//	transition.go   the machine of staff's status changes and its side effects
//	move.go         the status changes that only payment code makes (7 and 8)
//	item.go         one row of dtb_order_item
//	tax.go, rule.go tax of one unit; which tax rule applies
//	draft.go, calculate.go, fee.go, point.go   a cart becomes items and totals
//	totals.go       totals of existing items; invoice.go per tax rate
//	choice.go, stock.go, movement.go           payments offered, limits, shortages, holds
//	number.go       order_no and pre_order_id
//	address.go, prefecture.go                  buyer and destination
//	codes.go        the problems raised here, with their sentences
//
// Facts: eccube.md §3, §4, §9; money.md §6, §7; storefront.md §1, §5.2.
package order
