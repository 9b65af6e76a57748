package wallet_test

import (
	"context"
	"fmt"
	"testing"
	"time"

	"kessai/internal/ledger"
	"kessai/internal/payment"
	"kessai/internal/problem"
	"kessai/internal/wallet"
)

// TestReplays: a form that is sent again sends nothing again, and learns where it stands.
func TestReplays(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	in := wallet.StoreCard{Customer: r.member, Token: r.token(goodCard), Actor: ledger.Buyer, Key: "form-a"}
	first, err := r.service.Store(t.Context(), in)
	if err != nil || first.Replayed {
		t.Fatalf("%+v, %v", first, err)
	}
	asked := len(r.wire.sent)
	second, err := r.service.Store(t.Context(), in)
	if err != nil || !second.Replayed || second.Operation.ID != first.Operation.ID || second.Card == nil || second.Card.ID != first.Card.ID {
		t.Errorf("%+v, %v", second, err)
	}
	out := wallet.DeleteCard{Customer: r.member, Card: first.Card.ID, Key: "form-b"}
	for i := range 2 {
		got, err := r.service.Delete(t.Context(), out)
		if err != nil || got.Replayed != (i == 1) || got.Operation.State != payment.Succeeded || got.Card == nil || got.Card.DeletedAt.IsZero() {
			t.Errorf("%+v, %v", got, err)
		}
	}
	if n := len(r.wire.sent); n != asked+2 || r.wire.count("025") != 1 || r.wire.count("026") != 1 {
		t.Errorf("%d telegrams, before %d", n, asked)
	}
	// A key says nothing to somebody else, and nothing about another wish.
	in.Customer = r.Member(0)
	if _, err := r.service.Store(t.Context(), in); !problem.Is(err, "operation.repeated") {
		t.Errorf("another's: %v", err)
	}
	if _, err := r.service.Delete(t.Context(), wallet.DeleteCard{Customer: r.member, Card: first.Card.ID, Key: "form-a"}); !problem.Is(err, "operation.repeated") {
		t.Errorf("another wish: %v", err)
	}
}

// TestPressedTwice: while the telegram is under way, and just before it is planned.
func TestPressedTwice(t *testing.T) {
	t.Parallel()
	for _, kind := range []string{"025", "027"} {
		t.Run(kind, func(t *testing.T) {
			t.Parallel()
			r := newRig(t)
			in := wallet.StoreCard{Customer: r.member, Token: r.token(goodCard), Actor: ledger.Buyer, Key: "form"}
			var second wallet.Result
			var err2 error
			r.wire.script(kind, script{pass: true, then: func() { second, err2 = r.service.Store(t.Context(), in) }})
			first, err := r.service.Store(t.Context(), in)
			if err != nil || err2 != nil || first.Operation.ID != second.Operation.ID || first.Replayed == second.Replayed {
				t.Errorf("%+v, %v; %+v, %v", first, err, second, err2)
			}
			if n := r.wire.count("025"); n != 1 {
				t.Errorf("%d telegrams", n)
			}
			r.agree()
		})
	}
}

// TestTheFasterSubmit: the same form was refused while this one asked for the list.
func TestTheFasterSubmit(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	in := wallet.StoreCard{Customer: r.member, Token: r.token(goodCard), Actor: ledger.Buyer, Key: "form"}
	r.wire.script("025", script{body: "result=1\r\nresponse_code=2003\r\nresponse_detail=NG\r\n"})
	r.wire.script("027", script{pass: true, then: func() {
		if got, err := r.service.Store(t.Context(), in); err != nil || got.Operation.State != payment.DeclinedOp {
			t.Errorf("%+v, %v", got, err)
		}
	}})
	got, err := r.service.Store(t.Context(), in)
	if err != nil || !got.Replayed || got.Operation.State != payment.DeclinedOp || got.Operation.Code != "2003" || r.wire.count("025") != 1 {
		t.Errorf("%+v, %v", got, err)
	}
}

// TestOneAtATime: another wish of the member waits, and so it does while an outcome is open.
func TestOneAtATime(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	card := r.kept(cards[3])
	var during error
	r.wire.script("025", script{then: func() { _, during = r.forget(card.ID) }})
	got, err := r.keep(goodCard)
	if err != nil || got.Operation.State != payment.UnknownState || !problem.Is(during, "card.busy") {
		t.Errorf("%+v, %v; %v", got, err, during)
	}
	if _, err := r.forget(card.ID); !problem.Is(err, "card.busy") {
		t.Errorf("open: %v", err)
	}
	other := wallet.StoreCard{Customer: r.Member(0), Token: r.token(goodCard), Key: "of another"}
	if got, err := r.service.Store(t.Context(), other); err != nil || got.Operation.State != payment.Succeeded { // is no matter of theirs
		t.Errorf("another member: %+v, %v", got, err)
	}
	r.wait(5 * time.Minute)
	if _, err := r.forget(card.ID); err != nil {
		t.Error(err)
	}
	r.agree()
}

// TestCrashes: the node dies at every boundary of both operations, and another takes over.
func TestCrashes(t *testing.T) {
	t.Parallel()
	for _, kind := range []payment.Kind{payment.StoreCard, payment.DeleteCard} {
		for _, effect := range []bool{true, false} {
			for _, at := range []ledger.Boundary{ledger.AfterPlanned, ledger.AfterSent, ledger.AfterAnswer, ledger.AfterSettled} {
				for _, same := range []bool{true, false} {
					t.Run(fmt.Sprintf("%s, %s, effect %v, the same node %v", kind.Telegram(), at, effect, same), func(t *testing.T) {
						t.Parallel()
						r := newRig(t)
						card := r.kept(goodCard)
						before := len(r.theirs())
						if !effect {
							r.wire.script(kind.Telegram(), script{})
						}
						r.crash(at, func() {
							if kind == payment.StoreCard {
								_, _ = r.keep(cards[3])
							} else {
								_, _ = r.forget(card.ID)
							}
						})
						worker := r.worker
						if same { // it starts again: its former self is dead for sure
							if err := r.Store.EndLeases(t.Context(), "node-1", r.Now()); err != nil {
								t.Fatal(err)
							}
						} else {
							_, worker = r.node("node-2")
						}
						r.waitBy(lease+5*time.Minute, worker)
						op := r.last()
						happened := effect && at != ledger.AfterPlanned && at != ledger.AfterSent
						want, cause := payment.DeclinedOp, "not_happened"
						switch {
						case at == ledger.AfterPlanned:
							cause = "never_sent"
						case happened && at == ledger.AfterSettled:
							want, cause = payment.Succeeded, "answer"
						case happened:
							want, cause = payment.Succeeded, "inquiry"
						}
						if op.State != want || op.Cause != cause || op.OpenKey != "" {
							t.Errorf("%+v", op)
						}
						if moved := len(r.theirs()) != before; moved != happened {
							t.Errorf("the centre moved: %v", moved)
						}
						r.agree()
						if n := r.Number("SELECT COUNT(*) FROM plg_kessai_operation WHERE open_key IS NOT NULL"); n != 0 {
							t.Errorf("%d are open", n)
						}
					})
				}
			}
		}
	}
}

// TestCommitsInDoubt: nobody knows whether a commit of A, of sent, or of B was written.
func TestCommitsInDoubt(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		updates, sent []doubt
		telegrams     int
		fails         bool
	}{
		"A written":        {updates: []doubt{committed}, fails: true},
		"A lost":           {updates: []doubt{lost}, fails: true},
		"sent written":     {sent: []doubt{committed}, fails: true},
		"sent lost":        {sent: []doubt{lost}, fails: true},
		"B written":        {updates: []doubt{fine, committed}, telegrams: 1},
		"B lost":           {updates: []doubt{fine, lost}, telegrams: 1},
		"B lost for good":  {updates: []doubt{fine, lost, lost, lost, lost, lost}, telegrams: 1, fails: true},
		"B written, again": {updates: []doubt{fine, committed, lost, committed}, telegrams: 1},
	} {
		for _, kind := range []payment.Kind{payment.StoreCard, payment.DeleteCard} {
			t.Run(name+", "+kind.Telegram(), func(t *testing.T) {
				t.Parallel()
				r := newRig(t)
				card := r.kept(goodCard)
				before := r.wire.count(kind.Telegram())
				r.store.updates, r.store.sent = c.updates, c.sent
				var got wallet.Result
				var err error
				if kind == payment.StoreCard {
					got, err = r.keep(cards[3])
				} else {
					got, err = r.forget(card.ID)
				}
				if (err != nil) != c.fails || err == nil && got.Operation.State != payment.Succeeded {
					t.Errorf("%+v, %v", got, err)
				}
				if n := r.wire.count(kind.Telegram()) - before; n != c.telegrams {
					t.Errorf("%d telegrams", n)
				}
				r.store.updates, r.store.sent = nil, nil
				r.wait(lease + 5*time.Minute)
				if n := r.wire.count(kind.Telegram()) - before; n != c.telegrams {
					t.Errorf("%d telegrams in the end", n)
				}
				if n := r.Number("SELECT COUNT(*) FROM plg_kessai_operation WHERE open_key IS NOT NULL"); n != 0 {
					t.Errorf("%d are open", n)
				}
				r.agree()
			})
		}
	}
}

// TestTakenOverTooSoon: the answer comes after another node has settled the operation. What
// the centre did stands in our book, and nothing is settled twice.
func TestTakenOverTooSoon(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		early bool // the other node asks before the telegram takes effect
		state payment.State
		cause string
	}{
		"after the effect":  {false, payment.Succeeded, "inquiry"},
		"before the effect": {true, payment.DeclinedOp, "not_happened"},
	} {
		for _, kind := range []payment.Kind{payment.StoreCard, payment.DeleteCard} {
			t.Run(name+", "+kind.Telegram(), func(t *testing.T) {
				t.Parallel()
				r := newRig(t)
				card := r.kept(goodCard)
				_, other := r.node("node-2")
				over := func() { r.waitBy(lease+5*time.Minute, other) }
				s := script{pass: true, after: over}
				if c.early {
					s = script{pass: true, then: over}
				}
				r.wire.script(kind.Telegram(), s)
				var got wallet.Result
				var err error
				if kind == payment.StoreCard {
					got, err = r.keep(cards[3])
				} else {
					got, err = r.forget(card.ID)
				}
				if err != nil || got.Operation.State != c.state || got.Operation.Cause != c.cause {
					t.Errorf("%+v, %v", got, err)
				}
				r.agree()
				r.wait(time.Hour)
				r.agree()
			})
		}
	}
}

// TestALateAnswerTellsOfThePast: what it stored was deleted meanwhile.
func TestALateAnswerTellsOfThePast(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	service, other := r.node("node-2")
	r.wire.script("025", script{pass: true, after: func() {
		r.waitBy(lease+5*time.Minute, other)
		w := r.wallet()
		if len(w.Cards) != 1 {
			t.Fatalf("%+v", w)
		}
		if got, err := service.Delete(t.Context(), wallet.DeleteCard{Customer: r.member, Card: w.Cards[0].ID, Key: "gone"}); err != nil || got.Operation.State != payment.Succeeded {
			t.Errorf("%+v, %v", got, err)
		}
	}})
	if _, err := r.keep(goodCard); err != nil {
		t.Error(err)
	}
	r.agree()
}

// TestTwoNodesTakeUpOne: only one of them asks.
func TestTwoNodesTakeUpOne(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	r.wire.script("025", script{effect: true})
	got, err := r.keep(goodCard)
	if err != nil {
		t.Fatal(err)
	}
	second, _ := r.node("node-2")
	due, _, err := r.store.DueCards(t.Context(), r.Now(), 5)
	if err != nil || len(due) != 1 {
		t.Fatal(due, err)
	}
	asked := r.wire.count("027")
	r.wire.script("027", script{pass: true, then: func() {
		if err := second.TakeUp(t.Context(), due[0]); err != nil {
			t.Error(err)
		}
	}})
	if err := r.service.TakeUp(t.Context(), due[0]); err != nil {
		t.Error(err)
	}
	if n := r.wire.count("027") - asked; n != 1 {
		t.Errorf("asked %d times", n)
	}
	if op := r.operation(got.Operation.ID); op.State != payment.Succeeded || op.Asked != 1 {
		t.Errorf("%+v", op)
	}
	r.agree()
}

// TestSentTooLate: 5 s after it was marked sent nothing leaves any more.
func TestSentTooLate(t *testing.T) {
	t.Parallel()
	for after, sent := range map[time.Duration]int{5*time.Second - time.Millisecond: 1, 5 * time.Second: 0, 6 * time.Second: 0} {
		r := newRig(t)
		r.reached = func(b ledger.Boundary) {
			if b == ledger.AfterSent {
				r.Advance(after)
			}
		}
		got, err := r.keep(goodCard)
		if never := got.Operation.State == payment.RejectedOp && got.Operation.Cause == "never_sent"; err != nil || never != (sent == 0) || r.wire.count("025") != sent {
			t.Errorf("after %s: %+v, %v", after, got, err)
		}
	}
}

// TestAnotherMerchant: an operation planned for one merchant is not sent to another.
func TestAnotherMerchant(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	r.reached = func(b ledger.Boundary) {
		if b == ledger.AfterPlanned {
			r.policy.MerchantID = "99999"
		}
	}
	got, err := r.keep(goodCard)
	if err != nil || got.Operation.State != payment.DeclinedOp || got.Operation.Cause != "never_sent" || r.wire.count("025") != 0 {
		t.Errorf("%+v, %v", got, err)
	}
}

// TestAMemberWhoLeaves: closing the page stops neither telegram nor transaction B.
func TestAMemberWhoLeaves(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	ctx, leave := context.WithCancel(t.Context())
	r.wire.script("025", script{pass: true, then: leave})
	got, err := r.service.Store(ctx, wallet.StoreCard{Customer: r.member, Token: r.token(goodCard), Key: "form"})
	if err != nil || got.Operation.State != payment.Succeeded {
		t.Errorf("%+v, %v", got, err)
	}
	r.agree()
}
