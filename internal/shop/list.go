package shop

import (
	"net/http"
	"strconv"

	"kessai/internal/problem"
	"kessai/internal/web"
)

const perPage = 20

// listPage is the data of the product list.
type listPage struct {
	ShopName string
	Message  string
	Products []tile
	Pager    web.Pager
	Nothing  web.Empty
}

// tile is one product of the list.
type tile struct {
	Product product
	Art     art
}

func (s *Shop) showList(w http.ResponseWriter, r *http.Request) error {
	ctx, q := r.Context(), s.DB.Read()
	b, err := s.settings(ctx, q)
	if err != nil {
		return err
	}
	n, err := countProducts(ctx, q, b.HideSoldOut)
	if err != nil {
		return err
	}
	page := listPage{
		ShopName: b.ShopName, Message: b.Message, Pager: web.NewPager(r, n, perPage),
		Nothing: web.Empty{Icon: "tag", Title: "ただいま準備中です", Text: "商品が登録されると、ここに表示されます。"},
	}
	products, err := listProducts(ctx, q, b.HideSoldOut, page.Pager.Size, page.Pager.Offset())
	if err != nil {
		return err
	}
	if err := b.withClasses(ctx, q, products); err != nil {
		return err
	}
	for _, p := range products {
		page.Products = append(page.Products, tile{p, artOf(p)})
	}
	return s.list.Render(w, r, web.Frame{Title: "商品一覧"}, page)
}

// pathID reads the number in a route; anything else is a page that does not exist.
func pathID(r *http.Request, name string) (int64, error) {
	id, err := strconv.ParseInt(r.PathValue(name), 10, 64)
	if err != nil || id < 1 {
		return 0, problem.New(problem.NotFound, "", nil)
	}
	return id, nil
}
