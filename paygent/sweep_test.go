package paygent

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

// queue is a centre that keeps differences 1 to n, written from protocol.md §7.6.
type queue struct {
	last      int64
	purged    int64          // ids up to this one are gone
	delivered int64          // of those asked without an id
	lose      map[int64]bool // answers without an id that are lost on their way, once
	hide      map[int64]bool // ids nobody finds
	spoil     map[int64]bool // ids whose record makes no sense
	byIDOnly  bool
}

func (q *queue) RoundTrip(r *http.Request) (*http.Response, error) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return nil, err
	}
	form, err := url.ParseQuery(string(body))
	if err != nil {
		return nil, err
	}
	return &http.Response{StatusCode: http.StatusOK, Header: http.Header{}, Body: io.NopCloser(bytes.NewBufferString(q.answer(form.Get("payment_notice_id"))))}, nil
}

func (q *queue) answer(asked string) string {
	if asked != "" {
		id, _ := strconv.ParseInt(asked, 10, 64)
		if id > q.last || id <= q.purged || q.hide[id] {
			return "\r\nresult=0\r\nsuccess_code=1"
		}
		return q.record(id, "0")
	}
	if q.byIDOnly {
		return "\r\nresult=1\r\nresponse_code=P999" // the test fails by it
	}
	id, code := q.delivered+1, "0"
	if id <= q.purged {
		id, code = q.purged+1, "2"
	}
	for q.hide[id] {
		id++
	}
	if id > q.last {
		return "\r\nresult=0\r\nsuccess_code=1"
	}
	q.delivered = id
	if q.lose[id] {
		delete(q.lose, id)
		return ""
	}
	return q.record(id, code)
}

func (q *queue) record(id int64, code string) string {
	if q.spoil[id] {
		return fmt.Sprintf("\r\nresult=0\r\nsuccess_code=%s\r\npayment_notice_id=%d\r\npayment_amount=much", code, id)
	}
	return fmt.Sprintf("\r\nresult=0\r\nsuccess_code=%s\r\npayment_notice_id=%d\r\npayment_id=%d\r\ntrading_id=5\r\npayment_type=02\r\npayment_status=20\r\npayment_amount=1", code, id, 900+id)
}

func TestSweep(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		centre queue
		ask    SweepRequest
		found  []int64
		want   SweepResult
	}{
		"first run begins where the centre does": {queue{last: 7, delivered: 4}, SweepRequest{}, []int64{5, 6, 7},
			SweepResult{Highest: 7, Found: 3, Asked: 5}},
		"nothing new": {queue{last: 7, delivered: 7}, SweepRequest{Highest: 7}, nil, SweepResult{Highest: 7, Asked: 2}},
		"an answer was lost": {queue{last: 7, delivered: 4, lose: map[int64]bool{6: true}}, SweepRequest{Highest: 4}, []int64{5, 6, 7},
			SweepResult{Highest: 7, Found: 3, Asked: 5}},
		"delivered to a process that crashed": {queue{last: 7, delivered: 7}, SweepRequest{Highest: 5}, []int64{6, 7},
			SweepResult{Highest: 7, Found: 2, Asked: 4}},
		"a gap stays missing": {queue{last: 9, delivered: 5, hide: map[int64]bool{7: true, 8: true}}, SweepRequest{Highest: 5}, []int64{6, 9},
			SweepResult{Highest: 9, Missing: []NoticeIDs{{7, 8}}, Found: 2, Asked: 6}},
		"a missing one turns up": {queue{last: 9, delivered: 9, hide: map[int64]bool{8: true}}, SweepRequest{Highest: 9, Missing: []NoticeIDs{{7, 8}, {5, 4}}}, []int64{7},
			SweepResult{Highest: 9, Missing: []NoticeIDs{{8, 8}}, Found: 1, Asked: 4}},
		"purged": {queue{last: 9, delivered: 2, purged: 7}, SweepRequest{Highest: 5}, []int64{8, 9},
			SweepResult{Highest: 9, Purged: []NoticeIDs{{6, 7}}, Found: 2, Asked: 4}},
		"shared merchant": {queue{last: 9, byIDOnly: true}, SweepRequest{Highest: 7, ByIDOnly: true}, []int64{8, 9},
			SweepResult{Highest: 9, Found: 2, Asked: 3}},
		"shared merchant without a start": {queue{last: 9, byIDOnly: true}, SweepRequest{ByIDOnly: true}, nil, SweepResult{}},
		"one makes no sense": {queue{last: 9, delivered: 6, spoil: map[int64]bool{8: true}}, SweepRequest{Highest: 6}, []int64{7, 9},
			SweepResult{Highest: 9, Missing: []NoticeIDs{{8, 8}}, Unreadable: []int64{8}, Found: 2, Asked: 5}},
		"an old one makes no sense": {queue{last: 9, delivered: 9, spoil: map[int64]bool{2: true}}, SweepRequest{Highest: 9, Missing: []NoticeIDs{{1, 3}}}, []int64{1, 3},
			SweepResult{Highest: 9, Missing: []NoticeIDs{{2, 2}}, Unreadable: []int64{2}, Found: 2, Asked: 5}},
		"limit": {queue{last: 9}, SweepRequest{Limit: 3}, []int64{1, 2, 3}, SweepResult{Highest: 3, Found: 3, Asked: 3, More: true}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var found []int64
			got, err := testClient(t, &c.centre).Sweep(t.Context(), c.ask, func(n Notice) error { found = append(found, n.NoticeID); return nil })
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(c.found, found); diff != "" {
				t.Errorf("found (-want +got):\n%s", diff)
			}
			if diff := cmp.Diff(c.want, got); diff != "" {
				t.Errorf("result (-want +got):\n%s", diff)
			}
		})
	}
}

func TestSweepStops(t *testing.T) {
	t.Parallel()
	full := errors.New("the disk is full")
	got, err := testClient(t, &queue{last: 3}).Sweep(t.Context(), SweepRequest{}, func(n Notice) error {
		if n.NoticeID == 2 {
			return full
		}
		return nil
	})
	if !errors.Is(err, full) || got.Highest != 1 {
		t.Errorf("not kept: %v, %+v", err, got)
	}
	if _, err := testClient(t, &queue{lose: map[int64]bool{1: true}, last: 1}).Sweep(t.Context(), SweepRequest{}, nil); Outcome(err) != OutcomeUnknown {
		t.Errorf("the very first answer is lost: %v", err)
	}
	if _, err := testClient(t, &queue{byIDOnly: true}).Sweep(t.Context(), SweepRequest{Highest: 1}, nil); Outcome(err) != OutcomeRejected {
		t.Errorf("refused: %v", err)
	}
}

// Whatever is lost on the way, a few sweeps hand over every difference.
func TestSweepsFindEverything(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		last := int64(rapid.IntRange(1, 30).Draw(t, "last"))
		lost := rapid.SliceOf(rapid.Int64Range(2, 30)).Draw(t, "lost")
		centre := &queue{last: last, lose: map[int64]bool{}}
		for _, id := range lost {
			centre.lose[id] = true
		}
		client, err := New(Options{Config: testConfig(), MerchantID: "1", ConnectID: "c", ConnectPassword: "p", Transport: centre})
		if err != nil {
			t.Fatal(err)
		}
		seen := map[int64]bool{}
		at := SweepRequest{Limit: rapid.IntRange(3, 40).Draw(t, "limit")}
		for range 200 {
			r, err := client.Sweep(t.Context(), at, func(n Notice) error { seen[n.NoticeID] = true; return nil })
			if err != nil {
				t.Fatal(err)
			}
			at.Highest, at.Missing = r.Highest, r.Missing
		}
		if int64(len(seen)) != last || len(at.Missing) > 0 {
			t.Fatalf("%d of %d found, missing %v", len(seen), last, at.Missing)
		}
	})
}

func TestWithoutID(t *testing.T) {
	t.Parallel()
	for id, want := range map[int64][]NoticeIDs{
		1: {{2, 5}, {9, 9}}, 3: {{1, 2}, {4, 5}, {9, 9}}, 5: {{1, 4}, {9, 9}}, 7: {{1, 5}, {9, 9}}, 9: {{1, 5}},
	} {
		if got := withoutID([]NoticeIDs{{1, 5}, {9, 9}}, id); !slices.Equal(got, want) {
			t.Errorf("%d: %v, want %v", id, got, want)
		}
	}
}
