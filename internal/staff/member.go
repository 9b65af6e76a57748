package staff

import (
	"context"
	"regexp"
	"strings"
	"time"
	"unicode/utf8"

	"kessai/internal/database"
	"kessai/internal/problem"
)

// Member is a person of the shop's staff (メンバー).
type Member struct {
	ID        int64
	LoginID   string
	Name      string
	Authority int64     // mtb_authority: 0 システム管理者, 1 店舗オーナー
	LoginAt   time.Time // zero before the first login
}

// NewMember is a member to add.
type NewMember struct {
	LoginID  string
	Name     string
	Password Password
}

var loginForm = regexp.MustCompile(`^[A-Za-z0-9_.@-]{1,50}$`)

func (n NewMember) check() error {
	switch {
	case !loginForm.MatchString(n.LoginID):
		return problem.New(problem.Invalid, CodeLoginID, nil).On("login_id")
	case n.Name == "" || utf8.RuneCountInString(n.Name) > 255:
		return problem.New(problem.Invalid, CodeName, nil).On("name")
	}
	return checkPassword(n.LoginID, n.Password)
}

// Add adds a member with every right. Problems: Invalid with a Field; Denied
// "staff.attached".
func (s *Members) Add(ctx context.Context, n NewMember) (Member, error) {
	if err := s.own(); err != nil {
		return Member{}, err
	}
	n.Name = strings.TrimSpace(n.Name)
	if err := n.check(); err != nil {
		return Member{}, err
	}
	hash, err := s.hash(ctx, n.Password)
	if err != nil {
		return Member{}, err
	}
	m := Member{LoginID: n.LoginID, Name: n.Name}
	err = s.o.DB.Write(ctx, func(ctx context.Context, tx *database.Tx) error {
		// dtb_member has no unique key on login_id; the lock makes this check hold.
		if err := lockMembers(ctx, tx); err != nil {
			return err
		}
		_, taken, err := memberByLogin(ctx, tx, n.LoginID)
		if err != nil {
			return err
		}
		if taken {
			return problem.New(problem.Invalid, CodeLoginIDTaken, nil).On("login_id")
		}
		m.ID, err = insertMember(ctx, tx, n, hash, s.o.Now())
		return err
	})
	if err != nil {
		return Member{}, err
	}
	return m, nil
}

// SetPassword gives a member another password and unlocks the login.
func (s *Members) SetPassword(ctx context.Context, loginID string, p Password) error {
	if err := s.own(); err != nil {
		return err
	}
	if err := checkPassword(loginID, p); err != nil {
		return err
	}
	hash, err := s.hash(ctx, p)
	if err != nil {
		return err
	}
	return s.o.DB.Write(ctx, func(ctx context.Context, tx *database.Tx) error {
		found, err := updatePassword(ctx, tx, loginID, hash, s.o.Now())
		if err != nil {
			return err
		}
		if !found {
			return problem.New(problem.NotFound, CodeUnknown, nil)
		}
		return clearFailures(ctx, tx, loginKey(loginID))
	})
}

func (s *Members) hash(ctx context.Context, p Password) (hash string, err error) {
	err = s.hashing(ctx, func() error {
		hash, err = hashArgon(p, s.o.Rand)
		return err
	})
	return hash, err
}

// own refuses what only EC-CUBE may do in its own database.
func (s *Members) own() error {
	if !s.o.Embedded {
		return problem.New(problem.Denied, CodeAttached, nil)
	}
	return nil
}

// ByID returns a working member, for a session: one who left is problem NotFound
// "staff.unknown".
func (s *Members) ByID(ctx context.Context, id int64) (Member, error) {
	m, found, err := memberByID(ctx, s.o.DB.Read(), id)
	if err == nil && !found {
		err = problem.New(problem.NotFound, CodeUnknown, nil)
	}
	return m, err
}

// List lists the working members.
func (s *Members) List(ctx context.Context) ([]Member, error) { return listMembers(ctx, s.o.DB.Read()) }
