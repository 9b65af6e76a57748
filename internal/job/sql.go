package job

import (
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"kessai/internal/database"
	"kessai/internal/order"
)

// stamp scans and writes a time in Unix milliseconds that may be NULL.
func stamp(t time.Time) sql.NullInt64 {
	return sql.NullInt64{Int64: t.UnixMilli(), Valid: !t.IsZero()}
}

func at(n sql.NullInt64) time.Time {
	if !n.Valid {
		return time.Time{}
	}
	return time.UnixMilli(n.Int64).UTC()
}

func flag(b bool) int {
	if b {
		return 1
	}
	return 0
}

func affected(res sql.Result, err error) (bool, error) {
	if err != nil {
		return false, err
	}
	n, err := res.RowsAffected()
	return n > 0, err
}

// --- jobs

func insertJob(ctx context.Context, tx *database.Tx, j Job, key string) error {
	selection, err := json.Marshal(j.Selection)
	if err != nil {
		return err
	}
	_, err = tx.Exec(ctx, `INSERT INTO plg_kessai_job (id, kind, state, idem_key, requester, selection, rehearsal, width, rate, prepared, last_order, total, claim_at, created_at)
VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, 0, 0, 0, 0, ?)`,
		j.ID, j.Kind, string(j.State), key, j.Requester, string(selection), flag(j.Rehearsal), j.Width, j.Rate, j.CreatedAt.UnixMilli())
	if err != nil {
		return err
	}
	for lane := range j.Width {
		_, err := tx.Exec(ctx, `INSERT INTO plg_kessai_job_lane (job_id, lane, owner, token, seq, succeeded, failed, skipped, unsettled, amount, goods, points)
VALUES (?, ?, '', '', 0, 0, 0, 0, 0, 0, 0, 0)`, j.ID, lane)
		if err != nil {
			return err
		}
	}
	return nil
}

const (
	jobColumns = "j.id, j.kind, j.state, j.requester, j.selection, j.rehearsal, j.width, j.rate, j.prepared, j.last_order, j.total, j.created_at, j.started_at, j.ended_at"
	counted    = `, COALESCE(SUM(n.succeeded), 0), COALESCE(SUM(n.failed), 0), COALESCE(SUM(n.skipped), 0), COALESCE(SUM(n.unsettled), 0),
  COALESCE(SUM(n.amount), 0), COALESCE(SUM(n.goods), 0), COALESCE(SUM(n.points), 0)
FROM plg_kessai_job j LEFT JOIN plg_kessai_job_lane n ON n.job_id = j.id`
)

func scanJob(row database.Row) (j Job, err error) {
	var selection string
	var created int64
	var started, ended sql.NullInt64
	var rehearsal, prepared int
	c := &j.Counts
	err = row.Scan(&j.ID, &j.Kind, &j.State, &j.Requester, &selection, &rehearsal, &j.Width, &j.Rate, &prepared, &j.last, &j.Total, &created, &started, &ended,
		&c.Succeeded, &c.Failed, &c.Skipped, &c.Unknown, &c.Amount, &c.Goods, &c.Points)
	if err != nil {
		return j, err
	}
	j.Rehearsal, j.Prepared = rehearsal == 1, prepared == 1
	j.CreatedAt, j.StartedAt, j.EndedAt = time.UnixMilli(created).UTC(), at(started), at(ended)
	if err := json.Unmarshal([]byte(selection), &j.Selection); err != nil {
		return j, fmt.Errorf("job %s: selection: %w", j.ID, err)
	}
	return j, nil
}

func jobByID(ctx context.Context, q database.Querier, id string) (Job, bool, error) {
	return database.One(ctx, q, scanJob, "SELECT "+jobColumns+counted+" WHERE j.id = ? GROUP BY "+jobColumns, id)
}

func jobByKey(ctx context.Context, q database.Querier, key string) (Job, bool, error) {
	return database.One(ctx, q, scanJob, "SELECT "+jobColumns+counted+" WHERE j.idem_key = ? GROUP BY "+jobColumns, key)
}

func listJobs(ctx context.Context, q database.Querier, page, size int) (list []Job, count int64, err error) {
	if count, _, err = database.One(ctx, q, database.Scalar[int64], "SELECT COUNT(*) FROM plg_kessai_job"); err != nil {
		return nil, 0, err
	}
	list, err = database.List(ctx, q, scanJob, "SELECT "+jobColumns+counted+" GROUP BY "+jobColumns+" ORDER BY j.id DESC LIMIT ? OFFSET ?",
		size, (max(page, 1)-1)*size)
	return list, count, err
}

// openJob is what a foreman sees of a job that is not over.
type openJob struct {
	id, kind string
	state    State
}

// openJobs are those under way, and those with a lane whose holder is gone.
func openJobs(ctx context.Context, q database.Querier, now time.Time) ([]openJob, error) {
	return database.List(ctx, q, func(row database.Row) (o openJob, err error) {
		return o, row.Scan(&o.id, &o.kind, &o.state)
	}, `SELECT id, kind, state FROM plg_kessai_job WHERE state IN ('preparing', 'running')
UNION SELECT j.id, j.kind, j.state FROM plg_kessai_job_lane n JOIN plg_kessai_job j ON j.id = n.job_id WHERE n.lease_until <= ?
ORDER BY id LIMIT 100`, now.UnixMilli())
}

func moveJob(ctx context.Context, tx *database.Tx, id string, from, to State, now time.Time) (bool, error) {
	var ended time.Time
	if to.Ended() {
		ended = now
	}
	return affected(tx.Exec(ctx, "UPDATE plg_kessai_job SET state = ?, ended_at = ? WHERE id = ? AND state = ?", string(to), stamp(ended), id, string(from)))
}

// --- preparing

// addItems writes a batch of items and how far that went; false if another node was faster.
func addItems(ctx context.Context, tx *database.Tx, j Job, found []Target, next order.ID, now time.Time) (bool, error) {
	state, last, started := Preparing, next, time.Time{}
	if next == 0 {
		state, last, started = Running, j.last, now
	}
	mine, err := affected(tx.Exec(ctx, `UPDATE plg_kessai_job SET state = ?, prepared = ?, last_order = ?, total = total + ?, started_at = ?
WHERE id = ? AND state = 'preparing' AND last_order = ? AND prepared = 0`,
		string(state), flag(next == 0), int64(last), len(found), stamp(started), j.ID, int64(j.last)))
	if err != nil || !mine || len(found) == 0 {
		return mine, err
	}
	args := make([]any, 0, len(found)*5)
	for _, t := range found {
		args = append(args, j.ID, int64(t.Order), int64(t.Order), t.PaymentID, int64(t.Amount))
	}
	_, err = tx.Exec(ctx, "INSERT INTO plg_kessai_job_item (job_id, order_id, turn, payment_id, amount, state, code, facts, checks) VALUES "+
		strings.TrimSuffix(strings.Repeat("(?, ?, ?, ?, ?, 'waiting', '', '', 0), ", len(found)), ", "), args...)
	return true, err
}

// --- lanes

// freeLane finds a lane of a running job that nobody holds.
func freeLane(ctx context.Context, tx *database.Tx, job string, now time.Time) (lane int, seq int64, found bool, err error) {
	type free struct {
		lane int
		seq  int64
	}
	f, found, err := database.One(ctx, tx, func(row database.Row) (f free, err error) { return f, row.Scan(&f.lane, &f.seq) },
		"SELECT lane, seq FROM plg_kessai_job_lane WHERE job_id = ? AND (lease_until IS NULL OR lease_until <= ?) ORDER BY lane LIMIT 1"+tx.SkipLocked(),
		job, now.UnixMilli())
	return f.lane, f.seq, found, err
}

func holdLane(ctx context.Context, tx *database.Tx, h held, owner string, was int64, until time.Time) (bool, error) {
	return affected(tx.Exec(ctx, "UPDATE plg_kessai_job_lane SET owner = ?, token = ?, seq = ?, lease_until = ? WHERE job_id = ? AND lane = ? AND seq = ?",
		owner, h.token, h.seq, until.UnixMilli(), h.job, h.lane, was))
}

// keepLane proves that the lane is still the worker's, adds to its counters, and renews its lease.
func keepLane(ctx context.Context, tx *database.Tx, h held, c Counts, until time.Time) (bool, error) {
	return affected(tx.Exec(ctx, `UPDATE plg_kessai_job_lane SET seq = seq + 1, lease_until = ?, succeeded = succeeded + ?, failed = failed + ?, skipped = skipped + ?,
  unsettled = unsettled + ?, amount = amount + ?, goods = goods + ?, points = points + ? WHERE job_id = ? AND lane = ? AND token = ? AND seq = ?`,
		until.UnixMilli(), c.Succeeded, c.Failed, c.Skipped, c.Unknown, int64(c.Amount), c.Goods, c.Points, h.job, h.lane, h.token, h.seq))
}

func leaveLane(ctx context.Context, tx *database.Tx, h held) error {
	_, err := tx.Exec(ctx, "UPDATE plg_kessai_job_lane SET owner = '', token = '', lease_until = NULL WHERE job_id = ? AND lane = ?", h.job, h.lane)
	return err
}

// laneOf is the lane's seq if the token still holds it.
func laneOf(ctx context.Context, q database.Querier, h held) (seq int64, mine bool, err error) {
	return database.One(ctx, q, database.Scalar[int64], "SELECT seq FROM plg_kessai_job_lane WHERE job_id = ? AND lane = ? AND token = ?", h.job, h.lane, h.token)
}

func endLeases(ctx context.Context, tx *database.Tx, owner string, now time.Time) error {
	_, err := tx.Exec(ctx, "UPDATE plg_kessai_job_lane SET lease_until = ? WHERE owner = ? AND lease_until > ?", now.UnixMilli(), owner, now.UnixMilli())
	return err
}

// lostLanes are a job's whose holders are gone.
func lostLanes(ctx context.Context, q database.Querier, job string, now time.Time) ([]held, error) {
	return database.List(ctx, q, func(row database.Row) (h held, err error) {
		return h, row.Scan(&h.job, &h.lane, &h.token, &h.seq)
	}, "SELECT job_id, lane, token, seq FROM plg_kessai_job_lane WHERE job_id = ? AND lease_until <= ?", job, now.UnixMilli())
}

// giveUpClaims makes what a lane had claimed unknown: it is looked at next.
func giveUpClaims(ctx context.Context, tx *database.Tx, h held, now time.Time) (int64, error) {
	res, err := tx.Exec(ctx, "UPDATE plg_kessai_job_item SET state = 'unknown', open_key = NULL, check_at = ? WHERE job_id = ? AND state = 'claimed' AND lane = ?",
		now.UnixMilli(), h.job, h.lane)
	if err != nil {
		return 0, err
	}
	return res.RowsAffected()
}

// --- items

// pace is what a job allows its lanes now.
type pace struct {
	state     State
	width     int
	rate      int
	claimAt   int64
	rehearsal bool
	requester string
	kind      string
}

func paceOf(ctx context.Context, q database.Querier, job, lock string) (pace, bool, error) {
	return database.One(ctx, q, func(row database.Row) (p pace, err error) {
		var rehearsal int
		err = row.Scan(&p.state, &p.width, &p.rate, &p.claimAt, &rehearsal, &p.requester, &p.kind)
		p.rehearsal = rehearsal == 1
		return p, err
	}, "SELECT state, width, rate, claim_at, rehearsal, requester, kind FROM plg_kessai_job WHERE id = ?"+lock, job)
}

func moveClaim(ctx context.Context, tx *database.Tx, job string, from, to int64) (bool, error) {
	return affected(tx.Exec(ctx, "UPDATE plg_kessai_job SET claim_at = ? WHERE id = ? AND claim_at = ?", to, job, from))
}

func scanItem(row database.Row) (i Item, err error) {
	return i, row.Scan(&i.Job, &i.Order, &i.PaymentID, &i.Amount)
}

// nextItems locks the next items whose orders no other job works on.
func nextItems(ctx context.Context, tx *database.Tx, job string, limit int) ([]Item, error) {
	return database.List(ctx, tx, scanItem, `SELECT i.job_id, i.order_id, i.payment_id, i.amount FROM plg_kessai_job_item i
WHERE i.job_id = ? AND i.turn > 0 AND (SELECT x.order_id FROM plg_kessai_job_item x WHERE x.open_key = i.turn) IS NULL
ORDER BY i.turn LIMIT ?`+tx.SkipLocked(), job, limit)
}

// claimItems gives them to a lane. A rehearsal keeps nobody from an order.
func claimItems(ctx context.Context, tx *database.Tx, h held, items []Item, rehearsal bool) error {
	key := "order_id"
	if rehearsal {
		key = "NULL"
	}
	args := []any{h.lane, h.job}
	for _, i := range items {
		args = append(args, int64(i.Order))
	}
	res, err := tx.Exec(ctx, "UPDATE plg_kessai_job_item SET state = 'claimed', turn = NULL, lane = ?, open_key = "+key+
		" WHERE job_id = ? AND state = 'waiting' AND order_id IN ("+database.Marks(len(items))+")", args...)
	if err != nil {
		return err
	}
	if n, err := res.RowsAffected(); err != nil || n != int64(len(items)) {
		return fmt.Errorf("job: %d of %d items claimed: %w", n, len(items), err)
	}
	return nil
}

// waitAgain gives items back that a lane had claimed and did not begin.
func waitAgain(ctx context.Context, tx *database.Tx, h held, items []Item) error {
	if len(items) == 0 {
		return nil
	}
	args := []any{h.job, h.lane}
	for _, i := range items {
		args = append(args, int64(i.Order))
	}
	_, err := tx.Exec(ctx, "UPDATE plg_kessai_job_item SET state = 'waiting', turn = order_id, lane = NULL, open_key = NULL WHERE job_id = ? AND state = 'claimed' AND lane = ? AND order_id IN ("+
		database.Marks(len(items))+")", args...)
	return err
}

// claimedItems are those that a lane's holder has begun, or was about to.
func claimedItems(ctx context.Context, q database.Querier, h held) ([]Item, error) {
	return database.List(ctx, q, scanItem, `SELECT job_id, order_id, payment_id, amount FROM plg_kessai_job_item
WHERE job_id = ? AND state = 'claimed' AND lane = ? ORDER BY order_id`, h.job, h.lane)
}

func endItem(ctx context.Context, tx *database.Tx, h held, r result, now, check time.Time) (bool, error) {
	facts, err := json.Marshal(r.outcome.Facts)
	if err != nil {
		return false, err
	}
	return affected(tx.Exec(ctx, `UPDATE plg_kessai_job_item SET state = ?, open_key = NULL, code = ?, facts = ?, check_at = ?, done_at = ?
WHERE job_id = ? AND order_id = ? AND state = 'claimed' AND lane = ?`,
		string(r.outcome.State), r.outcome.Code, string(facts), stamp(check), now.UnixMilli(), h.job, int64(r.item.Order), h.lane))
}

func exists(ctx context.Context, q database.Querier, query string, args ...any) (bool, error) {
	_, found, err := database.One(ctx, q, database.Scalar[int], query, args...)
	return found, err
}

func anyWaiting(ctx context.Context, q database.Querier, job string) (bool, error) {
	return exists(ctx, q, "SELECT 1 FROM plg_kessai_job_item WHERE job_id = ? AND turn > 0 LIMIT 1", job)
}

// anyLost reports a lane whose holder is gone, with what it had claimed.
func anyLost(ctx context.Context, q database.Querier, job string, now time.Time) (bool, error) {
	return exists(ctx, q, "SELECT 1 FROM plg_kessai_job_lane WHERE job_id = ? AND lease_until <= ? LIMIT 1", job, now.UnixMilli())
}

// endJob ends a job of which no item waits and none is at work.
func endJob(ctx context.Context, tx *database.Tx, id string, now time.Time) (bool, error) {
	return affected(tx.Exec(ctx, `UPDATE plg_kessai_job SET state = 'done', ended_at = ? WHERE id = ? AND state = 'running'
  AND NOT EXISTS (SELECT 1 FROM plg_kessai_job_item i WHERE i.job_id = ? AND i.state IN ('waiting', 'claimed'))`, now.UnixMilli(), id, id))
}

// --- what was unknown

// pending is an item whose outcome was unknown.
type pending struct {
	item   Item
	kind   string
	dry    bool  // of a rehearsal
	at     int64 // check_at
	checks int
	lane   int
}

// nextChecks are the first items to be looked at again, due or not.
func nextChecks(ctx context.Context, q database.Querier, limit int) ([]pending, error) {
	return database.List(ctx, q, func(row database.Row) (p pending, err error) {
		var dry int
		err = row.Scan(&p.item.Job, &p.item.Order, &p.item.PaymentID, &p.item.Amount, &p.item.Requester, &p.kind, &dry, &p.at, &p.checks, &p.lane)
		p.dry = dry == 1
		return p, err
	}, `SELECT i.job_id, i.order_id, i.payment_id, i.amount, j.requester, j.kind, j.rehearsal, i.check_at, i.checks, i.lane
FROM plg_kessai_job_item i JOIN plg_kessai_job j ON j.id = i.job_id WHERE i.check_at > 0 ORDER BY i.check_at, i.order_id LIMIT ?`, limit)
}

// checked writes what a look at an unknown item found; false if another node was faster.
func checked(ctx context.Context, tx *database.Tx, p pending, o Outcome, now, again time.Time) (bool, error) {
	facts, err := json.Marshal(o.Facts)
	if err != nil {
		return false, err
	}
	var turn any
	if o.State == Waiting {
		turn = int64(p.item.Order)
	}
	return affected(tx.Exec(ctx, `UPDATE plg_kessai_job_item SET state = ?, turn = ?, code = ?, facts = ?, check_at = ?, checks = checks + 1, done_at = ?
WHERE job_id = ? AND order_id = ? AND state = 'unknown' AND check_at = ?`,
		string(o.State), turn, o.Code, string(facts), stamp(again), now.UnixMilli(), p.item.Job, int64(p.item.Order), p.at))
}

// recount moves an item from unknown to what it came to, in the counters of its lane.
func recount(ctx context.Context, tx *database.Tx, p pending, c Counts) error {
	_, err := tx.Exec(ctx, `UPDATE plg_kessai_job_lane SET unsettled = unsettled - 1, succeeded = succeeded + ?, failed = failed + ?, skipped = skipped + ?,
  amount = amount + ?, goods = goods + ?, points = points + ? WHERE job_id = ? AND lane = ?`,
		c.Succeeded, c.Failed, c.Skipped, int64(c.Amount), c.Goods, c.Points, p.item.Job, p.lane)
	return err
}

func listResults(ctx context.Context, q database.Querier, id string, states []ItemState, page, size int) (list []Result, count int64, err error) {
	where, args := " WHERE job_id = ?", []any{id}
	if len(states) > 0 {
		where += " AND state IN (" + database.Marks(len(states)) + ")"
		for _, s := range states {
			args = append(args, string(s))
		}
	}
	if count, _, err = database.One(ctx, q, database.Scalar[int64], "SELECT COUNT(*) FROM plg_kessai_job_item"+where, args...); err != nil {
		return nil, 0, err
	}
	list, err = database.List(ctx, q, func(row database.Row) (r Result, err error) {
		var facts string
		var done sql.NullInt64
		if err := row.Scan(&r.Order, &r.State, &r.Outcome.Code, &facts, &done); err != nil {
			return r, err
		}
		r.Outcome.State, r.DoneAt = r.State, at(done)
		if facts != "" {
			err = json.Unmarshal([]byte(facts), &r.Outcome.Facts)
		}
		return r, err
	}, "SELECT order_id, state, code, facts, done_at FROM plg_kessai_job_item"+where+" ORDER BY order_id LIMIT ? OFFSET ?",
		append(args, size, (max(page, 1)-1)*size)...)
	return list, count, err
}

// --- schedules

func scanSchedule(row database.Row) (s Schedule, err error) {
	var selection string
	var since int64
	var last sql.NullInt64
	var job sql.NullString
	if err := row.Scan(&s.Task, &s.Kind, &s.Spec, &selection, &s.Width, &s.Rate, &s.ChangedBy, &since, &last, &job); err != nil {
		return s, err
	}
	s.Since, s.LastSlot, s.LastJob = time.UnixMilli(since).UTC(), at(last), job.String
	return s, json.Unmarshal([]byte(selection), &s.Selection)
}

func schedules(ctx context.Context, q database.Querier) ([]Schedule, error) {
	return database.List(ctx, q, scanSchedule, `SELECT s.task, s.kind, s.spec, s.selection, s.width, s.rate, s.changed_by, s.since, t.slot_at, t.job_id
FROM plg_kessai_schedule s LEFT JOIN plg_kessai_schedule_slot t ON t.task = s.task
  AND t.slot_at = (SELECT MAX(u.slot_at) FROM plg_kessai_schedule_slot u WHERE u.task = s.task) ORDER BY s.task`)
}

func putSchedule(ctx context.Context, tx *database.Tx, s Schedule) error {
	selection, err := json.Marshal(s.Selection)
	if err != nil {
		return err
	}
	if _, err := dropSchedule(ctx, tx, s.Task); err != nil {
		return err
	}
	_, err = tx.Exec(ctx, "INSERT INTO plg_kessai_schedule (task, kind, spec, selection, width, rate, changed_by, since) VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
		s.Task, s.Kind, s.Spec, string(selection), s.Width, s.Rate, s.ChangedBy, s.Since.UnixMilli())
	return err
}

func dropSchedule(ctx context.Context, tx *database.Tx, task string) (bool, error) {
	return affected(tx.Exec(ctx, "DELETE FROM plg_kessai_schedule WHERE task = ?", task))
}

func takeSlot(ctx context.Context, tx *database.Tx, task string, slot time.Time, job string, now time.Time) error {
	_, err := tx.Exec(ctx, "INSERT INTO plg_kessai_schedule_slot (task, slot_at, job_id, ran_at) VALUES (?, ?, ?, ?)", task, slot.UnixMilli(), job, now.UnixMilli())
	return err
}
