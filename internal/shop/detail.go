package shop

import (
	"net/http"
	"slices"
	"strconv"

	"kessai/internal/problem"
	"kessai/internal/web"
)

// detailPage is the data of a product's page.
type detailPage struct {
	Product  product
	Art      art
	Label    string // what is chosen: サイズ / カラー
	Choices  []choice
	Quantity web.Field
	Wrong    string // nothing chosen
	SoldOut  bool
	Limit    int64
}

// choice is one class to choose.
type choice struct {
	Class    class
	Selected bool
}

func (s *Shop) product(r *http.Request) (product, error) {
	id, err := pathID(r, "id")
	if err != nil {
		return product{}, err
	}
	ctx, q := r.Context(), s.DB.Read()
	b, err := s.settings(ctx, q)
	if err != nil {
		return product{}, err
	}
	p, found, err := findProduct(ctx, q, id)
	if err != nil {
		return product{}, err
	}
	list := []product{p}
	if found {
		if err := b.withClasses(ctx, q, list); err != nil {
			return product{}, err
		}
	}
	if len(list[0].Classes) == 0 {
		return product{}, problem.New(problem.NotFound, "", nil)
	}
	return list[0], nil
}

func (s *Shop) showDetail(w http.ResponseWriter, r *http.Request) error {
	p, err := s.product(r)
	if err != nil {
		return err
	}
	return s.renderDetail(w, r, p, addForm{Quantity: "1"}, nil)
}

func (s *Shop) renderDetail(w http.ResponseWriter, r *http.Request, p product, typed addForm, e web.Errors) error {
	page := detailPage{Product: p, Art: artOf(p), Label: p.ChoiceLabel(), SoldOut: p.SoldOut(), Wrong: e.On("ProductClass")}
	chosen := typed.Class
	if p.ChoiceLabel() == "" {
		chosen = strconv.FormatInt(p.Classes[0].ID, 10)
		page.Limit = p.Classes[0].Limit
	}
	for _, c := range p.Classes {
		page.Choices = append(page.Choices, choice{c, strconv.FormatInt(c.ID, 10) == chosen && !c.SoldOut()})
	}
	page.Quantity = e.Put(web.Field{Kind: web.KindNumber, Name: "quantity", Label: "数量", Value: typed.Quantity, Size: "xs", MaxLength: 4, Unit: "点"})
	return s.detail.Render(w, r, web.Frame{Title: p.Name, Errors: e.Label(map[string]string{"ProductClass": page.Label, "quantity": "数量"})}, page)
}

// addForm is what the product's page sends.
type addForm struct {
	Class    string `form:"ProductClass"`
	Quantity string `form:"quantity"`
}

// read checks the form against the product; e is what is known to be wrong.
func (f addForm) read(p product, e web.Errors) (class, int64, web.Errors) {
	var c class
	n := slices.IndexFunc(p.Classes, func(c class) bool { return strconv.FormatInt(c.ID, 10) == f.Class })
	switch {
	case n >= 0:
		c = p.Classes[n]
	case f.Class == "":
		e.Add(problem.New(problem.Invalid, "form.not_chosen", nil).On("ProductClass"))
	default:
		e.Add(problem.New(problem.Invalid, "form.choice", nil).On("ProductClass"))
	}
	quantity, err := strconv.ParseInt(halfWidth(f.Quantity), 10, 64)
	switch {
	case f.Quantity == "":
		e.Add(problem.New(problem.Invalid, "form.required", nil).On("quantity"))
	case err != nil:
		e.Add(problem.New(problem.Invalid, "form.number", nil).On("quantity"))
	case quantity < 1:
		e.Add(problem.New(problem.Invalid, "form.too_small", problem.Args{"min": 1}).On("quantity"))
	case quantity > plenty:
		e.Add(problem.New(problem.Invalid, "form.too_large", problem.Args{"max": plenty}).On("quantity"))
	}
	return c, quantity, e
}

// halfWidth narrows the digits that a Japanese keyboard types.
func halfWidth(s string) string {
	out := []rune(s)
	for n, r := range out {
		if r >= '０' && r <= '９' {
			out[n] = r - '０' + '0'
		}
	}
	return string(out)
}
