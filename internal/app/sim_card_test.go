package app_test

import (
	"context"
	"fmt"
	"slices"
	"strconv"

	"kessai/internal/ledger"
	"kessai/internal/payment"
	"kessai/internal/problem"
	"kessai/internal/wallet"
	"kessai/paygent"
)

// cards is the member keeping or removing a card, or looking at them.
func (s *simulation) cards() {
	switch s.dice.IntN(8) {
	case 0, 1, 2:
		in := wallet.StoreCard{
			Customer: s.member, Token: s.token([]string{goodCard, "4111111111111111", "4900000000008161", "5555555555554444"}[s.dice.IntN(4)]),
			Actor: ledger.Buyer, Key: fmt.Sprintf("keep:%d", len(s.kept)),
		}
		s.kept = append(s.kept, in)
		s.keep(in)
	case 3, 4:
		s.remove()
	case 5:
		s.do(0, "cards", 4, func() string { return s.list() })
	case 6:
		if n := len(s.kept); n > 0 {
			s.keep(s.kept[s.dice.IntN(n)])
		}
	case 7:
		if n := len(s.forgotten); n > 0 {
			s.forget(s.forgotten[s.dice.IntN(n)])
		}
	}
}

func (s *simulation) keep(in wallet.StoreCard) {
	s.do(0, "card "+in.Key, 15, func() string { return s.became(s.app.Wallet.Store(context.Background(), in)) })
}

func (s *simulation) forget(in wallet.DeleteCard) {
	s.do(0, "card "+in.Key, 15, func() string { return s.became(s.app.Wallet.Delete(context.Background(), in)) })
}

// remove deletes a card, now and then one that is being paid with; but not the one the
// member pays with from then on, for orders by it are to be met.
func (s *simulation) remove() {
	w, err := s.app.Wallet.Wallet(context.Background(), s.member)
	if err != nil {
		s.t.Fatal(err)
	}
	cards := slices.DeleteFunc(w.Cards, func(c *wallet.Card) bool { return c.PaygentID == s.storedCard })
	if len(cards) == 0 {
		return
	}
	in := wallet.DeleteCard{Customer: s.member, Card: cards[s.dice.IntN(len(cards))].ID, Actor: ledger.Buyer, Key: fmt.Sprintf("forget:%d", len(s.forgotten))}
	s.forgotten = append(s.forgotten, in)
	s.forget(in)
}

// list is the page of the member's cards, on which another may be chosen to pay with.
func (s *simulation) list() string {
	l, err := s.app.Wallet.List(context.Background(), s.member)
	if err != nil {
		return s.became(wallet.Result{}, err)
	}
	s.cover("stored cards", "*", fmt.Sprintf("listed, fresh %v, open %v", l.Fresh, l.Open != nil))
	good := slices.DeleteFunc(slices.Clone(l.Cards), func(c *wallet.Card) bool { return c.Masked[len(c.Masked)-4:] == "8161" })
	if l.Fresh && len(good) > 0 && s.chosen(50) {
		s.storedCard = good[s.dice.IntN(len(good))].PaygentID
	}
	return fmt.Sprintf("%d cards, fresh %v, pays with %s", len(l.Cards), l.Fresh, s.storedCard)
}

// became puts what became of a wish in words.
func (s *simulation) became(r wallet.Result, err error) string {
	if err == nil {
		s.cover("stored cards", "*", fmt.Sprintf("%s %s, replayed %v", r.Operation.Kind.Telegram(), r.Operation.State, r.Replayed))
		return fmt.Sprintf("%s %s %s%s, replayed %v", r.Operation.Kind, r.Operation.State, r.Operation.Cause, r.Operation.Code, r.Replayed)
	}
	p, ok := problem.As(err)
	if !ok || p.Category == problem.Internal {
		s.bad(0, "an error that is nobody's: %v", err)
		return err.Error()
	}
	s.cover("stored cards", "*", p.Code)
	return p.Code
}

// checkCards: at rest nothing is open, each telegram left at most once, and once our list
// was looked at it is the centre's.
func (s *simulation) checkCards() {
	ctx := context.Background()
	if n := s.Number("SELECT COUNT(*) FROM plg_kessai_operation WHERE customer_id IS NOT NULL AND open_key IS NOT NULL"); n != 0 {
		s.bad(0, "%d operations about cards are open", n)
	}
	for _, kind := range []payment.Kind{payment.StoreCard, payment.DeleteCard} {
		sent := s.wire.sent[kind.Telegram()+" "]
		if n := s.Number("SELECT COUNT(*) FROM plg_kessai_operation WHERE kind = ? AND sent_at IS NOT NULL", string(kind)); int64(sent) > n {
			s.bad(0, "%s was sent %d times by %d operations", kind.Telegram(), sent, n)
		}
	}
	l, err := s.app.Wallet.List(ctx, s.member)
	if err != nil || !l.Fresh { // the link type's page keeps cards too, and knows no limit of ours
		s.bad(0, "the list of cards: %+v, %v", l, err)
	}
	theirs, err := s.centre.ListCards(ctx, paygent.ListCardsRequest{CustomerID: strconv.FormatInt(s.member, 10)})
	if err != nil {
		s.t.Fatal(err)
	}
	w, err := s.app.Wallet.Wallet(ctx, s.member)
	if err != nil {
		s.t.Fatal(err)
	}
	var we, they []string
	for _, c := range w.Cards {
		we = append(we, c.PaygentID+" "+c.Masked+" "+c.Fingerprint)
	}
	for _, c := range theirs {
		they = append(they, c.CustomerCardID+" "+c.MaskedCard+" "+c.Fingerprint)
	}
	slices.Sort(we)
	slices.Sort(they)
	if !slices.Equal(we, they) {
		s.bad(0, "we keep %v, the centre %v", we, they)
	}
}
