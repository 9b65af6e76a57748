package shop

import (
	"context"
	"fmt"
	"time"

	"kessai/internal/database"
	"kessai/internal/order"
)

// Products.

const publicProduct = 1 // mtb_product_status 公開

const classColumns = `c.id, c.product_id, COALESCE(c.sale_type_id, 0), p.name, COALESCE(p.product_status_id, 0), c.visible,
COALESCE(c.product_code, ''), COALESCE(n1.name, ''), COALESCE(n2.name, ''), COALESCE(v1.name, ''), COALESCE(v2.name, ''),
c.price02, c.stock, c.stock_unlimited, c.sale_limit, c.delivery_fee, c.point_rate, d.duration, COALESCE(p.search_word, '')`

const classTables = ` FROM dtb_product_class c JOIN dtb_product p ON p.id = c.product_id
LEFT JOIN dtb_class_category v1 ON v1.id = c.class_category_id1 LEFT JOIN dtb_class_name n1 ON n1.id = v1.class_name_id
LEFT JOIN dtb_class_category v2 ON v2.id = c.class_category_id2 LEFT JOIN dtb_class_name n2 ON n2.id = v2.class_name_id
LEFT JOIN dtb_delivery_duration d ON d.id = c.delivery_duration_id`

func scanClass(row database.Row) (c class, err error) {
	var status int64
	var visible bool
	var stock, limit, rate *int64
	var fee *order.Yen
	err = row.Scan(&c.ID, &c.ProductID, &c.SaleType, &c.Name, &status, &visible,
		&c.Code, &c.ClassName1, &c.ClassName2, &c.Category1, &c.Category2,
		database.Whole(&c.Price, "dtb_product_class.price02", &c.ID), database.NullWhole(&stock, "dtb_product_class.stock", &c.ID),
		&c.Unlimited, database.NullWhole(&limit, "dtb_product_class.sale_limit", &c.ID),
		database.NullWhole(&fee, "dtb_product_class.delivery_fee", &c.ID),
		database.NullWhole(&rate, "dtb_product_class.point_rate", &c.ID), &c.Days, &c.words)
	c.OnSale = visible && status == publicProduct
	c.Stock, c.Limit, c.DeliveryFee = valueOf(stock), valueOf(limit), valueOf(fee)
	if rate != nil {
		c.PointRate = order.PointPercent(*rate)
	}
	return c, err
}

func valueOf[T any](p *T) (v T) {
	if p != nil {
		v = *p
	}
	return v
}

// classesByID reads product classes, also those no longer for sale.
func classesByID(ctx context.Context, q database.Querier, ids []int64) (map[int64]class, error) {
	found := map[int64]class{}
	if len(ids) == 0 {
		return found, nil
	}
	list, err := database.List(ctx, q, scanClass,
		"SELECT "+classColumns+classTables+" WHERE c.id IN ("+database.Marks(len(ids))+")", database.Anys(ids)...)
	for _, c := range list {
		found[c.ID] = c
	}
	return found, wrap("product classes", err)
}

// classesOfProducts reads what is for sale of these products.
func classesOfProducts(ctx context.Context, q database.Querier, products []int64) ([]class, error) {
	if len(products) == 0 {
		return nil, nil
	}
	list, err := database.List(ctx, q, scanClass, "SELECT "+classColumns+classTables+
		" WHERE c.visible = ? AND c.product_id IN ("+database.Marks(len(products))+") ORDER BY c.id",
		append([]any{true}, database.Anys(products)...)...)
	return list, wrap("products' classes", err)
}

const forSale = ` FROM dtb_product p WHERE p.product_status_id = ? AND EXISTS
(SELECT 1 FROM dtb_product_class c WHERE c.product_id = p.id AND c.visible = ? AND (? = 0 OR c.stock_unlimited = ? OR c.stock > 0))`

func forSaleArgs(hideSoldOut bool, more ...any) []any {
	hide := 0
	if hideSoldOut {
		hide = 1
	}
	return append([]any{publicProduct, true, hide, true}, more...)
}

func countProducts(ctx context.Context, q database.Querier, hideSoldOut bool) (int, error) {
	n, _, err := database.One(ctx, q, database.Scalar[int], "SELECT COUNT(*)"+forSale, forSaleArgs(hideSoldOut)...)
	return n, wrap("count products", err)
}

// listProducts reads a page of the list, the newest first.
func listProducts(ctx context.Context, q database.Querier, hideSoldOut bool, limit, offset int) ([]product, error) {
	list, err := database.List(ctx, q, scanProduct, "SELECT "+productColumns+forSale+
		" ORDER BY p.create_date DESC, p.id DESC LIMIT ? OFFSET ?", forSaleArgs(hideSoldOut, limit, offset)...)
	return list, wrap("list products", err)
}

const productColumns = `p.id, p.name, COALESCE(p.description_list, ''), COALESCE(p.description_detail, ''), COALESCE(p.search_word, '')`

func scanProduct(row database.Row) (p product, err error) {
	err = row.Scan(&p.ID, &p.Name, &p.List, &p.About, &p.words)
	return p, err
}

func findProduct(ctx context.Context, q database.Querier, id int64) (product, bool, error) {
	p, found, err := database.One(ctx, q, scanProduct,
		"SELECT "+productColumns+" FROM dtb_product p WHERE p.id = ? AND p.product_status_id = ?", id, publicProduct)
	return p, found, wrap("product", err)
}

// The shop's settings.

func readBase(ctx context.Context, q database.Querier) (base, error) {
	b, found, err := database.One(ctx, q, scanBase, `SELECT COALESCE(shop_name, ''), COALESCE(company_name, ''), COALESCE(postal_code, ''),
COALESCE(pref_id, 0), COALESCE(addr01, ''), COALESCE(addr02, ''), COALESCE(phone_number, ''), COALESCE(business_hour, ''), COALESCE(email02, ''),
COALESCE(good_traded, ''), COALESCE(message, ''), delivery_free_amount, delivery_free_quantity, option_product_delivery_fee,
option_product_tax_rule, option_nostock_hidden, option_point, basic_point_rate, point_conversion_rate
FROM dtb_base_info WHERE id = 1`)
	if err == nil && !found {
		err = fmt.Errorf("dtb_base_info has no row 1")
	}
	return b, wrap("base info", err)
}

func scanBase(row database.Row) (b base, err error) {
	var freeAmount *order.Yen
	var freeQuantity, rate, conversion *int64
	err = row.Scan(&b.ShopName, &b.Company, &b.PostalCode, &b.PrefID, &b.Addr01, &b.Addr02, &b.Phone, &b.Hours, &b.Email,
		&b.Goods, &b.Message, database.NullWhole(&freeAmount, "dtb_base_info.delivery_free_amount", nil), &freeQuantity,
		&b.Prices.PerProductDeliveryFee, &b.PerProductTax, &b.HideSoldOut, &b.Prices.Points,
		database.NullWhole(&rate, "dtb_base_info.basic_point_rate", nil),
		database.NullWhole(&conversion, "dtb_base_info.point_conversion_rate", nil))
	b.Prices.DeliveryFreeAmount, b.Prices.DeliveryFreeQuantity = valueOf(freeAmount), valueOf(freeQuantity)
	b.Prices.BasicPointRate, b.Prices.PointConversionRate = valueOf(rate), valueOf(conversion)
	return b, err
}

func readTaxRules(ctx context.Context, q database.Querier) ([]order.TaxRule, error) {
	list, err := database.List(ctx, q, scanTaxRule, `SELECT id, COALESCE(product_id, 0), COALESCE(product_class_id, 0), COALESCE(pref_id, 0),
COALESCE(country_id, 0), tax_rate, tax_adjust, COALESCE(rounding_type_id, 0), apply_date FROM dtb_tax_rule ORDER BY id`)
	return list, wrap("tax rules", err)
}

func scanTaxRule(row database.Row) (r order.TaxRule, err error) {
	var from database.Time
	err = row.Scan(&r.ID, &r.ProductID, &r.ProductClassID, &r.PrefID, &r.CountryID,
		database.Whole(&r.Rate, "dtb_tax_rule.tax_rate", &r.ID), database.Whole(&r.Adjust, "dtb_tax_rule.tax_adjust", &r.ID), &r.Rounding, &from)
	r.ApplyDate = from.Time
	return r, err
}

// readTradeLaw reads 特定商取引法に基づく表記 (4.2 and later).
func readTradeLaw(ctx context.Context, q database.Querier) ([]tradeRow, error) {
	list, err := database.List(ctx, q, func(row database.Row) (t tradeRow, err error) {
		err = row.Scan(&t.Name, &t.Text)
		return t, err
	}, `SELECT COALESCE(name, ''), COALESCE(description, '') FROM dtb_tradelaw ORDER BY sort_no, id`)
	return list, wrap("trade law", err)
}

// Deliveries and payments.

func readDeliveries(ctx context.Context, q database.Querier, saleType int64) ([]delivery, error) {
	list, err := database.List(ctx, q, func(row database.Row) (d delivery, err error) {
		err = row.Scan(&d.ID, &d.Name, &d.Service)
		return d, err
	}, `SELECT id, COALESCE(name, ''), COALESCE(service_name, '') FROM dtb_delivery
WHERE sale_type_id = ? AND visible = ? ORDER BY sort_no DESC, id`, saleType, true)
	return list, wrap("deliveries", err)
}

func readTimes(ctx context.Context, q database.Querier, deliveries []int64) (map[int64][]deliveryTime, error) {
	times := map[int64][]deliveryTime{}
	if len(deliveries) == 0 {
		return times, nil
	}
	_, err := database.List(ctx, q, func(row database.Row) (t deliveryTime, err error) {
		var of int64
		err = row.Scan(&of, &t.ID, &t.Name)
		times[of] = append(times[of], t)
		return t, err
	}, "SELECT delivery_id, id, delivery_time FROM dtb_delivery_time WHERE visible = ? AND delivery_id IN ("+
		database.Marks(len(deliveries))+") ORDER BY sort_no, id", append([]any{true}, database.Anys(deliveries)...)...)
	return times, wrap("delivery times", err)
}

func readFees(ctx context.Context, q database.Querier, pref int64) ([]order.DeliveryFee, error) {
	list, err := database.List(ctx, q, func(row database.Row) (f order.DeliveryFee, err error) {
		err = row.Scan(&f.DeliveryID, &f.PrefID, database.Whole(&f.Fee, "dtb_delivery_fee.fee", nil))
		return f, err
	}, "SELECT delivery_id, pref_id, fee FROM dtb_delivery_fee WHERE pref_id = ?", pref)
	return list, wrap("delivery fees", err)
}

func readPayments(ctx context.Context, q database.Querier) ([]order.Payment, error) {
	list, err := database.List(ctx, q, scanPayment, `SELECT id, COALESCE(payment_method, ''), COALESCE(method_class, ''), charge, rule_min, rule_max,
visible, COALESCE(sort_no, 0) FROM dtb_payment WHERE visible = ?`, true)
	return list, wrap("payments", err)
}

func scanPayment(row database.Row) (p order.Payment, err error) {
	var charge, lowest, highest *order.Yen
	err = row.Scan(&p.ID, &p.Name, &p.MethodClass, database.NullWhole(&charge, "dtb_payment.charge", &p.ID),
		database.NullWhole(&lowest, "dtb_payment.rule_min", &p.ID), database.NullWhole(&highest, "dtb_payment.rule_max", &p.ID),
		&p.Visible, &p.SortNo)
	p.Charge = valueOf(charge)
	if lowest != nil {
		p.RuleMin = order.AtYen(*lowest)
	}
	if highest != nil {
		p.RuleMax = order.AtYen(*highest)
	}
	return p, err
}

func readOptions(ctx context.Context, q database.Querier) (map[int64][]int64, error) {
	options := map[int64][]int64{}
	_, err := database.List(ctx, q, func(row database.Row) (payment int64, err error) {
		var of int64
		err = row.Scan(&of, &payment)
		options[of] = append(options[of], payment)
		return payment, err
	}, "SELECT delivery_id, payment_id FROM dtb_payment_option")
	return options, wrap("payment options", err)
}

// Carts.

func readCarts(ctx context.Context, q database.Querier, ids []int64, lock string) ([]cart, error) {
	if len(ids) == 0 {
		return nil, nil
	}
	carts, err := database.List(ctx, q, func(row database.Row) (c cart, err error) {
		err = row.Scan(&c.ID, &c.Key, &c.PreOrderID)
		return c, err
	}, "SELECT id, COALESCE(cart_key, ''), COALESCE(pre_order_id, '') FROM dtb_cart WHERE id IN ("+
		database.Marks(len(ids))+") ORDER BY id"+lock, database.Anys(ids)...)
	if err != nil {
		return nil, wrap("carts", err)
	}
	for n := range carts {
		if carts[n].Items, err = readCartItems(ctx, q, carts[n].ID); err != nil {
			return nil, err
		}
	}
	return carts, nil
}

func readCartItems(ctx context.Context, q database.Querier, cartID int64) ([]cartItem, error) {
	items, err := database.List(ctx, q, func(row database.Row) (i cartItem, err error) {
		err = row.Scan(&i.ID, &i.ClassID, database.Whole(&i.Price, "dtb_cart_item.price", &i.ID),
			database.Whole(&i.Quantity, "dtb_cart_item.quantity", &i.ID))
		return i, err
	}, "SELECT id, COALESCE(product_class_id, 0), price, quantity FROM dtb_cart_item WHERE cart_id = ? ORDER BY id", cartID)
	return items, wrap("cart items", err)
}

// cartOf finds the cart that an order was made from, 0 if it is gone.
func cartOf(ctx context.Context, q database.Querier, preOrderID string) (int64, error) {
	id, _, err := database.One(ctx, q, database.Scalar[int64], "SELECT id FROM dtb_cart WHERE pre_order_id = ?", preOrderID)
	return id, wrap("cart of an order", err)
}

// orderMadeFrom finds the order of a pre_order_id and its status.
func orderMadeFrom(ctx context.Context, q database.Querier, preOrderID string) (id order.ID, status order.Status, found bool, err error) {
	_, found, err = database.One(ctx, q, func(row database.Row) (bool, error) {
		return true, row.Scan(&id, &status)
	}, "SELECT id, COALESCE(order_status_id, 0) FROM dtb_order WHERE pre_order_id = ?", preOrderID)
	return id, status, found, wrap("order of a cart", err)
}

// orderedQuantities is what an order holds, by product class.
func orderedQuantities(ctx context.Context, q database.Querier, id order.ID) (map[int64]int64, error) {
	sums := map[int64]int64{}
	_, err := database.List(ctx, q, func(row database.Row) (n int64, err error) {
		var class int64
		err = row.Scan(&class, database.Whole(&n, "dtb_order_item.quantity", nil))
		sums[class] += n
		return n, err
	}, "SELECT product_class_id, quantity FROM dtb_order_item WHERE order_id = ? AND COALESCE(order_item_type_id, 0) = ? AND product_class_id IS NOT NULL", // as store.loadGoods
		int64(id), int64(order.ItemProduct))
	return sums, wrap("ordered quantities", err)
}

func insertCart(ctx context.Context, tx *database.Tx, key string, at time.Time) (int64, error) {
	id, err := tx.InsertID(ctx, `INSERT INTO dtb_cart (cart_key, total_price, delivery_fee_total, add_point, use_point, create_date, update_date, discriminator_type)
VALUES (?, 0, 0, 0, 0, ?, ?, 'cart')`, key, database.At(at), database.At(at))
	return id, wrap("insert cart", err)
}

func updateCart(ctx context.Context, tx *database.Tx, c cart, at time.Time) error {
	var pre any
	if c.PreOrderID != "" {
		pre = c.PreOrderID
	}
	_, err := tx.Exec(ctx, "UPDATE dtb_cart SET pre_order_id = ?, total_price = ?, update_date = ? WHERE id = ?",
		pre, int64(c.Total()), database.At(at), c.ID)
	return wrap("update cart", err)
}

// deleteCart removes a cart with its items: SQLite does not cascade for EC-CUBE.
func deleteCart(ctx context.Context, tx *database.Tx, id int64) error {
	if _, err := tx.Exec(ctx, "DELETE FROM dtb_cart_item WHERE cart_id = ?", id); err != nil {
		return wrap("delete cart items", err)
	}
	_, err := tx.Exec(ctx, "DELETE FROM dtb_cart WHERE id = ?", id)
	return wrap("delete cart", err)
}

func insertCartItem(ctx context.Context, tx *database.Tx, cartID int64, i cartItem) error {
	_, err := tx.InsertID(ctx, "INSERT INTO dtb_cart_item (cart_id, product_class_id, price, quantity, discriminator_type) VALUES (?, ?, ?, ?, 'cartitem')",
		cartID, i.ClassID, int64(i.Price), i.Quantity)
	return wrap("insert cart item", err)
}

func updateCartItem(ctx context.Context, tx *database.Tx, i cartItem) error {
	_, err := tx.Exec(ctx, "UPDATE dtb_cart_item SET price = ?, quantity = ? WHERE id = ?", int64(i.Price), i.Quantity, i.ID)
	return wrap("update cart item", err)
}

func deleteCartItem(ctx context.Context, tx *database.Tx, id int64) error {
	_, err := tx.Exec(ctx, "DELETE FROM dtb_cart_item WHERE id = ?", id)
	return wrap("delete cart item", err)
}

func wrap(what string, err error) error {
	if err != nil {
		return fmt.Errorf("shop: %s: %w", what, err)
	}
	return nil
}
