package paygent

import (
	"errors"
	"io"
	"testing"
)

// The end of a body that was handed out whole is an end whoever gave up since: net/http
// asks for it once more after the last byte, and closes the connection at an error, which
// has answered perhaps. Before that a sealed body gives nothing.
func TestSealedBody(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		read int
		want error
	}{
		"nothing was handed out": {0, errSealed},
		"a part":                 {2, errSealed},
		"all":                    {3, io.EOF},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := newBody(t.Context(), []byte("a=b"))
			if n, err := b.Read(make([]byte, c.read)); n != c.read || err != nil {
				t.Fatal(n, err)
			}
			if started, err := b.seal(); started != (c.read > 0) || err != nil {
				t.Fatal(started, err)
			}
			if n, err := b.Read(make([]byte, 8)); n != 0 || !errors.Is(err, c.want) {
				t.Errorf("%d, %v; want %v", n, err, c.want)
			}
		})
	}
}
