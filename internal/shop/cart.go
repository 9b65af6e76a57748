package shop

import (
	"slices"
	"strconv"
	"strings"

	"kessai/internal/order"
)

// cart is a row of dtb_cart: what one session wants of one sale type.
type cart struct {
	ID         int64
	Key        string // <32 random>_<sale type>
	PreOrderID string // the order made from it, if any
	Items      []cartItem

	state orderState
	order order.ID
	taken map[int64]int64 // what that order holds, by class
}

// orderState is where the order made from a cart stands.
type orderState int

const (
	noOrder orderState = iota // none, or the row is not written yet
	draft                     // in 8
	running                   // in 7: being paid
	placed
	over // given back: the cart may make a new one
)

func stateOf(s order.Status) orderState {
	switch s {
	case order.Processing:
		return draft
	case order.Pending:
		return running
	case order.Canceled:
		return over
	}
	return placed
}

// cartItem is a row of dtb_cart_item with the class it stands for.
type cartItem struct {
	ID, ClassID int64
	Price       order.Yen // with tax, as it was last shown
	Quantity    int64
	Class       class
}

// Amount is the line's total with tax.
func (i cartItem) Amount() order.Yen { return i.Price * order.Yen(i.Quantity) }

// Total is the cart's total with tax, without delivery.
func (c cart) Total() (sum order.Yen) {
	for _, i := range c.Items {
		sum += i.Amount()
	}
	return sum
}

// Quantity is how many things are in it.
func (c cart) Quantity() (sum int64) {
	for _, i := range c.Items {
		sum += i.Quantity
	}
	return sum
}

// SaleType is the number behind the key's last underscore.
func (c cart) SaleType() int64 {
	_, text, _ := strings.Cut(c.Key, "_")
	n, err := strconv.ParseInt(text, 10, 64)
	if err != nil {
		return 0
	}
	return n
}

func (c cart) item(class int64) int {
	return slices.IndexFunc(c.Items, func(i cartItem) bool { return i.ClassID == class })
}

// settle makes the items what can be bought today and says in EC-CUBE's words what
// it changed; cut reports that there is less than before. A cart whose order is
// being paid stays as it was ordered.
func (c *cart) settle() (said []string, cut bool) {
	if c.state == running {
		return nil, false
	}
	kept := c.Items[:0:0]
	for _, i := range c.Items {
		wanted := i.Quantity
		i, messages := i.settled()
		said, cut = append(said, messages...), cut || i.Quantity < wanted
		if i.Quantity > 0 {
			kept = append(kept, i)
		}
	}
	c.Items = kept
	return said, cut
}

func (i cartItem) settled() (cartItem, []string) {
	c := i.Class
	if !c.OnSale {
		i.Quantity = 0
		return i, []string{"現時点で購入できない商品が含まれておりました。該当商品をカートから削除しました。"}
	}
	var said []string
	if price := c.PriceIncTax(); price != i.Price {
		said = append(said, "「"+c.Title()+"」の価格が"+i.Price.String()+"から"+price.String()+"に変更されました。")
		i.Price = price
	}
	if c.Limit > 0 && i.Quantity > c.Limit {
		i.Quantity = c.Limit
		said = append(said, "「"+c.Title()+"」は販売制限しております。一度に販売制限数を超える購入はできません。")
	}
	switch {
	case c.SoldOut():
		i.Quantity = 0
		said = append(said, "「"+c.Title()+"」の在庫が足りません。該当商品をカートから削除しました。")
	case i.Quantity > c.Most():
		i.Quantity = c.Most()
		said = append(said, "「"+c.Title()+"」の在庫が足りません。数量を"+strconv.FormatInt(i.Quantity, 10)+"に変更しました。")
	}
	return i, said
}

// resolve lets go of an order that is no longer before the buyer: what was placed
// leaves the cart, what came to nothing may be ordered anew.
func (c *cart) resolve() {
	switch c.state {
	case placed:
		for class, quantity := range c.taken {
			if n := c.item(class); n >= 0 {
				c.Items[n].Quantity -= quantity
			}
		}
		c.Items = slices.DeleteFunc(slices.Clone(c.Items), func(i cartItem) bool { return i.Quantity < 1 })
	case over:
	default:
		return
	}
	c.PreOrderID, c.state, c.order, c.taken = "", noOrder, 0, nil
}
