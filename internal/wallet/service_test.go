package wallet_test

import (
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"kessai/internal/ledger"
	"kessai/internal/order"
	"kessai/internal/payment"
	"kessai/internal/problem"
	"kessai/internal/store/storetest"
	"kessai/internal/wallet"
)

// TestACardsLife: stored, listed, deleted; both books agree all the way.
func TestACardsLife(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	first, second := r.kept(cards[0]), r.kept(cards[3])
	r.agree()
	if first.Masked != "************0000" || first.ValidTerm != "1230" || len(first.Fingerprint) != 64 || first.Fingerprint == second.Fingerprint {
		t.Errorf("%+v", first)
	}
	op := r.last()
	if op.Kind != payment.StoreCard || op.Cause != "answer" || op.CardID != second.ID || op.SettledAt.IsZero() || op.SettingsVersion != 1 || op.Actor != ledger.Buyer {
		t.Errorf("%+v", op)
	}
	listed, err := r.service.List(t.Context(), r.member)
	if err != nil || !listed.Fresh || len(listed.Cards) != 2 || listed.Cards[1].Brand != "V" {
		t.Errorf("%+v, %v", listed, err)
	}
	got, err := r.forget(first.ID)
	if err != nil || got.Operation.State != payment.Succeeded || got.Card == nil || got.Card.DeletedAt.IsZero() {
		t.Errorf("%+v, %v", got, err)
	}
	r.agree()
	if ours := r.ours(); len(ours) != 1 || ours[0] != second.PaygentID {
		t.Errorf("%v", ours)
	}
	if n := r.wire.count("026"); n != 1 || r.wire.sent[len(r.wire.sent)-1].Get("customer_card_id") != first.PaygentID {
		t.Errorf("%d, %v", n, r.wire.sent[len(r.wire.sent)-1])
	}
}

// scene is one way in which an operation goes, and where it ends (money.md §3).
type scene struct {
	telegram script
	silent   bool          // 027 is not answered from the telegram on
	first    payment.State // what the member is told at once; empty: the same as in the end
	state    payment.State // in the end
	cause    string
	settled  time.Duration // not before this, after it was sent
	at       time.Duration // and by then
	kept     bool          // the card is there in the end
}

// TestOutcomesOf025: what becomes of a card that was to be stored.
func TestOutcomesOf025(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]scene{
		"answered":                 {telegram: script{pass: true}, state: payment.Succeeded, cause: "answer", kept: true},
		"answer lost":              {telegram: script{effect: true}, first: payment.UnknownState, state: payment.Succeeded, cause: "inquiry", kept: true},
		"answer unreadable":        {telegram: script{effect: true, body: "<html>"}, first: payment.UnknownState, state: payment.Succeeded, cause: "inquiry", kept: true},
		"lost on the way":          {telegram: script{}, first: payment.UnknownState, state: payment.DeclinedOp, cause: "not_happened", settled: telegramTimeout + time.Minute, at: 4 * time.Minute},
		"lost, and silence":        {telegram: script{}, silent: true, first: payment.UnknownState, state: payment.DeclinedOp, cause: "not_known", settled: 30 * time.Minute, at: 31 * time.Minute},
		"answer lost, and silence": {telegram: script{effect: true}, silent: true, first: payment.UnknownState, state: payment.DeclinedOp, cause: "not_known", settled: 30 * time.Minute, at: 31 * time.Minute, kept: true},
		"refused":                  {telegram: script{body: "result=1\r\nresponse_code=2003\r\nresponse_detail=NG\r\n"}, state: payment.DeclinedOp, cause: "answer"},
		"refused without a reason": {telegram: script{body: "result=1\r\nresponse_code=\r\nresponse_detail=\r\n"}, state: payment.DeclinedOp, cause: "answer"},
		"refused, and kept":        {telegram: script{effect: true, body: "result=1\r\nresponse_code=\r\nresponse_detail=\r\n"}, state: payment.Succeeded, cause: "inquiry", kept: true},
		"refused without a reason, and silence": {
			telegram: script{body: "result=1\r\nresponse_code=\r\nresponse_detail=\r\n"}, silent: true,
			first: payment.UnknownState, state: payment.DeclinedOp, cause: "not_known", settled: 30 * time.Minute, at: 31 * time.Minute,
		},
		"our request is wrong":     {telegram: script{body: "result=1\r\nresponse_code=P003\r\nresponse_detail=card_token\r\n"}, state: payment.RejectedOp, cause: "answer"},
		"the centre does not know": {telegram: script{effect: true, body: "result=2\r\nresponse_code=\r\nresponse_detail=\r\n"}, state: payment.Succeeded, cause: "inquiry", kept: true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := newRig(t)
			r.kept(cards[3]) // one that was there before is none that came
			if c.silent {
				c.telegram.then = func() { r.wire.silent = true }
			}
			r.wire.script("025", c.telegram)
			began := r.Now()
			got, err := r.keep(goodCard)
			first := c.first
			if first == "" {
				first = c.state
			}
			if err != nil || got.Operation.State != first {
				t.Fatalf("%+v, %v", got, err)
			}
			r.follow(c, got.Operation.ID, began)
			if n := r.wire.count("025"); n != 2 {
				t.Errorf("025 was sent %d times", n)
			}
			if n := len(r.theirs()); (n == 2) != c.kept {
				t.Errorf("the centre keeps %d cards", n)
			}
			r.wire.silent = false
			if c.cause != "not_known" {
				r.agree()
			} else if _, err := r.service.List(t.Context(), r.member); err != nil {
				t.Error(err)
			}
			r.agree()
			if _, err := r.keep(cards[4]); err != nil { // nothing is in its way
				t.Error(err)
			}
		})
	}
}

// follow waits until the operation is settled, and looks when and how it was.
func (r *rig) follow(c scene, id string, began time.Time) {
	r.t.Helper()
	for r.operation(id).State.Open() {
		if r.Now().Sub(began) > time.Hour {
			r.t.Fatalf("still open: %+v", r.operation(id))
		}
		r.wait(10 * time.Second)
	}
	op := r.operation(id)
	took := op.SettledAt.Sub(began)
	if op.State != c.state || op.Cause != c.cause || op.OpenKey != "" || op.Owner != "" {
		r.t.Errorf("%+v", op)
	}
	if took < c.settled || took > max(c.at, 20*time.Second) {
		r.t.Errorf("settled after %v", took)
	}
}

// TestOutcomesOf026: what becomes of a card that was to be deleted.
func TestOutcomesOf026(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]scene{
		"answered":                 {telegram: script{pass: true}, state: payment.Succeeded, cause: "answer"},
		"answer lost":              {telegram: script{effect: true}, first: payment.UnknownState, state: payment.Succeeded, cause: "inquiry"},
		"lost on the way":          {telegram: script{}, first: payment.UnknownState, state: payment.DeclinedOp, cause: "not_happened", settled: telegramTimeout + time.Minute, at: 4 * time.Minute, kept: true},
		"lost, and silence":        {telegram: script{}, silent: true, first: payment.UnknownState, state: payment.DeclinedOp, cause: "not_known", settled: 30 * time.Minute, at: 31 * time.Minute, kept: true},
		"answer lost, and silence": {telegram: script{effect: true}, silent: true, first: payment.UnknownState, state: payment.DeclinedOp, cause: "not_known", settled: 30 * time.Minute, at: 31 * time.Minute},
		"refused":                  {telegram: script{body: "result=1\r\nresponse_code=1234\r\nresponse_detail=NG\r\n"}, state: payment.DeclinedOp, cause: "answer", kept: true},
		"refused, and it is gone":  {telegram: script{effect: true, body: "result=1\r\nresponse_code=1234\r\nresponse_detail=NG\r\n"}, state: payment.Succeeded, cause: "inquiry"},
		"refused, for it is gone":  {telegram: script{effect: true, body: "result=1\r\nresponse_code=P026\r\nresponse_detail=\r\n"}, state: payment.Succeeded, cause: "inquiry"},
		"our request is wrong":     {telegram: script{body: "result=1\r\nresponse_code=P003\r\nresponse_detail=customer_id\r\n"}, state: payment.RejectedOp, cause: "answer", kept: true},
		"refused, and silence": {
			telegram: script{body: "result=1\r\nresponse_code=P026\r\nresponse_detail=\r\n"}, silent: true,
			first: payment.UnknownState, state: payment.DeclinedOp, cause: "not_known", settled: 30 * time.Minute, at: 31 * time.Minute, kept: true,
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := newRig(t)
			card := r.kept(goodCard)
			r.kept(cards[3])
			if c.silent {
				c.telegram.then = func() { r.wire.silent = true }
			}
			r.wire.script("026", c.telegram)
			began := r.Now()
			got, err := r.forget(card.ID)
			first := c.first
			if first == "" {
				first = c.state
			}
			if err != nil || got.Operation.State != first {
				t.Fatalf("%+v, %v", got, err)
			}
			r.follow(c, got.Operation.ID, began)
			if n := r.wire.count("026"); n != 1 {
				t.Errorf("026 was sent %d times", n)
			}
			if there := slices.Contains(r.theirs(), card.PaygentID); there != c.kept {
				t.Errorf("the centre keeps it: %v", there)
			}
			r.wire.silent = false
			if c.cause == "not_known" {
				if _, err := r.service.List(t.Context(), r.member); err != nil {
					t.Error(err)
				}
			}
			r.agree()
		})
	}
}

// TestDeletedInSilence: the list before is silent, and the card is deleted all the same.
func TestDeletedInSilence(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	card := r.kept(goodCard)
	r.wire.script("027", script{})
	if got, err := r.forget(card.ID); err != nil || got.Operation.State != payment.Succeeded {
		t.Errorf("%+v, %v", got, err)
	}
	r.agree()
}

// TestASecondCardCameMeanwhile: which of two is ours cannot be told; both are listed.
func TestASecondCardCameMeanwhile(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	r.wire.script("025", script{effect: true, then: func() { r.elsewhere(cards[3]) }})
	got, err := r.keep(goodCard)
	if err != nil || got.Operation.State != payment.UnknownState {
		t.Fatalf("%+v, %v", got, err)
	}
	r.wait(time.Minute)
	if op := r.operation(got.Operation.ID); op.State != payment.UnknownState { // a third may be on its way
		t.Errorf("%+v", op)
	}
	r.wait(5 * time.Minute)
	if op := r.operation(got.Operation.ID); op.State != payment.DeclinedOp || op.Cause != "not_known" || op.CardID != "" {
		t.Errorf("%+v", op)
	}
	if r.agree(); len(r.ours()) != 2 {
		t.Errorf("%v", r.ours())
	}
}

// TestAnIDGivenAgain: under the id of the deleted card the centre keeps another one.
func TestAnIDGivenAgain(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	card := r.kept(goodCard)
	r.Exec("UPDATE plg_kessai_card SET fingerprint = 'another' WHERE id = ?", card.ID) // so it is for us
	r.wire.script("026", script{})
	// The list before already tells: ours is gone, and what has its id is another card.
	got, err := r.forget(card.ID)
	if err != nil || got.Operation.ID != "" || r.wire.count("026") != 0 {
		t.Errorf("%+v, %v: %d telegrams", got, err, r.wire.count("026"))
	}
	w := r.wallet()
	if r.agree(); len(w.Cards) != 1 || w.Cards[0].ID == card.ID || len(w.Gone) != 1 {
		t.Errorf("%+v", w)
	}
}

// TestNothingIsStored: what is refused before anything is written or sent.
func TestNothingIsStored(t *testing.T) {
	t.Parallel()
	wish := func(r *rig) wallet.StoreCard {
		return wallet.StoreCard{Customer: r.member, Token: r.token(goodCard), Actor: ledger.Buyer, Key: r.key()}
	}
	for name, c := range map[string]struct {
		code string
		edit func(r *rig, in *wallet.StoreCard)
	}{
		"a guest":     {"card.members_only", func(_ *rig, in *wallet.StoreCard) { in.Customer = 0 }},
		"no token":    {"card.token_missing", func(_ *rig, in *wallet.StoreCard) { in.Token = "" }},
		"not offered": {"card.not_kept", func(r *rig, _ *wallet.StoreCard) { r.policy.KeepsCards = false }},
		"silence":     {"card.list_silent", func(r *rig, _ *wallet.StoreCard) { r.wire.silent = true }},
		"an eleventh card": {"card.limit", func(r *rig, _ *wallet.StoreCard) {
			for range wallet.Limit { // of which our book knows nothing
				r.elsewhere(goodCard)
			}
		}},
		"another under way": {"card.busy", func(r *rig, _ *wallet.StoreCard) {
			r.wire.script("025", script{})
			if _, err := r.keep(cards[3]); err != nil {
				r.t.Fatal(err)
			}
		}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := newRig(t)
			in := wish(r)
			c.edit(r, &in)
			before := r.wire.count("025")
			if got, err := r.service.Store(t.Context(), in); !problem.Is(err, c.code) {
				t.Errorf("%+v, %v", got, err)
			}
			if n := r.wire.count("025") - before; n != 0 {
				t.Errorf("%d telegrams", n)
			}
			if _, found, err := r.Store.CardOperationByKey(t.Context(), in.Key); found || err != nil {
				t.Errorf("an operation was written; %v", err)
			}
		})
	}
}

// TestTenCards: the tenth is kept, the eleventh is not, and there is room after one left.
func TestTenCards(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	var last *wallet.Card
	for range wallet.Limit {
		last = r.kept(goodCard)
	}
	if _, err := r.keep(goodCard); !problem.Is(err, "card.limit") {
		t.Errorf("%v", err)
	}
	if _, err := r.forget(last.ID); err != nil {
		t.Error(err)
	}
	r.kept(goodCard)
	r.agree()
}

// TestNothingIsDeleted: what is refused, and what is gone already.
func TestNothingIsDeleted(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	card := r.kept(goodCard)
	for name, in := range map[string]wallet.DeleteCard{
		"a guest":          {Card: card.ID},
		"another's card":   {Customer: r.Member(0), Card: card.ID},
		"no card":          {Customer: r.member, Card: "none"},
		"the centre's own": {Customer: r.member, Card: card.PaygentID},
	} {
		if got, err := r.service.Delete(t.Context(), in); !problem.Is(err, "card.unknown") {
			t.Errorf("%s: %+v, %v", name, got, err)
		}
	}
	r.elsewhereDeleted(card.PaygentID)
	for range 2 { // found gone, and gone before
		if got, err := r.forget(card.ID); err != nil || got.Operation.ID != "" {
			t.Errorf("%+v, %v", got, err)
		}
	}
	r.agree()
	if n := r.wire.count("026"); n != 0 {
		t.Errorf("%d telegrams", n)
	}
}

// TestACardInUse is not deleted while a payment may still be sent with it.
func TestACardInUse(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	card, free := r.kept(goodCard), r.kept(cards[3])
	id := r.Order(storetest.Wanted{Customer: r.member, Lines: []order.Movement{{ProductClassID: r.Class("器", 5), Quantity: 1}}})
	var pay *ledger.Payment
	set := func(edit func(*ledger.Payment)) {
		t.Helper()
		err := r.Store.Update(t.Context(), id, func(l *ledger.Ledger) error {
			if pay == nil {
				pay = &ledger.Payment{
					ID: r.ID(), Seq: 1, Environment: payment.Simulator, MerchantID: r.merchant.MerchantID, Method: payment.Card, System: payment.Module,
					TradingID: id.String(), Amount: 1100, Phase: payment.Opening, StoredCard: card.PaygentID, BegunAt: r.Now(), LimitAt: r.Now().Add(24 * time.Hour),
				}
				l.Payments, l.CurrentID = append(l.Payments, pay), pay.ID
			}
			edit(l.Payments[0])
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	for _, phase := range []payment.Phase{payment.Opening, payment.Unknown, payment.AwaitingBuyer} {
		set(func(p *ledger.Payment) { p.Phase = phase })
		if _, err := r.forget(card.ID); !problem.Is(err, "card.in_use") {
			t.Errorf("%s: %v", phase, err)
		}
	}
	if r.wire.count("026") > 0 {
		t.Error("a telegram was sent")
	}
	if _, err := r.forget(free.ID); err != nil { // another card is not in use
		t.Error(err)
	}
	r.Advance(25 * time.Hour) // the buyer never came back: the page cannot be used any more
	if got, err := r.forget(card.ID); err != nil || got.Operation.State != payment.Succeeded {
		t.Errorf("%+v, %v", got, err)
	}
	r.agree()
}

// TestACardThatPaid may be deleted: what follows names the payment.
func TestACardThatPaid(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	card := r.kept(goodCard)
	id := r.Order(storetest.Wanted{Customer: r.member, Lines: []order.Movement{{ProductClassID: r.Class("器", 5), Quantity: 1}}})
	err := r.Store.Update(t.Context(), id, func(l *ledger.Ledger) error {
		l.Payments = append(l.Payments, &ledger.Payment{
			ID: r.ID(), Seq: 1, Environment: payment.Simulator, MerchantID: r.merchant.MerchantID, Method: payment.Card, System: payment.Module,
			TradingID: id.String(), Amount: 1100, Phase: payment.Authorised, StoredCard: card.PaygentID, BegunAt: r.Now(),
		})
		l.CurrentID = l.Payments[0].ID
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if got, err := r.forget(card.ID); err != nil || got.Operation.State != payment.Succeeded {
		t.Errorf("%+v, %v", got, err)
	}
}

// TestTheSameCardAgain: the centre may answer 025 with the id that the card has already.
func TestTheSameCardAgain(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	card := r.kept(goodCard)
	r.wire.script("025", script{body: "result=0\r\nnum_of_cards=1\r\ncustomer_card_id=" + card.PaygentID + "\r\nfingerprint=" + card.Fingerprint + "\r\nmasked_card_number=************0000\r\ncard_valid_term=0132\r\n"})
	got, err := r.keep(goodCard)
	if err != nil || got.Operation.State != payment.Succeeded || got.Card == nil || got.Card.ID != card.ID || got.Card.ValidTerm != "0132" {
		t.Errorf("%+v, %v", got, err)
	}
	r.agree()
	if n := r.Number("SELECT COUNT(*) FROM plg_kessai_card"); n != 1 {
		t.Errorf("%d rows", n)
	}
	if _, err := r.forget(card.ID); err != nil {
		t.Error(err)
	}
	r.agree()
}

// TestAnAnswerWithoutAUsableID proves nothing: the list after does.
func TestAnAnswerWithoutAUsableID(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	r.wire.script("025", script{effect: true, body: "result=0\r\nnum_of_cards=1\r\ncustomer_card_id=12345678901234567890123456789012345678901234567890123456789012345\r\n"})
	got, err := r.keep(goodCard)
	if err != nil || got.Operation.State != payment.UnknownState {
		t.Errorf("%+v, %v", got, err)
	}
	r.wait(0)
	if op := r.last(); op.State != payment.Succeeded || op.Cause != "inquiry" {
		t.Errorf("%+v", op)
	}
	r.agree()
}

// TestPlausibleFacts: what the centre tells of a card is cut to what is kept, not refused.
func TestPlausibleFacts(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	r.wire.script("027", script{body: "1,0,\r\n2,customer_id,customer_card_id,card_number,card_valid_term,card_last_use_date,card_brand,cardholder_name,add_info1,add_info2,add_info3,add_info4,card_expire_flag,valid_check_result,valid_update_cd,valid_check_date,issur_name,fingerprint\r\n" +
		"3," + strconv.FormatInt(r.member, 10) + ",10000001,xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx,1230xxxxxxxx,,VVVVVVVVVVVVVVVVVVVVVV,,,,,,0,,,,," + strings.Repeat("f", 300) + "\r\n4,1\r\n"})
	r.wire.scripts["027"] = append(r.wire.scripts["027"], r.wire.scripts["027"][0])
	first := r.listed(true, 1).Cards[0]
	if len(first.Masked) != 32 || len(first.ValidTerm) != 8 || len(first.Brand) != 16 || len(first.Fingerprint) != 190 {
		t.Errorf("%+v", first)
	}
	if again := r.listed(true, 1).Cards[0]; again.ID != first.ID { // it is the same card
		t.Errorf("%+v", again)
	}
}
