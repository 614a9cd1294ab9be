package urls_test

import (
	"fmt"

	"crawl/fetch/urls"
)

func Example() {
	u, err := urls.Parse(" HTTPS://Example.COM:443/a/../b c#top")
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(u, u.Host())

	next, err := u.Resolve("//bücher.example/?q=ü")
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(next, next.RequestURI())

	_, err = u.Resolve("javascript:void(0)")
	fmt.Println(err)
	// Output:
	// https://example.com/b%20c example.com:443
	// https://xn--bcher-kva.example/?q=%C3%BC /?q=%C3%BC
	// bad URL "javascript:void(0)": scheme "javascript" is not http or https
}
