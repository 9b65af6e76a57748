package main

import (
	"context"
	"os"

	"kessai/internal/app"
	"kessai/internal/database"
	"kessai/internal/problem"
	"kessai/internal/setting"
	"kessai/internal/staff"
)

// prepareStaff adds the demo's member, once; its password is kept in demo.json.
func (r *demoRun) prepareStaff(ctx context.Context, d app.Deps, db *database.DB) error {
	if r.state.AdminPassword != "" {
		return nil
	}
	members, err := app.OpenStaff(r.config, d, db)
	if err != nil {
		return err
	}
	password, err := staff.Generate(d.Rand)
	if err != nil {
		return err
	}
	_, err = members.Add(ctx, staff.NewMember{LoginID: r.state.AdminUser, Name: "デモ担当", Password: password})
	if problem.Is(err, staff.CodeLoginIDTaken) {
		err = members.SetPassword(ctx, r.state.AdminUser, password)
	}
	if err != nil {
		return err
	}
	r.state.AdminPassword = string(password)
	return r.writeState()
}

// prepareSettings connects the shop to the simulator with its own kit. What staff
// changed meanwhile stays; what must fit the simulator is put right.
func (r *demoRun) prepareSettings(ctx context.Context, d app.Deps, db *database.DB) error {
	_, store, err := app.OpenSettings(ctx, r.config, d, db)
	if err != nil {
		return err
	}
	before, err := store.Load(ctx)
	if err != nil {
		return err
	}
	m := viewMerchant(r.centre.sim.Merchants()[0])
	fits := map[string]string{
		"environment": "simulator", "merchant_id": m.MerchantID, "connect_id": m.ConnectID, "connect_password": m.ConnectPassword,
		"notice_hash_key": m.NoticeKey, "token_key": m.TokenKey, "token_url": r.centre.plainURL() + "/js/PaygentToken.js",
	}
	if before.Version == 0 {
		for name, value := range map[string]string{
			"settlement_division": "1", "paygent_payment_method": "credit", "payment_division": "10,61,80", "security_code": "1",
		} {
			fits[name] = value
		}
	}
	if _, err := store.Save(ctx, func(v *setting.Values) error {
		for name, value := range fits {
			if err := v.Set(name, value); err != nil {
				return err
			}
		}
		return nil
	}, operator); err != nil {
		return err
	}
	files, err := setting.ReadKit(os.DirFS(r.centre.kit))
	if err != nil {
		return err
	}
	_, err = store.ImportKit(ctx, files, true, operator)
	return err
}
