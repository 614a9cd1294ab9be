package warc_test

import (
	"context"
	"fmt"
	"io"
	"os"
	"strings"

	"crawl/files"
	"crawl/files/warc"
)

// A capture is written, and read again from where it stands.
func Example() {
	ctx := context.Background()
	folder, err := os.MkdirTemp("", "warc")
	if err != nil {
		panic(err)
	}
	defer os.RemoveAll(folder)
	eng, err := files.NewDirect(folder, files.Options{})
	if err != nil {
		panic(err)
	}
	defer eng.Close()

	archive, err := warc.OpenArchive(ctx, eng, "warc", warc.ArchiveOptions{Info: warc.Header{{Name: "software", Value: "crawl"}}})
	if err != nil {
		panic(err)
	}
	defer archive.Close()
	const url = "https://example.com/"
	places, err := archive.Append(ctx,
		warc.Draft{
			Head:  warc.Head{Type: warc.Request, TargetURI: url, ContentType: warc.HTTPRequest},
			Block: strings.NewReader("GET / HTTP/1.1\r\nHost: example.com\r\n\r\n"),
		},
		warc.Draft{
			Head:  warc.Head{Type: warc.Response, TargetURI: url, ContentType: warc.HTTPResponse, IPAddress: "192.0.2.1"},
			Block: strings.NewReader("HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\n\r\nHello."),
		})
	if err != nil {
		panic(err)
	}

	file, err := os.Open(folder + "/" + places[1].File)
	if err != nil {
		panic(err)
	}
	defer file.Close()
	record, err := warc.NewReaderAt(file, places[1].Offset, places[1].Length, warc.ReaderOptions{Verify: true}).Next()
	if err != nil {
		panic(err)
	}
	message, err := record.HTTP()
	if err != nil {
		panic(err)
	}
	body, err := io.ReadAll(message.Payload)
	fmt.Println(record.Type, record.TargetURI, message.Status, message.Header.Get("content-type"))
	fmt.Println(string(body), err)
	// Output:
	// response https://example.com/ 200 text/plain
	// Hello. <nil>
}

// Damage is told, and what follows it is read.
func ExampleReader() {
	const file = "WARC/1.0\r\nWARC-Type: resource\r\nContent-Length: 3\r\n\r\none\r\n\r\n" +
		"WARC/1.0\r\nWARC-Type: resource\r\n\r\ntwo\r\n\r\n" +
		"WARC/1.0\r\nWARC-Type: resource\r\nContent-Length: 5\r\n\r\nthree\r\n\r\n"
	reader := warc.NewReader(strings.NewReader(file), warc.ReaderOptions{})
	for {
		record, err := reader.Next()
		if err == io.EOF {
			break
		}
		if err != nil { // of this kind: a strings.Reader has none of its own
			fmt.Println(err)
			continue
		}
		block, err := io.ReadAll(record.Block)
		fmt.Println(record.Offset, string(block), err)
	}
	// Output:
	// 0 one <nil>
	// at byte 59: it has no Content-Length
	// 99 three <nil>
}
