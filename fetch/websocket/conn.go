package websocket

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"iter"
	"net"
	"sync"
	"time"

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
// given to a call ends before it is done, so does the connection.
type Conn struct {
	ws    *websocket.Conn
	stop  context.CancelFunc // the heartbeat
	beats sync.WaitGroup
}

func newConn(ws *websocket.Conn, opt Options) *Conn {
	limit := opt.MaxMessage
	if limit == 0 {
		limit = DefaultMaxMessage
	}
	ws.SetReadLimit(max(limit, -1))
	life, stop := context.WithCancel(context.Background())
	c := &Conn{ws: ws, stop: stop}
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
			c.ws.CloseNow()
			return
		}
	}
}

// Protocol is the subprotocol that the server chose, or "".
func (c *Conn) Protocol() string { return c.ws.Subprotocol() }

// Read waits for the next message. After the server's Close the error is a
// [*CloseError].
func (c *Conn) Read(ctx context.Context) (Message, error) {
	kind, data, err := c.ws.Read(ctx)
	if err != nil {
		return Message{}, told(ctx, "read from WebSocket", err)
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
		return told(ctx, "write to WebSocket", err)
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
		return fmt.Errorf("JSON of WebSocket: %w", err)
	}
	return nil
}

// WriteJSON sends v as JSON in a text message.
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
		return told(ctx, "ping of WebSocket", err)
	}
	return nil
}

// Close tells the server that the connection ends, and why, in at most 123 bytes. It
// waits for the server's answer for at most 5 s, and for a Read under way. It may be
// called again.
func (c *Conn) Close(code Code, reason string) error {
	c.stop()
	err := c.ws.Close(websocket.StatusCode(code), reason)
	c.beats.Wait()
	// A server that closed first, or just went, leaves nothing to close.
	if errors.Is(err, net.ErrClosed) || errors.Is(err, io.EOF) || websocket.CloseStatus(err) >= 0 {
		return nil
	}
	if err != nil {
		return fmt.Errorf("close WebSocket: %w", err)
	}
	return nil
}

// told is err without types of the library, which only its texts need.
func told(ctx context.Context, doing string, err error) error {
	if closed, ok := errors.AsType[websocket.CloseError](err); ok {
		return &CloseError{Code: Code(closed.Code), Reason: closed.Reason}
	}
	if ctx.Err() != nil {
		err = ctx.Err()
	}
	return fmt.Errorf("%s: %w", doing, err)
}
