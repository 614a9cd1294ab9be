package fetchtest

import (
	"strconv"
	"strings"
)

// landing is where redirects end.
const landing = "/d/0/s/1024/0"

// lead answers with a redirect to a Location written as it is given.
func (x *exchange) lead(status int, location string) {
	x.set("Location", location)
	x.say(status, "to "+location)
}

func redirect(x *exchange) {
	if x.num[0] <= 1 {
		x.lead(302, landing)
		return
	}
	x.lead(302, "/redirect/"+strconv.FormatInt(x.num[0]-1, 10))
}

func redirectTo(x *exchange) {
	code, err := strconv.Atoi(x.query("status", "302"))
	if err != nil || code < 300 || code > 399 {
		code = 302
	}
	x.lead(code, x.query("url", landing))
}

func redirectLoop(x *exchange) { x.lead(302, "/redirect/loop") }

func redirectRelative(x *exchange) { x.lead(302, ".."+landing) }

func redirectNone(x *exchange) { x.say(302, "to nowhere") }

// redirectOtherHost leads to the next address, or to another name of the only one.
func redirectOtherHost(x *exchange) {
	ip := x.LocalIP().To4()
	if x.lab.Hosts() < 2 || ip == nil {
		_, port, _ := strings.Cut(string(x.Host()), ":")
		x.lead(302, strings.TrimSuffix("http://localhost:"+port, ":")+landing)
		return
	}
	x.lead(302, x.lab.URL(int(ip[3]), landing)) // 127.0.0.1 is host 0
}
