package auth

import (
	"strings"
	"testing"

	"crawl/fetch"
	"crawl/fetch/urls"

	"golang.org/x/net/http/httpguts"
)

const (
	oldChallenge = `Digest realm="testrealm@host.com", nonce="dcd98b7102dd2f0e8b11d0f600bfb0c093", opaque="5ccc069c403ebaf9f0171e9517f40e41"`
	oldCnonce    = "0a4f113b"
	newChallenge = `Digest realm="http-auth@example.org", qop="auth, auth-int", nonce="7ypf/xlj9XXwfDPEoM4URrv/xwf94BcCAzFZH4GiTo0v", opaque="FQhe/qaU925kfnzjCev0ciny7QMkPqMAFRtzCUYo5tdS"`
	newCnonce    = "f2/wE4q74E6zIJEtWaHKaf5wv/H5QzzpXusqGemxURZJ"
	utfChallenge = `Digest realm="api@example.org", qop="auth", algorithm=SHA-512-256, nonce="5TsQWLVdgBdmrQ0XsxbDODV+57QdFR34I9HAbC/RVvkK", opaque="HRPCssKJSGjCrkzDg8OhwpzCiGPChXYjwrI2QmXDnsOS", charset=UTF-8`
	utfCnonce    = "NTg6RKcb9boFIAS3KrFK9BGeh+iDa/sm6jUMp2wds69v"
	utfResponse  = "3798d4131c277846293534c3edc11bd8a5e4cdcbff78b05db9d95eeb1cec68a5"
)

// The examples of the RFCs, and the same with what they have no example of, computed
// apart from this code.
func TestDigestVectors(t *testing.T) {
	for _, test := range []struct {
		name, challenge, cnonce string
		user, password          string
		method, target, body    string
		want                    []string // in the answer
		absent                  []string
	}{
		{"RFC 2617 section 3.5", oldChallenge + `, qop="auth,auth-int"`, oldCnonce, "Mufasa", "Circle Of Life", "GET", "/dir/index.html", "",
			[]string{`username="Mufasa"`, `realm="testrealm@host.com"`, `nonce="dcd98b7102dd2f0e8b11d0f600bfb0c093"`, `uri="/dir/index.html"`, `qop=auth,`, `nc=00000001`,
				`cnonce="0a4f113b"`, `response="6629fae49393a05397450978507c4ef1"`, `opaque="5ccc069c403ebaf9f0171e9517f40e41"`},
			[]string{"algorithm", "userhash"}},
		{"RFC 2069 section 2.4, with its erratum", oldChallenge, "", "Mufasa", "CircleOfLife", "GET", "/dir/index.html", "",
			[]string{`response="1949323746fe6a43ef61f9606e7febea"`}, []string{"qop", "nc=", "cnonce"}},
		{"no qop", oldChallenge + `, algorithm="md5"`, "", "Mufasa", "Circle Of Life", "GET", "/dir/index.html", "",
			[]string{`response="670fd8c2df070c60b045671b8b24ff02"`, "algorithm=md5"}, []string{"qop", "nc=", "cnonce"}},
		{"RFC 7616 section 3.9.1, MD5", newChallenge + ", algorithm=MD5", newCnonce, "Mufasa", "Circle of Life", "GET", "/dir/index.html", "",
			[]string{`response="8ca523f5e9506fed4657c9700eebdbec"`, "algorithm=MD5", "qop=auth,"}, nil},
		{"RFC 7616 section 3.9.1, SHA-256", newChallenge + ", algorithm=SHA-256", newCnonce, "Mufasa", "Circle of Life", "GET", "/dir/index.html", "",
			[]string{`response="753927fa0e85d155564e2e272a28d1802ca10daf4496794697cf8db5856cb6c1"`, "algorithm=SHA-256"}, nil},
		{"RFC 7616 section 3.9.2, with erratum 4897", utfChallenge + ", userhash=true", utfCnonce, "Jäsøn Doe", "Secret, or not?", "GET", "/doe.json", "",
			[]string{`username="793263caabb707a56211940d90411ea4a575adeccb7e360aeb624ed06ece9b0b"`, "userhash=true", `response="` + utfResponse + `"`}, nil},
		{"RFC 7616 section 3.9.2, without userhash", utfChallenge, utfCnonce, "Jäsøn Doe", "Secret, or not?", "GET", "/doe.json", "",
			[]string{`username*=UTF-8''J%C3%A4s%C3%B8n%20Doe`, `response="` + utfResponse + `"`}, []string{"userhash", "username="}},
		{"not normalised", utfChallenge, utfCnonce, "Ja\u0308søn Doe", "Secret, or not?", "GET", "/doe.json", "",
			[]string{`username*=UTF-8''J%C3%A4s%C3%B8n%20Doe`, `response="` + utfResponse + `"`}, nil},
		{"MD5-sess", oldChallenge + `, qop=auth, algorithm=MD5-sess`, oldCnonce, "Mufasa", "Circle Of Life", "GET", "/dir/index.html", "",
			[]string{`response="8e3825c57e897f5a0dec6c2d4e5059d0"`, "algorithm=MD5-sess"}, nil},
		{"SHA-256-sess", oldChallenge + `, qop=auth, algorithm=SHA-256-sess`, oldCnonce, "Mufasa", "Circle Of Life", "GET", "/dir/index.html", "",
			[]string{`response="b8822e12417cb7750f4e2b8515f0dcf25b7dd26993e80bee1426201446a7f59b"`}, nil},
		{"SHA", oldChallenge + `, qop=auth, algorithm=SHA`, oldCnonce, "Mufasa", "Circle Of Life", "GET", "/dir/index.html", "",
			[]string{`response="5cad1ef3413cbff644a38245bb35d93574c97a04"`}, nil},
		{"SHA512", oldChallenge + `, qop=auth, algorithm=SHA512`, oldCnonce, "Mufasa", "Circle Of Life", "GET", "/dir/index.html", "",
			[]string{`response="abb145ab10fd07056cbcfc87ebf74d53b285bb2073887cc37edc2018ee297d7cac9d06be00bac252ccb4c3101905caa99dba06d53cd9ea34dfc35b2b97f86f6c"`}, nil},
		{"auth-int of no body", oldChallenge + `, qop="auth-int"`, oldCnonce, "Mufasa", "Circle Of Life", "GET", "/dir/index.html", "",
			[]string{`response="5e6610ecf9ba3017a4870ad48e3ad30b"`, "qop=auth-int"}, nil},
		{"auth-int of a body", oldChallenge + `, qop="auth-int"`, oldCnonce, "Mufasa", "Circle Of Life", "POST", "/dir/index.html", "hello",
			[]string{`response="b3da9049011b9dafbd8fc28b2deecc0b"`}, nil},
		{"quotes and backslashes", `Digest realm="a \"b\" \\", nonce="n"`, "", `x"\y`, "p", "GET", `/?\`, "",
			[]string{`realm="a \"b\" \\"`, `username="x\"\\y"`, `uri="/?\\"`}, nil},
	} {
		t.Run(test.name, func(t *testing.T) {
			c, err := Digest(test.user, test.password)
			if err != nil {
				t.Fatal(err)
			}
			offer := parseChallenges([]string{test.challenge})[0]
			terms, ok := understand(offer)
			if !ok {
				t.Fatal("not understood")
			}
			terms.introduce(c, offer)
			s := newSession(terms, test.cnonce)
			got := s.answer(test.method, test.target, s.hex(test.body))
			for _, part := range test.want {
				if !strings.Contains(got, part) {
					t.Errorf("no %s in %s", part, got)
				}
			}
			for _, part := range test.absent {
				if strings.Contains(got, part) {
					t.Errorf("%s in %s", part, got)
				}
			}
		})
	}
}

func TestStrongestChallengeIsAnswered(t *testing.T) {
	const rest = ` nonce="n", qop="auth", algorithm=`
	for _, test := range []struct {
		name   string
		fields []string
		want   string // algorithm, or "none"
	}{
		{"MD5 when nothing is said", []string{`Digest nonce="n"`}, ""},
		{"fields", []string{"Digest" + rest + "MD5", "Digest" + rest + "SHA-256"}, "SHA-256"},
		{"one field", []string{"Digest" + rest + "SHA-256, Digest" + rest + "SHA-512-256, Digest" + rest + "MD5, Basic realm=x"}, "SHA-512-256"},
		{"unknown is passed over", []string{"Digest" + rest + "SHA3-512, Digest" + rest + "MD5-sess"}, "MD5-sess"},
		{"the first of equals", []string{"Digest" + rest + "SHA-256-sess, Digest" + rest + "SHA-256"}, "SHA-256-sess"},
		{"SHA", []string{"Digest" + rest + "sha, Digest" + rest + "MD5"}, "sha"},
		{"SHA-512", []string{"Digest" + rest + "SHA-512, Digest" + rest + "SHA-512-256"}, "SHA-512"},
		{"unknown qop", []string{`Digest nonce="n", qop="other"`}, "none"},
		{"no nonce", []string{`Digest realm="r"`}, "none"},
		{"only Basic", []string{`Basic realm="r"`}, "none"},
		{"too long", []string{`Digest nonce="` + strings.Repeat("n", maxValue+1) + `"`}, "none"},
		{"control characters", []string{"Digest nonce=\"a\x01b\""}, "none"},
		{"nothing", nil, "none"},
	} {
		t.Run(test.name, func(t *testing.T) {
			var h fetch.Header
			for _, field := range test.fields {
				h.Add("www-authenticate", field)
			}
			got := "none"
			if s := challenged(Credentials{user: "u"}, h); s != nil {
				got = s.name
			}
			if got != test.want {
				t.Errorf("%s is answered, want %s", got, test.want)
			}
		})
	}
}

func TestCountsAreEightDigits(t *testing.T) {
	for n, want := range map[uint32]string{1: "00000001", 0xab: "000000ab", 1<<32 - 1: "ffffffff"} {
		if got := eightDigits(n); got != want {
			t.Errorf("%d: %s", n, got)
		}
	}
}

func TestProtectionSpace(t *testing.T) {
	for _, test := range []struct {
		domain, url string
		want        bool
	}{
		{"", "http://a.example/x", true},
		{"/", "http://a.example/x?y", true},
		{"/private", "http://a.example/private", true},
		{"/private", "http://a.example/private/x", true},
		{"/private/", "http://a.example/private/x", true},
		{"/private", "http://a.example/privateer", false},
		{"/private", "http://a.example/", false},
		{"/a http://a.example:80/b", "http://a.example/b", true},
		{"http://b.example/", "http://a.example/", false},
		{"https://a.example/", "http://a.example/", false},
		{"://", "http://a.example/", false},
	} {
		u, err := urls.Parse(test.url)
		if err != nil {
			t.Fatal(err)
		}
		s := newSession(terms{domain: test.domain}, "")
		if got := s.covers(u); got != test.want {
			t.Errorf("domain %q and %s: %v", test.domain, test.url, got)
		}
	}
}

// Whatever a server asks, the answer can be sent, and says back what it asked.
func FuzzAnswer(f *testing.F) {
	for _, field := range []string{oldChallenge, newChallenge, utfChallenge + ", userhash=true", "Digest nonce=\"a\\\x80\\\"\", domain=\"/ http:\""} {
		f.Add(field, "/a?b=\\")
	}
	u, err := urls.Parse("http://a.example/")
	if err != nil {
		f.Fatal(err)
	}
	c, err := Login("Jäsøn \"Doe\"", "s")
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, field, ref string) {
		s := challenged(c, fetch.Header{{Name: "WWW-Authenticate", Value: field}})
		to, err := u.Resolve(ref)
		if s == nil || err != nil {
			return
		}
		s.covers(to)
		value := s.answer("GET", to.RequestURI(), s.hex())
		if !httpguts.ValidHeaderFieldValue(value) {
			t.Fatalf("%q to %q", value, field)
		}
		said := parseChallenges([]string{value})
		if len(said) != 1 || said[0].get("nonce") != s.nonce || said[0].get("realm") != s.realm || said[0].get("uri") != to.RequestURI() {
			t.Errorf("%q to %q", value, field)
		}
	})
}

func BenchmarkAnswer(b *testing.B) {
	c, err := Digest("Mufasa", "Circle of Life")
	if err != nil {
		b.Fatal(err)
	}
	for _, algorithm := range []string{"MD5", "SHA-256"} {
		b.Run(algorithm, func(b *testing.B) {
			s := challenged(c, fetch.Header{{Name: "WWW-Authenticate", Value: newChallenge + ", algorithm=" + algorithm}})
			b.ReportAllocs()
			for b.Loop() {
				s.answer("GET", "/dir/index.html", "")
			}
		})
	}
}
