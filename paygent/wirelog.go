package paygent

import (
	"context"
	"log/slog"
	"time"
)

// WireLog receives one record per telegram, after it. The caller decides where it goes
// (log_output_path names a file; this package opens none).
type WireLog interface {
	Log(ctx context.Context, record WireRecord)
}

// WireLogFunc makes a function a WireLog.
type WireLogFunc func(ctx context.Context, record WireRecord)

// Log calls f.
func (f WireLogFunc) Log(ctx context.Context, record WireRecord) { f(ctx, record) }

// WireRecord is what may be logged of a telegram: ids, amounts, statuses and codes. Names,
// addresses, tokens, card data and passwords never are in it.
type WireRecord struct {
	At         time.Time
	Duration   time.Duration
	Kind       Kind
	Host       string // of the centre's address; empty if none is configured
	Outcome    OutcomeKind
	NotSent    bool
	HTTPStatus int // 0 if no answer came
	Result     string
	Code       string
	Detail     string
	Request    Params // by the list below
	Response   Params // by the list below
}

// LogValue is for slog.
func (r WireRecord) LogValue() slog.Value {
	attrs := []slog.Attr{
		slog.String("kind", string(r.Kind)), slog.String("outcome", string(r.Outcome)),
		slog.Duration("duration", r.Duration), slog.String("host", r.Host), slog.Int("http_status", r.HTTPStatus),
		slog.Bool("not_sent", r.NotSent), slog.String("result", r.Result),
		slog.String("code", r.Code), slog.String("detail", r.Detail),
	}
	return slog.GroupValue(append(attrs, slog.Any("request", r.Request.attrs()), slog.Any("response", r.Response.attrs()))...)
}

func (p Params) attrs() slog.Value {
	attrs := make([]slog.Attr, 0, len(p))
	for _, item := range p {
		attrs = append(attrs, slog.String(item.Name, item.Value))
	}
	return slog.GroupValue(attrs...)
}

// loggable lists the items whose values may be logged and printed.
func loggable(name string) bool {
	switch name {
	case "merchant_id", "seq_merchant_id", "site_id", "id", "limit_date", "payment_term_day", "payment_term_min", "telegram_kind", "telegram_version", "trading_id", "ref_trading_id", "payment_id", "base_payment_id",
		"payment_notice_id", "payment_amount", "amount", "reduced_amount", "payment_class", "split_count", "sales_mode",
		"payment_type", "payment_status", "payment_init_date", "payment_date", "cancel_date", "change_date", "payment_limit_date",
		"clear_detail", "career_type", "cvs_company_id", "3dsecure_use_type", "3dsecure_ryaku", "attempt_kbn", "stock_card_mode",
		"security_code_use", "limit_count", "num_of_cards", "currency_code",
		"result", "response_code", "response_detail", "success_code", "success_detail":
		return true
	}
	return false
}

func loggableParams(all Params) Params {
	kept := make(Params, 0, len(all))
	for _, item := range all {
		if loggable(item.Name) {
			kept = append(kept, item)
		}
	}
	return kept
}
