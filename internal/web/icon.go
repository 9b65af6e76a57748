package web

import (
	"fmt"
	"html/template"
)

// iconPath is the drawing of an icon on a 24 × 24 grid, one line of even weight.
func iconPath(name string) string {
	switch name {
	case "check":
		return `<path d="M5 12.5l4.5 4.5L19 7.5"/>`
	case "cross":
		return `<path d="M6 6l12 12M18 6L6 18"/>`
	case "warn":
		return `<path d="M12 4l9 16H3z"/><path d="M12 10v4.5M12 17.4v.1"/>`
	case "info":
		return `<circle cx="12" cy="12" r="9"/><path d="M12 11v5.5M12 7.6v.1"/>`
	case "clock":
		return `<circle cx="12" cy="12" r="9"/><path d="M12 7v5l3.5 2"/>`
	case "cart":
		return `<path d="M3 4h2.5l2.2 11h10l2.3-8H6.4"/><circle cx="9" cy="19.5" r="1.4"/><circle cx="16.5" cy="19.5" r="1.4"/>`
	case "person":
		return `<circle cx="12" cy="8" r="4"/><path d="M4.5 20.5c1-4 4-5.5 7.5-5.5s6.5 1.5 7.5 5.5"/>`
	case "menu":
		return `<path d="M4 7h16M4 12h16M4 17h16"/>`
	case "home":
		return `<path d="M4 11.5L12 4.5l8 7"/><path d="M6.5 10v9.5h11V10"/>`
	case "order":
		return `<path d="M6 3.5h12v17l-3-2-3 2-3-2-3 2z"/><path d="M9.5 8.5h5M9.5 12.5h5"/>`
	case "tag":
		return `<path d="M4 4h7.5L20.5 13l-7.5 7.5L4 11.5z"/><path d="M8 8v.1"/>`
	case "people":
		return `<circle cx="9" cy="8.5" r="3.5"/><path d="M2.5 20c.8-3.8 3.3-5 6.5-5s5.7 1.2 6.5 5"/><path d="M15.5 5.3a3.5 3.5 0 010 6.4M18 15.3c2 .700 3.1 2.2 3.5 4.7"/>`
	case "gear":
		return `<circle cx="12" cy="12" r="3"/><path d="M12 3v3M12 18v3M3 12h3M18 12h3M5.6 5.6l2.2 2.2M16.2 16.2l2.2 2.2M18.4 5.6l-2.2 2.2M7.8 16.2l-2.2 2.2"/>`
	case "plug":
		return `<path d="M9 3.5v5M15 3.5v5M6.5 8.5h11v3a5.5 5.5 0 01-11 0zM12 17v4"/>`
	case "list":
		return `<path d="M8.5 6.5H20M8.5 12H20M8.5 17.5H20M4 6.5v.1M4 12v.1M4 17.5v.1"/>`
	case "search":
		return `<circle cx="10.5" cy="10.5" r="6.5"/><path d="M15.5 15.5l5 5"/>`
	case "left":
		return `<path d="M14.5 5.5L8 12l6.5 6.5"/>`
	case "right":
		return `<path d="M9.5 5.5L16 12l-6.5 6.5"/>`
	case "down":
		return `<path d="M5.5 9l6.5 6.5L18.5 9"/>`
	case "copy":
		return `<rect x="8.5" y="8.5" width="12" height="12" rx="2"/><path d="M15.5 8.5v-5h-12v12h5"/>`
	case "card":
		return `<rect x="2.5" y="5" width="19" height="14" rx="2"/><path d="M2.5 9.5h19M6 15h4"/>`
	case "store":
		return `<path d="M4 10.5V20h16v-9.5M3 9l2-5h14l2 5a3 3 0 01-6 0 3 3 0 01-6 0 3 3 0 01-6 0z"/>`
	case "bank":
		return `<path d="M3.5 9.5L12 4l8.5 5.5zM5.5 9.5V17M10 9.5V17M14 9.5V17M18.5 9.5V17M3.5 20h17"/>`
	case "phone":
		return `<rect x="7" y="2.5" width="10" height="19" rx="2"/><path d="M11 18.5h2"/>`
	case "inbox":
		return `<path d="M3.5 13.5L6.5 5h11l3 8.5V19h-17z"/><path d="M3.5 13.5H9l1 2.5h4l1-2.5h5.5"/>`
	case "scale":
		return `<path d="M12 4v16M7 20h10M5 7.5h14M5 7.5l-3 6.5h6zM19 7.5l-3 6.5h6z"/>`
	case "out":
		return `<path d="M13.5 4H5v16h8.5M10 12h11M17.5 8l4 4-4 4"/>`
	}
	return ""
}

// icon is a picture without a meaning of its own: a word stands beside it. No name
// is no picture.
func icon(name string) (template.HTML, error) {
	if name == "" || name == "x" { // "x" is how pages are tried out when they are mounted
		return "", nil
	}
	path := iconPath(name)
	if path == "" {
		return "", fmt.Errorf("web: no icon %q", name)
	}
	return template.HTML(`<svg class="icon" viewBox="0 0 24 24" aria-hidden="true" focusable="false">` + path + `</svg>`), nil //nolint:gosec // constants of this file
}
