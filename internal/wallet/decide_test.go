package wallet

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"kessai/internal/ledger"
	"kessai/internal/payment"
)

// desk is a wallet in memory, with an operation that was sent at its beginning.
type desk struct {
	t *testing.T
	*Wallet
	began time.Time
	ids   int
}

const deadline = 35 * time.Second

func newDesk(t *testing.T, kind payment.Kind, cards ...ledger.KeptCard) *desk {
	t.Helper()
	d := &desk{t: t, Wallet: &Wallet{CustomerID: 7, Environment: payment.Simulator, MerchantID: "12345"}, began: time.Date(2026, 4, 1, 0, 0, 0, 0, time.UTC)}
	tk := d.at(0)
	d.sync(tk, cards)
	op := d.plan(tk, kind, ledger.Buyer, "form")
	if kind == payment.DeleteCard {
		op.CardID = d.Cards[0].ID
	}
	op.State, op.SentAt, op.DeadlineAt = payment.Sent, d.began, d.began.Add(deadline)
	return d
}

func (d *desk) at(after time.Duration) tick {
	return tick{now: d.began.Add(after), node: "node-1", policy: ledger.Policy{TelegramTimeout: deadline}, newID: func() string {
		d.ids++
		return fmt.Sprintf("%026d", d.ids)
	}}
}

func (d *desk) op() *Operation { return d.Operation }

// unknown lets the answer stay away.
func (d *desk) unknown(after time.Duration) {
	d.settle(d.at(after), *d.op(), verdict{state: payment.UnknownState, cause: causeAnswer})
}

// told is a question that is answered, silence one that is not.
func (d *desk) told(after time.Duration, cards ...ledger.KeptCard) {
	d.resolve(d.at(after), d.op().ID, listed(cards))
}

func listed(cards []ledger.KeptCard) after { return after{list: cards, told: true} }

func (d *desk) silence(at time.Duration) { d.resolve(d.at(at), d.op().ID, after{}) }

func (d *desk) stands(state payment.State, cause string) {
	d.t.Helper()
	if op := d.op(); op.State != state || op.Cause != cause {
		d.t.Errorf("%s %s, want %s %s", op.State, op.Cause, state, cause)
	}
}

func (d *desk) askedNext(at time.Duration) {
	d.t.Helper()
	if got := d.op().NextAskAt.Sub(d.began); got != at {
		d.t.Errorf("asked next after %v, want %v", got, at)
	}
}

func kept(id, fingerprint string) ledger.KeptCard {
	return ledger.KeptCard{ID: id, Fingerprint: fingerprint}
}

// TestTwoNegatives: it had no effect only where two answers say so, a minute apart and
// later than the deadline and its margin.
func TestTwoNegatives(t *testing.T) {
	t.Parallel()
	d := newDesk(t, payment.StoreCard, kept("1", "a"))
	d.unknown(20 * time.Second)
	d.told(20*time.Second, kept("1", "a")) // the request may still be under way: it counts for nothing
	d.askedNext(30 * time.Second)
	if !d.op().NegativeAt.IsZero() {
		t.Error("it was counted")
	}
	d.told(40*time.Second, kept("1", "a"))
	d.told(94*time.Second, kept("1", "a")) // … before the margin is over
	d.stands(payment.UnknownState, causeAnswer)
	d.askedNext(100 * time.Second)
	d.told(99*time.Second, kept("1", "a"))
	d.stands(payment.UnknownState, causeAnswer)
	d.told(100*time.Second, kept("1", "a"))
	d.stands(payment.DeclinedOp, causeNotHappened)
	if op := d.op(); op.OpenKey != "" || op.Owner != "" || !op.LeaseUntil.IsZero() || !op.NextAskAt.IsZero() || op.SettledAt.IsZero() {
		t.Errorf("%+v", op)
	}
}

// TestTheMarginIsWaitedFor: a first negative answer right after the deadline is followed by
// one at the margin's end, or a minute later.
func TestTheMarginIsWaitedFor(t *testing.T) {
	t.Parallel()
	d := newDesk(t, payment.StoreCard)
	d.unknown(0)
	d.told(35 * time.Second)
	d.askedNext(time.Minute) // the schedule's own
	d.told(61 * time.Second)
	d.askedNext(95 * time.Second) // not five minutes after
	d.told(95 * time.Second)
	d.stands(payment.DeclinedOp, causeNotHappened)
}

// TestSilenceBetween: two negative answers with silence between do not agree.
func TestSilenceBetween(t *testing.T) {
	t.Parallel()
	d := newDesk(t, payment.DeleteCard, kept("1", "a"))
	d.unknown(0)
	d.told(2*time.Minute, kept("1", "a"))
	d.silence(150 * time.Second)
	d.told(4*time.Minute, kept("1", "a"))
	d.stands(payment.UnknownState, causeAnswer)
	d.told(5*time.Minute, kept("1", "a"))
	d.stands(payment.DeclinedOp, causeNotHappened)
	if len(d.kept()) != 1 {
		t.Error("the card is gone")
	}
}

// TestSilenceEnds it after half an hour, counted from when it became unknown, once.
func TestSilenceEnds(t *testing.T) {
	t.Parallel()
	d := newDesk(t, payment.StoreCard)
	d.unknown(time.Minute)
	d.unknown(20 * time.Minute) // by the lease, and then by the answer
	d.silence(31*time.Minute - time.Second)
	d.stands(payment.UnknownState, causeAnswer)
	d.silence(31 * time.Minute)
	d.stands(payment.DeclinedOp, causeNotKnown)
}

// TestARefusalInHand: it is believed by the first list that does not contradict it, and
// forgotten where the list does.
func TestARefusalInHand(t *testing.T) {
	t.Parallel()
	refused := verdict{state: payment.DeclinedOp, cause: causeAnswer, code: "9999", detail: "NG"}
	for name, c := range map[string]struct {
		list  []ledger.KeptCard
		state payment.State
		cause string
		code  string
	}{
		"not contradicted": {[]ledger.KeptCard{kept("1", "a")}, payment.DeclinedOp, causeInquiry, "9999"},
		"contradicted":     {[]ledger.KeptCard{kept("1", "a"), kept("2", "b")}, payment.Succeeded, causeInquiry, ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d := newDesk(t, payment.StoreCard, kept("1", "a"))
			d.settleRefused(d.at(0), *d.op(), refused, after{})
			d.stands(payment.UnknownState, causeAnswer)
			d.told(time.Second, c.list...)
			d.stands(c.state, c.cause)
			if d.op().Code != c.code || d.op().Refused {
				t.Errorf("%+v", d.op())
			}
		})
	}
}

// TestARefusalAndItsList: the list makes the wallet the centre's, whatever it says of the
// operation.
func TestARefusalAndItsList(t *testing.T) {
	t.Parallel()
	d := newDesk(t, payment.DeleteCard, kept("1", "a"), kept("2", "b"))
	d.settleRefused(d.at(0), *d.op(), verdict{state: payment.RejectedOp, cause: causeAnswer, code: "P003"}, listed([]ledger.KeptCard{kept("1", "a"), kept("3", "c")}))
	d.stands(payment.RejectedOp, causeAnswer)
	if got := d.kept(); len(got) != 2 || got[0].PaygentID != "1" || got[1].PaygentID != "3" {
		t.Errorf("%+v", got)
	}
}

// TestByFingerprint: under the deleted card's id the list after shows another one.
func TestByFingerprint(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		before, after string
		gone          bool
	}{
		"the same":          {"a", "a", false},
		"another":           {"a", "b", true},
		"not told after":    {"a", "", false},
		"not known before":  {"", "a", false},
		"neither was known": {"", "", false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d := newDesk(t, payment.DeleteCard, kept("1", c.before))
			d.unknown(0)
			d.told(time.Second, kept("1", c.after))
			if gone := d.op().State == payment.Succeeded; gone != c.gone {
				t.Errorf("%+v", d.op())
			}
			if c.gone && (d.Cards[0].DeletedAt.IsZero() || len(d.kept()) != 1 || d.kept()[0].Fingerprint != c.after) {
				t.Errorf("%+v", d.Cards)
			}
		})
	}
}

// TestStoredUnderAnOldID: the new card has the id of one that was there before.
func TestStoredUnderAnOldID(t *testing.T) {
	t.Parallel()
	d := newDesk(t, payment.StoreCard, kept("1", "a"))
	d.unknown(0)
	d.told(time.Second, kept("1", "b"))
	d.stands(payment.Succeeded, causeInquiry)
	if got := d.kept(); len(got) != 1 || got[0].Fingerprint != "b" || d.op().CardID != got[0].ID || len(d.Cards) != 2 {
		t.Errorf("%+v", d.Cards)
	}
}

// TestGoneStaysGone: a card keeps the time at which it went, and one that comes back is a
// new one.
func TestGoneStaysGone(t *testing.T) {
	t.Parallel()
	d := newDesk(t, payment.StoreCard, kept("1", "a"))
	d.sync(d.at(time.Minute), nil)
	d.sync(d.at(time.Hour), nil)
	if at := d.Cards[0].DeletedAt; !at.Equal(d.began.Add(time.Minute)) {
		t.Errorf("gone at %v", at)
	}
	d.sync(d.at(2*time.Hour), []ledger.KeptCard{kept("1", "a")})
	if got := d.kept(); len(d.Cards) != 2 || len(got) != 1 || got[0] != d.Cards[1] {
		t.Errorf("%+v", d.Cards)
	}
}

// TestSettledBefore: an outcome that is written already is not written again, but what the
// centre did is.
func TestSettledBefore(t *testing.T) {
	t.Parallel()
	d := newDesk(t, payment.StoreCard)
	op := *d.op()
	d.settle(d.at(time.Minute), op, neverSent())
	d.Operation = nil // as it is loaded then
	d.settle(d.at(time.Hour), op, verdict{state: payment.DeclinedOp, cause: causeAnswer})
	d.settle(d.at(time.Hour), op, interrupted())
	if len(d.Cards) != 0 || d.Operation != nil {
		t.Errorf("%+v", d.Wallet)
	}
	d.settle(d.at(time.Hour), op, verdict{state: payment.Succeeded, cause: causeAnswer, card: kept("1", "a")})
	if len(d.kept()) != 1 || d.Operation != nil {
		t.Errorf("%+v", d.Wallet)
	}
	d.resolve(d.at(time.Hour), op.ID, listed(nil))
	d.settleRefused(d.at(time.Hour), op, verdict{state: payment.DeclinedOp, cause: causeAnswer}, listed(nil))
	if len(d.kept()) != 1 || d.Operation != nil {
		t.Errorf("%+v", d.Wallet)
	}
	// Another operation is none of this one's.
	d.plan(d.at(time.Hour), payment.StoreCard, ledger.Buyer, "another")
	d.settle(d.at(time.Hour), op, neverSent())
	if d.op().State != payment.Planned {
		t.Errorf("%+v", d.op())
	}
}

// TestALateAnswerAndAnotherCard: only the very card that went meanwhile is of the past.
func TestALateAnswerAndAnotherCard(t *testing.T) {
	t.Parallel()
	d := newDesk(t, payment.StoreCard)
	op := *d.op()
	d.Operation, d.Cards = nil, nil
	d.Gone = []*Card{{ID: "x", PaygentID: "9", Fingerprint: "z", DeletedAt: d.began.Add(time.Minute)}, {ID: "y", PaygentID: "1", Fingerprint: "a", DeletedAt: d.began.Add(-time.Minute)}}
	d.settle(d.at(time.Hour), op, verdict{state: payment.Succeeded, card: kept("1", "a")})
	if len(d.kept()) != 1 {
		t.Errorf("%+v", d.Cards)
	}
	d.settle(d.at(time.Hour), op, verdict{state: payment.Succeeded, card: kept("9", "z")})
	if len(d.kept()) != 1 {
		t.Errorf("%+v", d.Cards)
	}
}

// TestAnAnswerUnderAnOldID: 025 answers an id that another card had: that one is gone.
func TestAnAnswerUnderAnOldID(t *testing.T) {
	t.Parallel()
	d := newDesk(t, payment.StoreCard, kept("1", "a"), kept("2", "b"))
	d.settle(d.at(time.Second), *d.op(), verdict{state: payment.Succeeded, cause: causeAnswer, card: kept("1", "c")})
	if got := d.kept(); len(got) != 2 || d.Cards[0].DeletedAt.IsZero() || got[1].Fingerprint != "c" || d.op().CardID != got[1].ID {
		t.Errorf("%+v", d.Cards)
	}
}

// TestWhatIsNotToldStays: 025 tells no brand, and takes none away.
func TestWhatIsNotToldStays(t *testing.T) {
	t.Parallel()
	d := newDesk(t, payment.StoreCard, ledger.KeptCard{ID: "1", Brand: "V", Masked: "************1111", ValidTerm: "1230", Fingerprint: "a"})
	d.settle(d.at(time.Second), *d.op(), verdict{state: payment.Succeeded, cause: causeAnswer, card: ledger.KeptCard{ID: "1", ValidTerm: "1232"}})
	if c := d.Cards[0]; c.Brand != "V" || c.Masked != "************1111" || c.ValidTerm != "1232" || c.Fingerprint != "a" || len(d.Cards) != 1 {
		t.Errorf("%+v", c)
	}
}

// TestSentIsNotAskedAbout: a list says nothing about a telegram that is under way.
func TestSentIsNotAskedAbout(t *testing.T) {
	t.Parallel()
	d := newDesk(t, payment.StoreCard)
	d.told(time.Second, kept("1", "a"))
	if op := d.op(); op.State != payment.Sent || op.Asked != 0 || len(d.kept()) != 0 {
		t.Errorf("%+v", op)
	}
}

// TestRevisions: whatever comes or goes, no revision comes again.
func TestRevisions(t *testing.T) {
	t.Parallel()
	var w Wallet
	last := w.revision()
	for _, comes := range []bool{true, true, true, false, true, false, false, false} {
		if comes {
			w.Cards = append(w.Cards, &Card{})
		} else {
			w.Cards, w.Gone = w.Cards[1:], append(w.Gone, w.Cards[0])
		}
		if is := w.revision(); is <= last {
			t.Errorf("%d after %d", is, last)
		} else {
			last = is
		}
	}
}

// TestUsableIDs are those that can be kept whole.
func TestUsableIDs(t *testing.T) {
	t.Parallel()
	for n, want := range map[int]bool{0: false, 1: true, widthID: true, widthID + 1: false} {
		if got := usable(ledger.KeptCard{ID: strings.Repeat("1", n)}); got != want {
			t.Errorf("%d: %v", n, got)
		}
	}
}
