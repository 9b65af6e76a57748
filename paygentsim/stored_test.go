package paygentsim_test

import (
	"bytes"
	"encoding/csv"
	"strconv"
	"testing"

	"github.com/google/go-cmp/cmp"

	"kessai/internal/cp932"
	"kessai/paygentsim"
)

// table sends a reference telegram and reads its CSV.
func (b *bundle) table(kind string, more fields) (header []string, rows []fields) {
	b.t.Helper()
	b.send(kind, more)
	text, err := cp932.Decode([]byte(b.last))
	if err != nil {
		b.t.Fatal(err)
	}
	r := csv.NewReader(bytes.NewReader([]byte(text)))
	r.FieldsPerRecord = -1
	records, err := r.ReadAll()
	if err != nil {
		b.t.Fatalf("%v in %q", err, text)
	}
	header = records[0][1:]
	if len(records) == 1 {
		return header, nil
	}
	for _, rec := range records[2 : len(records)-1] {
		if rec[0] != "3" || len(rec) != len(records[1]) {
			b.t.Fatalf("record %v under %v", rec, records[1])
		}
		row := fields{}
		for i, name := range records[1][1:] {
			row[name] = rec[i+1]
		}
		rows = append(rows, row)
	}
	if last := records[len(records)-1]; last[0] != "4" || last[1] != strconv.Itoa(len(rows)) {
		b.t.Fatalf("trailer %v for %d rows", last, len(rows))
	}
	return header, rows
}

func TestStoredCards(t *testing.T) {
	t.Parallel()
	b := setup(t, paygentsim.Options{})
	if header, rows := b.table("027", fields{"customer_id": "7"}); header[1] != "P026" || rows != nil {
		t.Errorf("no card: %v %v", header, rows)
	}
	first := b.send("025", fields{"trading_id": "0", "customer_id": "7", "card_token": b.token(good), "add_info1": sjis(`メモ,"二"`)})
	second := b.send("025", fields{"customer_id": "7", "card_number": "4111111111111111", "card_valid_term": "0127", "cardholder_name": "TARO YAMADA"})
	if first["num_of_cards"] != "1" || second["num_of_cards"] != "2" || first["customer_card_id"] != "10000001" || second["cardholder_name"] != "TARO YAMADA" {
		t.Fatalf("025: %v, %v", first, second)
	}
	_, rows := b.table("027", fields{"customer_id": "7"})
	if len(rows) != 2 || rows[0]["card_number"] != "************0000" || rows[0]["add_info1"] != `メモ,"二"` || rows[1]["card_valid_term"] != "0127" ||
		rows[1]["card_brand"] != "V" || rows[1]["card_expire_flag"] != "0" {
		t.Errorf("027: %v", rows)
	}
	if _, only := b.table("027", fields{"customer_id": "7", "customer_card_id": "10000002"}); len(only) != 1 {
		t.Errorf("027 of one: %v", only)
	}
	if header, few := b.table("027", fields{"customer_id": "7", "limit_count": "1"}); header[1] != "9003" || len(few) != 1 {
		t.Errorf("027 of too many: %v, %d rows", header, len(few))
	}
	if got := b.send("026", fields{"customer_id": "7", "customer_card_id": "10000001"}); got["num_of_cards"] != "1" {
		t.Errorf("026: %v", got)
	}
	if got := b.send("026", fields{"customer_id": "7", "customer_card_id": "10000001"}); got["response_code"] != "P026" {
		t.Errorf("026 twice: %v", got)
	}
}

func TestPayWithAStoredCard(t *testing.T) {
	t.Parallel()
	b := setup(t, paygentsim.Options{})
	card := b.send("025", fields{"customer_id": "7", "card_token": b.token(good)})["customer_card_id"]
	pay := func(id string, more fields) fields {
		return b.authorize(id, "", fields{"stock_card_mode": "1", "customer_id": "7", "customer_card_id": card}, more)
	}
	for name, tc := range map[string]struct {
		more fields
		code string
	}{
		"alone":                 {nil, ""},
		"security code missing": {fields{"security_code_use": "1"}, "2003"},
		"security code":         {fields{"security_code_use": "1", "security_code_token": "1", "card_token": b.cvcToken()}, ""},
		"a card's token":        {fields{"security_code_token": "1", "card_token": b.token(good)}, "P010"},
		"another customer":      {fields{"customer_id": "8"}, "P026"},
		"no customer":           {fields{"customer_id": ""}, "P010"},
	} {
		if got := pay("s"+strconv.Itoa(len(b.sim.Payments())), tc.more); got["response_code"] != tc.code {
			t.Errorf("%s: %v", name, got)
		}
	}
	if _, rows := b.table("027", fields{"customer_id": "7"}); rows[0]["card_last_use_date"] != "202612031800" {
		t.Errorf("last use: %v", rows[0])
	}
	if got := b.authorize("x", "", fields{"card_token": b.cvcToken()}); got["response_code"] != "P010" {
		t.Errorf("a security code is no card: %v", got)
	}
}

// cvcToken is what createCvcToken gives.
func (b *bundle) cvcToken() string {
	b.t.Helper()
	token, err := b.sim.CVCToken("12345", "123")
	if err != nil {
		b.t.Fatal(err)
	}
	return token
}

func TestStoredCardLimitAndValidity(t *testing.T) {
	t.Parallel()
	b := setup(t, paygentsim.Options{})
	for range 10 {
		b.send("025", fields{"customer_id": "7", "card_token": b.token(good)})
	}
	if got := b.send("025", fields{"customer_id": "7", "card_token": b.token(good)}); got["response_code"] != "SIM007" {
		t.Errorf("the eleventh: %v", got)
	}
	if got := b.send("025", fields{"customer_id": "8", "card_token": b.token(good), "valid_check_flg": "1"}); got["num_of_cards"] != "1" {
		t.Errorf("valid: %v", got)
	}
	if got := b.send("025", fields{"customer_id": "9", "card_token": b.token("4900000000008161"), "valid_check_flg": "1"}); got["response_code"] != "2003" {
		t.Errorf("not valid: %v", got)
	}
	b.drain()
	if diff := cmp.Diff([]string{"10", "11"}, b.told("payment_status")); diff != "" || b.told("trading_id")[0] != "" {
		t.Errorf("validity is told without trading_id (-want +got):\n%s", diff)
	}
	if header, _ := b.table("027", fields{"customer_id": "9"}); header[1] != "P026" {
		t.Errorf("the bad card was kept: %v", header)
	}
}

func TestCorrections(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		kind, amount, flag, sales string
		code                      string
		old, next                 paygentsim.Status
		left                      int64
		reduced                   string
	}{
		"new total":              {"028", "3000", "0", "0", "", "32", "20", 3000, "300"},
		"to subtract":            {"028", "300", "1", "0", "", "32", "20", 3000, "300"},
		"more":                   {"028", "5000", "0", "0", "", "32", "20", 5000, "0"},
		"sales":                  {"029", "3000", "0", "1", "", "60", "40", 3000, "300"},
		"all of it":              {"028", "3300", "1", "0", "SIM011", "20", "", 0, ""},
		"028 of sales":           {"028", "3000", "0", "1", "SIM002", "40", "", 0, ""},
		"029 of a authorisation": {"029", "3000", "0", "0", "SIM002", "20", "", 0, ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := setup(t, paygentsim.Options{})
			old := b.authorize("52", good, fields{"sales_mode": tc.sales})["payment_id"]
			got := b.send(tc.kind, fields{"payment_id": old, "payment_amount": tc.amount, "reduction_flag": tc.flag})
			if got["response_code"] != tc.code || b.status(old) != tc.old {
				t.Fatalf("%v, old at %s", got, b.status(old))
			}
			if tc.code != "" {
				return
			}
			next, _ := b.sim.Payment(got["payment_id"])
			if got["base_payment_id"] != old || got["reduced_amount"] != tc.reduced || next.Status != tc.next || next.Amount != tc.left || next.TradingID != "52" {
				t.Errorf("%v, new %+v", got, next)
			}
			if last := b.sim.Notices(); len(last) != 3 || last[1].BaseID != old || last[1].Amount != tc.left {
				t.Errorf("differences %+v", last)
			}
			if got := b.send("094", fields{"trading_id": "52"}); got["response_code"] != "SIM004" {
				t.Errorf("two payments share the trading_id: %v", got)
			}
		})
	}
}

func TestListInquiry(t *testing.T) {
	t.Parallel()
	b := setup(t, paygentsim.Options{})
	b.authorize("1", good, nil)
	b.authorize("2", "4900000000008101", nil)
	b.send("030", conveni("00C001", nil))
	for name, tc := range map[string]struct {
		by   fields
		want []string
	}{
		"all": {nil, []string{"900000001", "900000002", "900000003"}}, "a trade": {fields{"trading_id": "2"}, []string{"900000002"}},
		"a type": {fields{"payment_type": "03"}, []string{"900000003"}}, "a status": {fields{"payment_status": "11"}, []string{"900000002"}},
		"none": {fields{"payment_id": "1"}, nil},
	} {
		var got []string
		header, rows := b.table("090", tc.by)
		for _, row := range rows {
			got = append(got, row["payment_id"])
		}
		if diff := cmp.Diff(tc.want, got); diff != "" || header[0] != "0" {
			t.Errorf("%s: %v (-want +got):\n%s", name, header, diff)
		}
	}
	if header, rows := b.table("090", fields{"limit_count": "2"}); header[0] != "1" || header[1] != "9003" || len(rows) != 2 {
		t.Errorf("too many: %v, %d rows", header, len(rows))
	}
	if _, rows := b.table("090", fields{"payment_type": "03"}); rows[0]["cvs_company_id"] != "00C001" || rows[0]["receipt_number"] == "" {
		t.Errorf("columns of a convenience store: %v", rows[0])
	}
}
