package shop

import (
	"context"
	"slices"
	"time"

	"kessai/internal/database"
	"kessai/internal/order"
	"kessai/internal/store"
	"kessai/internal/wording"
)

// delivery is a delivery method offered for a sale type.
type delivery struct {
	ID            int64
	Name, Service string
	Times         []deliveryTime
}

// deliveryTime is 午前 or 午後.
type deliveryTime struct {
	ID   int64
	Name string
}

// Title is the method's name with its service.
func (d delivery) Title() string {
	if d.Service == "" || d.Service == d.Name {
		return d.Name
	}
	return d.Name + " / " + d.Service
}

// terms is what a buyer may choose from for one sale type.
type terms struct {
	base       base
	tax        order.TaxRule
	deliveries []delivery
	payments   []order.Payment
	options    map[int64][]int64
	fees       []order.DeliveryFee
}

// terms reads the choices; pref is where the order goes.
func (s *Shop) terms(ctx context.Context, q database.Querier, saleType, pref int64) (t terms, err error) {
	if t.base, err = s.settings(ctx, q); err != nil {
		return t, err
	}
	if t.tax, err = t.base.tax(); err != nil {
		return t, err
	}
	if t.payments, err = readPayments(ctx, q); err != nil {
		return t, err
	}
	t.payments = slices.DeleteFunc(t.payments, func(p order.Payment) bool { return !payable(p.MethodClass) })
	if t.options, err = readOptions(ctx, q); err != nil {
		return t, err
	}
	if t.fees, err = readFees(ctx, q, pref); err != nil {
		return t, err
	}
	return t, t.readDeliveries(ctx, q, saleType, pref)
}

// readDeliveries keeps the methods that go to the prefecture and can be paid for.
func (t *terms) readDeliveries(ctx context.Context, q database.Querier, saleType, pref int64) error {
	all, err := readDeliveries(ctx, q, saleType)
	if err != nil {
		return err
	}
	t.deliveries = slices.DeleteFunc(all, func(d delivery) bool {
		_, reached := order.FeeFor(t.fees, d.ID, pref)
		return !reached || len(t.options[d.ID]) == 0
	})
	ids := make([]int64, len(t.deliveries))
	for n, d := range t.deliveries {
		ids[n] = d.ID
	}
	times, err := readTimes(ctx, q, ids)
	for n, d := range t.deliveries {
		t.deliveries[n].Times = times[d.ID]
	}
	return err
}

func (t terms) delivery(id int64) (delivery, bool) {
	n := slices.IndexFunc(t.deliveries, func(d delivery) bool { return d.ID == id })
	if n < 0 {
		return delivery{}, false
	}
	return t.deliveries[n], true
}

// time is the id and name of a delivery's time, zero for one that it does not have.
func (d delivery) time(id int64) deliveryTime {
	if n := slices.IndexFunc(d.Times, func(t deliveryTime) bool { return t.ID == id }); n >= 0 {
		return d.Times[n]
	}
	return deliveryTime{}
}

// pricing is the draft as the totals are computed from it, without a payment.
func (t terms) pricing(d store.Draft, lines []order.Line) order.Draft {
	s := d.Shippings[0]
	return order.Draft{
		Shop: t.base.Prices, Tax: t.tax, Lines: lines, Fees: t.fees,
		Shipments: []order.Shipment{{ID: s.ID, DeliveryID: s.DeliveryID, PrefID: s.Address.PrefID}},
	}
}

// offered are the payments for what a draft would cost.
func (t terms) offered(p order.Draft) ([]order.Payment, error) {
	without, _, err := order.Calculate(p)
	if err != nil {
		return nil, err
	}
	return order.Offered(t.payments, t.options, []int64{p.Shipments[0].DeliveryID}, without.Total), nil
}

// dateChoices is how many days after the first possible one can be wished for.
const dateChoices = 21

// dates are the days that can be wished for, as EC-CUBE offers them: from the
// slowest product's delivery_duration on; none if one is on order or none says.
func dates(lines []class, now time.Time) []time.Time {
	first, told := int64(0), false
	for _, c := range lines {
		if c.Days == nil {
			continue
		}
		if *c.Days < 0 {
			return nil
		}
		first, told = max(first, *c.Days), true
	}
	if !told {
		return nil
	}
	now = now.In(wording.Zone())
	today := time.Date(now.Year(), now.Month(), now.Day(), 0, 0, 0, 0, wording.Zone())
	out := make([]time.Time, dateChoices)
	for n := range out {
		out[n] = today.AddDate(0, 0, int(first)+n)
	}
	return out
}
