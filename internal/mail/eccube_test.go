package mail

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"kessai/internal/database"
	"kessai/internal/database/dbtest"
	"kessai/internal/order"
)

// TestLikeEccube compares the order mail with the one EC-CUBE itself sent for the
// same order, line by line. Left out are the lines that differ on purpose: the date
// (EC-CUBE prints when the buyer opened ご注文手続き) and, before 4.2, the breakdown
// of taxes.
func TestLikeEccube(t *testing.T) {
	t.Parallel()
	for _, version := range []string{"4.0", "4.1", "4.2"} {
		t.Run(version, func(t *testing.T) {
			t.Parallel()
			dbtest.All(t, func(t *testing.T, db *database.DB) {
				dbtest.LoadDump(t, db, version)
				templates, err := parseTemplates()
				if err != nil {
					t.Fatal(err)
				}
				r := renderer{templates: templates, host: "x"}
				type sent struct {
					order order.ID
					body  string
				}
				mails, err := database.List(t.Context(), db.Read(), func(row database.Row) (s sent, err error) {
					return s, row.Scan(&s.order, &s.body)
				}, `SELECT order_id, mail_body FROM dtb_mail_history WHERE mail_subject LIKE '%ご注文ありがとうございます' ORDER BY id`)
				if err != nil {
					t.Fatal(err)
				}
				if len(mails) == 0 {
					t.Fatal("the dump has no order mail")
				}
				for _, m := range mails {
					f, err := readFacts(t.Context(), db, m.order)
					if err != nil {
						t.Fatal(err)
					}
					got, err := r.message(row{id: "x", kind: "order", queuedAt: time.Unix(0, 0)}, f)
					if err != nil {
						t.Fatal(err)
					}
					// What staff changed later is not in the mail: the order still has its lines.
					if diff := cmp.Diff(mailLines(m.body), mailLines(got.Body)); diff != "" {
						t.Errorf("order %d: %s", m.order, diff)
					}
				}
			}, dbtest.Blank)
		})
	}
}

func mailLines(body string) []string {
	var out []string
	for line := range strings.SplitSeq(body, "\n") {
		line = strings.TrimSpace(strings.TrimRight(line, "\r"))
		if line == "" || strings.HasPrefix(line, "ご注文日時：") || strings.Contains(line, "%対象：") || strings.HasPrefix(line, "------") || strings.HasPrefix(line, "=====") {
			continue
		}
		out = append(out, strings.Join(strings.Fields(line), " "))
	}
	return out
}
