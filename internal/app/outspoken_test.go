package app

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"strings"
	"testing"

	"kessai/internal/ledger"
	"kessai/internal/order"
)

// twice is a store that has to decide twice, as after a deadlock, and then writes or fails.
type twice struct {
	ledger.Store
	err error
}

func (s twice) Update(_ context.Context, _ order.ID, decide func(*ledger.Ledger) error) error {
	for range 2 {
		if err := decide(&ledger.Ledger{}); err != nil {
			return err
		}
	}
	return s.err
}

// TestAlertsAreLogged: one line for what was written, none for what was not, none for
// an alert that ends.
func TestAlertsAreLogged(t *testing.T) {
	t.Parallel()
	lost := errors.New("not committed")
	for name, tt := range map[string]struct {
		err   error
		lines int
	}{"written": {nil, 1}, "not written": {lost, 0}} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var said bytes.Buffer
			s := alarming{twice{err: tt.err}, slog.New(slog.NewTextHandler(&said, nil))}
			err := s.Update(t.Context(), 7, func(l *ledger.Ledger) error {
				l.Alerts = append(l.Alerts,
					ledger.AlertChange{Kind: ledger.AlertDouble, Cause: "p1", Data: ledger.EventData{TradingID: "7_2", PaygentID: "90007"}},
					ledger.AlertChange{Kind: ledger.AlertReversing, Cause: "p1", Close: true})
				return nil
			})
			if !errors.Is(err, tt.err) {
				t.Fatal(err)
			}
			const want = `level=WARN msg="alert: a person is needed" order=7 alert=double_payment cause=p1 trading_id=7_2 payment_id=90007`
			if got := said.String(); strings.Count(got, "\n") != tt.lines || (tt.lines > 0 && !strings.Contains(got, want)) {
				t.Errorf("logged %q", got)
			}
		})
	}
}
