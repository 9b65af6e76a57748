package paygent

import (
	"bytes"
	"context"
	"errors"
	"io"
	"sync"
)

type guardKey struct{}

// BeforeSend returns a context whose telegrams ask guard once the connection is ready,
// just before the first byte is handed to it. An error from guard stops the telegram:
// nothing has happened, and Do returns a *RejectedError with NotSent that wraps it.
// guard may be called from another goroutine, at most once per telegram.
func BeforeSend(ctx context.Context, guard func() error) context.Context {
	return context.WithValue(ctx, guardKey{}, guard)
}

func guardOf(ctx context.Context) func() error {
	guard, _ := ctx.Value(guardKey{}).(func() error)
	return guard
}

var errSealed = errors.New("the telegram was given up before it was sent")

// body is a telegram's body. Its parameters are all there is to a telegram, so as long as
// nobody has read from it, nothing can have taken effect. It knows whether that is so,
// and once sealed it stays so: a connection that becomes ready after the caller has
// given up gets nothing.
type body struct {
	mu       sync.Mutex
	ctx      context.Context //nolint:containedctx // one telegram's own reader; lives as long as the call
	data     *bytes.Reader
	guard    func() error
	started  bool
	sealed   bool
	guardErr error
}

var _ io.ReadCloser = (*body)(nil)

func newBody(ctx context.Context, data []byte) *body {
	return &body{ctx: ctx, data: bytes.NewReader(data), guard: guardOf(ctx)}
}

func (b *body) Read(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.guardErr != nil {
		return 0, b.guardErr
	}
	if b.started && b.data.Len() == 0 {
		// net/http looks for an end once more after the last byte, perhaps when the answer
		// is being read already; an error there would cut the answer off.
		return 0, io.EOF
	}
	if b.sealed {
		return 0, errSealed
	}
	if len(p) == 0 {
		return 0, nil
	}
	if !b.started {
		if err := b.ask(); err != nil {
			return 0, err
		}
		b.started = true
	}
	return b.data.Read(p)
}

// ask runs the guard once. A context that has ended meanwhile stops the telegram too.
func (b *body) ask() error {
	if b.guard != nil {
		if err := b.guard(); err != nil {
			b.guardErr = &guardError{err}
			return b.guardErr
		}
		b.guard = nil
	}
	return b.ctx.Err()
}

// Close seals the body.
func (b *body) Close() error {
	_, _ = b.seal() // send has asked already
	return nil
}

// seal stops further reading and reports whether any byte was handed out.
func (b *body) seal() (started bool, guardErr error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.sealed = true
	return b.started, b.guardErr
}

type guardError struct{ err error }

func (e *guardError) Error() string { return e.err.Error() }
func (e *guardError) Unwrap() error { return e.err }
