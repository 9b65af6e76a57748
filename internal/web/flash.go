package web

import (
	"encoding/json"
	"net/http"
)

// Tone says how a message is meant.
type Tone string

const (
	Success Tone = "success"
	Info    Tone = "info"
	Warning Tone = "warning"
	Danger  Tone = "danger"
)

// Icon is the picture that tells the tone without its colour.
func (t Tone) Icon() string {
	switch t {
	case Success:
		return "check"
	case Warning, Danger:
		return "warn"
	}
	return "info"
}

// Flash is a message shown once, on the next page that this visitor sees.
type Flash struct {
	Tone  Tone     `json:"t"`
	Lines []string `json:"l"`
}

const flashKey = "web.flash"

// PutFlash keeps a message for the next page.
func PutFlash(r *http.Request, tone Tone, lines ...string) error {
	s := SessionOf(r.Context())
	flashes := append(readFlashes(s.Get(flashKey)), Flash{tone, lines})
	text, err := json.Marshal(flashes)
	if err != nil {
		return err
	}
	s.Put(flashKey, string(text))
	return nil
}

func popFlashes(r *http.Request) []Flash {
	s := SessionOf(r.Context())
	if s.Get(flashKey) == "" {
		return nil // popping would store the session for nothing
	}
	return readFlashes(s.Pop(flashKey))
}

// readFlashes ignores what it cannot read: a lost message is no reason for an error.
func readFlashes(text string) []Flash {
	var flashes []Flash
	if json.Unmarshal([]byte(text), &flashes) != nil {
		return nil
	}
	return flashes
}
