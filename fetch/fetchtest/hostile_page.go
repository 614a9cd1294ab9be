package fetchtest

import (
	_ "embed"
	"fmt"
	"html/template"
	"strings"
	"sync"
)

//go:embed hostile.html
var hostileHTML string

var hostilePage = sync.OnceValue(func() *template.Template {
	return template.Must(template.New("hostile").Parse(hostileHTML))
})

// page answers what is asked for outside the cases.
func (a *actor) page(name string) {
	switch name {
	case "":
		a.respond(200, a.h.index(), "Content-Type: text/html; charset=utf-8")
	case "urls.txt":
		a.respond(200, a.h.List(), "Content-Type: text/plain; charset=utf-8")
	case "ca.pem":
		a.respond(200, string(a.h.CA()), "Content-Type: application/x-pem-file")
	default:
		a.respond(404, "no such case\n")
	}
}

// List returns the URLs of all cases, one a line.
func (h *Hostile) List() string {
	var b strings.Builder
	for _, c := range cases() {
		b.WriteString(h.URL(c) + "\n")
	}
	return b.String()
}

// index shows all cases with what should become of them.
func (h *Hostile) index() string {
	type row struct {
		Case
		URL, Want string
		Heading   bool // the first of its group
	}
	var rows []row
	group := ""
	for _, c := range cases() {
		want := c.Outcome
		if c.Class != "" && c.Class != c.Outcome {
			want += ", " + c.Class
		}
		rows = append(rows, row{c, h.URL(c), want, c.Group != group})
		group = c.Group
	}
	var b strings.Builder
	if err := hostilePage().Execute(&b, rows); err != nil {
		return fmt.Sprint(err)
	}
	return b.String()
}
