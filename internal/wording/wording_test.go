package wording

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode"

	"kessai/internal/problem"
)

func TestSentences(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name   string
		err    error
		ja, en string
	}{
		{"argument", problem.New(problem.NotNow, "stock.short", problem.Args{"Name": "ジェラート"}),
			"「ジェラート」の在庫が足りません。", "There is not enough stock of ジェラート."},
		{"case of the argument", problem.New(problem.Invalid, "order.quantity_invalid", problem.Args{"Name": "茶"}),
			"「茶」の数量は1以上を入力してください。", "The quantity of 茶 must be 1 or more."},
		{"wrapped", fmt.Errorf("save: %w", problem.New(problem.Invalid, "form.too_long", problem.Args{"max": 255})),
			"値が長すぎます。255文字以内でなければなりません。", "This is too long: at most 255 characters."},
		{"missing argument", problem.New(problem.NotNow, "stock.short", nil),
			"「—」の在庫が足りません。", "There is not enough stock of —."},
		{"unknown code", problem.New(problem.Conflict, "no.such_code", nil),
			"ほかの操作で内容が変わりました。画面を読み込み直して、もう一度お試しください。", "Somebody else changed it. Look again and retry."},
		{"unknown category", problem.New("odd", "no.such_code", nil), "システムエラーが発生しました。しばらくしてからもう一度お試しください。", "An internal error occurred."},
		{"internals stay inside", errors.New("dial tcp 10.0.0.1: secret"), "システムエラーが発生しました。しばらくしてからもう一度お試しください。", "An internal error occurred."},
	}
	for _, tc := range tests {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			if got := Ja(tc.err); got != tc.ja {
				t.Errorf("Ja = %q, want %q", got, tc.ja)
			}
			if got := En(tc.err); got != tc.en {
				t.Errorf("En = %q, want %q", got, tc.en)
			}
		})
	}
}

func TestCodesStandInOneAreaOnly(t *testing.T) {
	t.Parallel()
	seen := map[string]bool{}
	for _, area := range areas() {
		for code := range area {
			if seen[code] {
				t.Errorf("%s stands in two areas", code)
			}
			seen[code] = true
		}
	}
}

func TestEverySentenceIsWhole(t *testing.T) {
	t.Parallel()
	for _, code := range Codes() {
		s, _ := Lookup(code)
		if s.Ja == "" || s.En == "" {
			t.Errorf("%s: a sentence is empty", code)
		}
		for _, text := range []string{s.Ja, s.En} {
			if strings.Count(text, "{") != strings.Count(text, "}") ||
				strings.Count(text, "{") != len(Placeholders(text)) {
				t.Errorf("%s: braces do not match in %q", code, text)
			}
			for _, name := range Placeholders(text) {
				if name == "" || strings.ContainsFunc(name, func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) && r != '_' }) {
					t.Errorf("%s: {%s} is no argument's name", code, name)
				}
			}
		}
	}
	for _, c := range []problem.Category{problem.Invalid, problem.NotFound, problem.Denied, problem.NotNow, problem.Conflict,
		problem.Declined, problem.Unavailable, problem.Misset, problem.Internal} {
		if !slices.Contains(Codes(), "general."+string(c)) {
			t.Errorf("category %s has no general sentence", c)
		}
	}
}

func TestMoment(t *testing.T) {
	t.Parallel()
	at := time.Date(2026, 12, 3, 14, 59, 0, 0, time.UTC)
	if got := Moment(at); got != "2026年12月3日(木) 23:59" {
		t.Errorf("Moment = %q", got)
	}
	if got := formatEn(at); got != "2026-12-03 23:59 JST" {
		t.Errorf("formatEn = %q", got)
	}
	if Moment(time.Time{}) != "" || Day(time.Time{}) != "" {
		t.Error("no time has no text")
	}
}
