package app

import (
	"context"
	"net/url"

	"kessai/internal/checkout"
	"kessai/internal/gateway"
	"kessai/internal/problem"
	"kessai/internal/setting"
	"kessai/paygent"
)

// client makes the client of a settings version, with the kit laid out on this node.
func (a *App) client(ctx context.Context, version int64) (*paygent.Client, gateway.CardSettings, error) {
	s, err := a.Settings.LoadVersion(ctx, version)
	if err != nil {
		return nil, gateway.CardSettings{}, err
	}
	if s.Kit == nil {
		return nil, gateway.CardSettings{}, s.Ready()
	}
	conf, err := a.layout(ctx, s)
	if err != nil {
		return nil, gateway.CardSettings{}, err
	}
	v := s.Values
	client, err := paygent.New(paygent.Options{
		Config: conf, MerchantID: v.MerchantID, ConnectID: v.ConnectID, ConnectPassword: v.ConnectPassword,
		KeyPassphrase: v.KeyPassphrase, Partner: a.config.Telegram.Partner, ShopVersion: a.config.Telegram.EccubeVersion,
		PluginVersion: a.config.Telegram.PluginVersion, Transport: a.deps.Transport, WireLog: a.deps.WireLog, Clock: a.deps.Now,
	})
	return client, gateway.CardSettings{UseSecurityCode: v.Card.SecurityCode, InquiryTimeout: conf.Timeout}, err
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
