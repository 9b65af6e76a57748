package store

import (
	"database/sql/driver"
	"encoding/json"
	"fmt"

	"kessai/internal/ledger"
	"kessai/internal/order"
)

// holdRow is a row of plg_kessai_hold.
type holdRow struct {
	ledger.Hold
	order order.ID
}

var holdTable = table[holdRow]{"plg_kessai_hold", []column[holdRow]{
	{"id", func(r *holdRow) any { return optional[string]{&r.ID} }},
	{"order_id", func(r *holdRow) any { return optionalInt[order.ID]{&r.order} }},
	{"open_key", func(r *holdRow) any { return derived{r.openKey()} }},
	{"state", func(r *holdRow) any { return optional[ledger.HoldState]{&r.State} }},
	{"movements", func(r *holdRow) any { return movements{&r.Movements} }},
	{"points", func(r *holdRow) any { return nullableInt{&r.Points} }},
	{"taken_at", func(r *holdRow) any { return millis{&r.TakenAt} }},
	{"committed_at", func(r *holdRow) any { return millis{&r.CommittedAt} }},
	{"released_at", func(r *holdRow) any { return millis{&r.ReleasedAt} }},
}}

// openKey is the order while the hold is unreleased.
func (r *holdRow) openKey() driver.Value {
	if r.State == ledger.Released {
		return nil
	}
	return int64(r.order)
}

// movement is one taking of stock as its JSON keeps it.
type movement struct {
	Class    int64 `json:"class"`
	Quantity int64 `json:"quantity"`
}

// movements is a hold's takings in a text column.
type movements struct{ list *[]order.Movement }

func (m movements) Value() (driver.Value, error) {
	out := make([]movement, len(*m.list))
	for i, v := range *m.list {
		out[i] = movement{v.ProductClassID, v.Quantity}
	}
	b, err := json.Marshal(out)
	return string(b), err
}

func (m movements) Scan(src any) error {
	var raw string
	if err := (optional[string]{&raw}).Scan(src); err != nil {
		return err
	}
	*m.list = nil
	if raw == "" { // no hold in a LEFT JOIN
		return nil
	}
	var in []movement
	if err := json.Unmarshal([]byte(raw), &in); err != nil {
		return fmt.Errorf("store: movements of a hold: %w", err)
	}
	for _, v := range in {
		*m.list = append(*m.list, order.Movement{ProductClassID: v.Class, Quantity: v.Quantity})
	}
	return nil
}
