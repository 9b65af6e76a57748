package paygentsim

import (
	"fmt"
	"io"
	"log/slog"
)

// Secret is a key or password. It prints *** everywhere; Reveal gives the text.
type Secret string

// Reveal returns the text itself.
func (s Secret) Reveal() string { return string(s) }

// String hides the text.
func (Secret) String() string { return "***" }

// Format hides the text for every verb.
func (Secret) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, "***") }

// LogValue hides the text in structured logs.
func (Secret) LogValue() slog.Value { return slog.StringValue("***") }

// MarshalText hides the text in JSON and other encodings.
func (Secret) MarshalText() ([]byte, error) { return []byte("***"), nil }
