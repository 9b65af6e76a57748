package store

import (
	"context"
	"fmt"
	"slices"

	"kessai/internal/database"
	"kessai/internal/ledger"
	"kessai/internal/order"
)

// goods are the stock rows of an order's products, locked.
type goods struct {
	ledger.Goods
	lines, more []order.Item
	rows        shelf
	asked       map[int64]bool // the classes looked for
}

// shelf is what is known of stock rows: those asked for and not in it are gone.
type shelf map[int64]stockRow

// stockRow is one class with its row in dtb_product_stock.
type stockRow struct {
	left      int64
	unlimited bool
	noClass   bool // dtb_product_class has lost it
}

// loadGoods reads what a hold for the order would take, under lock, and the stock of
// what more might stand on it.
func loadGoods(ctx context.Context, tx *database.Tx, head ledger.Head, more ...order.Item) (*goods, error) {
	lines, err := loadLines(ctx, tx, head.ID)
	if err != nil {
		return nil, err
	}
	g := &goods{lines: lines[head.ID], more: more}
	if g.rows, err = lockStock(ctx, tx, g.classes()); err != nil {
		return nil, err
	}
	g.reckon()
	if head.CustomerID != 0 {
		g.Points, _, err = points(ctx, tx, head.CustomerID)
	}
	return g, err
}

// loadLines reads the products of orders, each in the order of its lines.
func loadLines(ctx context.Context, q database.Querier, ids ...order.ID) (map[order.ID][]order.Item, error) {
	all := make(map[order.ID][]order.Item, len(ids))
	args := plain(ids)
	// COALESCE keeps SQLite from the type's index, which leads to every product line of the shop.
	_, err := database.List(ctx, q, func(row database.Row) (bool, error) {
		id, i, err := scanLine(row)
		all[id] = append(all[id], i)
		return true, err
	}, `SELECT order_id, product_class_id, product_name, class_category_name1, class_category_name2, quantity
FROM dtb_order_item WHERE order_id IN (`+database.Marks(len(args))+`) AND COALESCE(order_item_type_id, 0) = ? AND product_class_id IS NOT NULL ORDER BY id`,
		append(args, int64(order.ItemProduct))...)
	if err != nil {
		return nil, fmt.Errorf("store: products of orders %v: %w", ids, err)
	}
	return all, nil
}

func scanLine(row database.Row) (id order.ID, i order.Item, err error) {
	i.Type = order.ItemProduct
	err = row.Scan(&id, &i.ProductClassID, nullText(&i.Name), nullText(&i.ClassCategoryName1), nullText(&i.ClassCategoryName2),
		database.Whole(&i.Quantity, "dtb_order_item.quantity", nil))
	return id, i, err
}

// classes are what the goods need to know of, whatever their stock.
func (g *goods) classes() []order.Movement {
	return order.Movements(slices.Concat(g.lines, g.more), nil)
}

// reckon tells a decision what is wanted and what is left, as the rows say at this moment.
func (g *goods) reckon() {
	g.asked = map[int64]bool{}
	for _, m := range g.classes() {
		g.asked[m.ProductClassID] = true
	}
	g.Wanted = order.Movements(g.lines, func(class int64) bool { return !g.rows[class].unlimited })
	g.Stock = make(map[int64]ledger.Stock, len(g.rows))
	for _, l := range slices.Concat(g.lines, g.more) {
		if r, ok := g.rows[l.ProductClassID]; ok && !r.noClass {
			g.Stock[l.ProductClassID] = ledger.Stock{Name: l.Title(), Left: r.left, Unlimited: r.unlimited}
		}
	}
}

// lockStock locks the stock rows of the classes in the order of their ids, the
// order in which every Update takes them.
func lockStock(ctx context.Context, tx *database.Tx, ms []order.Movement) (shelf, error) {
	found := shelf{}
	if len(ms) == 0 {
		return found, nil
	}
	classes := make([]any, len(ms))
	for i, m := range ms {
		classes[i] = m.ProductClassID
	}
	query := `SELECT s.product_class_id, s.stock, (SELECT c.stock_unlimited FROM dtb_product_class c WHERE c.id = s.product_class_id)
FROM dtb_product_stock s WHERE s.product_class_id IN (` + database.Marks(len(classes)) + `) ORDER BY s.product_class_id, s.id` + tx.ForUpdate()
	_, err := database.List(ctx, tx, func(row database.Row) (bool, error) {
		class, r, err := scanStock(row)
		found[class] = r
		return true, err
	}, query, classes...)
	if err != nil {
		return nil, fmt.Errorf("store: stock: %w", err)
	}
	return found, nil
}

func scanStock(row database.Row) (class int64, r stockRow, err error) {
	var left *int64
	var unlimited *bool
	err = row.Scan(&class, database.NullWhole(&left, "dtb_product_stock.stock", nil), &unlimited)
	if left != nil {
		r.left = *left
	}
	r.noClass = unlimited == nil
	r.unlimited = unlimited != nil && *unlimited
	return class, r, err
}

// points is a member's balance, locked; found is false if the member is gone.
func points(ctx context.Context, tx *database.Tx, customer int64) (balance int64, found bool, err error) {
	balance, found, err = database.One(ctx, tx, func(row database.Row) (n int64, err error) {
		err = row.Scan(database.Whole(&n, "dtb_customer.point", nil))
		return n, err
	}, "SELECT point FROM dtb_customer WHERE id = ?"+tx.ForUpdate(), customer)
	if err != nil {
		return 0, false, fmt.Errorf("store: points of customer %d: %w", customer, err)
	}
	return balance, found, nil
}

// take takes movements from what is left.
func (s shelf) take(ms []order.Movement) {
	for _, m := range ms {
		if r, ok := s[m.ProductClassID]; ok {
			r.left -= m.Quantity
			s[m.ProductClassID] = r
		}
	}
}

// known is the shelf if it answers for every class of the movements, else nil.
func (g *goods) known(ms []order.Movement) shelf {
	if g == nil || slices.ContainsFunc(ms, func(m order.Movement) bool { return !g.asked[m.ProductClassID] }) {
		return nil
	}
	return g.rows
}
