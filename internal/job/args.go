package job

import (
	"encoding/json"
	"fmt"
	"time"

	"kessai/internal/order"
	"kessai/internal/payment"
)

// Args are a problem's arguments. In JSON each keeps its type, so that the sentence is
// the same whenever it is read: {"Amount":{"yen":4080}}.
type Args map[string]any

type arg struct {
	Yen    *order.Yen           `json:"yen,omitempty"`
	Order  *order.Status        `json:"order_status,omitempty"`
	Time   *time.Time           `json:"time,omitempty"`
	Status *payment.Status      `json:"status,omitempty"`
	End    *payment.End         `json:"end,omitempty"`
	Env    *payment.Environment `json:"environment,omitempty"`
	Whole  *int64               `json:"whole,omitempty"`
	Text   *string              `json:"text,omitempty"`
}

// MarshalJSON implements json.Marshaler.
func (a Args) MarshalJSON() ([]byte, error) {
	out := make(map[string]arg, len(a))
	for name, v := range a {
		out[name] = argOf(v)
	}
	return json.Marshal(out)
}

func argOf(v any) arg {
	switch v := v.(type) {
	case order.Yen:
		return arg{Yen: &v}
	case order.Status:
		return arg{Order: &v}
	case time.Time:
		return arg{Time: &v}
	case payment.Status:
		return arg{Status: &v}
	case payment.End:
		return arg{End: &v}
	case payment.Environment:
		return arg{Env: &v}
	case int64:
		return arg{Whole: &v}
	case int:
		n := int64(v)
		return arg{Whole: &n}
	}
	text := fmt.Sprint(v)
	return arg{Text: &text}
}

// UnmarshalJSON implements json.Unmarshaler.
func (a *Args) UnmarshalJSON(text []byte) error {
	var in map[string]arg
	if err := json.Unmarshal(text, &in); err != nil {
		return err
	}
	out := make(Args, len(in))
	for name, v := range in {
		out[name] = v.value()
	}
	*a = out
	return nil
}

func (a arg) value() any {
	switch {
	case a.Yen != nil:
		return *a.Yen
	case a.Order != nil:
		return *a.Order
	case a.Time != nil:
		return *a.Time
	case a.Status != nil:
		return *a.Status
	case a.End != nil:
		return *a.End
	case a.Env != nil:
		return *a.Env
	case a.Whole != nil:
		return *a.Whole
	case a.Text != nil:
		return *a.Text
	}
	return ""
}
