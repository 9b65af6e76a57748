package database

import (
	"context"
	"time"
)

// seeder writes goods; it remembers the ids of what several of them share.
type seeder struct {
	tx         *Tx
	now        Time
	categories map[string]int64
	classes    map[string]int64 // dtb_class_name by name
	values     map[string]int64 // dtb_class_category by name
}

func (s *seeder) exec(ctx context.Context, query string, args ...any) error {
	_, err := s.tx.Exec(ctx, query, args...)
	return err
}

func (s *seeder) good(ctx context.Context, g good, at time.Time) error {
	made := At(at)
	product, err := s.tx.InsertID(ctx, `INSERT INTO dtb_product
		(product_status_id, name, description_list, description_detail, search_word, create_date, update_date, discriminator_type)
		VALUES (1, ?, ?, ?, ?, ?, ?, 'product')`, g.name, g.list, g.about, g.search, made, made)
	if err != nil {
		return err
	}
	if err := s.file(ctx, product, g.category); err != nil {
		return err
	}
	if g.kinds[0].size != "" {
		// EC-CUBE keeps the class a product had before it got classes, hidden.
		if err := s.kind(ctx, product, kind{price: g.kinds[0].price}, false, 0); err != nil {
			return err
		}
	}
	for _, k := range g.kinds {
		if err := s.kind(ctx, product, k, true, g.taxRate); err != nil {
			return err
		}
	}
	return nil
}

// file puts a product into its category.
func (s *seeder) file(ctx context.Context, product int64, category string) error {
	id, known := s.categories[category]
	if !known {
		var err error
		id, err = s.tx.InsertID(ctx, `INSERT INTO dtb_category
			(category_name, hierarchy, sort_no, create_date, update_date, discriminator_type)
			VALUES (?, 1, ?, ?, ?, 'category')`, category, len(s.categories)+1, s.now, s.now)
		if err != nil {
			return err
		}
		s.categories[category] = id
	}
	return s.exec(ctx, `INSERT INTO dtb_product_category (product_id, category_id, discriminator_type)
		VALUES (?, ?, 'productcategory')`, product, id)
}

// kind writes a product class, its stock in both places, and its tax rule.
func (s *seeder) kind(ctx context.Context, product int64, k kind, visible bool, taxRate int) error {
	size, err := s.value(ctx, "サイズ", k.size)
	if err != nil {
		return err
	}
	color, err := s.value(ctx, "カラー", k.color)
	if err != nil {
		return err
	}
	var stock any = k.stock
	if k.unlimited {
		stock = nil
	}
	class, err := s.tx.InsertID(ctx, `INSERT INTO dtb_product_class
		(product_id, sale_type_id, class_category_id1, class_category_id2, product_code, stock, stock_unlimited,
		 sale_limit, price02, visible, create_date, update_date, currency_code, discriminator_type)
		VALUES (?, 1, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 'JPY', 'productclass')`,
		product, size, color, orNull(k.code), stock, k.unlimited, orNull(k.limit), k.price, visible, s.now, s.now)
	if err != nil {
		return err
	}
	if err := s.exec(ctx, `INSERT INTO dtb_product_stock (product_class_id, stock, create_date, update_date, discriminator_type)
		VALUES (?, ?, ?, ?, 'productstock')`, class, stock, s.now, s.now); err != nil {
		return err
	}
	if taxRate == 0 {
		return nil
	}
	return s.exec(ctx, `INSERT INTO dtb_tax_rule
		(product_id, product_class_id, rounding_type_id, tax_rate, tax_adjust, apply_date, create_date, update_date, discriminator_type)
		VALUES (?, ?, 1, ?, 0, ?, ?, ?, 'taxrule')`, product, class, taxRate, reducedSince(), s.now, s.now)
}

// reducedSince is when the reduced tax rate began: 2019-10-01 in Japan.
func reducedSince() Time { return At(time.Date(2019, 9, 30, 15, 0, 0, 0, time.UTC)) }

// value returns the id of a class category, nil for an empty name.
func (s *seeder) value(ctx context.Context, class, name string) (any, error) {
	if name == "" {
		return nil, nil
	}
	if id, known := s.values[name]; known {
		return id, nil
	}
	classID, known := s.classes[class]
	if !known {
		var err error
		classID, err = s.tx.InsertID(ctx, `INSERT INTO dtb_class_name
			(backend_name, name, sort_no, create_date, update_date, discriminator_type)
			VALUES (?, ?, ?, ?, ?, 'classname')`, class, class, len(s.classes)+1, s.now, s.now)
		if err != nil {
			return nil, err
		}
		s.classes[class] = classID
	}
	id, err := s.tx.InsertID(ctx, `INSERT INTO dtb_class_category
		(class_name_id, backend_name, name, sort_no, visible, create_date, update_date, discriminator_type)
		VALUES (?, ?, ?, ?, ?, ?, ?, 'classcategory')`, classID, name, name, len(s.values)+1, true, s.now, s.now)
	s.values[name] = id
	return id, err
}

// orNull turns a zero value into NULL.
func orNull[T comparable](v T) any {
	var zero T
	if v == zero {
		return nil
	}
	return v
}
