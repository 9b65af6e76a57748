package paygentsim

import (
	"bytes"
	"errors"
	"io"
	"net"
	"net/http"
	"net/http/httptrace"
	"strconv"
	"syscall"
)

// Transport joins an HTTP client to the simulator without a socket, whatever host it
// calls. Faults come out as the errors a socket would give: a time-out as a net.Error
// at once, a cut connection as an unexpected end.
func (s *Sim) Transport() http.RoundTripper { return InProcess(s.Handler()) }

// InProcess joins an HTTP client to any handler in the same goroutine; it also carries
// notices to a shop (Options.NoticeClient).
func InProcess(h http.Handler) http.RoundTripper { return inProcess{h} }

type inProcess struct{ handler http.Handler }

// timeoutError is an answer that never came.
type timeoutError struct{}

func (timeoutError) Error() string   { return "paygentsim: time-out awaiting the answer" }
func (timeoutError) Timeout() bool   { return true }
func (timeoutError) Temporary() bool { return true }

// RoundTrip hands the request to the handler, reporting to httptrace what a socket would.
func (t inProcess) RoundTrip(req *http.Request) (*http.Response, error) {
	ctx := req.Context()
	trace := httptrace.ContextClientTrace(ctx)
	if err := ctx.Err(); err != nil {
		return nil, errors.Join(err, closeBody(req))
	}
	body, err := readBody(req)
	if err != nil {
		report(trace, err)
		return nil, err
	}
	in := req.Clone(ctx)
	in.Body, in.ContentLength = io.NopCloser(bytes.NewReader(body)), int64(len(body))
	in.RequestURI, in.RemoteAddr = req.URL.RequestURI(), "127.0.0.1:0"
	if in.Host == "" {
		in.Host = req.URL.Host
	}
	w := &recorder{header: http.Header{}}
	t.serve(w, in)
	if w.refused {
		// Nothing was written: the handler only stood for a port where nobody listens.
		return nil, &net.OpError{Op: "dial", Net: "tcp", Err: syscall.ECONNREFUSED}
	}
	report(trace, nil)
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	if trace != nil && trace.GotFirstResponseByte != nil && w.wrote {
		trace.GotFirstResponseByte()
	}
	return w.response(req)
}

// report tells httptrace that the request went out.
func report(trace *httptrace.ClientTrace, err error) {
	if trace != nil && trace.WroteHeaders != nil {
		trace.WroteHeaders()
	}
	if trace != nil && trace.WroteRequest != nil {
		trace.WroteRequest(httptrace.WroteRequestInfo{Err: err})
	}
}

// serve runs the handler; one that aborts has cut the connection.
func (t inProcess) serve(w *recorder, in *http.Request) {
	defer func() {
		if p := recover(); p == http.ErrAbortHandler { //nolint:errorlint // it is this very value
			w.cut()
		} else if p != nil {
			panic(p)
		}
	}()
	t.handler.ServeHTTP(w, in)
}

func closeBody(req *http.Request) error {
	if req.Body == nil {
		return nil
	}
	return req.Body.Close()
}

func readBody(req *http.Request) ([]byte, error) {
	if req.Body == nil {
		return nil, nil
	}
	body, err := io.ReadAll(req.Body)
	return body, errors.Join(err, req.Body.Close())
}

// recorder takes what a handler writes, and faults as data.
type recorder struct {
	header   http.Header
	sent     http.Header // as it stood when the status was written
	status   int
	body     bytes.Buffer
	wrote    bool
	timedOut bool
	wasCut   bool
	refused  bool
}

func (w *recorder) timeOut() { w.timedOut = true }
func (w *recorder) cut()     { w.wasCut = true }
func (w *recorder) refuse()  { w.refused = true }
func (w *recorder) Flush()   { w.WriteHeader(http.StatusOK) }

func (w *recorder) Header() http.Header { return w.header }

func (w *recorder) WriteHeader(status int) {
	if !w.wrote && status >= 200 {
		w.wrote, w.status, w.sent = true, status, w.header.Clone()
	}
}

func (w *recorder) Write(p []byte) (int, error) {
	w.WriteHeader(http.StatusOK)
	return w.body.Write(p)
}

func (w *recorder) response(req *http.Request) (*http.Response, error) {
	switch {
	case w.timedOut:
		return nil, timeoutError{}
	case w.wasCut && !w.wrote:
		return nil, io.EOF
	}
	w.WriteHeader(http.StatusOK)
	resp := &http.Response{
		Status: strconv.Itoa(w.status) + " " + http.StatusText(w.status), StatusCode: w.status, Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1,
		Header: w.sent, ContentLength: int64(w.body.Len()), Request: req,
	}
	var body io.Reader = &w.body
	if w.wasCut {
		if meant, err := strconv.ParseInt(w.sent.Get("Content-Length"), 10, 64); err == nil {
			resp.ContentLength = meant
		}
		body = io.MultiReader(body, brokenReader{})
	}
	resp.Body = io.NopCloser(body)
	return resp, nil
}

// brokenReader is where a connection was cut.
type brokenReader struct{}

func (brokenReader) Read([]byte) (int, error) { return 0, io.ErrUnexpectedEOF }
