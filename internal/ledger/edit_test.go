package ledger

import (
	"slices"
	"testing"

	"kessai/internal/order"
	"kessai/internal/payment"
	"kessai/internal/problem"
)

// lines are the kinds of the timeline that a decision adds.
func (w *world) lines(decide func(*Ledger, tick) error) (kinds []EventKind, data []EventData) {
	w.t.Helper()
	w.must(func(l *Ledger, t tick) error {
		err := decide(l, t)
		kinds, data = nil, nil
		for _, e := range l.Events {
			kinds, data = append(kinds, e.Kind), append(data, e.Data)
		}
		return err
	})
	return kinds, data
}

// TestWhatSavingTells: the new total where it changed, the hold where goods or points moved,
// and nothing where nothing was changed.
func TestWhatSavingTells(t *testing.T) {
	t.Parallel()
	noted := sheetOf(wanted)
	noted.Note = "電話済み"
	dearer := sheetOf(wanted).priced(total + 300)
	costless := sheetOf(wanted)
	costless.Items = append(costless.Items, order.Item{Type: order.ItemCharge, Name: "手数料", Quantity: 0, TaxType: order.NonTaxable, TaxDisplayType: order.TaxIncluded})
	for name, tt := range map[string]struct {
		sheet Sheet
		lines []EventKind
		total order.Yen // told
	}{
		"nothing":              {sheetOf(wanted), nil, 0},
		"a note":               {noted, []EventKind{EventEdited}, 0},
		"a charge":             {dearer, []EventKind{EventEdited, EventAlertOpened}, total + 300},
		"a charge of none":     {costless, []EventKind{EventEdited}, 0},
		"a piece less":         {sheetOf(1), []EventKind{EventHoldChanged, EventEdited, EventAlertOpened}, 1100},
		"a piece less, priced": {sheetOf(1).priced(total), []EventKind{EventHoldChanged, EventEdited}, 0},
	} {
		w := newWorld(t)
		w.authorised("p1")
		var op *Operation
		kinds, data := w.lines(func(l *Ledger, tk tick) (err error) {
			op, err = l.planEdit(tk, Edit{Version: l.Version, UpdatedAt: l.Order.UpdatedAt, Sheet: tt.sheet, Actor: clerk, Key: "k"})
			return err
		})
		if !slices.Equal(kinds, tt.lines) || op != nil {
			t.Errorf("%s: %v", name, kinds)
		}
		if i := slices.Index(kinds, EventEdited); i >= 0 && data[i].Amount != tt.total {
			t.Errorf("%s: it tells of %s", name, data[i].Amount)
		}
		if w.keys["k"] != (tt.lines != nil) {
			t.Errorf("%s: its key is used: %v", name, w.keys["k"])
		}
	}
}

// TestWhatTheHoldNeverTookMovesNothing, not even a line of nought.
func TestWhatTheHoldNeverTookMovesNothing(t *testing.T) {
	t.Parallel()
	l := &Ledger{Hold: &Hold{}, Goods: &Goods{Stock: map[int64]Stock{8: {Left: 5}}}}
	lines := func(n int64) []order.Item {
		return []order.Item{{Type: order.ItemProduct, ProductClassID: 8, Quantity: n}}
	}
	if err := l.moveGoods(lines(3), lines(1)); err != nil || len(l.Moves) != 0 || len(l.Hold.Movements) != 0 {
		t.Errorf("%v, moves %+v, hold %+v", err, l.Moves, l.Hold)
	}
}

// TestPointsOfAnOrder: none below zero, and none of a guest.
func TestPointsOfAnOrder(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		customer, use, add int64
		code               string
	}{
		"none":                    {9, 0, 0, ""},
		"used":                    {9, 5, 0, ""},
		"given":                   {9, 0, 5, ""},
		"used below zero":         {9, -1, 0, order.CodePointInvalid},
		"given below zero":        {9, 0, -1, order.CodePointInvalid},
		"a guest's":               {0, 0, 0, ""},
		"used by a guest":         {0, 1, 0, order.CodePointInvalid},
		"given to a guest":        {0, 0, 1, order.CodePointInvalid},
		"a guest's, below zero":   {0, -1, 0, order.CodePointInvalid},
		"given a guest, and less": {0, 0, -1, order.CodePointInvalid},
	} {
		s := sheetOf(wanted)
		s.Totals.UsePoint, s.Totals.AddPoint = tt.use, tt.add
		l := &Ledger{Order: Head{CustomerID: tt.customer}}
		if err := l.checkTotals(s); code(err) != tt.code {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// TestPointsMoveWithTheOrder: the difference of the used ones while they are held, of the
// given ones once they were given, and no member below zero by it.
func TestPointsMoveWithTheOrder(t *testing.T) {
	t.Parallel()
	const member = 9
	for name, tt := range map[string]struct {
		customer      int64
		status        order.Status
		held          bool
		balance       int64
		used, given   [2]int64 // before, after
		left          int64    // of the member
		code          string
		wanted, shown int64 // of the refusal: what is wanted, and what is left
	}{
		"more used":                       {member, order.New, true, 50, [2]int64{10, 30}, [2]int64{}, 30, "", 0, 0},
		"all that is left":                {member, order.New, true, 20, [2]int64{10, 30}, [2]int64{}, 0, "", 0, 0},
		"one too many":                    {member, order.New, true, 19, [2]int64{10, 30}, [2]int64{}, 19, "point.short", 20, 19},
		"less used":                       {member, order.New, true, 50, [2]int64{30, 10}, [2]int64{}, 70, "", 0, 0},
		"less used, far below zero":       {member, order.New, true, -50, [2]int64{30, 10}, [2]int64{}, -30, "", 0, 0},
		"the same, below zero":            {member, order.New, true, -50, [2]int64{10, 10}, [2]int64{5, 5}, -50, "", 0, 0},
		"cancelled: they are back":        {member, order.Canceled, false, 5, [2]int64{10, 30}, [2]int64{}, 5, "", 0, 0},
		"returned: they are back":         {member, order.Returned, true, 5, [2]int64{10, 30}, [2]int64{}, 5, "", 0, 0},
		"more to give, not shipped":       {member, order.New, true, 5, [2]int64{}, [2]int64{10, 30}, 5, "", 0, 0},
		"more given":                      {member, order.Delivered, true, 5, [2]int64{}, [2]int64{10, 30}, 25, "", 0, 0},
		"less given":                      {member, order.Delivered, true, 20, [2]int64{}, [2]int64{30, 10}, 0, "", 0, 0},
		"less given than is left":         {member, order.Delivered, true, 19, [2]int64{}, [2]int64{30, 10}, 19, "point.short", 20, 19},
		"less given, cancelled hold":      {member, order.Delivered, false, 19, [2]int64{}, [2]int64{30, 10}, 19, "point.short", 20, 19},
		"less given and more used":        {member, order.Delivered, true, 29, [2]int64{0, 20}, [2]int64{30, 20}, 29, "point.short", 30, 29},
		"more given, and more used yet":   {member, order.Delivered, true, 5, [2]int64{0, 40}, [2]int64{10, 20}, 5, "point.short", 30, 5},
		"a guest has none to be short of": {0, order.New, true, 0, [2]int64{10, 30}, [2]int64{}, 0, "", 0, 0},
	} {
		l := &Ledger{Order: Head{CustomerID: tt.customer, Status: tt.status, UsePoint: tt.used[0], AddPoint: tt.given[0]}, Goods: &Goods{Points: tt.balance}}
		if tt.held {
			l.Hold = &Hold{Points: tt.used[0]}
		}
		err := l.movePoints(order.Totals{UsePoint: tt.used[1], AddPoint: tt.given[1]})
		left := tt.balance
		for _, m := range l.Moves {
			left += m.Sign * m.Points
		}
		if code(err) != tt.code || left != tt.left {
			t.Errorf("%s: %v, %d left", name, err, left)
		}
		if p, refused := problem.As(err); refused && (p.Args["Wanted"] != tt.wanted || p.Args["Left"] != tt.shown) {
			t.Errorf("%s: %v", name, p.Args)
		}
	}
}

// TestAMethodThatCannotBeLeft: where the payment cannot be cancelled now, nothing of the edit
// is saved.
func TestAMethodThatCannotBeLeft(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.authorised("p1").Status = payment.CaptureRequested
	s := sheetOf(1)
	s.PaymentRow = cashRow
	if op, err := w.save(s, LivingCancel); code(err) != "payment.transit" || op != nil {
		t.Errorf("%+v, %v", op, err)
	}
	if w.sheet.PaymentRow != cardRow || w.l.Order.Total != total || w.l.Current() == nil {
		t.Errorf("saved all the same: %+v", w.l.Order)
	}
}
