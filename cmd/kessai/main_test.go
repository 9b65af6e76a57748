package main

import (
	"bytes"
	"encoding/json"
	"encoding/pem"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"
)

func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){"kessai": main})
}

// TestScripts runs the transcripts of testdata. Beside testscript's own commands they
// have:
//
//	exits code program args…   runs a program that must end with this code
//	await file                 waits until the file holds a whole line
//	load file                  sets a variable for each text of a JSON line (SHOP, ADMIN_USER, MERCHANT_TOKEN_KEY …)
//	busy VAR                   takes an address on loopback for the rest of the transcript
//	free VAR                   names an address that nobody uses
//	fetch status URL           gets a page and prints it
//	buy                        buys by card in the demo that load has read; sets ORDER
//	sees number                the staff see that order in ペイジェント決済管理
//	graft cert key             puts the key of one .pem beside the certificate of another
//	elsewhere status           moves the newest payment at the demo's centre, and no notice tells of it
func TestScripts(t *testing.T) {
	t.Parallel()
	testscript.Run(t, testscript.Params{
		Dir: "testdata",
		Cmds: map[string]func(*testscript.TestScript, bool, []string){
			"exits": exits, "await": await, "load": load, "busy": busy, "free": free, "fetch": fetch, "buy": buy, "sees": sees, "graft": graft, "elsewhere": elsewhere,
		},
		RequireExplicitExec: true,
		RequireUniqueNames:  true,
	})
}

func want(ts *testscript.TestScript, neg bool, args []string, n int, usage string) {
	if neg || len(args) < n {
		ts.Fatalf("usage: %s", usage)
	}
}

func exits(ts *testscript.TestScript, neg bool, args []string) {
	want(ts, neg, args, 2, "exits code program args…")
	code, err := strconv.Atoi(args[0])
	ts.Check(err)
	err = ts.Exec(args[1], args[2:]...)
	got := 0
	if ended := (*exec.ExitError)(nil); errors.As(err, &ended) {
		got = ended.ExitCode()
	} else {
		ts.Check(err)
	}
	if got != code {
		ts.Fatalf("exit code %d, want %d", got, code)
	}
}

// patience is how long a transcript waits for anything.
const patience = 30 * time.Second

func await(ts *testscript.TestScript, neg bool, args []string) {
	want(ts, neg, args, 1, "await file")
	for end := time.Now().Add(patience); time.Now().Before(end); <-time.After(10 * time.Millisecond) {
		if text, err := os.ReadFile(ts.MkAbs(args[0])); err == nil && bytes.HasSuffix(text, []byte("\n")) {
			return
		}
	}
	ts.Fatalf("%s never held a line", args[0])
}

func load(ts *testscript.TestScript, neg bool, args []string) {
	want(ts, neg, args, 1, "load file")
	var all map[string]any
	ts.Check(json.Unmarshal([]byte(ts.ReadFile(args[0])), &all))
	setAll(ts, "", all)
}

func setAll(ts *testscript.TestScript, prefix string, all map[string]any) {
	for name, v := range all {
		name = prefix + strings.ToUpper(name)
		switch v := v.(type) {
		case map[string]any:
			setAll(ts, name+"_", v)
		default:
			ts.Setenv(name, fmt.Sprint(v))
		}
	}
}

func busy(ts *testscript.TestScript, neg bool, args []string) {
	want(ts, neg, args, 1, "busy VAR")
	l, err := net.Listen("tcp", "127.0.0.1:0")
	ts.Check(err)
	ts.Defer(func() { _ = l.Close() }) // nothing was ever accepted
	ts.Setenv(args[0], l.Addr().String())
}

func free(ts *testscript.TestScript, neg bool, args []string) {
	want(ts, neg, args, 1, "free VAR")
	l, err := net.Listen("tcp", "127.0.0.1:0")
	ts.Check(err)
	ts.Setenv(args[0], l.Addr().String())
	ts.Check(l.Close())
}

func fetch(ts *testscript.TestScript, neg bool, args []string) {
	want(ts, neg, args, 2, "fetch status URL")
	res, err := (&http.Client{Timeout: patience}).Get(args[1])
	ts.Check(err)
	body, err := io.ReadAll(res.Body)
	ts.Check(errors.Join(err, res.Body.Close()))
	if got := strconv.Itoa(res.StatusCode); got != args[0] {
		ts.Fatalf("%s: status %s, want %s", args[1], got, args[0])
	}
	_, err = ts.Stdout().Write(body)
	ts.Check(err)
}

func graft(ts *testscript.TestScript, neg bool, args []string) {
	want(ts, neg, args, 2, "graft cert key")
	var out []byte
	for n, file := range args[:2] {
		for rest := []byte(ts.ReadFile(file)); ; {
			var block *pem.Block
			if block, rest = pem.Decode(rest); block == nil {
				break
			}
			if isCert := block.Type == "CERTIFICATE"; isCert == (n == 0) {
				out = append(out, pem.EncodeToMemory(block)...)
			}
		}
	}
	ts.Check(os.WriteFile(ts.MkAbs(args[0]), out, 0o600))
}
