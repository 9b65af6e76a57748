package gateway

import (
	"context"

	"kessai/internal/ledger"
	"kessai/paygent"
)

var _ ledger.CardList = (*Gateway)(nil)

// CardList implements ledger.CardList.
func (g *Gateway) CardList(ctx context.Context, q ledger.CardsQuery) ([]ledger.KeptCard, error) {
	l, ctx, cancel, err := g.ask(ctx, q.SettingsVersion)
	if err != nil {
		return nil, err
	}
	defer cancel()
	all, err := l.Client.ListCards(ctx, paygent.ListCardsRequest{CustomerID: customerID(q.CustomerID)})
	if err != nil {
		return nil, noAnswer(err)
	}
	cards := make([]ledger.KeptCard, len(all))
	for i, c := range all {
		cards[i] = ledger.KeptCard{
			ID: c.CustomerCardID, Masked: c.MaskedCard, ValidTerm: c.CardValidTerm, Holder: c.HolderName,
			Brand: string(c.Brand), Fingerprint: c.Fingerprint, Expired: c.Expired,
		}
	}
	return cards, nil
}

// storeCard sends 025, with a token of its own.
func storeCard(ctx context.Context, l line, c ledger.Command) (ledger.Answer, error) {
	kept, err := l.Client.StoreCard(ctx, paygent.StoreCardRequest{
		CustomerID: customerID(c.CustomerID), CardToken: paygent.Secret(string(c.Beside.Token)), ValidCheck: l.Settings.Card.ValidCheck,
	})
	if err != nil {
		return ledger.Answer{}, err
	}
	a := done("")
	a.Card = ledger.KeptCard{ID: kept.CustomerCardID, Masked: kept.MaskedCard, ValidTerm: kept.CardValidTerm, Holder: kept.HolderName, Fingerprint: kept.Fingerprint}
	return a, nil
}

// deleteCard sends 026.
func deleteCard(ctx context.Context, l line, c ledger.Command) (ledger.Answer, error) {
	_, err := l.Client.DeleteCard(ctx, paygent.DeleteCardRequest{CustomerID: customerID(c.CustomerID), CustomerCardID: c.StoredCard})
	if err != nil {
		return ledger.Answer{}, err
	}
	return done(""), nil
}
