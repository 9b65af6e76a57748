package app

import (
	"context"
	"net/url"
	"time"

	"kessai/internal/checkout"
	"kessai/internal/gateway"
	"kessai/internal/payment"
	"kessai/internal/problem"
	"kessai/internal/setting"
	"kessai/paygent"
)

// centre makes what a settings version reaches Paygent by, with the kit laid out on this
// node.
func (a *App) centre(ctx context.Context, version int64) (gateway.Centre, error) {
	s, err := a.Settings.LoadVersion(ctx, version)
	if err != nil {
		return gateway.Centre{}, err
	}
	if s.Kit == nil {
		return gateway.Centre{}, s.Ready()
	}
	conf, err := a.layout(ctx, s)
	if err != nil {
		return gateway.Centre{}, err
	}
	v := s.Values
	client, err := paygent.New(paygent.Options{
		Config: conf, MerchantID: v.MerchantID, ConnectID: v.ConnectID, ConnectPassword: v.ConnectPassword,
		KeyPassphrase: v.KeyPassphrase, Partner: a.config.Telegram.Partner, ShopVersion: a.config.Telegram.EccubeVersion,
		PluginVersion: a.config.Telegram.PluginVersion, Transport: a.deps.Transport, WireLog: a.deps.WireLog, Clock: a.deps.Now,
	})
	if err != nil {
		return gateway.Centre{}, err
	}
	link, err := a.link(v, conf.Timeout)
	if err != nil {
		return gateway.Centre{}, err
	}
	return gateway.Centre{Client: client, Link: link, Settings: telegramSettings(v, conf.Timeout)}, nil
}

// link is the link type's client, nil where the shop does not use it. Which order its hash
// is made in goes by partner (protocol.md §8.3, [C]).
func (a *App) link(v setting.Values, timeout time.Duration) (*paygent.Link, error) {
	if v.System != payment.Link {
		return nil, nil
	}
	hashed := paygent.LinkStandard
	if a.config.Telegram.Partner == "lockon" {
		hashed = paygent.LinkECCUBE
	}
	return paygent.NewLink(paygent.LinkOptions{
		URL: v.Link.URL, MerchantID: v.MerchantID, HashKey: v.Link.HashKey, Order: hashed,
		Partner: a.config.Telegram.Partner, ShopVersion: a.config.Telegram.EccubeVersion, PluginVersion: a.config.Telegram.PluginVersion,
		Timeout: timeout, Transport: a.deps.Transport, WireLog: a.deps.WireLog, Clock: a.deps.Now,
	})
}

// telegramSettings are what a version's telegrams take from it.
func telegramSettings(v setting.Values, timeout time.Duration) gateway.Settings {
	return gateway.Settings{
		InquiryTimeout: timeout,
		Card:           gateway.CardSettings{UseSecurityCode: v.Card.SecurityCode, MerchantName: v.Card.MerchantName, ValidCheck: v.Card.ValidCheck},
		Conveni:        gateway.ConveniSettings{LimitDays: v.Conveni.LimitDays},
		ATM:            gateway.ATMSettings{LimitDays: v.ATM.LimitDays, Detail: v.ATM.Detail},
		Bank: gateway.BankSettings{
			LimitDays: v.Bank.PaymentTerm, Claim: v.Bank.ClaimKanji, ClaimKana: v.Bank.ClaimKana, CopyRight: v.Bank.CopyRight, FreeMemo: v.Bank.FreeMemo,
		},
		Link: gateway.LinkSettings{
			LimitDays: v.Link.PaymentTerm, ReturnURL: v.Link.ReturnURL, MerchantName: v.Link.MerchantName, CopyRight: v.Link.CopyRight,
			FreeMemo: v.Link.FreeMemo, Classes: string(v.Link.CardClass), SecurityCode: v.Link.CardConf, StockCard: v.Link.StockCard,
		},
	}
}

// layout lays a version's kit out on this node: the one in force where the original
// keeps it, a former one beside.
func (a *App) layout(ctx context.Context, s setting.Snapshot) (*paygent.Config, error) {
	newest, err := a.Settings.Load(ctx)
	if err != nil {
		return nil, err
	}
	if newest.Kit != nil && newest.Kit.ID != s.Kit.ID {
		return setting.LayoutFormer(s, a.config.DataDir)
	}
	return setting.Layout(s, a.config.DataDir)
}

// noticeKeys are the keys notifications may be hashed with, the one in force first.
func (a *App) noticeKeys(ctx context.Context) ([]gateway.NoticeKey, error) {
	s, err := a.Settings.Load(ctx)
	if err != nil {
		return nil, err
	}
	var keys []gateway.NoticeKey
	for _, k := range s.Values.NoticeKeys() {
		keys = append(keys, gateway.NoticeKey{Key: k.Key, Environment: k.Environment, MerchantID: k.MerchantID})
	}
	return keys, nil
}

// browser is what the card page needs.
func (a *App) browser(ctx context.Context) (checkout.Browser, error) {
	s, err := a.Settings.Load(ctx)
	if err != nil {
		return checkout.Browser{}, err
	}
	script := s.Values.TokenScript()
	u, err := url.Parse(script)
	if err != nil || u.Host == "" {
		return checkout.Browser{}, problem.Wrap(err, problem.Misset, "setting.token_script", nil)
	}
	return checkout.Browser{
		TokenScript: script, TokenOrigin: u.Scheme + "://" + u.Host, MerchantID: s.Values.MerchantID,
		TokenKey: string(s.Values.Card.TokenKey), SecurityCode: s.Values.Card.SecurityCode, Classes: s.Values.PaymentClasses(),
	}, nil
}
