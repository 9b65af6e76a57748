package backoffice

import (
	"kessai/internal/payment"
	"kessai/internal/problem"
	"kessai/internal/wording"
)

// reasonWords say why staff cannot do something now: the problem's sentence, with
// the domain's values in it named as staff know them.
func reasonWords(err error) string {
	p, ok := problem.As(err)
	if !ok {
		return wording.Ja(err)
	}
	named := make(problem.Args, len(p.Args))
	for name, v := range p.Args {
		switch v := v.(type) {
		case payment.Status:
			named[name] = statusWords(v)
		case payment.Environment:
			named[name] = environmentWords(v)
		case payment.End:
			named[name] = endWords(v)
		default:
			named[name] = v
		}
	}
	return wording.Ja(problem.New(p.Category, p.Code, named))
}
