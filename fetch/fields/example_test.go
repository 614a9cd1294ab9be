package fields_test

import (
	"fmt"

	"crawl/fetch/fields"
)

func ExampleContentDisposition() {
	kind, filename, ok := fields.ContentDisposition(`attachment; filename="rates.txt"; filename*=UTF-8''%E2%82%AC%20rates.txt`)
	fmt.Println(kind, filename, ok)

	_, filename, _ = fields.ContentDisposition(`attachment; filename="../../etc/passwd"`)
	fmt.Println(filename)
	// Output:
	// attachment € rates.txt true
	// passwd
}

func ExampleLinks() {
	for _, link := range fields.Links([]string{
		`</items?page=2>; rel="next"; title*=UTF-8''n%C3%A4chste, </items?page=9>; rel=last`,
		`</style.css>; rel=preload; as=style`,
	}) {
		fmt.Printf("%s %q %t %q\n", link.Target, link.Rel, link.Is("next"), link.Param("title"))
	}
	// Output:
	// /items?page=2 ["next"] true "nächste"
	// /items?page=9 ["last"] false ""
	// /style.css ["preload"] false ""
}
