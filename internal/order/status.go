package order

import "strconv"

// Status is dtb_order.order_status_id (mtb_order_status; eccube.md §3).
type Status int16

const (
	New        Status = 1 // 新規受付
	Canceled   Status = 3 // 注文取消し
	InProgress Status = 4 // 対応中
	Delivered  Status = 5 // 発送済み
	Paid       Status = 6 // 入金済み
	Pending    Status = 7 // 決済処理中: a payment is under way
	Processing Status = 8 // 購入処理中: the order still belongs to the buyer's pages
	Returned   Status = 9 // 返品
)

// Statuses are all of them, sorted as EC-CUBE's lists are (sort_no 0..7).
func Statuses() []Status {
	return []Status{New, Paid, InProgress, Canceled, Delivered, Processing, Pending, Returned}
}

// Valid reports whether s is one of Statuses.
func (s Status) Valid() bool { return s == New || (s >= Canceled && s <= Returned) }

// Name is the name staff read.
func (s Status) Name() string {
	switch s {
	case New:
		return "新規受付"
	case Canceled:
		return "注文取消し"
	case InProgress:
		return "対応中"
	case Delivered:
		return "発送済み"
	case Paid:
		return "入金済み"
	case Pending:
		return "決済処理中"
	case Processing:
		return "購入処理中"
	case Returned:
		return "返品"
	}
	return strconv.Itoa(int(s))
}

// String is Name.
func (s Status) String() string { return s.Name() }

// CustomerName is what the customer reads (mtb_customer_order_status).
func (s Status) CustomerName() string {
	switch s {
	case New, InProgress, Paid, Pending:
		return "注文受付"
	case Processing:
		return "注文未完了"
	default:
		return s.Name()
	}
}

// Color is the background of the status badge (mtb_order_status_color).
func (s Status) Color() string {
	switch s {
	case New:
		return "#437ec4"
	case Canceled, Returned:
		return "#C04949"
	case InProgress:
		return "#EEB128"
	case Delivered, Paid:
		return "#25B877"
	default:
		return "#A3A3A3"
	}
}

// Incomplete reports 7 and 8, which customers' histories and the unfiltered
// list of staff hide (eccube.md §4.1).
func (s Status) Incomplete() bool { return s == Pending || s == Processing }

// CountsAsPurchase reports whether the order counts in the member's buy_times,
// buy_total and first and last dates (eccube.md §4.1, updateOrderSummary).
func (s Status) CountsAsPurchase() bool {
	return s == New || s == InProgress || s == Delivered || s == Paid
}
