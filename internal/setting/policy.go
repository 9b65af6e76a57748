package setting

import (
	"context"
	"time"

	"kessai/internal/ledger"
)

// defaultTimeout is every kit's timeout_value (protocol.md §1.4), for a version
// without one.
const defaultTimeout = 35 * time.Second

// Policy is what the ledger sees of a version.
func Policy(n Snapshot) (ledger.Policy, error) {
	p := ledger.Policy{
		Version: n.Version, Environment: n.Values.Environment, MerchantID: n.Values.MerchantID,
		Mark: n.Values.Mark, SharedMerchant: n.Values.SharedMerchant, Confirm: n.Values.Confirm,
		TelegramTimeout: defaultTimeout,
	}
	if n.Values.Uses(MethodCard) {
		p.PaymentClasses = n.Values.PaymentClasses()
	}
	if n.Kit == nil {
		return p, nil
	}
	c, err := n.Kit.Config()
	if err != nil {
		return ledger.Policy{}, err
	}
	p.TelegramTimeout = c.Timeout
	return p, nil
}

// Policy is the ledger's PolicyFunc: the version in force.
func (s *Store) Policy(ctx context.Context) (ledger.Policy, error) {
	n, err := s.Load(ctx)
	if err != nil {
		return ledger.Policy{}, err
	}
	return Policy(n)
}
