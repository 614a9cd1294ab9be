package warc

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"net/http/httputil"
	"strconv"
	"strings"
)

// Message is the HTTP message of a request, response or revisit.
type Message struct {
	Head   []byte // as sent, with the empty line behind it
	Proto  string // "HTTP/1.1"
	Status int    // of a response, 0 of a request
	Reason string // of a response: what stands behind the status
	Method string // of a request
	Target string // of a request
	Header Header // names as sent

	// Payload is the rest of the block with chunks put together, and its content coding as
	// it is. Where the head speaks of chunks and there are none, as some archives have it,
	// it is as it stands. Its errors are those of the block, or an [*Error] that wraps
	// ErrChunks. Raw is the rest of the block with chunks as they are. Who
	// reads one must not read the other.
	Payload io.Reader
	Raw     io.Reader
}

// What a message may be while the file is as it should be: the errors of [Record.HTTP] and
// of [Message.Payload] that are no damage of the file wrap one of these.
var (
	ErrNoHTTP = errors.New("this is no HTTP message")
	ErrChunks = errors.New("its chunks are broken")
)

// HTTP reads the head of the message that the block begins with. Its errors are those of
// the block, or an [*Error] that wraps ErrNoHTTP.
func (r *Record) HTTP() (*Message, error) {
	body := bufio.NewReaderSize(ahead{r.block}, int(min(max(r.Size, 16), 16<<10)))
	head, err := readLines(body)
	if err == errHead {
		return nil, r.malformed(fmt.Errorf("%w: %w", ErrNoHTTP, err))
	}
	if err != nil && err != io.ErrUnexpectedEOF { // the head is all there is then, as in some revisits
		r.block.told = true
		return nil, err
	}
	first, fields := parseFields(head)
	rest := &rest{body, r.block}
	m := &Message{Head: head, Header: fields, Raw: rest, Payload: rest}
	if err := m.parseFirst(first); err != nil {
		return nil, r.malformed(err)
	}
	if chunked(fields) && chunkFollows(body) {
		m.Payload = &chunks{r, httputil.NewChunkedReader(body)}
	}
	return m, nil
}

// ahead reads a block ahead of those who are told what ends it.
type ahead struct{ b *block }

func (a ahead) Read(p []byte) (int, error) { return a.b.read(p) }

// rest is what stands behind a head.
type rest struct {
	body  *bufio.Reader
	block *block
}

func (r *rest) Read(p []byte) (int, error) {
	n, err := r.body.Read(p)
	r.block.told = r.block.told || err != nil
	return n, err
}

// malformed is err, of the message, as an [*Error].
func (r *Record) malformed(err error) error {
	return &Error{Kind: kindOf(err), Offset: r.Offset, ID: r.ID, Err: err}
}

// parseFirst reads a status line or a request line (RFC 9112, sections 3 and 4).
func (m *Message) parseFirst(line string) error {
	if strings.HasPrefix(line, "HTTP/") {
		proto, rest, _ := strings.Cut(line, " ")
		code, reason, _ := strings.Cut(strings.TrimLeft(rest, " "), " ")
		status, err := strconv.Atoi(code)
		if err != nil || status < 100 || status > 999 {
			return fmt.Errorf("%w: its status line is %s", ErrNoHTTP, quoted(line))
		}
		m.Proto, m.Status, m.Reason = proto, status, reason
		return nil
	}
	method, rest, _ := strings.Cut(line, " ")
	last := strings.LastIndexByte(rest, ' ')
	if last < 1 || !strings.HasPrefix(rest[last+1:], "HTTP/") {
		return fmt.Errorf("%w: it begins with %s", ErrNoHTTP, quoted(line))
	}
	m.Method, m.Target, m.Proto = method, rest[:last], rest[last+1:]
	return nil
}

// quoted is a line, or so much of it as a message can have.
func quoted(line string) string { return strconv.Quote(line[:min(len(line), 100)]) }

// chunkFollows reports whether what comes next is the line before a chunk.
func chunkFollows(body *bufio.Reader) bool {
	next, _ := body.Peek(min(64, body.Size()))
	line, _, _ := strings.Cut(string(next), "\n")
	_, ok := chunkSize([]byte(line))
	return ok
}

// chunks puts chunks together.
type chunks struct {
	rec *Record
	r   io.Reader
}

func (c *chunks) Read(p []byte) (int, error) {
	n, err := c.r.Read(p)
	if err == nil || err == io.EOF {
		return n, err
	}
	if damage := c.rec.block.err; damage != nil && damage != io.EOF {
		c.rec.block.told = true
		return n, damage
	}
	return n, c.rec.malformed(fmt.Errorf("%w: %w", ErrChunks, err))
}
