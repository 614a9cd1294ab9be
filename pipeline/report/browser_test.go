package report

import (
	"bytes"
	"context"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/log"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"
)

var shots = flag.String("shots", "", "folder for pictures of the page as a browser shows it")

// TestBrowser opens the page in a real browser: at the width of a telephone and of a
// desk, light and dark, and on paper. What the other tests hold of the markup, this
// one holds of what is seen.
func TestBrowser(t *testing.T) {
	t.Parallel()
	b := open(t, labPage(t))
	for _, width := range []int64{400, 1400} {
		for _, theme := range []string{"light", "dark"} {
			t.Run(fmt.Sprintf("%d %s", width, theme), func(t *testing.T) { b.look(t, width, theme) })
		}
	}
	t.Run("print", b.print)
	t.Run("quiet", func(t *testing.T) {
		b.mu.Lock()
		defer b.mu.Unlock()
		for _, said := range b.said {
			t.Error(said)
		}
	})
}

// browser is one with the page open.
type browser struct {
	ctx  context.Context
	url  string
	mu   sync.Mutex // guards said
	said []string   // errors of the console, and what was fetched
}

// open starts the browser, which ends with the test.
func open(t *testing.T, page string) *browser {
	t.Helper()
	program := ""
	for _, name := range []string{"chromium", "chromium-browser", "google-chrome"} {
		if found, err := exec.LookPath(name); err == nil {
			program = found
			break
		}
	}
	if program == "" {
		t.Skip("no Chromium is installed: the page is not looked at here, only its markup is")
	}
	dir := t.TempDir()
	file := filepath.Join(dir, "report.html")
	if err := os.WriteFile(file, []byte(page), 0o644); err != nil {
		t.Fatal(err)
	}
	options := append(chromedp.DefaultExecAllocatorOptions[:],
		chromedp.ExecPath(program), chromedp.NoSandbox, chromedp.DisableGPU, chromedp.UserDataDir(filepath.Join(dir, "profile")),
		chromedp.Flag("disable-quic", true), chromedp.Flag("disable-component-update", true), chromedp.WSURLReadTimeout(time.Minute))
	// Not the test's context, which ends before what is cleaned up: the browser has to
	// be gone before its profile can be removed.
	ctx, cancel := context.WithTimeout(context.Background(), 3*time.Minute)
	t.Cleanup(cancel)
	ctx, cancel = chromedp.NewExecAllocator(ctx, options...)
	t.Cleanup(cancel)
	ctx, _ = chromedp.NewContext(ctx)
	t.Cleanup(func() {
		if err := chromedp.Cancel(ctx); err != nil {
			t.Error(err)
		}
	})

	b := &browser{ctx: ctx, url: "file://" + filepath.ToSlash(file)}
	if err := chromedp.Listen(ctx, b.hear); err != nil {
		t.Fatalf("%s does not start: %v", program, err)
	}
	return b
}

// hear keeps what a page that is well never gives cause for.
func (b *browser) hear(event any) {
	said := ""
	switch e := event.(type) {
	case *log.EventEntryAdded:
		said = fmt.Sprintf("console: %s: %s", e.Entry.Level, e.Entry.Text)
	case *runtime.EventConsoleAPICalled:
		said = fmt.Sprintf("console: %s", e.Type)
	case *runtime.EventExceptionThrown:
		said = "exception: " + e.ExceptionDetails.Text
	case *network.EventRequestWillBeSent:
		if e.Request.URL != b.url && e.Request.URL != "about:blank" {
			said = "fetched: " + e.Request.URL
		}
	}
	if said != "" {
		b.mu.Lock()
		b.said = append(b.said, said)
		b.mu.Unlock()
	}
}

// survey is a script whose value is a sight.
const survey = `(() => {
  const box = e => e.getBoundingClientRect();
  const faults = [];
  const grown = (a, b) => a.left < b.right - 1 && b.left < a.right - 1 && a.top < b.bottom - 3 && b.top < a.bottom - 3;
  for (const svg of document.querySelectorAll('svg.plot')) {
    const frame = box(svg), texts = [...svg.querySelectorAll('text')];
    texts.forEach((text, i) => {
      const own = box(text);
      if (own.left < frame.left - 1 || own.right > frame.right + 1 || own.bottom > frame.bottom + 1)
        faults.push(svg.id + ': cut off: ' + text.textContent);
      for (const other of texts.slice(i + 1))
        if (grown(own, box(other))) faults.push(svg.id + ': "' + text.textContent + '" is over "' + other.textContent + '"');
    });
  }
  const light = color => {
    const [r, g, b] = color.match(/[0-9.]+/g).slice(0, 3).map(v => (v /= 255) <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4);
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const ground = light(getComputedStyle(document.body).backgroundColor);
  const contrast = e => {
    const style = getComputedStyle(e), own = light(e instanceof SVGElement ? style.fill : style.color);
    return (Math.max(own, ground) + 0.05) / (Math.min(own, ground) + 0.05);
  };
  for (const e of document.querySelectorAll('h1, h2, h3, p, td, th, a, summary, figcaption, text:not(.inside)'))
    if (contrast(e) < 4.5) faults.push('contrast ' + contrast(e) + ': ' + e.className + ' ' + e.textContent.slice(0, 40));
  const count = selector => document.querySelectorAll(selector).length;
  return {
    Faults: faults.slice(0, 20), Dark: ground < 0.2,
    Wide: document.documentElement.scrollWidth, Window: innerWidth,
    Height: document.documentElement.scrollHeight,
    Tallest: Math.max(...[...document.querySelectorAll('svg.plot')].map(e => box(e).height)),
    Marks: {
      lane: count('.lane'), wait: count('.lane rect.wait'), work: count('.lane rect.work'), copy: count('.lane use'),
      curve: count('.curve'), point: count('.curve circle.point'), interval: count('.curve line.interval'), fit: count('.curve path.fit'),
      ideal: count('.curve path.ideal'), knee: count('.curve line.knee'),
      forest: count('.forest'), ratio: count('.forest circle.point'), twin: count('.forest circle.twin'), one: count('.forest line.one'),
      stack: count('.stacks'), part: count('.stacks rect.part'), bars: count('.bars'), bar: count('.bars rect.bar'),
      table: count('details table'),
    },
    Seen: [...document.querySelectorAll('.lane rect.wait, circle.point, rect.bar, path.fit')].filter(e => box(e).width > 0).length,
  };
})()`

// sight is what the survey finds.
type sight struct {
	Faults       []string
	Dark         bool
	Wide, Window int
	Height       int
	Tallest      float64
	Marks        map[string]int
	Seen         int
}

// wanted are the marks of the lab: 8 and 4 rows, of 100 items each, with 4 curves of
// 7 widths and 2 of 4.
var wanted = map[string]int{
	"lane": 12, "wait": 800, "work": 1600 + 400, "copy": 6,
	"curve": 6, "point": 36, "interval": 36, "fit": 6, "ideal": 6, "knee": 2,
	"forest": 3, "ratio": 12, "twin": 2, "one": 14,
	"stack": 2, "part": 52, "bars": 12, "bar": 68,
	"table": 13,
}

func (b *browser) look(t *testing.T, width int64, theme string) {
	b.show(t, width, "", theme)
	got, err := chromedp.Run(b.ctx, chromedp.Evaluate[sight](survey))
	if err != nil {
		t.Fatal(err)
	}
	if *shots != "" {
		picture, err := chromedp.Run(b.ctx, chromedp.FullScreenshot(100))
		save(t, fmt.Sprintf("%d-%s.png", width, theme), picture, err)
	}
	for _, fault := range got.Faults {
		t.Error(fault)
	}
	if got.Wide > got.Window || int64(got.Window) != width {
		t.Errorf("the page is %d pixels wide in a window of %d", got.Wide, got.Window)
	}
	if got.Dark != (theme == "dark") {
		t.Errorf("dark: %v", got.Dark)
	}
	for mark, n := range wanted {
		if got.Marks[mark] != n {
			t.Errorf("%d %s, want %d", got.Marks[mark], mark, n)
		}
	}
	if got.Seen < 900 {
		t.Errorf("only %d marks have a size", got.Seen)
	}
	if paper := 950.0; got.Tallest > paper {
		t.Errorf("a plot is %v pixels high, and a sheet of paper %v", got.Tallest, paper)
	}
}

// show loads the page in a window of a width, for a medium, by somebody with a theme.
func (b *browser) show(t *testing.T, width int64, medium, theme string) {
	t.Helper()
	_, err := chromedp.Call(b.ctx, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{
		Media: medium, Features: []*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: theme}},
	})
	if err == nil {
		err = chromedp.Do(b.ctx, chromedp.EmulateViewport(width, 900), chromedp.Navigate(b.url))
	}
	if err != nil {
		t.Fatal(err)
	}
}

// print is on paper, which is light whoever prints.
func (b *browser) print(t *testing.T) {
	const paper = 688 // pixels of A4 without its margins
	b.show(t, paper, "print", "dark")
	got, err := chromedp.Run(b.ctx, chromedp.Evaluate[sight](survey))
	if err != nil {
		t.Fatal(err)
	}
	for _, fault := range got.Faults {
		t.Error(fault)
	}
	if got.Wide > paper || got.Dark {
		t.Errorf("the page is %d pixels wide on paper of %d, dark: %v", got.Wide, paper, got.Dark)
	}
	sheets, err := chromedp.Run(b.ctx, chromedp.PrintToPDF(chromedp.PDFPaper(chromedp.PaperA4), chromedp.PDFPreferCSSPageSize()))
	if n := bytes.Count(sheets, []byte("/Type /Page\n")); n < 3 || n > 20 {
		t.Errorf("%d sheets of paper", n)
	}
	save(t, "print.pdf", sheets, err)
}

// save keeps what is to be looked at.
func save(t *testing.T, name string, data []byte, err error) {
	t.Helper()
	if err == nil && *shots != "" {
		err = os.WriteFile(filepath.Join(*shots, name), data, 0o644)
	}
	if err != nil {
		t.Fatal(err)
	}
}
