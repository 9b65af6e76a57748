package browsertest

import (
	"bytes"
	"net"
	"sync"
)

// record keeps every byte that came to a server.
type record struct {
	mu   sync.Mutex
	data bytes.Buffer
}

func (r *record) Write(p []byte) (int, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.data.Write(p)
}

func (r *record) contains(text string) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	return bytes.Contains(r.data.Bytes(), []byte(text))
}

// recording is a listener whose connections are recorded as they are read.
type recording struct {
	net.Listener
	into *record
}

func (l recording) Accept() (net.Conn, error) {
	c, err := l.Listener.Accept()
	if err != nil {
		return nil, err
	}
	return recordedConn{c, l.into}, nil
}

type recordedConn struct {
	net.Conn
	into *record
}

func (c recordedConn) Read(p []byte) (int, error) {
	n, err := c.Conn.Read(p)
	_, _ = c.into.Write(p[:n]) // memory: it cannot fail
	return n, err
}
