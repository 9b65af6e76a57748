package order_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"kessai/internal/order"
)

func TestOffered(t *testing.T) {
	t.Parallel()
	all := []order.Payment{
		{ID: 1, Visible: true, SortNo: 1},
		{ID: 2, Visible: true, SortNo: 3, RuleMin: order.AtYen(1000)},
		{ID: 3, Visible: true, SortNo: 2, RuleMax: order.AtYen(5000)},
		{ID: 4, Visible: false, SortNo: 9},
		{ID: 5, Visible: true, SortNo: 2, Charge: 300, RuleMax: order.AtYen(5000)},
		{ID: 6, Visible: true, SortNo: 8, RuleMax: order.AtYen(0)},
	}
	options := map[int64][]int64{1: {1, 2, 3, 4, 5, 6}, 2: {1, 3}}
	for name, c := range map[string]struct {
		deliveries []int64
		total      order.Yen
		want       []int64
	}{
		"inside all limits":       {[]int64{1}, 3000, []int64{2, 3, 5, 1}},
		"at the minimum":          {[]int64{1}, 1000, []int64{2, 3, 5, 1}},
		"below it":                {[]int64{1}, 999, []int64{3, 5, 1}},
		"with its own charge":     {[]int64{1}, 4701, []int64{2, 3, 1}},
		"just with its charge":    {[]int64{1}, 4700, []int64{2, 3, 5, 1}},
		"at the maximum":          {[]int64{1}, 5000, []int64{2, 3, 1}},
		"above it":                {[]int64{1}, 5001, []int64{2, 1}},
		"a limit of 0 is a limit": {[]int64{1}, 0, []int64{6, 3, 5, 1}},
		"points paid the charge":  {[]int64{1}, -300, []int64{6, 3, 5, 1}},
		"common to deliveries":    {[]int64{1, 2}, 3000, []int64{3, 1}},
		"an unknown delivery":     {[]int64{1, 3}, 3000, nil},
		"no delivery":             {nil, 3000, nil},
	} {
		var got []int64
		for _, p := range order.Offered(all, options, c.deliveries, c.total) {
			got = append(got, p.ID)
		}
		if diff := cmp.Diff(c.want, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
}

func TestBySaleType(t *testing.T) {
	t.Parallel()
	got := order.BySaleType([]order.Line{
		{SaleTypeID: 2, Name: "a"}, {SaleTypeID: 1, Name: "b"}, {SaleTypeID: 2, Name: "c"},
	})
	want := [][]order.Line{{{SaleTypeID: 2, Name: "a"}, {SaleTypeID: 2, Name: "c"}}, {{SaleTypeID: 1, Name: "b"}}}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestCap(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]order.PointCap{
		"1000x1@10r points=100/500/1":          order.NotCapped,
		"1000x1@10r points=0/500/1":            order.NotCapped,
		"1000x1@10r points=1101/5000/1":        order.CappedByTotal,
		"1000x1@10r points=501/500/1":          order.CappedByBalance,
		"1000x1@10r points=5000/400/1":         order.CappedByBalance,
		"1000x1@10r points=20/500/100":         order.CappedByTotal,
		"1000x1@10r points=100/guest/1":        order.PointsNotOffered,
		"1000x1@10r points=100/500/0":          order.PointsNotOffered,
		"1000x1@10r points=100/500/1 nopoints": order.PointsNotOffered,
	} {
		d := draft(t, text)
		totals, _, err := order.Calculate(d)
		if err != nil {
			t.Fatal(err)
		}
		if got := d.Cap(totals); got != want {
			t.Errorf("%s: %q, want %q", text, got, want)
		}
	}
}

// TestCapPointsAtTheEdge: exactly all there is is not capped.
func TestCapPointsAtTheEdge(t *testing.T) {
	t.Parallel()
	shop := order.Shop{Points: true, PointConversionRate: 1}
	for _, c := range []struct {
		wanted  int64
		total   order.Yen
		balance int64
		used    int64
		why     order.PointCap
	}{
		{100, 100, 100, 100, order.NotCapped},
		{101, 100, 101, 100, order.CappedByTotal},
		{101, 101, 100, 100, order.CappedByBalance},
		{5, -10, 5, 0, order.CappedByTotal},
		{5, 10, -5, 0, order.CappedByBalance},
		{-5, 10, 10, 0, order.NotCapped},
	} {
		if used, why := shop.CapPoints(c.wanted, c.total, c.balance); used != c.used || why != c.why {
			t.Errorf("%+v: %d %q", c, used, why)
		}
	}
}
