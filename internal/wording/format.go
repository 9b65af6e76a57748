package wording

import (
	"fmt"
	"strconv"
	"strings"
	"time"
)

// Zone is Japan's, fixed: the country has no summer time, and a container may have
// no zone files.
func Zone() *time.Location { return time.FixedZone("JST", 9*60*60) }

const weekdays = "日月火水木金土"

// Moment is a time for people, "2026年12月3日(木) 23:59".
func Moment(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	t = t.In(Zone())
	return Day(t) + t.Format(" 15:04")
}

// Day is a date for people, "2026年12月3日(木)".
func Day(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	t = t.In(Zone())
	day := []rune(weekdays)[t.Weekday()]
	return fmt.Sprintf("%d年%d月%d日(%c)", t.Year(), int(t.Month()), t.Day(), day)
}

func formatJa(v any) string {
	switch v := v.(type) {
	case time.Time:
		return Moment(v)
	case []string:
		return strings.Join(v, "、")
	}
	return format(v)
}

func formatEn(v any) string {
	switch v := v.(type) {
	case time.Time:
		return v.In(Zone()).Format("2006-01-02 15:04 JST")
	case []string:
		return strings.Join(v, ", ")
	}
	return format(v)
}

func format(v any) string {
	switch v := v.(type) {
	case string:
		return v
	case int:
		return strconv.Itoa(v)
	case int64:
		return strconv.FormatInt(v, 10)
	case nil:
		return "—"
	}
	return fmt.Sprint(v)
}
