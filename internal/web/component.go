package web

// Message is a sentence in the middle of a page: {{template "note" .Waiting}}.
type Message = Flash

// Empty is what stands where a list has nothing yet: {{template "empty" .Nothing}}.
// It says what will be shown here and, if there is one, the way on.
type Empty struct {
	Icon, Title, Text string
	Link              *Link
}

// Badge is a word with a tone and a picture: {{template "badge" .State}}. Order
// statuses have a component of their own: {{template "status" .Status}}.
type Badge struct {
	Tone Tone
	Text string
}

// menuPart is a level of the menu with the entry we are in.
type menuPart struct {
	Items []MenuItem
	Now   string
}

func within(items []MenuItem, now string) menuPart { return menuPart{items, now} }
