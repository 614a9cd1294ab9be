package websocket_test

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"

	"crawl/fetch"
	"crawl/fetch/websocket"

	server "github.com/coder/websocket"
)

func Example() {
	site := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		c, err := server.Accept(w, r, nil)
		if err != nil {
			return
		}
		for _, word := range []string{"one", "two"} {
			c.Write(r.Context(), server.MessageText, []byte(word))
		}
		c.Close(server.StatusNormalClosure, "")
	}))
	defer site.Close()
	client := fetch.NewClient(fetch.Options{})
	defer client.Close()

	ctx := context.Background()
	conn, err := websocket.Dial(ctx, client, strings.Replace(site.URL, "http", "ws", 1), websocket.Options{})
	if err != nil {
		fmt.Println(err)
		return
	}
	defer conn.Close(websocket.NormalClosure, "")
	for message, err := range conn.Messages(ctx) {
		fmt.Println(string(message.Data), err)
	}
	// Output:
	// one <nil>
	// two <nil>
}
