package order

// Move is a status change that payment code makes, outside the machine of staff.
type Move struct {
	From, To Status
	Why      string
}

// Moves are all lawful moves of payment code (money.md §6, §7, §9; storefront.md
// §5.2). What happens to the hold is the state table's business, not the move's.
func Moves() []Move {
	return []Move{
		{Processing, Pending, "the buyer submitted the payment; stock and points are held"},
		{Processing, New, "placed without Paygent, or a late payment found its order given up"},
		{Processing, Paid, "nothing to pay, or a late payment that is already money"},
		{Pending, New, "authorised, or a number issued by the module type"},
		{Pending, Paid, "paid: bank, and numbers of the link type"},
		{Pending, Processing, "declined, given up or set aside; the buyer may try again"},
		{Pending, Canceled, "ended from outside, expired or rolled back"},
		{New, Paid, "captured or paid"},
		{New, Canceled, "cancelled, refunded or expired"},
		{InProgress, Canceled, "cancelled, refunded or expired"},
		{Paid, Canceled, "cancelled or refunded"},
	}
}

// PaymentMayMove reports whether payment code may change the status so.
func PaymentMayMove(from, to Status) bool {
	for _, m := range Moves() {
		if m.From == from && m.To == to {
			return true
		}
	}
	return false
}
