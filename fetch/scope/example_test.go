package scope_test

import (
	"fmt"

	"crawl/fetch/scope"
	"crawl/fetch/urls"
)

func Example() {
	s, err := scope.New(scope.Rules{Within: scope.Host, MaxDepth: 3, MaxPagesPerHost: 1000})
	if err != nil {
		fmt.Println(err)
		return
	}
	seed, err := urls.Parse("https://example.com/")
	if err != nil {
		fmt.Println(err)
		return
	}
	s.Add(seed)

	for _, link := range []string{"/about", "https://www.example.com/", "https://example.org/", "/a/list/list/list/", "/events/2051/01/"} {
		u, err := seed.Resolve(link)
		if err != nil {
			fmt.Println(err)
			continue
		}
		if why, ok := s.Check(scope.Link{URL: u, Depth: 1}); !ok {
			fmt.Println(u, "-", why)
			continue
		}
		if why, ok := s.Take(u); !ok {
			fmt.Println(u, "-", why)
			continue
		}
		fmt.Println(u)
	}
	// Output:
	// https://example.com/about
	// https://www.example.com/
	// https://example.org/ - scope host: nothing on its host was listed
	// https://example.com/a/list/list/list/ - trap repeats: the same folders of its path come 3 times in a row
	// https://example.com/events/2051/01/ - trap calendar: its date is more than 24 months ahead
}
