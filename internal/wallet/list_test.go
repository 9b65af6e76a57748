package wallet_test

import (
	"strconv"
	"testing"

	"kessai/internal/payment"
	"kessai/internal/wallet"
)

func (r *rig) listed(fresh bool, cards int) wallet.Listing {
	r.t.Helper()
	l, err := r.service.List(r.t.Context(), r.member)
	if err != nil || l.Fresh != fresh || len(l.Cards) != cards {
		r.t.Errorf("%+v, %v", l, err)
	}
	return l
}

// TestListing makes our book the centre's: by another hand cards come and go there.
func TestListing(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	r.listed(true, 0)
	first := r.kept(goodCard)
	second := r.elsewhere(cards[3])
	l := r.listed(true, 2)
	if got := l.Cards[1]; got.PaygentID != second || got.Masked != "************1111" || got.Brand != "V" || got.Fingerprint == "" {
		t.Errorf("%+v", got)
	}
	r.agree()
	r.elsewhereDeleted(first.PaygentID)
	r.listed(true, 1)
	r.agree()
	r.elsewhereDeleted(second)
	r.listed(true, 0)
	r.agree()
	if n := r.Number("SELECT COUNT(*) FROM plg_kessai_card"); n != 2 {
		t.Errorf("%d rows", n)
	}
	guest, err := r.service.List(t.Context(), 0)
	if err != nil || guest.Fresh || len(guest.Cards) > 0 {
		t.Errorf("%+v, %v", guest, err)
	}
}

// TestListingInSilence shows what we know, and says so.
func TestListingInSilence(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	r.kept(goodCard)
	r.elsewhere(cards[3])
	r.wire.silent = true
	r.listed(false, 1)
	r.wire.silent = false
	r.listed(true, 2)
}

// TestAnUnusableList is none: a card whose id is too long could not be kept.
func TestAnUnusableList(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	r.kept(goodCard)
	long := "12345678901234567890123456789012345678901234567890123456789012345"
	r.wire.script("027", script{body: "1,0,\r\n2,customer_id,customer_card_id,card_number,card_valid_term,card_last_use_date,card_brand,cardholder_name,add_info1,add_info2,add_info3,add_info4,card_expire_flag,valid_check_result,valid_update_cd,valid_check_date,issur_name,fingerprint\r\n" +
		"3," + strconv.FormatInt(r.member, 10) + "," + long + ",************1111,1230,,V,,,,,,0,,,,,f\r\n4,1\r\n"})
	r.listed(false, 1)
	r.listed(true, 1)
}

// TestListingWhileOneIsOpen touches nothing: the wallet is the list before.
func TestListingWhileOneIsOpen(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	r.kept(cards[3])
	r.wire.script("025", script{effect: true})
	if _, err := r.keep(goodCard); err != nil {
		t.Fatal(err)
	}
	asked := r.wire.count("027")
	if l := r.listed(false, 1); l.Open == nil || l.Open.State != payment.UnknownState || r.wire.count("027") != asked {
		t.Errorf("%+v", l)
	}
	r.wait(0)
	if op := r.last(); op.State != payment.Succeeded {
		t.Errorf("%+v", op)
	}
	r.listed(true, 2)
	r.agree()
}

// TestAnOlderList: an operation that came while the list was under way goes before it.
func TestAnOlderList(t *testing.T) {
	t.Parallel()
	for name, meanwhile := range map[string]func(*rig, *wallet.Card){
		"stored": func(r *rig, _ *wallet.Card) { r.kept(goodCard) },
		"deleted": func(r *rig, c *wallet.Card) {
			if _, err := r.forget(c.ID); err != nil {
				r.t.Error(err)
			}
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := newRig(t)
			card := r.kept(cards[3])
			r.elsewhere(cards[4])
			r.wire.script("027", script{pass: true, after: func() { meanwhile(r, card) }})
			l, err := r.service.List(t.Context(), r.member)
			if err != nil || l.Fresh {
				t.Errorf("%+v, %v", l, err)
			}
			r.agree()
		})
	}
}

// TestAnOlderListBefore: what another node did while the list before was under way is not
// undone by it, and the submit is to be made again.
func TestAnOlderListBefore(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	card := r.kept(cards[3])
	other, _ := r.node("node-2")
	r.wire.script("027", script{pass: true, after: func() {
		if _, err := other.Delete(t.Context(), wallet.DeleteCard{Customer: r.member, Card: card.ID, Key: "elsewhere"}); err != nil {
			t.Error(err)
		}
	}})
	if got, err := r.keep(goodCard); err == nil {
		t.Errorf("%+v", got)
	}
	r.agree()
	r.kept(goodCard)
	r.agree()
}
