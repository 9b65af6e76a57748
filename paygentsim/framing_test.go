package paygentsim_test

import (
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"kessai/internal/cp932"
	"kessai/paygentsim"
)

// cardItems are those of protocol.md §3.1, example A, in its order.
const cardItems = "result payment_id trading_id issur_class acq_id acq_name issur_name fc_auth_umu daiko_code card_shu_code k_card_name issur_id" +
	" attempt_kbn fingerprint masked_card_number card_valid_term"

const (
	changedItems   = "result payment_id trading_id"
	refusedItems   = "result response_code response_detail"
	inquiryItems   = "payment_id trading_id payment_type payment_status payment_amount payment_init_date payment_date cancel_date site_id"
	cardListItems  = "customer_id customer_card_id card_number card_valid_term card_last_use_date card_brand cardholder_name add_info1 add_info2 add_info3 add_info4 card_expire_flag valid_check_result valid_update_cd valid_check_date issur_name fingerprint"
	differenceItem = "result success_code success_detail payment_notice_id change_date payment_id base_payment_id trading_id payment_type site_id payment_status payment_amount payment_init_date payment_date payment_class split_count clear_detail"
)

// framing is one telegram answered: the items it must have, in their order.
type framing struct {
	name, kind string
	request    func(b *bundle) fields
	items      string
	rules      paygentsim.Rules
}

// framings has a good answer of every telegram, and refusals.
func framings() []framing {
	is := func(f fields) func(*bundle) fields { return func(*bundle) fields { return f } }
	cardAt := func(sales string) func(*bundle) fields {
		return func(b *bundle) fields {
			id := b.authorize("52", good, fields{"sales_mode": sales})["payment_id"]
			return fields{"payment_id": id, "payment_amount": "3000", "reduction_flag": "0"}
		}
	}
	carrierAt20 := func(b *bundle) fields { return fields{"payment_id": b.carrierPayment(softbank), "amount": "3000"} }
	paidyAt := func(status paygentsim.Status) func(*bundle) fields {
		return func(b *bundle) fields {
			_, data := b.paidy("authorized", paidyOrder, false)
			id := b.sim.Payments()[0].PaymentID
			if status == paygentsim.Captured {
				b.send("341", fields{"payment_id": id})
			}
			return fields{"payment_id": id, "paidy_payment_id": data["id"].(string)}
		}
	}
	keep := func(b *bundle) fields {
		got := b.send("025", fields{"customer_id": "7", "card_token": b.token(good)})
		return fields{"customer_id": "7", "customer_card_id": got["customer_card_id"]}
	}
	corrected := cardItems + " base_payment_id reduced_amount out_acs_html"
	return []framing{
		{"", "010", is(atm(nil)), changedItems + " pay_center_number customer_number conf_number payment_limit_date", paygentsim.Rules{}},
		{"", "020", func(b *bundle) fields { return b.order("52", good) }, cardItems + " out_acs_html", paygentsim.Rules{}},
		{"3-D Secure 1.0", "020", func(b *bundle) fields {
			return b.order("52", good, fields{"term_url": "https://shop.example/", "3dsecure_use_type": "1"})
		}, cardItems + " out_acs_html", paygentsim.Rules{}},
		{"refused by the issuer", "020", func(b *bundle) fields { return b.order("52", "4900000000008101") }, refusedItems + " payment_id trading_id", paygentsim.Rules{}},
		{"bad parameter", "020", is(nil), refusedItems, paygentsim.Rules{}},
		{"", "021", cardAt("0"), changedItems, paygentsim.Rules{}},
		{"", "022", cardAt("0"), changedItems, paygentsim.Rules{}},
		{"", "023", cardAt("1"), changedItems, paygentsim.Rules{}},
		{"", "024", func(b *bundle) fields {
			got := b.authorize("52", good, fields{"term_url": "https://shop.example/acs", "3dsecure_use_type": "1"})
			w := b.browser().html(b.raw("out_acs_html")).press("authenticate")
			return fields{"payment_id": got["payment_id"], "PaRes": w.posted.Get("PaRes"), "MD": w.posted.Get("MD")}
		}, cardItems + " out_acs_html", paygentsim.Rules{PaRes: true}},
		{"", "025", func(b *bundle) fields { return fields{"customer_id": "7", "card_token": b.token(good)} },
			"result num_of_cards customer_card_id issur_name fingerprint masked_card_number card_valid_term cardholder_name", paygentsim.Rules{}},
		{"", "026", keep, "result num_of_cards", paygentsim.Rules{}},
		{"", "027", keep, cardListItems, paygentsim.Rules{}},
		{"", "028", cardAt("0"), corrected, paygentsim.Rules{}},
		{"", "029", cardAt("1"), corrected, paygentsim.Rules{}},
		{"", "030", is(conveni("00C001", nil)), changedItems + " receipt_number receipt_print_url usable_cvs_company_id payment_limit_date cvs_company_id", paygentsim.Rules{}},
		{"", "060", is(asp(nil)), "result trading_id asp_url asp_limit_date asp_payment_limit_date amount claim_kana claim_kanji trade_generation_date", paygentsim.Rules{}},
		{"", "090", cardAt("0"), inquiryItems + " career_type cvs_company_id receipt_number payment_limit_date paidy_payment_id base_payment_id", paygentsim.Rules{}},
		{"", "091", func(b *bundle) fields { b.authorize("52", good); return nil }, differenceItem, paygentsim.Rules{}},
		{"nothing there", "091", is(nil), "result success_code success_detail", paygentsim.Rules{}},
		{"", "094", cardAt("0"), "result " + inquiryItems, paygentsim.Rules{}},
		{"not found", "094", is(fields{"trading_id": "9"}), refusedItems, paygentsim.Rules{}},
		{"SoftBank", "100", is(fields{"trading_id": "90", "amount": "3300", "career_type": softbank, "pc_mobile_type": "0", "return_url": "https://shop.example/a",
			"cancel_url": "https://shop.example/b"}), changedItems + " redirect_url", paygentsim.Rules{}},
		{"docomo", "100", func(b *bundle) fields {
			return fields{"trading_id": "90", "amount": "3300", "career_type": docomo, "pc_mobile_type": "0", "return_url": "https://shop.example/a",
				"cancel_url": "https://shop.example/b", "other_url": "https://shop.example/c", "open_id": b.openID(docomo, "ok")}
		}, changedItems + " redirect_html", paygentsim.Rules{}},
		{"", "101", carrierAt20, changedItems, paygentsim.Rules{}},
		{"", "102", carrierAt20, changedItems, paygentsim.Rules{}},
		{"", "103", carrierAt20, changedItems, paygentsim.Rules{}},
		{"au", "104", is(fields{"career_type": au, "pc_mobile_type": "0", "redirect_url": "https://shop.example/a", "cancel_url": "https://shop.example/b"}),
			"result redirect_url", paygentsim.Rules{}},
		{"docomo", "104", is(fields{"career_type": docomo, "pc_mobile_type": "0", "redirect_url": "https://shop.example/a", "cancel_url": "https://shop.example/b"}),
			"result redirect_html", paygentsim.Rules{}},
		{"", "340", paidyAt(paygentsim.Authorized), changedItems, paygentsim.Rules{}},
		{"", "341", paidyAt(paygentsim.Authorized), changedItems, paygentsim.Rules{}},
		{"", "342", paidyAt(paygentsim.Captured), changedItems, paygentsim.Rules{}},
		{"", "343", paidyAt(paygentsim.Authorized), "result retrieve_result payment_id trading_id payment_amount currency description store_name buyer_email buyer_name_kanji" +
			" buyer_name_kana buyer_phone shipping_address_zip shipping_address_state shipping_address_city shipping_address_line1 shipping_address_line2 order_tax" +
			" order_shipping order_items_id[0] order_items_title[0] order_items_description[0] order_items_unit_price[0] order_items_quantity[0]" +
			" order_items_id[1] order_items_title[1] order_items_description[1] order_items_unit_price[1] order_items_quantity[1]", paygentsim.Rules{}},
		{"", "450", func(b *bundle) fields { return b.authentication(good, nil) }, "result 3ds_auth_id trading_id out_acs_html", paygentsim.Rules{}},
		{"bad parameter", "450", is(nil), refusedItems, paygentsim.Rules{}},
	}
}

// TestFraming holds every answer to protocol.md §3 byte by byte: where the line ends stand, which
// charset it is in and says it is in, and the items in their order.
func TestFraming(t *testing.T) {
	t.Parallel()
	answered := map[string]bool{}
	for _, f := range framings() {
		answered[f.kind] = true
		t.Run(f.kind+" "+f.name, func(t *testing.T) {
			t.Parallel()
			m := merchant()
			m.PaidyKey, m.ThreeDSKey, m.Rules = "pk_test_1", "TDSKEY0001", f.rules
			b := setup(t, paygentsim.Options{Merchants: []paygentsim.Merchant{m}, PageURL: "https://sim.example"})
			body, contentType := b.bytesOf(f.kind, f.request(b))
			text, charset := body, "UTF-8"
			if f.kind != "450" {
				decoded, err := cp932.Decode([]byte(body))
				if err != nil {
					t.Fatalf("not in Windows-31J: %v", err)
				}
				text, charset = decoded, "Windows-31J"
			}
			if contentType != "text/plain; charset="+charset {
				t.Errorf("Content-Type %q", contentType)
			}
			if f.kind == "027" || f.kind == "090" {
				checkReference(t, text, f.items)
				return
			}
			checkPayment(t, text, f.items)
		})
	}
	for _, kind := range paygentsim.Kinds() {
		if !answered[kind] {
			t.Errorf("no answer of %s is looked at", kind)
		}
	}
}

func (b *bundle) bytesOf(kind string, more fields) (body, contentType string) {
	b.t.Helper()
	client := http.Client{Transport: b.sim.Transport()}
	resp, err := client.Post("https://sim.example"+paths(kind), "application/x-www-form-urlencoded", strings.NewReader(common(kind, more).Encode()))
	if err != nil {
		b.t.Fatal(err)
	}
	defer resp.Body.Close()
	text, err := io.ReadAll(resp.Body)
	if err != nil || resp.ContentLength != int64(len(text)) {
		b.t.Fatalf("%v, %d bytes of %d", err, len(text), resp.ContentLength)
	}
	return string(text), resp.Header.Get("Content-Type")
}

// checkPayment: CR LF before each item and none after the last; an _html item is the last one, on
// its own line the DOCTYPE alone, the page from the next line on (§3.1).
func checkPayment(t *testing.T, text, items string) {
	t.Helper()
	rest, ok := strings.CutPrefix(text, "\r\n")
	if !ok {
		t.Errorf("no empty line first in %q", text)
	}
	var names []string
	for rest != "" {
		name, value, _ := strings.Cut(rest, "=")
		names = append(names, name)
		if strings.HasSuffix(name, "_html") {
			first, page, _ := strings.Cut(value, "\r\n")
			if value != "" && (first != "<!DOCTYPE html>" || !strings.HasPrefix(page, "<html") || !strings.HasSuffix(page, "</html>")) {
				t.Errorf("%s begins %.60q", name, value)
			}
			break
		}
		var more bool
		value, rest, more = strings.Cut(value, "\r\n")
		if strings.ContainsAny(value, "\r\n") || more && rest == "" {
			t.Errorf("%s: a line break out of place in %q", name, text)
		}
	}
	if diff := cmp.Diff(strings.Fields(items), names); diff != "" {
		t.Errorf("items (-want +got):\n%s", diff)
	}
}

// checkReference: a line each for header, column names, data and trailer, every item quoted (§3.2).
func checkReference(t *testing.T, text, columns string) {
	t.Helper()
	lines := strings.Split(text, "\r\n")
	if len(lines) != 5 || lines[4] != "" || lines[0] != `"1","0","",""` || lines[3] != `"4","1"` {
		t.Fatalf("lines %q", lines)
	}
	if want := `"2","` + strings.Join(strings.Fields(columns), `","`) + `"`; lines[1] != want {
		t.Errorf("columns %s, want %s", lines[1], want)
	}
	if got, want := strings.Count(lines[2], `","`), len(strings.Fields(columns)); got != want || !strings.HasPrefix(lines[2], `"3","`) {
		t.Errorf("data %s has %d items, want %d", lines[2], got, want)
	}
}
