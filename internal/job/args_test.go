package job_test

import (
	"encoding/json"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"kessai/internal/job"
	"kessai/internal/order"
	"kessai/internal/payment"
)

// TestArgsKeepTheirTypes: a refusal that is read again says the same sentence, each thing in it
// being what it was.
func TestArgsKeepTheirTypes(t *testing.T) {
	t.Parallel()
	was := job.Args{
		"Yen": order.Yen(4080), "None": order.Yen(0), "Order": order.Paid, "At": time.Date(2026, 4, 1, 3, 0, 0, 0, time.UTC), "Status": payment.Status("40"),
		"End": payment.Declined, "Env": payment.Production, "Whole": int64(7), "Text": "白磁の器",
	}
	text, err := json.Marshal(was)
	if err != nil {
		t.Fatal(err)
	}
	var is job.Args
	if err := json.Unmarshal(text, &is); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(was, is); diff != "" {
		t.Errorf("%s:\n%s", text, diff)
	}
}
