package main

import (
	"bufio"
	"context"
	"io"
	"path/filepath"
	"testing"
)

// BenchmarkDemoReady measures how long kessai demo takes until it answers: with an
// empty directory, and started again.
func BenchmarkDemoReady(b *testing.B) {
	b.Run("fresh", func(b *testing.B) {
		for b.Loop() {
			startDemo(b, filepath.Join(b.TempDir(), "data"))
		}
		reportReady(b)
	})
	b.Run("again", func(b *testing.B) {
		dir := filepath.Join(b.TempDir(), "data")
		startDemo(b, dir)
		b.ResetTimer()
		for b.Loop() {
			startDemo(b, dir)
		}
		reportReady(b)
	})
}

func reportReady(b *testing.B) {
	b.ReportMetric(float64(b.Elapsed().Microseconds())/1000/float64(b.N), "ms-to-ready")
}

// startDemo starts a demo, waits for its line, and stops it; only the start is measured.
func startDemo(b *testing.B, dir string) {
	b.Helper()
	ctx, stop := context.WithCancel(b.Context())
	out, in := io.Pipe()
	ended := make(chan int)
	go func() {
		code := run(ctx, []string{"demo", "--json", "--data", dir, "--listen", "127.0.0.1:0"}, env{Stdin: out, Stdout: in, Stderr: b.Output()})
		_ = in.Close() // a pipe's end cannot fail to close
		ended <- code
	}()
	_, err := bufio.NewReader(out).ReadString('\n')
	b.StopTimer()
	stop()
	if code := <-ended; err != nil || code != exitOK {
		b.Fatalf("exit code %d, %v", code, err)
	}
	b.StartTimer()
}
