package main

import (
	"bytes"
	"slices"
	"strings"
	"testing"
	"time"

	"kessai/internal/job"
	"kessai/internal/order"
	"kessai/internal/store"
)

// TestJobRunAsks on a terminal, with number and sum; what is not a yes is a no.
func TestJobRunAsks(t *testing.T) {
	t.Parallel()
	for typed, want := range map[string]bool{"y\n": true, " YES \n": true, "n\n": false, "\n": false, "": false, "yes please\n": false, "y": true} {
		var said bytes.Buffer
		r := jobRun{kind: job.CaptureKind, in: strings.NewReader(typed)}
		got, err := r.ask(&said, job.Preview{Count: 2, Amount: 3300})
		if err != nil || got != want || said.String() != "capture 2 orders of 3300 yen in all? [y]es, [N]o: " {
			t.Errorf("%q: %v, %v, %q", typed, got, err, said.String())
		}
	}
	for kind, asks := range map[string]bool{job.CaptureKind: true, job.CancelKind: true, job.RollbackKind: true, job.InquiryKind: false} {
		if (&jobRun{kind: kind}).asks() != asks || (&jobRun{kind: kind, rehearse: true}).asks() {
			t.Errorf("%s", kind)
		}
	}
}

// TestJobRunSelection: orders by their ids, or a search as ペイジェント決済管理 makes it.
func TestJobRunSelection(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 4, 1, 12, 0, 0, 0, order.JST())
	given := func(names ...string) func(string) bool {
		return func(n string) bool { return slices.Contains(names, n) }
	}
	if s := (&jobRun{kind: job.CancelKind, orders: []int64{7, 8}, flags: given("order")}).selection(now); s.Filter != nil || !slices.Equal(s.Orders, []job.Chosen{{Order: 7}, {Order: 8}}) {
		t.Errorf("%+v", s)
	}
	s := (&jobRun{kind: job.InquiryKind, keyword: "山田", statuses: []int{1, 6}, flags: given("keyword", "status")}).selection(now)
	if f := s.Filter; f == nil || f.Scope != store.PaygentOrders || f.Keyword != "山田" || !slices.Equal(f.Statuses, []order.Status{order.New, order.Paid}) {
		t.Errorf("%+v", s)
	}
	if s := (&jobRun{kind: job.InquiryKind, attention: true, flags: given("attention")}).selection(now); !slices.Equal(s.Filter.Statuses, order.Statuses()) {
		t.Errorf("%+v", s.Filter)
	}
	if s := (&jobRun{kind: job.RollbackKind, days: 3, flags: given("days")}).selection(now); !s.Before.Equal(time.Date(2026, 3, 29, 0, 0, 0, 0, order.JST())) {
		t.Errorf("%+v", s)
	}
	if s := (&jobRun{kind: job.RollbackKind, flags: given()}).selection(now); !s.Before.IsZero() || s.Filter != nil {
		t.Errorf("by the setting: %+v", s)
	}
}
