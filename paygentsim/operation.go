package paygentsim

import (
	"maps"
	"slices"
)

// operation is a telegram kind that is simulated: its parameter table, the method whose
// contract it needs (none for inquiries) and what it does.
type operation struct {
	kind   string
	needs  PaymentType
	fields []field
	do     func(*Sim, *change, *telegram) answer
}

// operations lists every kind simulated, protocol.md §5.
func operations() map[string]operation {
	list := []operation{
		{"010", TypeATM, table010(), (*Sim).applyATM},
		{"020", TypeCard, table020(), (*Sim).authorize},
		{"021", TypeCard, named(), (*Sim).followUp},
		{"022", TypeCard, named(), (*Sim).followUp},
		{"023", TypeCard, named(), (*Sim).followUp},
		{"024", TypeCard, table024(), (*Sim).finishThreeDS1},
		{"025", TypeCard, table025(), (*Sim).keepCard},
		{"026", TypeCard, table026(), (*Sim).dropCard},
		{"027", TypeCard, table027(), (*Sim).listCards},
		{"028", TypeCard, table028(), (*Sim).correct},
		{"029", TypeCard, table028(), (*Sim).correct},
		{"030", TypeConveni, table030(), (*Sim).applyConveni},
		{"060", TypeBank, table060(), (*Sim).applyBank},
		{"090", "", table090(), (*Sim).list},
		{"091", "", table091(), (*Sim).difference},
		{"094", "", named(), (*Sim).inquire},
		{"100", TypeCarrier, table100(), (*Sim).applyCarrier},
		{"101", TypeCarrier, named(), (*Sim).followUp},
		{"102", TypeCarrier, named(), (*Sim).followUp},
		{"103", TypeCarrier, table103(), (*Sim).changeCarrier},
		{"104", TypeCarrier, table104(), (*Sim).authCarrier},
		{"340", TypePaidy, named(), (*Sim).followUp},
		{"341", TypePaidy, named(), (*Sim).followUp},
		{"342", TypePaidy, table342(), (*Sim).refundPaidy},
		{"343", TypePaidy, table343(), (*Sim).verifyPaidy},
		{"450", TypeCard, table450(), (*Sim).beginThreeDS},
	}
	out := make(map[string]operation, len(list))
	for _, op := range list {
		out[op.kind] = op
	}
	return out
}

// Kinds lists the telegram kinds simulated, in their order; every other one answers P010.
func Kinds() []string { return slices.Sorted(maps.Keys(operations())) }

// dispatch checks a telegram against its table and the contract, and performs it.
func (s *Sim) dispatch(c *change, t *telegram) answer {
	op, known := s.operations[t.kind]
	if !known {
		return invalidValue("telegram_kind")
	}
	if bad := check(t.params, t.kind, op.fields); bad != nil {
		return *bad
	}
	if op.needs != "" && !t.merchant.contracted(op.needs) {
		return abnormal("SIM008", op.needs.Name()+"は契約されていません")
	}
	if t.merchant.Rules.StrictKana {
		if name := unusableKana(t); name != "" {
			return badType(name)
		}
	}
	return op.do(s, c, t)
}
