package paygentsim

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
)

// snapshot is the whole state in one file, with the generation of the journal that
// goes on from it.
type snapshot struct {
	Generation  uint64           `json:"generation"`
	Seed        uint64           `json:"seed"`
	Merchants   []keptMerchant   `json:"merchants"`
	NextPayment int64            `json:"next_payment"`
	Ordinal     uint64           `json:"ordinal"`
	Payments    []*Payment       `json:"payments"`
	Books       map[string]shelf `json:"books"`
	Tokens      []*cardToken     `json:"tokens"`
	Visits      []*visit         `json:"visits"`
	NextCard    int64            `json:"next_card"`
	Cards       []*storedCard    `json:"cards"`
	Clock       clockSetting     `json:"clock"`
}

// shelf is a merchant's book as kept.
type shelf struct {
	First   int64     `json:"first"`
	Last    int64     `json:"last"`
	Cursor  int64     `json:"cursor"`
	Notices []*Notice `json:"notices"`
}

// keptMerchant spells the secrets out, which Merchant does not.
type keptMerchant struct {
	MerchantID      string                   `json:"merchant_id"`
	ConnectID       string                   `json:"connect_id"`
	ConnectPassword string                   `json:"connect_password"`
	TokenKey        string                   `json:"token_key"`
	TokenHashKey    string                   `json:"token_hash_key"`
	NoticeKey       string                   `json:"notice_key"`
	LinkKey         string                   `json:"link_key"`
	ThreeDSKey      string                   `json:"three_ds_key"`
	NoticeURL       string                   `json:"notice_url,omitempty"`
	PaidyKey        string                   `json:"paidy_key"`
	RequestKey      string                   `json:"request_key"`
	Contracted      []PaymentType            `json:"contracted,omitempty"`
	Subscribed      map[PaymentType][]Status `json:"subscribed,omitempty"`
	Addresses       []string                 `json:"addresses,omitempty"`
	Rules           Rules                    `json:"rules"`
}

func keepMerchant(m Merchant) keptMerchant {
	return keptMerchant{m.MerchantID, m.ConnectID, m.ConnectPassword.Reveal(), m.TokenKey.Reveal(), m.TokenHashKey.Reveal(),
		m.NoticeKey.Reveal(), m.LinkKey.Reveal(), m.ThreeDSKey.Reveal(), m.NoticeURL, m.PaidyKey, m.RequestKey.Reveal(),
		m.Contracted, m.Subscribed, m.Addresses, m.Rules}
}

func (k keptMerchant) merchant() Merchant {
	return Merchant{k.MerchantID, k.ConnectID, Secret(k.ConnectPassword), Secret(k.TokenKey), Secret(k.TokenHashKey),
		Secret(k.NoticeKey), Secret(k.LinkKey), Secret(k.ThreeDSKey), Secret(k.RequestKey), k.PaidyKey, k.NoticeURL,
		k.Contracted, k.Subscribed, k.Addresses, k.Rules}
}

func (k *snapshot) merchants() []Merchant {
	var out []Merchant
	for _, m := range k.Merchants {
		out = append(out, m.merchant())
	}
	return out
}

const snapshotName = "snapshot.json"

// load reads the books from Dir, the journal included.
func (s *Sim) load() (snapshot, error) {
	s.st = newState()
	var kept snapshot
	if s.opt.Dir == "" {
		return kept, nil
	}
	if err := os.MkdirAll(s.opt.Dir, 0o700); err != nil {
		return kept, fmt.Errorf("paygentsim: make directory: %w", err)
	}
	text, err := os.ReadFile(filepath.Join(s.opt.Dir, snapshotName))
	if errors.Is(err, fs.ErrNotExist) {
		return kept, nil
	}
	if err != nil {
		return kept, fmt.Errorf("paygentsim: read snapshot: %w", err)
	}
	if err := json.Unmarshal(text, &kept); err != nil {
		return kept, fmt.Errorf("paygentsim: %s: %w", filepath.Join(s.opt.Dir, snapshotName), err)
	}
	if err := kept.check(); err != nil {
		return kept, fmt.Errorf("paygentsim: %s: %w", filepath.Join(s.opt.Dir, snapshotName), err)
	}
	s.st.restore(&kept)
	torn, err := replay(journalPath(s.opt.Dir, kept.Generation), s.st.apply)
	if err != nil {
		return kept, fmt.Errorf("paygentsim: read journal: %w", err)
	}
	if torn {
		s.opt.Log.Warn("the journal ends within a line; the unanswered change is left out")
	}
	s.generation = kept.Generation
	return kept, nil
}

// check finds what would not have been written.
func (k *snapshot) check() error {
	d := delta{Payments: k.Payments, Tokens: k.Tokens, Visits: k.Visits, Cards: k.Cards}
	for id, shelf := range k.Books {
		d.Notices = append(d.Notices, shelf.Notices...)
		if shelf.First < 1 || shelf.Last-shelf.First+1 != int64(len(shelf.Notices)) {
			return fmt.Errorf("merchant %s: %d notices stand for ids %d to %d", id, len(shelf.Notices), shelf.First, shelf.Last)
		}
		for i, n := range shelf.Notices {
			if n != nil && (n.MerchantID != id || n.NoticeID != shelf.First+int64(i)) {
				return fmt.Errorf("merchant %s: notice %d of merchant %s stands out of its place", id, n.NoticeID, n.MerchantID)
			}
		}
	}
	if d.holed() {
		return errors.New("a record is null")
	}
	return nil
}

// restore fills an empty state from a snapshot.
func (st *state) restore(k *snapshot) {
	for id, shelf := range k.Books {
		b := st.book(id)
		b.first, b.last, b.cursor = shelf.First, shelf.Last, shelf.Cursor
		b.notices = make([]*Notice, len(shelf.Notices))
		for _, n := range shelf.Notices {
			st.applyNotice(n)
		}
	}
	st.apply(&delta{Ordinal: k.Ordinal, Payments: k.Payments, Tokens: k.Tokens, Visits: k.Visits, Cards: k.Cards, Clock: &k.Clock})
	st.nextPayment = max(st.nextPayment, k.NextPayment)
	st.nextCard = max(st.nextCard, k.NextCard)
}

// keep is the state as a snapshot.
func (s *Sim) keep() snapshot {
	k := snapshot{Generation: s.generation, Seed: s.seed, NextPayment: s.st.nextPayment, Ordinal: s.st.ordinal,
		Books: map[string]shelf{}, NextCard: s.st.nextCard, Cards: s.st.allCards(), Visits: s.st.allVisits(), Clock: s.st.clock}
	for _, m := range s.merchants {
		k.Merchants = append(k.Merchants, keepMerchant(m))
	}
	for _, id := range s.st.order {
		k.Payments = append(k.Payments, s.st.payments[id])
	}
	for id, b := range s.st.books {
		k.Books[id] = shelf{b.first, b.last, b.cursor, b.notices}
	}
	for _, t := range s.st.tokenOrder {
		k.Tokens = append(k.Tokens, s.st.tokens[t])
	}
	return k
}

// compact writes a snapshot of the next generation and begins its journal. Whatever
// the moment of a kill, one snapshot and the journal of its own generation stand.
func (s *Sim) compact() error {
	if s.opt.Dir == "" {
		return nil
	}
	last := s.generation
	s.generation++
	next, err := createJournal(s.opt.Dir, s.generation)
	if err != nil {
		return fmt.Errorf("paygentsim: begin journal: %w", err)
	}
	text, err := json.Marshal(s.keep())
	if err == nil {
		err = writeFileAtomic(filepath.Join(s.opt.Dir, snapshotName), text)
	}
	if err != nil {
		s.generation = last
		return fmt.Errorf("paygentsim: write snapshot: %w", errors.Join(err, next.file.Close()))
	}
	err = s.closeJournal()
	s.journal = next
	if rm := os.Remove(journalPath(s.opt.Dir, last)); rm != nil && !errors.Is(rm, fs.ErrNotExist) {
		err = errors.Join(err, rm)
	}
	return err
}

// writeFileAtomic replaces a file as a whole.
func writeFileAtomic(path string, text []byte) error {
	f, err := os.CreateTemp(filepath.Dir(path), filepath.Base(path)+".*")
	if err != nil {
		return err
	}
	defer func() { _ = os.Remove(f.Name()) }() // fails after the rename, as it should
	_, err = f.Write(text)
	err = errors.Join(err, f.Sync(), f.Close())
	if err != nil {
		return err
	}
	return os.Rename(f.Name(), path)
}
