package websocket

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"iter"
	"net"
	"os"
	"sync"
	"sync/atomic"
	"time"

	"crawl/fetch"

	"github.com/coder/websocket"
)

// Code says why a connection is closed (RFC 6455 section 7.4.1).
type Code int

// The codes that are in use most.
const (
	NormalClosure   Code = 1000
	GoingAway       Code = 1001
	ProtocolError   Code = 1002
	UnsupportedData Code = 1003
	NoStatus        Code = 1005 // the other side gave none; never sent
	InvalidData     Code = 1007
	PolicyViolation Code = 1008
	MessageTooBig   Code = 1009
	InternalError   Code = 1011
)

// CloseError says that the server closed the connection.
type CloseError struct {
	Code   Code
	Reason string // the server's own words
}

func (e *CloseError) Error() string {
	return fmt.Sprintf("the server closed the WebSocket with code %d %.100q", e.Code, e.Reason)
}

// Message is one message. It owns its bytes.
type Message struct {
	Text bool // in UTF-8; or binary
	Data []byte
}

// Conn is a WebSocket. One goroutine may read while others write. When the context
// given to a call ends before it is done, so does the connection. Errors are
// [*fetch.Error]: after Close, of [fetch.ClassCancelled].
type Conn struct {
	ws    *websocket.Conn
	url   string
	stop  context.CancelFunc // the heartbeat
	beats sync.WaitGroup

	closed atomic.Bool // by Close
	dead   atomic.Bool // the heartbeat had no answer
}

func newConn(ws *websocket.Conn, url string, opt Options) *Conn {
	limit := opt.MaxMessage
	if limit == 0 {
		limit = DefaultMaxMessage
	}
	ws.SetReadLimit(max(limit, -1))
	life, stop := context.WithCancel(context.Background())
	c := &Conn{ws: ws, url: url, stop: stop}
	if opt.Heartbeat > 0 {
		c.beats.Go(func() { c.beat(life, opt.Heartbeat) })
	}
	return c
}

// beat pings the server until life ends, or it does not answer.
func (c *Conn) beat(life context.Context, every time.Duration) {
	ticker := time.NewTicker(every)
	defer ticker.Stop()
	for {
		select {
		case <-life.Done():
			return
		case <-ticker.C:
		}
		ctx, cancel := context.WithTimeout(life, every/2)
		err := c.ws.Ping(ctx)
		cancel()
		if err != nil {
			c.dead.Store(life.Err() == nil)
			c.ws.CloseNow()
			return
		}
	}
}

// Protocol is the subprotocol that the server chose, or "".
func (c *Conn) Protocol() string { return c.ws.Subprotocol() }

// Read waits for the next message. After the server's Close the error wraps a
// [*CloseError].
func (c *Conn) Read(ctx context.Context) (Message, error) {
	kind, data, err := c.ws.Read(ctx)
	if err != nil {
		return Message{}, c.fault(ctx, "reading from the WebSocket", err)
	}
	return Message{Text: kind == websocket.MessageText, Data: data}, nil
}

// Messages are the messages to come, until the server closes the connection in good
// order ([NormalClosure], [GoingAway] or no code) or an error, which comes last.
func (c *Conn) Messages(ctx context.Context) iter.Seq2[Message, error] {
	return func(yield func(Message, error) bool) {
		for {
			m, err := c.Read(ctx)
			if closed, ok := errors.AsType[*CloseError](err); ok {
				switch closed.Code {
				case NormalClosure, GoingAway, NoStatus:
					return
				}
			}
			if !yield(m, err) || err != nil {
				return
			}
		}
	}
}

// Write sends a message.
func (c *Conn) Write(ctx context.Context, m Message) error {
	kind := websocket.MessageBinary
	if m.Text {
		kind = websocket.MessageText
	}
	if err := c.ws.Write(ctx, kind, m.Data); err != nil {
		return c.fault(ctx, "writing to the WebSocket", err)
	}
	return nil
}

// ReadJSON reads the next message into v.
func (c *Conn) ReadJSON(ctx context.Context, v any) error {
	m, err := c.Read(ctx)
	if err != nil {
		return err
	}
	if err := json.Unmarshal(m.Data, v); err != nil {
		return &fetch.Error{Class: fetch.ClassEncoding, URL: c.url, Reason: fmt.Sprintf("the message's JSON: %v", err), Err: err}
	}
	return nil
}

// WriteJSON sends v as JSON in a text message. What can't be written as such is an
// error of json.Marshal.
func (c *Conn) WriteJSON(ctx context.Context, v any) error {
	data, err := json.Marshal(v)
	if err != nil {
		return fmt.Errorf("JSON for WebSocket: %w", err)
	}
	return c.Write(ctx, Message{Text: true, Data: data})
}

// Ping sends a ping and waits for its answer. Something must read meanwhile.
func (c *Conn) Ping(ctx context.Context) error {
	if err := c.ws.Ping(ctx); err != nil {
		return c.fault(ctx, "waiting for the answer to a ping", err)
	}
	return nil
}

// Close tells the server that the connection ends, and why, in at most 123 bytes. It
// waits for the server's answer for at most 5 s, and for a Read under way. It may be
// called again.
func (c *Conn) Close(code Code, reason string) error {
	c.closed.Store(true)
	c.stop()
	err := c.ws.Close(websocket.StatusCode(code), reason)
	c.beats.Wait()
	// A server that closed first, or just went, leaves nothing to close.
	if errors.Is(err, net.ErrClosed) || errors.Is(err, io.EOF) || websocket.CloseStatus(err) >= 0 {
		return nil
	}
	if err != nil {
		e := fetch.Explain(err, "closing the WebSocket")
		e.URL = c.url
		return e
	}
	return nil
}

// fault says what went wrong, without types of the library.
func (c *Conn) fault(ctx context.Context, doing string, err error) *fetch.Error {
	if c.closed.Load() {
		return &fetch.Error{Class: fetch.ClassCancelled, URL: c.url, Reason: "the WebSocket is closed", Err: net.ErrClosed}
	}
	if closed, ok := errors.AsType[websocket.CloseError](err); ok {
		e := &CloseError{Code: Code(closed.Code), Reason: closed.Reason}
		return &fetch.Error{Class: fetch.ClassReset, URL: c.url, Reason: e.Error(), Err: e}
	}
	e := fetch.Ended(ctx, time.Time{})
	switch {
	case e != nil:
	case c.dead.Load():
		e = &fetch.Error{Class: fetch.ClassTimeoutIdle, Reason: "no answer to a ping", Err: os.ErrDeadlineExceeded}
	case errors.Is(err, websocket.ErrMessageTooBig):
		e = &fetch.Error{Class: fetch.ClassTooLarge, Reason: "a message over the limit"}
	default:
		e = fetch.Explain(err, doing)
	}
	e.URL = c.url
	return e
}
