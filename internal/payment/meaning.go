package payment

// meaning sorts a method's statuses by what they say of a payment (manual 2.3).
type meaning struct {
	early   []Status // nothing yet
	transit []Status // the centre is at work
	failed  []Status // this try is over, the order is not
	auth    []Status // money is held
	paid    []gain   // money is taken or paid
	gone    []loss   // it ended at the centre
}

// gain is a status at which money is taken.
type gain struct {
	status    Status
	situation Situation
	unless    Situation // shown before, it stays
	dated     bool      // it brings 入金日; a preliminary report does not
}

// loss is a status that ends a payment.
type loss struct {
	status    Status
	end       End
	situation Situation
	unpaid    bool // it can only end what was never captured
}

func meaningOf(m Method) meaning {
	transit := []Status{}
	for _, s := range m.Statuses() {
		if s.Transit() {
			transit = append(transit, s)
		}
	}
	switch m {
	case Card:
		return meaning{
			early: []Status{Applied, ThreeDSRunning}, transit: transit, failed: []Status{AuthNG, ThreeDSAbandoned},
			auth: []Status{AuthOK}, paid: []gain{{Cleared, Sold, SaleChanged, true}, {ClearedFinal, Sold, SaleChanged, true}},
			gone: []loss{{AuthCancelDone, Canceled, AuthCanceled, false}, {AuthExpired, Expired, Untouched, true}, {RefundDone, Refunded, SaleCanceled, false}},
		}
	case Conveni:
		return meaning{
			early: []Status{Applied}, paid: []gain{{EarlyReport, Untouched, Untouched, false}, {Cleared, Untouched, Untouched, true}},
			gone: []loss{{TermExpired, Expired, Untouched, true}, {AuthCancelDone, Canceled, Untouched, false}, {EarlyWithdrawn, Canceled, Untouched, false}},
		}
	case ATM:
		return meaning{early: []Status{Applied}, paid: []gain{{Cleared, Untouched, Untouched, true}}, gone: []loss{{TermExpired, Expired, Untouched, true}}}
	case Bank:
		// 15 ends nothing: until its limit the page can be opened again (money.md §9).
		return meaning{early: []Status{Applied, Abandoned}, paid: []gain{{Cleared, Untouched, Untouched, true}}}
	case Carrier:
		return meaning{
			early: []Status{Applied}, transit: transit, failed: []Status{Abandoned},
			auth: []Status{AuthOK, AuthComplete}, paid: []gain{{Cleared, Sold, SaleChanged, true}, {ClearedFinal, Sold, SaleChanged, true}, {ClearedComplete, Sold, Untouched, true}},
			gone: []loss{{AuthCancelDone, Canceled, Revoked, false}, {AuthExpired, Expired, Untouched, true}, {RefundDone, Refunded, Revoked, false}, {CancelComplete, Refunded, Revoked, false}},
		}
	case Paidy:
		return meaning{
			early: []Status{Applied}, transit: transit, failed: []Status{AuthNG},
			auth: []Status{AuthOK}, paid: []gain{{Cleared, Sold, Untouched, true}, {ClearedFinal, SoldForGood, Untouched, true}},
			gone: []loss{{AuthCancelDone, Canceled, AuthCanceled, false}, {AuthExpired, Expired, AuthLapsed, true}, {RefundDone, Refunded, SaleCanceled, false}},
		}
	}
	return meaning{}
}

// Captures reports whether the method is authorised first and captured by the shop.
func (m Method) Captures() bool { return m == Card || m == Carrier || m == Paidy }

// numbered reports whether the buyer gets a number to pay with.
func (m Method) numbered() bool { return m == Conveni || m == ATM }

// authSituation is ペイジェント状況 of an authorisation: only Paidy shows it.
func (m Method) authSituation() Situation {
	if m == Paidy {
		return AuthKnown
	}
	return Untouched
}

// cancelSituations are ペイジェント状況 after 取消 of an authorisation and of a sale.
func (m Method) cancelSituations() (ofAuth, ofSale Situation) {
	if m == Carrier {
		return Revoked, Revoked
	}
	return AuthCanceled, SaleCanceled
}

// Changed is ペイジェント状況 after the amount was changed, by whichever telegrams (manual 2.2.1).
func (m Method) Changed(captured bool) Situation {
	switch {
	case m == Paidy:
		return Sold
	case m == Card && !captured:
		return AuthChanged
	}
	return SaleChanged
}
