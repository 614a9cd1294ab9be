package fetchtest

import (
	_ "embed"
	"html/template"
	"sync"
)

//go:embed index.html
var indexHTML string

var indexPage = sync.OnceValue(func() *template.Template {
	return template.Must(template.New("index").Parse(indexHTML))
})

// index shows the site: every path with what it does and an example to follow.
func index(x *exchange) {
	x.html()
	if err := indexPage().Execute(x, x.lab.site.groups); err != nil {
		x.say(500, err.Error())
	}
}

// Link is the path to try.
func (r route) Link() string {
	if r.Example != "" {
		return r.Example
	}
	return r.Pattern
}
