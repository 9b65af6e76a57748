package gateway

import (
	"context"
	"errors"

	"kessai/paygent"
)

// NoAnswerError: a question was not answered, so nothing is known (money.md §3).
type NoAnswerError struct {
	Code    string
	Detail  string
	NotSent bool // the question never left
}

func (e *NoAnswerError) Error() string {
	text := "gateway: no answer: " + e.Code
	if e.Detail != "" {
		text += ": " + e.Detail
	}
	return text
}

// ask prepares a question, which has the configuration's time and no other deadline.
func (g *Gateway) ask(ctx context.Context, version int64) (Centre, context.Context, context.CancelFunc, error) {
	c, err := g.centre(ctx, version)
	if err != nil {
		a := unsent(err)
		return Centre{}, nil, nil, &NoAnswerError{Code: a.Code, Detail: a.Detail, NotSent: true}
	}
	if c.Settings.InquiryTimeout <= 0 {
		return c, ctx, func() {}, nil
	}
	ctx, cancel := context.WithTimeout(ctx, c.Settings.InquiryTimeout)
	return c, ctx, cancel, nil
}

// noAnswer is the error of a question.
func noAnswer(err error) *NoAnswerError {
	var declined *paygent.DeclinedError
	var rejected *paygent.RejectedError
	switch {
	case errors.As(err, &declined):
		return &NoAnswerError{Code: declined.Code, Detail: declined.Detail}
	case errors.As(err, &rejected):
		return &NoAnswerError{Code: rejected.Code, Detail: rejected.Detail, NotSent: rejected.NotSent}
	}
	return &NoAnswerError{Code: paygent.CodeConnection}
}
