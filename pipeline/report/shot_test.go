package report

import (
	"os"
	"testing"

	"crawl/pipeline/compare"
)

func TestShot(t *testing.T) {
	f, _ := os.Create("/dev/shm/report/one.html")
	if err := Write(f, Report{Command: "crawl compare urls.txt --seed 42", Parts: []*compare.Result{network(200)}}); err != nil {
		t.Fatal(err)
	}
	g, _ := os.Create("/dev/shm/report/lab.html")
	if err := Write(g, Report{Title: "The lab: what concurrency gains", Command: "crawl compare", Parts: []*compare.Result{network(200), kernel(40)}, Lost: updates()}); err != nil {
		t.Fatal(err)
	}
}
