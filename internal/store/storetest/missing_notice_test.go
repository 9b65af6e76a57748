package storetest

import (
	"context"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"kessai/internal/ledger"
	"kessai/internal/payment"
	"kessai/internal/store"
)

func (s *Shop) missing(id int64) store.MissingNotice {
	return store.MissingNotice{Environment: payment.Simulator, MerchantID: "12345", NoticeID: id, FirstSeen: s.Now(), NextAt: s.Now()}
}

// dueMissing lists what is due now, and how long until the next.
func (s *Shop) dueMissing(t *testing.T, limit int) ([]store.MissingNotice, time.Duration) {
	t.Helper()
	list, next, err := s.Store.DueMissing(context.Background(), payment.Simulator, "12345", s.Now(), limit)
	if err != nil {
		t.Fatal(err)
	}
	if next.IsZero() {
		return list, -1
	}
	return list, next.Sub(s.Now())
}

func TestKnownNotices(t *testing.T) {
	each(t, func(t *testing.T, s *Shop) {
		ctx := context.Background()
		last := func(env payment.Environment, merchant string) int64 {
			n, err := s.Store.LastNoticeID(ctx, env, merchant)
			if err != nil {
				t.Fatal(err)
			}
			return n
		}
		first := func(env payment.Environment, merchant string) int64 {
			n, err := s.Store.FirstNoticeID(ctx, env, merchant)
			if err != nil {
				t.Fatal(err)
			}
			return n
		}
		if a, b := first(payment.Simulator, "12345"), last(payment.Simulator, "12345"); a != 0 || b != 0 {
			t.Errorf("nothing is stored, first %d, last %d", a, b)
		}
		again := s.notice(0, 103)
		again.Digest = "d2" // a conflict under the same id
		other, test := s.notice(0, 900), s.notice(0, 950)
		other.MerchantID, test.Environment = "67890", payment.Test
		for _, n := range []ledger.Notice{s.notice(0, 101), s.notice(0, 103), again, other, test} {
			n.State, n.NextAt = ledger.NoticeForeign, time.Time{}
			if err := s.Store.AddNotice(ctx, n); err != nil {
				t.Fatal(err)
			}
		}
		if err := s.Store.AddMissing(ctx, s.missing(102), s.missing(200)); err != nil {
			t.Fatal(err)
		}
		if a, b, c := last(payment.Simulator, "12345"), last(payment.Simulator, "67890"), last(payment.Test, "12345"); a != 103 || b != 900 || c != 950 {
			t.Errorf("last %d, %d, %d", a, b, c)
		}
		if a, b, c := first(payment.Simulator, "12345"), first(payment.Simulator, "67890"), first(payment.Test, "12345"); a != 101 || b != 900 || c != 950 {
			t.Errorf("first %d, %d, %d", a, b, c)
		}
		older, none := s.notice(0, 50), s.notice(0, 0) // an older one comes late, one without an id
		older.ReceivedAt, none.ReceivedAt = s.Now().Add(time.Second), s.Now().Add(-time.Second)
		for _, n := range []ledger.Notice{older, none} {
			n.State, n.NextAt = ledger.NoticeForeign, time.Time{}
			if err := s.Store.AddNotice(ctx, n); err != nil {
				t.Fatal(err)
			}
		}
		if n := first(payment.Simulator, "12345"); n != 101 {
			t.Errorf("first %d", n)
		}
		for _, c := range []struct {
			after int64
			limit int
			want  []int64
		}{{0, 10, []int64{50, 101, 102, 103, 200}}, {0, 2, []int64{50, 101}}, {102, 10, []int64{103, 200}}, {200, 10, nil}} {
			got, err := s.Store.KnownNoticeIDs(ctx, payment.Simulator, "12345", c.after, c.limit)
			if err != nil || !cmp.Equal(c.want, got) {
				t.Errorf("after %d: %v, %v", c.after, got, err)
			}
		}
	})
}

func TestMissingNotices(t *testing.T) {
	each(t, func(t *testing.T, s *Shop) {
		ctx := context.Background()
		first, second, other := s.missing(7), s.missing(8), s.missing(7)
		second.NextAt, other.MerchantID = s.Now().Add(time.Minute), "67890"
		if err := s.Store.AddMissing(ctx, first, second, other); err != nil {
			t.Fatal(err)
		}
		s.Advance(time.Second)
		late := s.missing(7)
		late.Asked = 9
		if err := s.Store.AddMissing(ctx, late, s.missing(9)); err != nil { // 7 is registered already
			t.Fatal(err)
		}
		if err := s.Store.AddMissing(ctx); err != nil {
			t.Errorf("none: %v", err)
		}
		ninth := s.missing(9)
		if list, next := s.dueMissing(t, 10); !cmp.Equal(list, []store.MissingNotice{first, ninth}) || next != 59*time.Second {
			t.Errorf("%v, next in %v", list, next)
		}
		if list, next := s.dueMissing(t, 1); !cmp.Equal(list, []store.MissingNotice{first}) || next != 0 {
			t.Errorf("%v, next in %v", list, next)
		}

		change := func(did bool, err error) bool {
			t.Helper()
			if err != nil {
				t.Fatal(err)
			}
			return did
		}
		if !change(s.Store.AskedMissing(ctx, payment.Simulator, "12345", 7, s.Now().Add(10*time.Minute))) {
			t.Error("an open one was not noted")
		}
		if !change(s.Store.CloseMissing(ctx, payment.Simulator, "12345", 9, s.Now(), true)) ||
			change(s.Store.CloseMissing(ctx, payment.Simulator, "12345", 9, s.Now(), false)) {
			t.Error("one closes once")
		}
		s.Advance(24 * time.Hour)
		first.Asked, first.NextAt = 1, first.NextAt.Add(time.Second+10*time.Minute)
		if list, next := s.dueMissing(t, 10); !cmp.Equal(list, []store.MissingNotice{second, first}) || next != -1 {
			t.Errorf("%v, next in %v", list, next)
		}
		if !change(s.Store.CloseMissing(ctx, payment.Simulator, "12345", 7, s.Now(), false)) ||
			change(s.Store.AskedMissing(ctx, payment.Simulator, "12345", 7, s.Now())) ||
			change(s.Store.CloseMissing(ctx, payment.Production, "12345", 8, s.Now(), false)) {
			t.Error("given up: no longer asked for, and no other's row touched")
		}
		first.NextAt, first.ClosedAt = time.Time{}, s.Now()
		if got, err := s.Reader.LostNotices(ctx, 5); err != nil || !cmp.Equal([]store.MissingNotice{first}, got) {
			t.Errorf("lost: %v, %v", got, err)
		}
		if n := s.Number("SELECT COUNT(*) FROM plg_kessai_missing_notice WHERE closed_at IS NULL"); n != 2 { // 8, and the other merchant's 7
			t.Errorf("%d are open", n)
		}
	})
}
