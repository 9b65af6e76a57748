package web

import (
	"context"

	"github.com/alexedwards/scs/v2"
)

// Session is the session of the request that ctx belongs to. Without one (a plain
// route, a job) it is empty and keeps nothing.
type Session struct {
	ctx     context.Context
	manager *scs.SessionManager
}

// SessionOf finds a request's session by its context.
func SessionOf(ctx context.Context) Session {
	if s, ok := ctx.Value(sessionKey{}).(*Sessions); ok {
		return Session{ctx, s.manager}
	}
	return Session{}
}

// Get returns a text, empty if there is none.
func (s Session) Get(key string) string {
	if s.manager == nil {
		return ""
	}
	return s.manager.GetString(s.ctx, key)
}

// Put keeps a text.
func (s Session) Put(key, value string) {
	if s.manager != nil {
		s.manager.Put(s.ctx, key, value)
	}
}

// Int returns a number, 0 if there is none.
func (s Session) Int(key string) int64 {
	if s.manager == nil {
		return 0
	}
	return s.manager.GetInt64(s.ctx, key)
}

// PutInt keeps a number.
func (s Session) PutInt(key string, value int64) {
	if s.manager != nil {
		s.manager.Put(s.ctx, key, value)
	}
}

// Pop returns a text and forgets it.
func (s Session) Pop(key string) string {
	if s.manager == nil {
		return ""
	}
	return s.manager.PopString(s.ctx, key)
}

// Remove forgets a value.
func (s Session) Remove(key string) {
	if s.manager != nil {
		s.manager.Remove(s.ctx, key)
	}
}

// Renew gives the session a new token. Call it when somebody logs in or out, so
// that a token known before is worth nothing after.
func (s Session) Renew() error {
	if s.manager == nil {
		return nil
	}
	return s.manager.RenewToken(s.ctx)
}

// Destroy ends the session and takes its cookie back.
func (s Session) Destroy() error {
	if s.manager == nil {
		return nil
	}
	return s.manager.Destroy(s.ctx)
}
