package backoffice

import (
	"strconv"

	"kessai/internal/job"
	"kessai/internal/problem"
	"kessai/internal/web"
)

// paceForm is how fast bulk work goes, as the page that asks lets staff choose.
type paceForm struct {
	Width string `form:"width"`
	Rate  string `form:"rate"`
}

// pace is what was chosen; 0 is the usual width, and no limit.
type pace struct{ width, rate int }

// Labels of the fields.
const (
	widthLabel = "同時に処理する件数"
	rateLabel  = "1分あたりの件数"
)

func (f paceForm) read() (p pace, e web.Errors) {
	var err error
	if p.width, err = chosenNumber(f.Width, 1, job.MaxWidth); err != nil {
		e.Add(problem.Wrap(err, problem.Invalid, "job.width", problem.Args{"Max": job.MaxWidth}).On("width"))
	}
	if p.rate, err = chosenNumber(f.Rate, 0, job.MaxRate); err != nil {
		e.Add(problem.Wrap(err, problem.Invalid, "job.rate", problem.Args{"Max": job.MaxRate}).On("rate"))
	}
	return p, e.Label(map[string]string{"width": widthLabel, "rate": rateLabel})
}

// chosenNumber is 0 for an empty field.
func chosenNumber(text string, least, most int) (int, error) {
	if text == "" {
		return 0, nil
	}
	n, err := strconv.Atoi(text)
	if err == nil && (n < least || n > most) {
		err = strconv.ErrRange
	}
	return n, err
}

// put shows the fields as they were filled in.
func (f paceForm) put(page *bulkPage, e web.Errors) {
	page.PaceOpen = f != paceForm{}
	page.Pace = []web.Field{
		e.Put(web.Field{Name: "width", Label: widthLabel, Value: f.Width, Unit: "件", InputMode: "numeric", Size: "s", MaxLength: 2,
			Placeholder: strconv.Itoa(job.DefaultWidth), Hint: "1〜" + strconv.Itoa(job.MaxWidth) + "。空欄は" + strconv.Itoa(job.DefaultWidth) + "件です。"}),
		e.Put(web.Field{Name: "rate", Label: rateLabel, Value: f.Rate, Unit: "件", InputMode: "numeric", Size: "s", MaxLength: 5,
			Placeholder: "制限なし", Hint: "空欄または0は制限しません。"}),
	}
}
